//! The command line of what members publish: services and events.
#![expect(clippy::doc_markdown, reason = "what is documented here is printed as help")]

use super::Target;
use crate::offer::Offer;
use crate::settings::parse_duration;
use clap::{Args, Subcommand};
use haulout_services::Health;
use std::time::Duration;

/// Arguments of `services`.
#[derive(Debug, Args)]
pub(crate) struct ServicesArgs {
    /// Which agent is asked.
    #[command(flatten)]
    pub(crate) target: Target,
    /// Only services of this name; exit code 1 if there are none
    #[arg(value_name = "NAME")]
    pub(crate) service: Option<String>,
    /// Only services with this tag, and with every other one that is given
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Vec<String>,
    /// Go on, and print what changes
    #[arg(long)]
    pub(crate) watch: bool,
    /// Print JSON; with --watch one object a line
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `service`.
#[derive(Debug, Args)]
pub(crate) struct ServiceArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub(crate) command: ServiceCommand,
}

/// What can be done with a service of an agent.
#[derive(Debug, Subcommand)]
pub(crate) enum ServiceCommand {
    /// Offer a service, until it is removed or the agent stops
    Add(AddArgs),
    /// Take a service back
    Remove(RemoveArgs),
    /// Say how a service is that has no check
    Health(HealthArgs),
}

/// Arguments of `service add`.
#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// Which agent offers it.
    #[command(flatten)]
    pub(crate) target: Target,
    /// NAME:PORT, then KEY=VALUE: web:8080,tag=v2,check=http:/health; the keys are instance, address, protocol,
    /// version, weight, tag, meta.KEY, check (tcp, tcp:ADDR, http:/PATH, http://ADDR/PATH), interval, timeout,
    /// rise, fall and, as the last one, command
    #[arg(value_name = "SERVICE")]
    pub(crate) offer: Offer,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `service remove`.
#[derive(Debug, Args)]
pub(crate) struct RemoveArgs {
    /// Which agent offers it.
    #[command(flatten)]
    pub(crate) target: Target,
    /// Which of its instances
    pub(crate) instance: String,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `service health`.
#[derive(Debug, Args)]
pub(crate) struct HealthArgs {
    /// Which agent offers it.
    #[command(flatten)]
    pub(crate) target: Target,
    /// Which of its instances
    pub(crate) instance: String,
    /// passing, warning or critical
    pub(crate) health: Health,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `events`.
#[derive(Debug, Args)]
pub(crate) struct EventsArgs {
    /// Which agent is asked.
    #[command(flatten)]
    pub(crate) target: Target,
    /// Only events of this name; exit code 1 if there are none
    #[arg(value_name = "NAME")]
    pub(crate) event: Option<String>,
    /// Go on, and print those that come
    #[arg(long)]
    pub(crate) follow: bool,
    /// Print JSON; with --follow one object a line
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `event`.
#[derive(Debug, Args)]
pub(crate) struct EventArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub(crate) command: EventCommand,
}

/// What can be done with an event.
#[derive(Debug, Subcommand)]
pub(crate) enum EventCommand {
    /// Send an event to everybody who is a member now
    Send(SendArgs),
}

/// Arguments of `event send`.
#[derive(Debug, Args)]
pub(crate) struct SendArgs {
    /// Which agent sends it.
    #[command(flatten)]
    pub(crate) target: Target,
    /// What it is called: up to 64 bytes without white space
    #[arg(value_name = "NAME")]
    pub(crate) event: String,
    /// What belongs to it; - reads standard input
    #[arg(default_value = "")]
    pub(crate) payload: String,
    /// Deliver it only within this time, such as 10s
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) within: Option<Duration>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

fn time(text: &str) -> Result<Duration, String> {
    parse_duration(text).ok_or_else(|| "a time with its unit, such as 500ms or 10s".into())
}
