//! After the faults end, everybody holds everybody, alive.
//!
//! [`Convergence::missing`] is the question itself, for whoever waits for it. Cost: O(n²) a question.

use super::{Checker, Verdict};
use crate::observe::{Seen, Survey};
use crate::world::Seat;
use haulout::{Identity, Phase, State};
use std::collections::BTreeSet;

/// See the [module's table](crate::checkers).
#[derive(Clone, Debug, Default)]
pub struct Convergence {
    /// Who refuses whom.
    refused: BTreeSet<(Seat, Seat)>,
}

impl Convergence {
    /// Asked at the end.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same where some observers refuse to admit some subjects: `(observer, subject)`.
    pub fn except(refused: impl IntoIterator<Item = (Seat, Seat)>) -> Self {
        Self { refused: refused.into_iter().collect() }
    }

    /// Somebody who does not hold somebody as it is, if there is one; or a process that is in nobody's view
    /// and should be.
    pub fn missing<I: Identity>(&self, survey: &Survey<'_, I>) -> Verdict {
        let members: Vec<_> = survey.members().collect();
        for process in &survey.processes {
            let (seat, identity) = (process.seat, process.view.identity());
            let is_same = |other: &&&Seen<'_, I>| other.view.identity().is_at(&identity.addr());
            match process.view.phase() {
                Phase::Conflict if members.iter().find(is_same).is_none() => {
                    return Err(format!("{seat} is in conflict with nobody who is a member"));
                }
                Phase::Joining if survey.taking_part() > 1 && self.refused.is_empty() => {
                    return Err(format!("{seat} is still joining"));
                }
                _ => {}
            }
        }
        for observer in &members {
            for subject in members.iter().filter(|subject| subject.seat != observer.seat) {
                let identity = subject.view.identity();
                match observer.view.held(&identity.addr()) {
                    Some((held, _, State::Alive)) if held == identity => {}
                    None if self.refused.contains(&(observer.seat, subject.seat)) => {}
                    held => {
                        let seat = observer.seat;
                        return Err(format!("{seat} should hold {identity:?} alive, and has {held:?}"));
                    }
                }
            }
        }
        Ok(())
    }
}

impl<I: Identity> Checker<I> for Convergence {
    fn theorem(&self) -> &'static str {
        "after the faults end, everybody holds everybody"
    }

    fn conclude(&mut self, survey: &Survey<'_, I>) -> Verdict {
        self.missing(survey)
    }
}
