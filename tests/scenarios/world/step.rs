//! How a world moves: the queue of what is due, and the contract with an engine.

use super::letter::Letter;
use super::people::Peer;
use super::published::is_signature;
use super::seat::{Member, SOCKET_QUEUE, Seat, Standing};
use super::{Binding, Mirror, World};
use core::cmp::Ordering;
use core::net::SocketAddr;
use core::time::Duration;
use haulout::{Event, Instant};

/// Something that is due. At one instant, datagrams come before deadlines, as drivers drain the socket
/// first; within each, what was scheduled first comes first.
#[derive(Debug)]
pub(super) struct Due {
    at: Instant,
    scheduled: u64,
    what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Arrive { from: SocketAddr, to: SocketAddr, bytes: Vec<u8> },
    Wake(Seat),
}

impl Due {
    fn rank(&self) -> (Instant, bool, u64) {
        (self.at, matches!(self.what, What::Wake(_)), self.scheduled)
    }
}

impl Ord for Due {
    /// Reversed, so that the earliest is the greatest, which a heap gives first.
    fn cmp(&self, other: &Self) -> Ordering {
        other.rank().cmp(&self.rank())
    }
}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}

impl Eq for Due {}

/// More wake-ups of one member at one instant than any engine needs.
const SPINNING: u32 = 1_000;

impl<I: Peer> World<I> {
    /// Lets time pass.
    pub fn run_for(&mut self, time: Duration) {
        let until = self.now + time;
        while self.step(until) {}
        self.now = until;
    }

    /// Lets time pass until `condition` holds, which is asked after every step; how long it took, or
    /// `None` if it did not hold within `limit`.
    pub fn run_until(
        &mut self,
        limit: Duration,
        mut condition: impl FnMut(&Self) -> bool,
    ) -> Option<Duration> {
        let began = self.now;
        let until = began + limit;
        loop {
            if condition(self) {
                return Some(self.now.since(began));
            }
            if !self.step(until) {
                self.now = until;
                return condition(self).then(|| self.now.since(began));
            }
        }
    }

    /// [`World::run_until`] for what must happen: how long it took.
    pub fn within(&mut self, limit: Duration, what: &str, condition: impl FnMut(&Self) -> bool) -> Duration {
        match self.run_until(limit, condition) {
            Some(took) => took,
            None => panic!("not within {limit:?}: {what}\n{}", self.describe()),
        }
    }

    /// Does the next thing that is due until then; false if there is none.
    fn step(&mut self, until: Instant) -> bool {
        if self.queue.peek().is_none_or(|due| due.at > until) {
            return false;
        }
        let Some(due) = self.queue.pop() else { return false };
        self.now = due.at;
        match due.what {
            What::Arrive { from, to, bytes } => self.arrive(from, to, bytes),
            What::Wake(seat) => {
                if self.place(seat).woken == Some(due.at) {
                    self.place_mut(seat).woken = None;
                    if self.place(seat).standing != Standing::Paused {
                        self.wake(seat);
                        self.reschedule(seat);
                    }
                }
            }
        }
        true
    }

    pub(super) fn schedule(&mut self, at: Instant, what: What) {
        self.scheduled += 1;
        self.queue.push(Due { at, scheduled: self.scheduled, what });
    }

    /// One mutation, then drain.
    pub fn act<R>(&mut self, seat: Seat, mutation: impl FnOnce(&mut Member<I>, Instant) -> R) -> R {
        let now = self.now;
        let engine = self.places[seat.0].engine.as_mut().expect("nobody runs in this seat");
        let result = mutation(engine, now);
        self.drain(seat);
        result
    }

