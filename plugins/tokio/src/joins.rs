//! Joins that wait for an outcome of each of their addresses.

use crate::command::JoinReply;
use crate::error::JoinError;
use crate::seed::Seed;
use haulout::SeedOutcome;
use std::fmt;
use std::net::SocketAddr;

/// What became of a seed: an outcome for each address that it led to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JoinReport {
    /// The seed.
    pub seed: Seed,
    /// The addresses, in the order of their answers.
    pub outcomes: Vec<(SocketAddr, SeedOutcome)>,
}

impl JoinReport {
    /// Whether a member took us in.
    pub fn reached(&self) -> bool {
        self.outcomes.iter().any(|(_, outcome)| *outcome == SeedOutcome::Reached)
    }
}

impl fmt::Display for JoinReport {
    /// One line: `db-1:7946: 10.0.0.1:7946 reached, 10.0.0.2:7946 no answer`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.seed)?;
        for (n, (address, outcome)) in self.outcomes.iter().enumerate() {
            let comma = if n == 0 { "" } else { "," };
            write!(f, "{comma} {address} {outcome}")?;
        }
        Ok(())
    }
}

#[derive(Default)]
pub(crate) struct Joins {
    waiting: Vec<Join>,
}

struct Join {
    report: JoinReport,
    pending: Vec<SocketAddr>,
    reply: JoinReply,
}

impl Joins {
    /// Answers `reply` once each of `addresses` has an outcome.
    pub(crate) fn wait(&mut self, seed: Seed, addresses: Vec<SocketAddr>, reply: JoinReply) {
        let report = JoinReport { seed, outcomes: Vec::new() };
        self.waiting.push(Join { report, pending: addresses, reply });
    }

    pub(crate) fn outcome(&mut self, address: SocketAddr, outcome: SeedOutcome) {
        let answered = self.waiting.extract_if(.., |join| {
            let Some(index) = join.pending.iter().position(|&pending| pending == address) else {
                return false;
            };
            join.pending.swap_remove(index);
            join.report.outcomes.push((address, outcome));
            join.pending.is_empty()
        });
        for join in answered {
            // A caller that no longer waits is no concern of ours, here and below.
            let _ = join.reply.send(Ok(join.report));
        }
    }

    /// The node leaves.
    pub(crate) fn cancel(&mut self) {
        for join in self.waiting.drain(..) {
            let _ = join.reply.send(Err(JoinError::Left));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn a_join_is_answered_when_each_address_is() {
        let (a, b): (SocketAddr, SocketAddr) = (([10, 0, 0, 1], 7).into(), ([10, 0, 0, 2], 7).into());
        let (reply, mut answer) = oneshot::channel();
        let mut joins = Joins::default();
        joins.wait("db:7".parse().unwrap(), vec![a, b], reply);
        joins.outcome(a, SeedOutcome::NoAnswer);
        joins.outcome(a, SeedOutcome::Reached);
        assert!(answer.try_recv().is_err());
        joins.outcome(b, SeedOutcome::Reached);
        let report = answer.await.unwrap().unwrap();
        assert!(report.reached());
        assert_eq!(report.to_string(), "db:7: 10.0.0.1:7 no answer, 10.0.0.2:7 reached");
    }
}
