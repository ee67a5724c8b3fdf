//! How the program ends: 0, 1 (the answer is no), 2 (usage), 3 (no agent there).

use std::fmt;
use std::io;
use std::process::ExitCode;

/// What a command came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Done, or there is something to show.
    Yes,
    /// Nothing matches, nobody was reached, a goal was missed.
    No,
}

impl From<Answer> for ExitCode {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Yes => Self::SUCCESS,
            Answer::No => Self::from(1),
        }
    }
}

/// Why a command could not do its work; told on standard error.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It was tried and did not work out: code 1.
    Failed(String),
    /// The user asked for something impossible: code 2.
    Usage(String),
    /// There is no agent to ask: code 3.
    NoAgent(String),
    /// Nothing can be written to standard output: code 1, and 0 without a word if the reader went away.
    Output(io::Error),
}

impl Failure {
    /// The code to end with.
    pub(crate) fn code(&self) -> ExitCode {
        match self {
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Self::Failed(_) | Self::Output(_) => ExitCode::from(1),
            Self::Usage(_) => ExitCode::from(2),
            Self::NoAgent(_) => ExitCode::from(3),
        }
    }

    /// Whether there is nobody left to tell it to.
    pub(crate) fn is_silent(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(what) | Self::Usage(what) | Self::NoAgent(what) => f.write_str(what),
            Self::Output(error) => write!(f, "cannot write: {error}"),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
