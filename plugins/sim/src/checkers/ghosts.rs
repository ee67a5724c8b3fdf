//! After the faults end, nobody holds who is not there.
//!
//! Cost: O(n²) a question.

use super::{Checker, Verdict};
use crate::observe::{Seen, Survey};
use crate::world::Standing;
use haulout::{Identity, Phase};
use std::collections::HashMap;

/// See the [module's table](crate::checkers).
#[derive(Clone, Copy, Debug, Default)]
pub struct NoGhosts;

impl NoGhosts {
    /// Asked at the end.
    pub fn new() -> Self {
        Self
    }

    /// Somebody who holds one that is no member, if there is one.
    pub fn ghost<I: Identity>(survey: &Survey<'_, I>) -> Verdict {
        // Whoever still joins, because it refuses all that would take it in, is there and answers.
        let is_there = |process: &&Seen<'_, I>| {
            process.standing == Standing::Running
                && matches!(process.view.phase(), Phase::Active | Phase::Joining)
        };
        let there = survey.processes.iter().filter(is_there);
        let members: HashMap<_, _> =
            there.map(|process| (process.view.identity().addr(), process.view.identity())).collect();
        for observer in survey.members() {
            let mut verdict = Ok(());
            observer.view.each_member(&mut |identity, _, state| {
                if members.get(&identity.addr()).is_none_or(|member| *member != identity) && verdict.is_ok() {
                    verdict =
                        Err(format!("{} holds {identity:?} {state}, which is no member", observer.seat));
                }
            });
            verdict?;
        }
        Ok(())
    }
}

impl<I: Identity> Checker<I> for NoGhosts {
    fn theorem(&self) -> &'static str {
        "after the faults end, nobody holds who is not there"
    }

    fn conclude(&mut self, survey: &Survey<'_, I>) -> Verdict {
        Self::ghost(survey)
    }
}