    fn drain(&mut self, seat: Seat) {
        let place = &mut self.places[seat.0];
        let engine = place.engine.as_mut().expect("somebody just acted");
        let limits = &engine.config().limits;
        let budget = (limits.datagram_sent - limits.overhead) as usize;
        let mut transmits = Vec::new();
        while let Some(transmit) = engine.poll_transmit(self.now, &mut self.buf) {
            assert!(transmit.len <= budget, "a datagram of {} bytes is over {budget}", transmit.len);
            transmits.push((transmit.to, self.buf[..transmit.len].to_vec()));
        }
        let (mut news, mut lagged) = (false, false);
        while place.consumed {
            let Some(event) = engine.poll_event() else { break };
            news = true;
            lagged |= matches!(event, Event::Lagged { .. });
            if !lagged {
                place.mirror.replay(&event);
            }
            // The notes that are in play everywhere are no test's news.
            if !is_signature(&event) {
                self.log.event(self.now, seat, event);
            }
        }
        if lagged {
            place.mirror = Mirror::of(engine.members());
            place.mirror.take_records(engine.registry());
        }
        place.check(news);
        for (to, bytes) in transmits {
            self.send(seat, to, bytes);
        }
        self.reschedule(seat);
    }

    fn send(&mut self, seat: Seat, to: SocketAddr, bytes: Vec<u8>) {
        if self.masked.is_some()
            && let Some((from, bytes)) = self.mask(to, &bytes)
        {
            return self.carry(from, to, &bytes);
        }
        let place = &mut self.places[seat.0];
        place.sent.datagrams += 1;
        place.sent.bytes += bytes.len() as u64;
        let from = place.route;
        if place.standing == Standing::Starved {
            place.outbox.push((to, bytes));
            return;
        }
        self.carry(from, to, &bytes);
    }

    /// Gives a datagram to the network.
    pub(super) fn carry(&mut self, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        self.log.datagram(self.now, from, to, bytes);
        let letter = (self.log.capture || self.net.has_rules())
            .then(|| Letter::read(&self.wire, self.now, from, to, bytes));
        let copies = self.net.carry(&mut self.rng, from, to, letter.as_ref());
        for delay in copies {
            self.schedule(self.now + delay, What::Arrive { from, to, bytes: bytes.to_vec() });
        }
        if self.log.capture {
            self.log.letters.extend(letter);
        }
    }

    fn arrive(&mut self, from: SocketAddr, to: SocketAddr, bytes: Vec<u8>) {
        match self.bindings.get(&to) {
            Some(Binding::Doll(doll)) => self.puppet_hears(*doll, from, to, &bytes),
            Some(&Binding::Seat(seat)) if self.place(seat).engine.is_some() => {
                if self.place(seat).standing == Standing::Running {
                    // What a peer did wrong is in the counters; nobody here is to blame.
                    let _ = self.act(seat, |engine, now| engine.handle_datagram(now, &bytes));
                } else if self.place(seat).inbox.len() < SOCKET_QUEUE {
                    self.place_mut(seat).inbox.push(bytes);
                }
            }
            _ => {}
        }
    }

    pub(super) fn read_inbox(&mut self, seat: Seat) {
        for bytes in core::mem::take(&mut self.place_mut(seat).inbox) {
            let _ = self.act(seat, |engine, now| engine.handle_datagram(now, &bytes));
        }
    }

    /// Serves the deadline if it has come.
    pub(super) fn wake(&mut self, seat: Seat) {
        for _ in 0..SPINNING {
            let now = self.now;
            let due = self.place(seat).engine.as_ref().and_then(haulout::Engine::poll_timeout);
            if due.is_none_or(|at| at > now) {
                return;
            }
            self.act(seat, haulout::Engine::handle_timeout);
        }
        panic!("{seat:?} is woken without end");
    }

    /// Notes the engine's next deadline.
    pub(super) fn reschedule(&mut self, seat: Seat) {
        let now = self.now;
        let place = &mut self.places[seat.0];
        let Some(at) = place.engine.as_ref().and_then(haulout::Engine::poll_timeout) else { return };
        let at = at.max(now);
        if place.woken != Some(at) && place.standing != Standing::Paused {
            place.woken = Some(at);
            self.schedule(at, What::Wake(seat));
        }
    }

    /// Hands bytes to a member at once, as if they had just arrived; whether it took them.
    pub fn inject(
        &mut self,
        seat: Seat,
        bytes: &[u8],
    ) -> Result<(), haulout::DatagramError<super::WireError<I>>> {
        self.act(seat, |engine, now| engine.handle_datagram(now, bytes))
    }
}
