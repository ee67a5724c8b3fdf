//! `haulout config check`: what is wrong with a file, all of it at once.

use crate::exit::{Answer, Failure};
use crate::settings::{self, Problem};
use crate::table::Table;
use std::io::Write;
use std::path::Path;

/// Checks a file as an agent would read it, without environment and flags; no if anything is wrong.
pub(crate) fn check(file: &Path, out: &mut impl Write) -> Result<Answer, Failure> {
    match settings::check_file(file) {
        Ok(resolved) => {
            writeln!(
                out,
                "{}: good, {} settings over profile {}",
                file.display(),
                resolved.entries.len(),
                { resolved.settings.profile.name() }
            )?;
            let mut table = Table::new(&["KEY", "VALUE", "INSTEAD, FROM THE ENVIRONMENT"]);
            for entry in resolved.entries.values() {
                table.row([entry.key.path.into(), entry.raw.to_string().into(), entry.key.variable().into()]);
            }
            if !resolved.entries.is_empty() {
                table.print(out)?;
            }
            Ok(Answer::Yes)
        }
        Err(problems) => {
            writeln!(out, "{}", problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n"))?;
            Ok(Answer::No)
        }
    }
}
