//! Waiting until all of some agents have seen something.

use super::Cluster;
use serde::de::DeserializeOwned;
use std::time::{Duration, Instant};

/// How far one agent is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It has seen nothing so far.
    Nothing,
    /// It has a suspicion.
    Suspects,
    /// It has seen it, at this time in milliseconds of Unix time.
    Seen(u64),
}

/// How far all of them are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// How many are asked.
    pub(crate) of: usize,
    /// How many have a suspicion.
    pub(crate) suspect: usize,
    /// How many have seen it.
    pub(crate) seen: usize,
}

/// A wait for something that agents see.
#[derive(Clone, Debug)]
pub(crate) struct Wait {
    /// Who is asked.
    pub(crate) observers: Vec<usize>,
    /// When to give up.
    pub(crate) deadline: Instant,
    /// The pause between two rounds of asking.
    pub(crate) pause: Duration,
}

impl Wait {
    /// Waits until `stage` is [`Stage::Seen`] for every observer's answer at `path`; the latest of the times at
    /// which the agents themselves saw it. `None` if the deadline passes first.
    pub(crate) async fn until<T: DeserializeOwned>(
        &self,
        cluster: &mut Cluster,
        path: &str,
        stage: impl Fn(&T) -> Stage,
        mut progress: impl FnMut(Progress),
    ) -> Option<u64> {
        let mut stages = vec![Stage::Nothing; self.observers.len()];
        loop {
            for (observer, held) in self.observers.iter().zip(&mut stages) {
                if matches!(held, Stage::Seen(_)) {
                    continue;
                }
                if let Some(answer) = cluster.seat(*observer).get::<T>(path).await {
                    *held = stage(&answer);
                }
            }
            let count = |wanted: fn(&Stage) -> bool| stages.iter().filter(|stage| wanted(stage)).count();
            let seen = count(|stage| matches!(stage, Stage::Seen(_)));
            progress(Progress { of: stages.len(), suspect: count(|stage| *stage == Stage::Suspects), seen });
            if seen == stages.len() {
                return stages.iter().map(|stage| if let Stage::Seen(at) = stage { *at } else { 0 }).max();
            }
            if Instant::now() >= self.deadline {
                return None;
            }
            tokio::time::sleep(self.pause).await;
        }
    }
}
