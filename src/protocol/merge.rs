//! The merge table (PROTOCOL §2): what an update does to what is held of the same key.
//!
//! Pure: it looks at two states, two incarnations and which identity supersedes which, and names what
//! happens; [`super::apply`] does it. The rows below are the rows of the table.

use crate::identity::serial_newer_u32;
use crate::state::State;

/// How the identity of an update stands to the one that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// It is the same.
    Same,
    /// The update's supersedes the held one.
    Newer,
    /// The held one supersedes the update's.
    Older,
}

/// Incarnation and state, of the update or of what is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) incarnation: u32,
    pub(super) state: State,
}

/// What becomes of what is held. All but `Keep`, `Raise` and a `Confirm` without a new suspecter is relayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Nothing.
    Keep,
    /// Alive at the update's incarnation.
    Alive,
    /// Suspect at the update's incarnation, with a new timer.
    Suspect,
    /// Its suspecters are added to those held.
    Confirm,
    /// Down or left at the update's incarnation.
    Depart,
    /// Of the departed: left, at the higher incarnation.
    TurnLeft,
    /// Of the departed: the higher incarnation, and nobody is told.
    Raise,
    /// The update takes the place of what is held.
    Replace,
}

/// What is said in answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Nothing.
    Nothing,
    /// (a): the subject is told of its death, by the terminal one of the two; if what is held is active, it
    /// is probed next.
    Notify,
    /// (b): what is held is told again, and, if the update came from its subject, the subject is told what
    /// is held.
    Correct,
}

/// The cell of the table.
#[expect(clippy::match_same_arms, reason = "one arm a cell, in the order of the table")]
pub(super) fn decide(relation: Relation, update: Standing, held: Standing, renews: bool) -> (Change, Answer) {
    use Answer::{Correct, Nothing, Notify};
    use Change::{Alive, Confirm, Depart, Keep, Raise, Replace, Suspect, TurnLeft};
    let newer = later(update.incarnation, held.incarnation, renews);
    let older = later(held.incarnation, update.incarnation, renews);
    match (relation, update.state, held.state) {
        (Relation::Same, State::Alive, State::Alive | State::Suspect) if newer => (Alive, Nothing),
        (Relation::Same, State::Alive, State::Alive | State::Suspect) => (Keep, Nothing),
        (Relation::Same, State::Alive, State::Down | State::Left) if !renews && newer => (Alive, Nothing),

        (Relation::Same, State::Suspect, State::Alive) if !older => (Suspect, Nothing),
        (Relation::Same, State::Suspect, State::Suspect) if newer => (Suspect, Nothing),
        (Relation::Same, State::Suspect, State::Suspect) if !older => (Confirm, Nothing),
        (Relation::Same, State::Suspect, State::Alive | State::Suspect) => (Keep, Nothing),
        (Relation::Same, State::Suspect, State::Down | State::Left) if !renews && newer => (Suspect, Nothing),

        (Relation::Same, State::Alive | State::Suspect, State::Down) => (Keep, Notify),
        (Relation::Same, State::Alive | State::Suspect, State::Left) => (Keep, Correct),

        (Relation::Same, State::Down | State::Left, State::Alive | State::Suspect) if !older => {
            (Depart, Nothing)
        }
        (Relation::Same, State::Down | State::Left, State::Alive | State::Suspect) => (Keep, Notify),
        (Relation::Same, State::Down, State::Down) => (Raise, Nothing),
        (Relation::Same, State::Down, State::Left) => (Keep, Correct),
        (Relation::Same, State::Left, State::Down) => (TurnLeft, Nothing),
        (Relation::Same, State::Left, State::Left) => (Raise, Nothing),

        (Relation::Newer, _, _) => (Replace, Nothing),

        (Relation::Older, State::Alive | State::Suspect, _) => (Keep, Correct),
        (Relation::Older, State::Down | State::Left, _) => (Keep, Nothing),
    }
}

/// Whether incarnation `a` is later than `b`. Where identities renew, `u32::MAX` is the last; where they do
/// not, incarnations are serial numbers, so that none is.
pub(super) fn later(a: u32, b: u32, renews: bool) -> bool {
    if renews { a > b } else { serial_newer_u32(a, b) }
}

#[cfg(test)]
mod tests;
