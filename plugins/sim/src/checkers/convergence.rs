//! After the faults end, everybody holds everybody, alive.
//!
//! [`Convergence::missing`] is the question itself, for whoever waits for it. Cost: O(n²) a question.

use super::{Checker, Verdict};
use crate::observe::{Seen, Survey};
use crate::world::Seat;
use haulout::fingerprint::{Canonical, fingerprint};
use haulout::{Identity, Phase, State};
use std::collections::BTreeSet;

/// See the [module's table](crate::checkers).
#[derive(Clone, Debug, Default)]
pub struct Convergence {
    /// Who refuses whom, by the fingerprint of its key.
    refused: BTreeSet<(Seat, u64)>,
}

impl Convergence {
    /// Asked at the end.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same where some observers refuse to admit some keys.
    pub fn except<A: Canonical>(refused: impl IntoIterator<Item = (Seat, A)>) -> Self {
        let refused = refused.into_iter().map(|(observer, key)| (observer, fingerprint(&key)));
        Self { refused: refused.collect() }
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
                Phase::Joining
                    if survey.taking_part() > 1
                        // A joiner whose only fellow has its own key is turned away, and told why.
                        && (members.is_empty() || !members.iter().all(|other| is_same(&other)))
                        && (self.refused.is_empty()
                            || members.iter().any(|other| self.may_meet(process, other))) =>
                {
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
                    None if self.refuses(observer, subject) => {}
                    None if !self.refused.is_empty() && !is_introduced(&members, observer, subject) => {}
                    held => {
                        let seat = observer.seat;
                        return Err(format!("{seat} should hold {identity:?} alive, and has {held:?}"));
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether they are two, and neither refuses the other.
    fn may_meet<I: Identity>(&self, one: &Seen<'_, I>, other: &Seen<'_, I>) -> bool {
        one.seat != other.seat && !self.refuses(one, other) && !self.refuses(other, one)
    }

    fn refuses<I: Identity>(&self, observer: &Seen<'_, I>, subject: &Seen<'_, I>) -> bool {
        !self.refused.is_empty()
            && self.refused.contains(&(observer.seat, fingerprint(&subject.view.identity().addr())))
    }
}

/// Whether somebody tells the observer of the subject: the subject itself, or one that holds both and that the
/// observer holds. Where hooks differ there may be nobody.
fn is_introduced<I: Identity>(
    members: &[&Seen<'_, I>],
    observer: &Seen<'_, I>,
    subject: &Seen<'_, I>,
) -> bool {
    let holds = |one: &Seen<'_, I>, other: &Seen<'_, I>| {
        one.view.held(&other.view.identity().addr()).is_some_and(|held| held.2.is_active())
    };
    let introduces =
        |other: &&Seen<'_, I>| holds(other, subject) && holds(other, observer) && holds(observer, other);
    holds(subject, observer) || members.iter().any(introduces)
}

impl<I: Identity> Checker<I> for Convergence {
    fn theorem(&self) -> &'static str {
        "after the faults end, everybody holds everybody"
    }

    fn conclude(&mut self, survey: &Survey<'_, I>) -> Verdict {
        self.missing(survey)
    }
}
