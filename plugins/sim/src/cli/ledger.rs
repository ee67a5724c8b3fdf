//! Results of runs in a file, so that a measurement of hours can be interrupted, and shared between tables.
//!
//! A line of JSON for each run: a hash of the settings, the combination, what it came to. A line that was cut
//! off is not there. Runs are of the program that wrote the file: begin another when the engine changes.

use super::CliError;
use crate::papers::Arm;
use crate::papers::front::{Job, Outcome};
use crate::papers::lifeguard::Cell;
use haulout::fingerprint::label_hash;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

#[derive(Serialize, Deserialize)]
struct Line {
    settings: u32,
    cell: Cell,
    outcome: Outcome,
}

/// What was measured already, and where to write what is.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    known: HashMap<(u32, String), Outcome>,
    file: Option<Mutex<File>>,
}

impl Ledger {
    /// Reads a file, if it is there, and goes on writing it; without one, nothing is kept.
    pub(super) fn open(path: Option<&Path>) -> Result<Self, CliError> {
        let Some(path) = path else { return Ok(Self::default()) };
        let text = if path.exists() { std::fs::read_to_string(path)? } else { String::new() };
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
        let known = lines.map(|line| ((line.settings, name(line.cell)), line.outcome)).collect();
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        if !text.is_empty() && !text.ends_with('\n') {
            writeln!(file)?;
        }
        Ok(Self { known, file: Some(Mutex::new(file)) })
    }

    /// What a run came to: as it is written, or by running it.
    pub(super) fn outcome(&self, arms: &[Arm], job: Job) -> Outcome {
        let settings = label_hash(&format!("{:?}", arms[job.arm].config)).get();
        if let Some(known) = self.known.get(&(settings, name(job.cell))) {
            return known.clone();
        }
        let outcome = job.run(arms);
        if let Some(file) = &self.file {
            let line = serde_json::to_string(&Line { settings, cell: job.cell, outcome: outcome.clone() });
            if let (Ok(mut line), Ok(mut file)) = (line, file.lock()) {
                line.push('\n');
                // A result that cannot be kept is measured again another time.
                let _lost = file.write_all(line.as_bytes());
            }
        }
        outcome
    }
}

fn name(cell: Cell) -> String {
    format!("{cell:?}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::papers::front::jobs;

    #[test]
    fn what_was_measured_is_read_and_not_run_again() {
        let directory = std::env::temp_dir().join(format!("haulout-ledger-{}", std::process::id()));
        std::fs::create_dir_all(&directory).expect("a place for temporary files");
        let path = directory.join("results.jsonl");
        let arms = [Arm::swim()];
        let job =
            jobs(1, true, 1).into_iter().find(|job| job.cell.duration > 16_000).expect("one that detects");
        let measured = Ledger::open(Some(&path)).expect("a new file").outcome(&arms, job);
        let text = std::fs::read_to_string(&path).expect("it was written");
        assert_eq!(text.lines().count(), 1);
        // A line that is another's, and one that was cut off.
        std::fs::write(&path, text.replace("\"first\":[", "\"first\":[0.5,") + "{\"settings\":1")
            .expect("ours");
        let read = Ledger::open(Some(&path)).expect("the same file").outcome(&arms, job);
        let _gone = std::fs::remove_dir_all(&directory);
        assert_ne!(read, measured, "it is what the file says");
        assert!(matches!(read, Outcome::Latencies(read) if read.first[0] < 1.0));
    }
}
