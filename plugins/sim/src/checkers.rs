//! What must hold, one type a theorem.
//!
//! A checker is shown the history of a run ([`Observation`]s as they happen, a [`Survey`] now and then, one
//! more when all is quiet) and says what is wrong as soon as it sees it. It knows nothing of the world that
//! makes the history, so a test can show it a made-up one, in which the rule is broken. A theorem of your own
//! is one more implementation of [`Checker`].
//!
//! | theorem | checker |
//! | --- | --- |
//! | who is down stays down until it renews | [`NoResurrection`] |
//! | incarnations and epochs only grow | [`OnlyGrow`] |
//! | events replay to the list of members | [`EventsReplay`] |
//! | a crashed member is known down by all within the bound | [`Completeness`] |
//! | no more false alarms than allowed | [`Accuracy`] |
//! | after the faults end, everybody holds everybody | [`Convergence`] |
//! | after the faults end, nobody holds who is not there | [`NoGhosts`] |
//! | queues and tables stay within their limits, and empty | [`Bounded`] |
//! | load a member does not depend on the size of the cluster | [`ConstantLoad`] |
//! | datagrams stay within the size limit | [`DatagramSize`] |
//! | records of live owners are everywhere, and none goes back | [`RecordsEverywhere`] |
//! | an urgent record is known to all within the bound | [`ToldInTime`] |
//! | a user event is told at most once, after it was sent, and later than all its sender had heard | [`MomentsOnce`] |

mod accuracy;
mod bounded;
mod completeness;
mod convergence;
mod ghosts;
mod growing;
mod load;
mod moments;
mod records;
mod replay;
mod resurrection;
mod size;
mod told;

pub use accuracy::Accuracy;
pub use bounded::Bounded;
pub use completeness::Completeness;
pub use convergence::Convergence;
pub use ghosts::NoGhosts;
pub use growing::OnlyGrow;
pub use load::ConstantLoad;
pub use moments::MomentsOnce;
pub use records::RecordsEverywhere;
pub use replay::EventsReplay;
pub use resurrection::NoResurrection;
pub use size::DatagramSize;
pub use told::ToldInTime;

use crate::observe::{Observation, Survey};
use core::fmt;
use haulout::{Identity, Instant};
use serde::Serialize;

/// A theorem does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Which.
    pub theorem: &'static str,
    /// When, in microseconds of virtual time.
    pub at: u64,
    /// What was seen.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.at.saturating_sub(crate::world::BEGINNING.as_micros()) as f64 / 1e6;
        write!(f, "{seconds:.3} s: {}: {}", self.theorem, self.what)
    }
}

/// Fine so far, or what is wrong.
pub type Verdict = Result<(), String>;

/// A theorem about runs.
pub trait Checker<I: Identity> {
    /// The theorem in words.
    fn theorem(&self) -> &'static str;

    /// Something is seen.
    fn observe(&mut self, at: Instant, seen: &Observation<'_, I>) -> Verdict {
        let (_, _) = (at, seen);
        Ok(())
    }

    /// All processes, now and then.
    fn survey(&mut self, survey: &Survey<'_, I>) -> Verdict {
        let _ = survey;
        Ok(())
    }

    /// All processes when the faults have ended and the time to recover is over.
    fn conclude(&mut self, survey: &Survey<'_, I>) -> Verdict {
        let _ = survey;
        Ok(())
    }
}

/// The theorems that hold of every run, whatever goes wrong in it.
pub fn always<I: Identity + 'static>() -> Vec<Box<dyn Checker<I>>> {
    vec![
        Box::new(NoResurrection::new()),
        Box::new(OnlyGrow::new()),
        Box::new(EventsReplay::new()),
        Box::new(Bounded::new()),
        Box::new(DatagramSize::new()),
    ]
}

#[cfg(test)]
mod tests;
