//! What travels along: own news, the buddy, updates, and the feed of a joiner.

use super::put_update;
use crate::codec::UpdateRef;
use crate::engine::Engine;
use crate::members::{Member, Slot};
use crate::out::Out;
use crate::protocol::{Life, Protocol};
use crate::spec::Spec;
use crate::state::State;
use core::hint::black_box;
use rand::RngExt;

/// Members of a feed whose records are touched before the first of them is written: in a large table none of them
/// is in a cache, and memory answers many requests in the time of one.
const AHEAD: usize = 16;
/// Updates that did not fit before a packet counts as full.
const MISFITS: u8 = 3;

impl<S: Spec> Engine<S> {
    /// What is held of a member.
    pub(super) fn put_held(&mut self, slot: Slot, out: &mut Out<'_>) -> bool {
        let Protocol { members, suspicions, stats, .. } = &mut self.protocol;
        let Some(Member { identity, incarnation, state }) = members.get(slot) else { return false };
        let by = if *state == State::Suspect { suspicions.by(slot) } else { &[] };
        put_update(
            &self.codec,
            UpdateRef { identity, incarnation: *incarnation, state: *state, by },
            stats,
            out,
        )
    }

    /// Our own state: the header says that we are alive, a section that we leave. True while it is news.
    pub(super) fn put_own_news(&mut self, out: &mut Out<'_>) -> bool {
        if let Life::Leaving { farewell, .. } = self.protocol.me.life {
            if farewell {
                return false;
            }
            let Protocol { me, stats, .. } = &mut self.protocol;
            let left = UpdateRef {
                identity: &me.identity,
                incarnation: me.incarnation,
                state: State::Left,
                by: &[],
            };
            let put = put_update(&self.codec, left, stats, out);
            if let Life::Leaving { told, .. } = &mut me.life {
                *told = told.saturating_add(u8::from(put));
            }
            return put;
        }
        let Some(told) = self.protocol.me.news else { return false };
        let limit = self.protocol.retransmit_limit();
        self.protocol.me.news = (told + 1 < limit).then_some(told + 1);
        true
    }

    /// A suspected receiver is told first of all.
    pub(super) fn put_buddy(&mut self, slot: Slot, out: &mut Out<'_>) -> bool {
        let suspected = self.protocol.members.get(slot).is_some_and(|member| member.state == State::Suspect);
        suspected && self.protocol.config.suspicion.buddy && self.put_held(slot, out)
    }

    /// Updates, those told least often first, until the packet is full but for the bytes that are kept free.
    pub(super) fn put_news(&mut self, receiver: Slot, kept: usize, out: &mut Out<'_>) -> bool {
        self.put_news_around(receiver, kept, out, |_, _| {})
    }

    /// The same, then what `between` puts, then more updates, into what was kept free as well.
    pub(super) fn put_news_around(
        &mut self,
        receiver: Slot,
        kept: usize,
        out: &mut Out<'_>,
        between: impl FnOnce(&mut Self, &mut Out<'_>),
    ) -> bool {
        let mut next = self.protocol.news.first();
        let mut has_news = self.pack_news(&mut next, receiver, kept, out);
        between(self, out);
        if kept > 0 {
            has_news |= self.pack_news(&mut next, receiver, 0, out);
        }
        if self.packed.is_empty() {
            return false;
        }
        let limit = self.protocol.retransmit_limit();
        self.protocol.news.sent_all(&self.packed, limit, &mut self.protocol.members);
        self.packed.clear();
        has_news
    }

    /// Puts updates from `next` on; those that did not fit are passed over.
    fn pack_news(&mut self, next: &mut Option<Slot>, receiver: Slot, kept: usize, out: &mut Out<'_>) -> bool {
        let (mut misfits, mut has_news) = (0, false);
        // What the only other member knows is told.
        let is_alone = self.protocol.members.len() == 1;
        while let Some(slot) = *next {
            if kept > 0 && out.remaining() <= kept {
                break;
            }
            *next = self.protocol.news.after(slot, &self.protocol.members);
            if self.is_known_to(slot, receiver) {
                if is_alone {
                    self.packed.push(slot);
                }
            } else if self.put_held(slot, out) {
                self.packed.push(slot);
                has_news = true;
            } else {
                misfits += 1;
                if misfits == MISFITS {
                    break;
                }
            }
        }
        has_news
    }

    /// A receiver knows that it is alive; that it is suspected, the buddy told it already.
    fn is_known_to(&self, slot: Slot, receiver: Slot) -> bool {
        slot == receiver
            && match self.protocol.members.get(slot).map(|member| member.state) {
                Some(State::Suspect) => self.protocol.config.suspicion.buddy,
                Some(State::Down | State::Left) => false,
                Some(State::Alive) | None => true,
            }
    }

    /// Active members as alive, in a run from a random start.
    pub(super) fn put_feed(&mut self, out: &mut Out<'_>) {
        let members = self.protocol.members.len();
        if members == 0 {
            return;
        }
        let start = self.protocol.rng.random_range(0..members);
        let Protocol { members, stats, .. } = &mut self.protocol;
        let (before, after) = members.active().split_at(start);
        for some in after.chunks(AHEAD).chain(before.chunks(AHEAD)) {
            for slot in some {
                black_box(members[*slot].incarnation);
            }
            for slot in some {
                let Member { identity, incarnation, .. } = &members[*slot];
                let update = UpdateRef { identity, incarnation: *incarnation, state: State::Alive, by: &[] };
                if !put_update(&self.codec, update, stats, out) {
                    return;
                }
            }
        }
    }
}
