//! The commands `haulout sim …`: arguments, progress, tables, JSON, pictures.
//!
//! A program adds [`SimArgs`] to its command line and calls [`execute`]. What is printed goes to the writer it
//! gives; progress goes to standard error, and only where that is a terminal.

mod front;
mod knobs;
mod ledger;
mod lifeguard;
mod plan;
mod progress;
mod run;
mod swarm;
mod swim;
mod table;

use crate::papers::Arm;
use crate::plot::Picture;
use crate::scenario::{Rate, Span};
use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::{Args, Subcommand, ValueEnum};
use core::fmt;
use std::io::{self, Write};
use std::path::PathBuf;

/// Try a cluster before you run it: real engines on a virtual clock and a seeded network
#[derive(Debug, Args)]
pub struct SimArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: SimCommand,
}

/// What the simulator can do.
#[derive(Debug, Subcommand)]
pub enum SimCommand {
    /// Run a scenario: a file, or one of those that are shipped
    Run(RunArgs),
    /// Run random scenarios from consecutive seeds; each failure is told with the command that replays it
    Swarm(SwarmArgs),
    /// Recommend settings for a cluster, and show what they buy
    Plan(PlanArgs),
    /// Measure and print a table: size and speed, or the figures of a paper beside the published ones
    #[command(visible_alias = "paper")]
    Table(TableArgs),
}

/// Arguments of `sim run`.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(Debug, Args)]
pub struct RunArgs {
    /// A file in TOML, or the name of a shipped scenario; without it, those are listed
    pub scenario: Option<String>,
    /// Another seed than the scenario's
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Another number of members
    #[arg(long, value_name = "N")]
    pub members: Option<usize>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Leave the checkers out
    #[arg(long)]
    pub unchecked: bool,
    /// Tell every datagram and event
    #[arg(long)]
    pub trace: bool,
    /// Print the scenario as TOML instead of running it: something to start from
    #[arg(long)]
    pub print: bool,
    /// Draw how it went, as the name says: .svg or .png
    #[arg(long, value_name = "FILE", value_parser = picture())]
    pub plot: Option<Picture>,
}

