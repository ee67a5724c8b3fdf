//! After the faults end, everybody holds everybody, alive.
//!
//! [`Convergence::missing`] is the question itself, for whoever waits for it. Cost: O(n²) a question.

use super::{Checker, Verdict};
use crate::observe::Survey;
use haulout::{Identity, State};

/// See the [module's table](crate::checkers).
#[derive(Clone, Copy, Debug, Default)]
pub struct Convergence;

impl Convergence {
    /// Asked at the end.
    pub fn new() -> Self {
        Self
    }

    /// Somebody who does not hold somebody as it is, if there is one.
    pub fn missing<I: Identity>(survey: &Survey<'_, I>) -> Verdict {
        let members: Vec<_> = survey.members().collect();
        for observer in &members {
            for subject in members.iter().filter(|subject| subject.seat != observer.seat) {
                let identity = subject.view.identity();
                match observer.view.held(&identity.addr()) {
                    Some((held, _, State::Alive)) if held == identity => {}
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
        Self::missing(survey)
    }
}
