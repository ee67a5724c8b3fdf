//! Anti-entropy (PROTOCOL §6), the responder: no state, members only, so many answers a second.

use super::{Protocol, Say};
use crate::broadcast::Broadcasts;
use crate::codec::{DIGEST_VERSION, Message, Plane, Pull};
use crate::digest::salted;
use crate::exchange::{Errand, PULLS, Range};
use crate::identity::Identity;
use crate::members::Slot;
use alloc::boxed::Box;
use rand::RngExt;

impl<I: Identity, B: Broadcasts<I>> Protocol<I, B> {
    /// A member asks whether we hold what it holds.
    ///
    /// Each plane that differs is answered by a datagram of its own, so that members who never agree on one
    /// still compare the other.
    pub(super) fn hear_sync(&mut self, peer: Slot, sync: &Message<I>) {
        let &Message::Sync { number, version, members, records, clock } = sync else { return };
        self.broadcasts.hear_clock(clock);
        if version != DIGEST_VERSION || !self.may_answer(peer) {
            return;
        }
        let differs = [
            (Plane::Members, self.digest().root() != members),
            (Plane::Records, records.zip(self.records_root()).is_some_and(|(theirs, ours)| theirs != ours)),
        ];
        let salt = self.rng.random();
        for (plane, _) in differs.into_iter().filter(|(_, differs)| *differs) {
            self.ask(peer, Say::SyncLeaves { number, leaves: Some((plane, salt)) }, None);
        }
        if differs.iter().all(|(_, differs)| !differs) {
            self.ask(peer, Say::SyncLeaves { number, leaves: None }, None);
        }
    }

    /// A member asks for a range. If it has what we lack, we ask it back, once.
    pub(super) fn hear_pull(&mut self, peer: Slot, pull: &Pull) {
        let keeps = pull.plane == Plane::Members || self.broadcasts.digest().is_some();
        if !keeps || pull.from > pull.until || !self.may_answer(peer) {
            return;
        }
        let mut pull = Box::new(pull.clone());
        pull.have.sort_unstable();
        let range = Range::of(&pull);
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
            ours.iter().map(|entry| salted(entry.value, pull.salt)).collect();
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
