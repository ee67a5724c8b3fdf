//! User events: known ones, those still being told, and the Lamport clock.
//!
//! Invariants: each is delivered at most once; at most [`FLIGHT`] of our own are being told, so that none
//! leaves the window of a receiver before it was told. Cost: O(1); a packet costs what fits.

use super::filling::Offer;
use super::lanes::Lanes;
use super::windows::{Known, Windows};
use crate::broadcast::{Context, Packet, Round};
use crate::codec::{SectionRef, UserEvent, UserEventRef};
use crate::dissemination::{Link, Links};
use crate::error::CommandError;
use crate::event::Event;
use crate::identity::Identity;
use crate::members::{Slot, Slots};
use crate::time::Instant;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

/// Most of our own that are being told: as many as a window holds.
pub(super) const FLIGHT: usize = 64;
/// A time further ahead of the clock than this is not adopted.
const LEAP: u64 = 1 << 20;

/// An event that is being told.
#[derive(Debug)]
pub(super) struct Moment<A> {
    origin: A,
    topic: u32,
    life: u32,
    seq: u64,
    time: u64,
    expires: Option<Instant>,
    payload: Box<[u8]>,
    own: bool,
    link: Link,
}

impl<A> Links for Slots<Moment<A>> {
    fn link(&self, slot: Slot) -> &Link {
        &self[slot].link
    }

    fn link_mut(&mut self, slot: Slot) -> &mut Link {
        &mut self[slot].link
    }
}

/// All of them.
#[derive(Debug)]
pub(super) struct Moments<A> {
    waiting: Slots<Moment<A>>,
    pub(super) lanes: Lanes,
    windows: Windows<A>,
    own: usize,
    /// The life of our events, once it is no longer the process's.
    life: Option<u32>,
    seq: u64,
    clock: u64,
}

impl<A: Clone + Eq + core::hash::Hash> Moments<A> {
    pub(super) fn new() -> Self {
        Self {
            waiting: Slots::new(),
            lanes: Lanes::new(),
            windows: Windows::new(),
            own: 0,
            life: None,
            seq: 0,
            clock: 0,
        }
    }

    pub(super) fn clock(&self) -> u64 {
        self.clock
    }

    /// Adopts a member's clock, unless it is out of all proportion; whoever has none takes any.
    pub(super) fn hear_clock(&mut self, time: u64) {
        if self.clock == 0 { self.clock = time.min(u64::MAX >> 1) } else { self.advance(time) }
    }

    fn advance(&mut self, time: u64) {
        if time.saturating_sub(self.clock) <= LEAP {
            self.clock = self.clock.max(time);
        }
    }

    pub(super) fn own(&self) -> usize {
        self.own
    }

    pub(super) fn origins(&self) -> usize {
        self.windows.len()
    }

    fn tell(&mut self, moment: Moment<A>) {
        let bytes = moment.payload.len();
        self.own += usize::from(moment.own);
        let slot = self.waiting.insert(moment);
        self.lanes.of(bytes).queue(slot, &mut self.waiting);
    }

    /// Nobody is there to be told.
    pub(super) fn clear(&mut self) {
        self.lanes.clear(&mut self.waiting);
        self.waiting = Slots::new();
        self.own = 0;
    }

    /// The link of one that waits.
    pub(super) fn link(&self, slot: Slot) -> &Link {
        self.waiting.link(slot)
    }

    /// The one after `slot` among the small or the large.
    pub(super) fn after(&self, large: bool, slot: Slot) -> Option<Slot> {
        self.lanes.get(large).after(slot, &self.waiting)
    }

    /// Offers one to a packet, for its origin too: that is how it learns of what somebody forged.
    pub(super) fn offer<I: Identity<Addr = A>>(
        &self,
        slot: Slot,
        packet: &mut dyn Packet<I>,
        round: &Round<'_, I>,
    ) -> Offer {
        let Moment { ref origin, topic, life, seq, time, ref payload, expires, .. } = self.waiting[slot];
        let left = expires.map(|at| at.since(round.now));
        if left.is_some_and(|left| left.is_zero()) {
            return Offer::Over;
        }
        let ttl = left.map(|left| left.as_millis() as u32);
        let section = SectionRef::UserEvent(UserEventRef { origin, topic, life, seq, time, ttl, payload });
        if packet.put(section) { Offer::Told } else { Offer::Misfit }
    }

    /// Counts a transmission; one that was told often enough is dropped.
    pub(super) fn sent(&mut self, large: bool, slot: Slot, limit: u8) {
        self.lanes.get_mut(large).sent(slot, limit, &mut self.waiting);
        if !self.waiting.link(slot).is_listed() {
            self.own -= usize::from(self.waiting.remove(slot).own);
        }
    }
}

impl<A: Clone + Eq + core::hash::Hash + core::fmt::Debug> Moments<A> {
    /// Sends an event of our own; `life` is the process's.
    pub(super) fn send<I: Identity<Addr = A>>(
        &mut self,
        life: u32,
        topic: u32,
        ttl: Option<Duration>,
        payload: Vec<u8>,
        context: &mut Context<'_, I>,
    ) -> Result<(), CommandError> {
        if self.own == FLIGHT {
            return Err(CommandError::EventsInFlight { limit: FLIGHT });
        }
        self.seq += 1;
        self.clock = self.clock.saturating_add(1);
        let life = self.life.unwrap_or(life);
        let (origin, seq, time) = (context.me().addr(), self.seq, self.clock);
        let ttl = ttl.map(|ttl| ttl.min(Duration::from_millis(u32::MAX.into())));
        let expires = ttl.map(|ttl| context.now() + ttl);
        context.emit(Event::UserEvent { origin: origin.clone(), topic, time, payload: payload.clone() });
        let payload = payload.into_boxed_slice();
        self.tell(Moment { origin, topic, life, seq, time, expires, payload, own: true, link: Link::NONE });
        Ok(())
    }

    /// An event arrives; `life` is the process's.
    pub(super) fn hear<I: Identity<Addr = A>>(
        &mut self,
        event: UserEvent<'_, I>,
        life: u32,
        context: &mut Context<'_, I>,
    ) {
        if event.payload.len() > context.limits().value_limit() as usize {
            context.dropped.values_too_long += 1;
            return;
        }
        if event.ttl == Some(0) {
            context.dropped.events_over += 1;
            return;
        }
        if context.me().is_at(&event.origin) {
            // Somebody forged it: whoever heard it takes ours for old ones, so we go on in another life.
            if event.life == self.life.unwrap_or(life) && event.seq > self.seq {
                (self.life, self.seq) = (Some(context.random() as u32), 0);
            }
            return;
        }
        let (most, seed) = (context.limits().origins as usize, context.random());
        match self.windows.note(context.now(), &event.origin, (event.life, event.seq), most, seed) {
            Known::New => {}
            Known::Old => return,
            Known::Full => {
                context.dropped.origins_full += 1;
                return;
            }
        }
        self.advance(event.time);
        let UserEvent { origin, topic, life, seq, time, ttl, payload } = event;
        context.emit(Event::UserEvent { origin: origin.clone(), topic, time, payload: payload.into() });
        if self.lanes.len() >= context.limits().user_events as usize {
            context.dropped.events_untold += 1;
            return;
        }
        let expires = ttl.map(|ttl| context.now() + Duration::from_millis(ttl.into()));
        let payload = payload.into();
        self.tell(Moment { origin, topic, life, seq, time, expires, payload, own: false, link: Link::NONE });
    }
}
