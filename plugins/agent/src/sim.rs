//! `haulout sim`: the simulator's commands, which end as the others do.

use crate::exit::{Answer, Failure};
use haulout_sim::cli::{CliError, SimArgs, execute};
use std::io::Write;

/// Runs a command of the simulator; the answer is no if something does not hold.
pub(crate) fn run(args: &SimArgs, out: &mut dyn Write) -> Result<Answer, Failure> {
    match execute(args, out) {
        Ok(true) => Ok(Answer::Yes),
        Ok(false) => Ok(Answer::No),
        Err(CliError::Usage(what)) => Err(Failure::Usage(what)),
        Err(CliError::Output(error)) => Err(Failure::Output(error)),
        Err(error) => Err(Failure::Failed(error.to_string())),
    }
}