/// Arguments of `sim swarm`.
#[derive(Debug, Args)]
pub struct SwarmArgs {
    /// Which seeds, FIRST..END
    #[arg(long, value_name = "FIRST..END", default_value = "0..1000", value_parser = seeds)]
    pub seeds: core::ops::Range<u64>,
    /// How many threads; all cores if it is not said
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `sim plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// How many members
    #[arg(long, value_name = "N")]
    pub members: usize,
    /// How many datagrams are lost
    #[arg(long, value_name = "RATE", default_value = "0%")]
    pub loss: Rate,
    /// The usual round trip
    #[arg(long, value_name = "SPAN", default_value = "1ms")]
    pub rtt: Span,
    /// A crash is to be known to all within this; exit code 1 if it is not
    #[arg(long, value_name = "SPAN")]
    pub within: Option<Span>,
    /// How many threads; all cores if it is not said
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `sim table`.
#[derive(Debug, Args)]
pub struct TableArgs {
    /// Which table.
    pub table: TableName,
    /// A part of it: at most three minutes on two cores
    #[arg(long)]
    pub quick: bool,
    /// How often each combination of Lifeguard's is run: 10, or 1 if it is quick
    #[arg(long, value_name = "N")]
    pub repetitions: Option<u64>,
    /// Which arms of Lifeguard's, comma-separated: probe, suspicion, buddy, shipped, or α/β such as 5/6; all of
    /// the paper's if it is not said
    #[arg(long, value_name = "ARM", value_delimiter = ',', value_parser = lifeguard::arm)]
    pub arms: Vec<Arm>,
    /// Keep results of runs in this file, and do not run again what is in it
    #[arg(long, value_name = "FILE.jsonl")]
    pub results: Option<PathBuf>,
    /// Draw the front, as the name says: .svg or .png
    #[arg(long, value_name = "FILE", value_parser = picture())]
    pub plot: Option<Picture>,
    /// How many threads; all cores if it is not said
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// The tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TableName {
    /// Joining, detection and wall time, by size
    Size,
    /// SWIM (DSN 2002): detection, load, joining at 10 % loss
    Swim,
    /// Lifeguard (2017): false positives and latency of the Interval and Threshold experiments
    Lifeguard,
    /// One knob turned at a time, at 2 % loss: what it buys
    Knobs,
    /// Other α and β in the same experiments: which are worth having
    Front,
}

/// Why a command could not do its work.
#[derive(Debug)]
#[non_exhaustive]
pub enum CliError {
    /// The user asked for something impossible.
    Usage(String),
    /// It was tried and did not work out.
    Failed(String),
    /// Nothing can be written.
    Output(io::Error),
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(what) | Self::Failed(what) => f.write_str(what),
            Self::Output(error) => write!(f, "cannot write: {error}"),
        }
    }
}

impl core::error::Error for CliError {}

impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Does what was asked; whether everything held that should.
pub fn execute(args: &SimArgs, out: &mut dyn Write) -> Result<bool, CliError> {
    match &args.command {
        SimCommand::Run(args) => run::execute(args, out),
        SimCommand::Swarm(args) => swarm::execute(args, out),
        SimCommand::Plan(args) => plan::execute(args, out),
        SimCommand::Table(args) => table::execute(args, out),
    }
}

fn json(out: &mut dyn Write, value: &impl serde::Serialize) -> Result<(), CliError> {
    let text = serde_json::to_string_pretty(value).map_err(|error| CliError::Failed(error.to_string()))?;
    Ok(writeln!(out, "{text}")?)
}

/// Whether a picture can be drawn there is said before anything runs.
fn picture() -> impl TypedValueParser<Value = Picture> {
    PathBufValueParser::new().try_map(Picture::at)
}

fn seeds(text: &str) -> Result<core::ops::Range<u64>, String> {
    let range = text.split_once("..").and_then(|(first, end)| Some(first.parse().ok()?..end.parse().ok()?));
    range.filter(|range| !range.is_empty()).ok_or_else(|| "write it like 0..1000".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Program {
        #[command(flatten)]
        sim: SimArgs,
    }

    fn parsed(line: &str) -> Result<SimCommand, String> {
        let words = ["sim"].into_iter().chain(line.split_whitespace());
        Program::try_parse_from(words).map(|program| program.sim.command).map_err(|error| error.to_string())
    }

    #[test]
    fn a_picture_that_cannot_be_drawn_is_refused_before_the_run() {
        for line in ["run crash --plot out.pdf", "table front --plot out", "run crash --plot no/such/out.svg"]
        {
            let error = parsed(line).unwrap_err();
            assert!(error.contains("for '--plot <FILE>': "), "{line}: {error}");
        }
        let Ok(SimCommand::Run(args)) = parsed("run crash --plot out.PNG") else { panic!("it is possible") };
        assert_eq!(args.plot.unwrap().path(), std::path::Path::new("out.PNG"));
    }

    #[test]
    fn a_table_that_is_not_drawn_says_so_before_it_is_measured() {
        let Ok(command) = parsed("table swim --plot out.svg") else { panic!("it is possible") };
        let error = execute(&SimArgs { command }, &mut Vec::new()).unwrap_err();
        assert!(matches!(&error, CliError::Usage(what) if what.contains("the front alone")), "{error}");
    }

    #[test]
    fn the_papers_have_a_command_of_their_name() {
        for (line, table) in
            [("paper swim", TableName::Swim), ("paper lifeguard --quick", TableName::Lifeguard)]
        {
            let Ok(SimCommand::Table(args)) = parsed(line) else { panic!("{line} is a table") };
            assert_eq!(args.table, table);
        }
        let help = Program::try_parse_from(["sim", "--help"]).unwrap_err().to_string();
        assert!(help.contains("[aliases: paper]") || help.contains("[alias: paper]"), "{help}");
    }
}
