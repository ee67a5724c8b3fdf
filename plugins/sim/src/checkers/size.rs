//! Datagrams stay within the size limit, and are not empty. Cost: O(1) a datagram.

use super::{Checker, Verdict};
use crate::observe::Observation;
use haulout::{Identity, Instant};

/// See the [module's table](crate::checkers).
#[derive(Clone, Copy, Debug, Default)]
pub struct DatagramSize;

impl DatagramSize {
    /// The limit is each engine's own.
    pub fn new() -> Self {
        Self
    }
}

impl<I: Identity> Checker<I> for DatagramSize {
    fn theorem(&self) -> &'static str {
        "datagrams stay within the size limit"
    }

    fn observe(&mut self, _at: Instant, seen: &Observation<'_, I>) -> Verdict {
        let Observation::Sent { seat, to, bytes, budget } = *seen else { return Ok(()) };
        if bytes.is_empty() || bytes.len() > budget {
            return Err(format!("{seat} sent {} bytes to {to}, 1 to {budget} are allowed", bytes.len()));
        }
        Ok(())
    }
}
