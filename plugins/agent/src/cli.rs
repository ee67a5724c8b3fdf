//! The command line.
#![expect(clippy::doc_markdown, reason = "what is documented here is printed as help")]

mod published;

pub(crate) use published::*;

use crate::control::Endpoint;
use clap::{Args, Parser, Subcommand};
use haulout::{Name, State};
use std::path::PathBuf;

/// Cluster membership: agents that find each other and learn quickly who is alive.
#[derive(Debug, Parser)]
#[command(
    name = "haulout",
    version,
    arg_required_else_help = true,
    after_help = "Start with `haulout demo`: a cluster at work on this machine, nothing else to install."
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run an agent until it is interrupted or told to leave
    Agent(Box<AgentArgs>),
    /// List the members that an agent knows
    Members(MembersArgs),
    /// Tell how an agent is doing
    Info(InfoArgs),
    /// Make an agent join the cluster that is found at an address
    Join(JoinArgs),
    /// Make an agent leave its cluster and stop
    Leave(LeaveArgs),
    /// List the services that members offer
    Services(ServicesArgs),
    /// Add, remove or judge a service that an agent offers
    Service(ServiceArgs),
    /// List the events that an agent has received
    Events(EventsArgs),
    /// Send an event to every member
    Event(EventArgs),
    /// Work on configuration files
    Config(ConfigArgs),
    /// Show a cluster at work: agents are started, killed, frozen and restarted before your eyes
    Demo(DemoArgs),
    /// Try a cluster before you run it: real engines on a virtual clock and a seeded network
    Sim(haulout_sim::cli::SimArgs),
    /// Measure convergence, memory, CPU and detection time of a cluster of agents
    #[command(hide = true)]
    Figures(FiguresArgs),
}

/// Settings of an agent. A flag wins over the environment, which wins over the file.
#[derive(Debug, Args)]
pub(crate) struct AgentArgs {
    /// Name, unique in the cluster [env: HAULOUT_NAME] [default: HOST-PORT]
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// IP address and port to listen on [env: HAULOUT_BIND] [default: 127.0.0.1:7946]
    #[arg(long, value_name = "IP:PORT")]
    pub(crate) bind: Option<String>,
    /// Addresses of members to join through, host names too [env: HAULOUT_JOIN, separated by commas]
    #[arg(long, value_name = "ADDR", num_args = 1..)]
    pub(crate) join: Vec<String>,
    /// A service to offer: NAME:PORT, then KEY=VALUE, such as web:8080,tag=v2,check=http:/health; for each one
    /// again [env: HAULOUT_SERVICES, a line each]
    #[arg(long, value_name = "SERVICE")]
    pub(crate) service: Vec<String>,
    /// Address that others reach this agent by, if not that of --bind [env: HAULOUT_ADVERTISE]
    #[arg(long, value_name = "IP[:PORT]")]
    pub(crate) advertise: Option<String>,
    /// The cluster's label; agents with other labels are refused [env: HAULOUT_LABEL]
    #[arg(long)]
    pub(crate) label: Option<String>,
    /// Timings: lan, wan or local [env: HAULOUT_PROFILE] [default: lan]
    #[arg(long)]
    pub(crate) profile: Option<String>,
    /// Wire of the cluster: protobuf, which members in every language speak, or postcard [env: HAULOUT_CODEC] [default: protobuf]
    #[arg(long)]
    pub(crate) codec: Option<String>,
    /// Settings in TOML [env: HAULOUT_CONFIG]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where the agent is controlled: a path for a Unix socket, or tcp:127.0.0.1:PORT [env: HAULOUT_CONTROL]
    #[arg(long, value_name = "PATH|tcp:ADDR")]
    pub(crate) control: Option<String>,
    /// Form of the log: text or json [env: HAULOUT_LOG_FORMAT] [default: text]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) log_format: Option<String>,
    /// error, warn, info, debug, trace or off, also by target [env: HAULOUT_LOG_LEVEL] [default: info]
    #[arg(long, value_name = "LEVEL")]
    pub(crate) log_level: Option<String>,
    /// Any setting of the file by its name: --set probe.interval=2s [env: HAULOUT_PROBE_INTERVAL]
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Stop at once when this process, which started the agent, ends
    #[arg(long, hide = true, value_name = "PID")]
    pub(crate) end_with_parent: Option<u32>,
    /// For tests: the share of datagrams to drop instead of sending, from 0 to 1
    #[arg(long, hide = true, value_name = "SHARE", default_value = "0", value_parser = share)]
    pub(crate) loss: f64,
    /// For tests: what decides which datagrams are dropped
    #[arg(long, hide = true, value_name = "SEED", default_value = "1")]
    pub(crate) loss_seed: u64,
}

