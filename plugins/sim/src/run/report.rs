//! What a run came to.

use crate::checkers::Violation;
use serde::Serialize;
use std::collections::BTreeMap;

/// The result of a run. Times are in seconds of virtual time.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The scenario's name.
    pub scenario: String,
    /// Its seed.
    pub seed: u64,
    /// Members at the end, those that have left not counted.
    pub members: usize,
    /// How long it took.
    pub seconds: f64,
    /// The hash of everything that happened, in hexadecimal.
    pub hash: String,
    /// Entries of the log.
    pub entries: u64,
    /// Datagrams that left.
    pub datagrams: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How each crash was detected.
    pub detections: Vec<Detection>,
    /// How each record that `do.put` published became known.
    pub spreads: Vec<Spread>,
    /// `Down` events about members that run undisturbed.
    pub false_alarms: u64,
    /// Those of them that members told which ran undisturbed themselves.
    pub healthy_false_alarms: u64,
    /// How long it took from the end of the faults until all views were equal.
    pub recovered_after: Option<f64>,
    /// Theorems that do not hold: the first violation of each.
    pub violations: Vec<Violation>,
    /// How things went.
    pub samples: Vec<Sample>,
}

/// How a crash was detected.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Detection {
    /// Whose.
    pub member: usize,
    /// From the crash to the first who declares it down.
    pub first: Option<f64>,
    /// From the crash to the last of those that ran undisturbed then; `None` if some did not tell.
    pub all: Option<f64>,
}

/// How a record became known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Whose.
    pub member: usize,
    /// How many others were told of it.
    pub told: usize,
    /// From when it was put to the last of them.
    pub last: f64,
}

/// One moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sample {
    /// When, from the beginning.
    pub seconds: f64,
    /// Processes that take part.
    pub members: usize,
    /// Pairs of them that know each other, 0 to 1.
    pub known: f64,
    /// Suspicions, over all views.
    pub suspects: u64,
    /// False alarms so far.
    pub false_alarms: u64,
    /// Datagrams a member and second since the moment before.
    pub datagrams: f64,
    /// Bytes a member and second since the moment before.
    pub bytes: f64,
    /// The datagrams of processes that ran at both moments, by kind; kinds that nobody sent are left out.
    pub kinds: BTreeMap<String, f64>,
}

impl Report {
    /// Whether everything held.
    pub fn holds(&self) -> bool {
        self.violations.is_empty()
    }
}
