//! The commands that talk to an agent, and `config check`. One a file.

mod check;
mod event;
mod events;
mod info;
mod join;
mod leave;
mod members;
mod service;
mod services;
mod target;

pub(crate) use check::check;
pub(crate) use event::event;
pub(crate) use events::events;
pub(crate) use info::info;
pub(crate) use join::join;
pub(crate) use leave::leave;
pub(crate) use members::members;
pub(crate) use service::service;
pub(crate) use services::services;

use crate::exit::Failure;
use serde::Serialize;
use std::io::Write;

/// Prints a value as indented JSON.
fn print_json(out: &mut impl Write, value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::Failed(error.to_string()))?;
    Ok(writeln!(out, "{text}")?)
}
