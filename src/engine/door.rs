//! A door for benches: updates that are decoded already.

use super::Engine;
use crate::codec::Update;
use crate::spec::{AddrOf, Spec};
use crate::time::Instant;

impl<S: Spec> Engine<S> {
    /// Applies what the member at `teller` told of others, as if out of a datagram of any length.
    #[doc(hidden)]
    pub fn apply_updates(
        &mut self,
        now: Instant,
        teller: &AddrOf<S>,
        updates: impl Iterator<Item = Update<S::Identity>>,
    ) {
        self.protocol.advance(now);
        self.protocol.hear_from(teller, updates);
        self.protocol.settle();
    }
}
