//! Anti-entropy (PROTOCOL §6), the responder: no state, members only, so many answers a second.

use super::{Protocol, Say};
use crate::broadcast::Broadcasts;
use crate::codec::{DIGEST_VERSION, Plane, Pull};
use crate::digest::salted;
use crate::exchange::{Errand, PULLS, Range};
use crate::identity::Identity;
use crate::members::Slot;
use rand::RngExt;

impl<I: Identity, B: Broadcasts<I>> Protocol<I, B> {
    /// A member asks whether we hold what it holds.
    pub(super) fn hear_sync(&mut self, peer: Slot, number: u16, version: u8, members: u64) {
        if version != DIGEST_VERSION || !self.may_answer(peer) {
            return;
        }
        let differs = self.digest().root() != members;
        let salt = differs.then(|| self.rng.random());
        self.ask(peer, Say::SyncLeaves { number, salt }, None);
    }

    /// A member asks for a range. If it has what we lack, we ask it back, once.
    pub(super) fn hear_pull(&mut self, peer: Slot, pull: &Pull) {
        if pull.plane != Plane::Members || pull.from > pull.until || !self.may_answer(peer) {
            return;
        }
        let mut pull = pull.clone();
        pull.have.sort_unstable();
        let range = Range { from: pull.from.key, until: pull.until.key };
        let lacking = !pull.back && self.lacks(range, &pull);
        self.ask(peer, Say::SyncPage(pull), None);
        if lacking && self.exchange.pulls.len() < PULLS && self.exchange.may_ask(self.now) {
            self.send_pull(Errand::new(range, Some(peer)), peer, true);
            self.arm_sync();
        }
    }

    /// Whether the asker has an entry of the range that we do not have.
    fn lacks(&mut self, range: Range, pull: &Pull) -> bool {
        let mut ours = core::mem::take(&mut self.ranged);
        self.range(range, &mut ours);
        let mut values: alloc::vec::Vec<u32> =
            ours.iter().map(|(entry, _)| salted(entry.value, pull.salt)).collect();
        self.ranged = ours;
        values.sort_unstable();
        pull.have.iter().any(|value| values.binary_search(value).is_err())
    }

    fn may_answer(&mut self, peer: Slot) -> bool {
        if !self.me.is_serving() || self.exchange.doubt.is_some_and(|until| self.now < until) {
            return false;
        }
        let allowed = self.restraint.answers.take(self.now, peer.index());
        self.stats.dropped.answers_limited += u64::from(!allowed);
        allowed
    }
}
