//! `sim table front`: which α and β are worth having.

use super::{CliError, TableArgs};
use std::io::Write;

pub(super) fn execute(_args: &TableArgs, _threads: usize, _out: &mut dyn Write) -> Result<bool, CliError> {
    Ok(true)
}