/// Which agent is meant.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Target {
    /// The agent's control socket [env: HAULOUT_CONTROL] [default: the only one there is]
    #[arg(long, value_name = "PATH|tcp:ADDR")]
    pub(crate) control: Option<Endpoint>,
    /// The agent's name, if it runs on this machine as the same user [env: HAULOUT_NAME]
    #[arg(long)]
    pub(crate) name: Option<Name>,
}

/// Arguments of `members`.
#[derive(Debug, Args)]
pub(crate) struct MembersArgs {
    /// Which agent is asked.
    #[command(flatten)]
    pub(crate) target: Target,
    /// Only members in these states: alive, suspect, down, left; exit code 1 if there are none
    #[arg(long, value_name = "STATES", value_delimiter = ',', value_parser = state)]
    pub(crate) status: Vec<State>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `info`.
#[derive(Debug, Args)]
pub(crate) struct InfoArgs {
    /// Which agent is asked.
    #[command(flatten)]
    pub(crate) target: Target,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `join`.
#[derive(Debug, Args)]
pub(crate) struct JoinArgs {
    /// Which agent is told.
    #[command(flatten)]
    pub(crate) target: Target,
    /// Addresses of members, host names too; port 7946 where none is given
    #[arg(required = true, value_name = "ADDR")]
    pub(crate) addresses: Vec<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `leave`.
#[derive(Debug, Args)]
pub(crate) struct LeaveArgs {
    /// Which agent is told.
    #[command(flatten)]
    pub(crate) target: Target,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `config`.
#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    /// What to do with the file.
    #[command(subcommand)]
    pub(crate) command: ConfigCommand,
}

/// What can be done with a configuration file.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Tell what is wrong with a file; exit code 1 if anything is
    Check {
        /// The file.
        file: PathBuf,
    },
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// How many agents, 3 to 64
    #[arg(long, value_name = "N", default_value = "5", value_parser = demo_members)]
    pub(crate) members: usize,
    /// Leave the cluster up in the end, and tell how to talk to it
    #[arg(long)]
    pub(crate) keep: bool,
}

/// Arguments of `figures`.
#[derive(Debug, Args)]
pub(crate) struct FiguresArgs {
    /// How many agents, 3 to 200
    #[arg(long, value_name = "N", default_value = "40", value_parser = clap::value_parser!(u16).range(3..=200))]
    pub(crate) members: u16,
    /// How often the cluster is started to measure convergence
    #[arg(long, value_name = "N", default_value = "10", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) rounds: u16,
    /// How many services are offered to measure how they spread, at most 64 an agent
    #[arg(long, value_name = "N", default_value = "20", value_parser = clap::value_parser!(u16).range(1..=192))]
    pub(crate) services: u16,
    /// How often a member is killed to measure detection
    #[arg(long, value_name = "N", default_value = "20", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) kills: u16,
    /// How long the idle cluster is watched to measure CPU, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) window: u16,
}

fn state(text: &str) -> Result<State, String> {
    [State::Alive, State::Suspect, State::Down, State::Left]
        .into_iter()
        .find(|state| state.to_string() == text)
        .ok_or_else(|| "the states are alive, suspect, down and left".into())
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("a share from 0 to 1".into()),
    }
}

fn demo_members(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(members) if (3..=64).contains(&members) => Ok(members),
        Ok(members) if members < 3 => {
            Err("at least 3: one is killed, one is frozen, and somebody has to notice".into())
        }
        Ok(_) => Err("at most 64: each is a process of its own".into()),
        Err(_) => Err("a number from 3 to 64".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn a_demo_needs_somebody_to_notice() {
        assert_eq!(demo_members("3"), Ok(3));
        assert!(demo_members("2").unwrap_err().contains("at least 3"));
        assert!(demo_members("65").is_err());
    }
}
