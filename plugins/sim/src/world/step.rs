//! How a world moves: what is due, and the contract with an engine.

use super::World;
use super::parcels::Parcel;
use super::place::{NEVER, Seat, Standing};
use crate::model::{IdentityOf, Model};
use crate::observe::{Observation, Observer};
use crate::queue::Rank;
use core::time::Duration;
use haulout::codec::MessageKind;
use haulout::{Engine, Instant};

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// A datagram arrives.
    Arrive(Parcel),
    /// A deadline may have come.
    Wake(u32),
}

/// More passes over one member's deadlines at one instant than any engine needs.
const SPINNING: u32 = 1_000;

impl<M: Model, O: Observer<IdentityOf<M>>> World<M, O> {
    /// Lets time pass.
    pub fn run_for(&mut self, time: Duration) {
        self.run_until(self.now + time);
    }

    /// Lets time pass up to an instant.
    pub fn run_until(&mut self, until: Instant) {
        while let Some((at, due)) = self.queue.pop(until) {
            self.now = at;
            match due {
                Due::Arrive(parcel) => self.arrive(parcel),
                Due::Wake(seat) => self.woken(Seat(seat as usize)),
            }
        }
        self.now = self.now.max(until);
    }

    /// Lets time pass until `holds`, asked after every `pause` of virtual time; how long it took, or `None`
    /// if it did not hold within `limit`.
    pub fn run_until_holds(
        &mut self,
        pause: Duration,
        limit: Duration,
        mut holds: impl FnMut(&Self) -> bool,
    ) -> Option<Duration> {
        let began = self.now;
        loop {
            if holds(self) {
                return Some(self.now.since(began));
            }
            if self.now.since(began) >= limit {
                return None;
            }
            self.run_for(pause);
        }
    }

    /// One mutation of the engine in a seat, then drain. Nothing happens where nobody runs.
    pub fn act<R>(
        &mut self,
        seat: Seat,
        mutation: impl FnOnce(&mut Engine<M::Spec>, Instant) -> R,
    ) -> Option<R> {
        let now = self.now;
        let result = mutation(self.places.get_mut(seat.0)?.engine.as_mut()?, now);
        self.drain(seat);
        Some(result)
    }

    /// Hands bytes to a process as if they had just arrived; whether it took them.
    pub fn inject(&mut self, seat: Seat, bytes: &[u8]) -> bool {
        self.act(seat, |engine, now| engine.handle_datagram(now, bytes).is_ok()).unwrap_or(false)
    }

    fn arrive(&mut self, parcel: Parcel) {
        let (_, to, _) = self.parcels.read(parcel);
        let Some(place) = self.places.get_mut(to.0).filter(|place| place.engine.is_some()) else {
            self.parcels.discard(parcel);
            return;
        };
        if place.standing == Standing::Running {
            self.receive(to, parcel);
        } else if !place.keep(parcel) {
            self.parcels.discard(parcel);
        }
    }

    pub(super) fn receive(&mut self, seat: Seat, parcel: Parcel) {
        let now = self.now;
        if let Some(engine) = self.places[seat.0].engine.as_mut() {
            let (_, _, bytes) = self.parcels.read(parcel);
            // What a peer did wrong is in the engine's counters.
            let _refused = engine.handle_datagram(now, bytes);
        }
        self.parcels.discard(parcel);
        self.drain(seat);
    }

    fn drain(&mut self, seat: Seat) {
        let now = self.now;
        let Self { places, model, buf, log, observer, network, queue, parcels, rng, is_hushed, .. } = self;
        let place = &mut places[seat.0];
        let Some(engine) = place.engine.as_mut() else { return };
        let limits = &engine.config().limits;
        let budget = (limits.datagram_sent - limits.overhead) as usize;
        let mut rounds = engine.stats().sent.of(MessageKind::Gossip);
        while let Some(transmit) = engine.poll_transmit(now, buf) {
            let (to, bytes) = (model.seat_at(&transmit.to), &buf[..transmit.len]);
            if *is_hushed {
                let before = core::mem::replace(&mut rounds, engine.stats().sent.of(MessageKind::Gossip));
                if before != rounds {
                    continue;
                }
            }
            place.sent += 1;
            log.datagram(now, seat.0, to.0, bytes);
            if O::LOOKS {
                observer.observe(now, Observation::Sent { seat, to, bytes, budget });
            }
            if place.standing == Standing::Blocked {
                place.held.push(parcels.pack(seat, to, bytes));
                continue;
            }
            for delay in network.carry(now, rng, seat.0, to.0, bytes.len()) {
                queue.push(now + delay, Rank::Datagram, Due::Arrive(parcels.pack(seat, to, bytes)));
            }
        }
        while let Some(event) = engine.poll_event() {
            log.event(now, seat.0, &event);
            if O::LOOKS {
                observer.observe(now, Observation::Event { seat, event: &event, view: engine });
            }
        }
        if O::LOOKS {
            observer.observe(now, Observation::Stepped { seat, view: engine });
        }
        if let Some(due) = engine.poll_timeout() {
            let due = due.max(now);
            if due < place.woken {
                place.woken = due;
                queue.push(due, Rank::Deadline, Due::Wake(seat.0 as u32));
            }
        }
    }

    /// A datagram that was held back leaves now.
    pub(super) fn release(&mut self, parcel: Parcel) {
        let (from, to, bytes) = self.parcels.read(parcel);
        let len = bytes.len();
        for delay in self.network.carry(self.now, &mut self.rng, from.0, to.0, len) {
            self.buf[..len].copy_from_slice(self.parcels.read(parcel).2);
            let copy = self.parcels.pack(from, to, &self.buf[..len]);
            self.queue.push(self.now + delay, Rank::Datagram, Due::Arrive(copy));
        }
        self.parcels.discard(parcel);
    }

    fn woken(&mut self, seat: Seat) {
        let place = &mut self.places[seat.0];
        // Another wake-up, earlier than this, took its place.
        if place.woken != self.now {
            return;
        }
        place.woken = NEVER;
        self.wake(seat);
    }

    /// Serves the deadlines that have come, and notes the next.
    pub(super) fn wake(&mut self, seat: Seat) {
        for _ in 0..SPINNING {
            let now = self.now;
            let place = &mut self.places[seat.0];
            let Some(engine) = place.engine.as_mut().filter(|_| place.standing != Standing::Paused) else {
                return;
            };
            match engine.poll_timeout() {
                None => return,
                Some(due) if due > now => {
                    if due < place.woken {
                        place.woken = due;
                        self.queue.push(due, Rank::Deadline, Due::Wake(seat.0 as u32));
                    }
                    return;
                }
                Some(_) => engine.handle_timeout(now),
            }
            self.drain(seat);
        }
        panic!("{seat} is woken without end");
    }
}
