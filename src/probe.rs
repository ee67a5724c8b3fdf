//! The probe in flight (SWIM §3.1), and the pings that we make for others.

use crate::identity::Identity;
use crate::members::Slot;
use crate::time::Instant;
use alloc::collections::VecDeque;
use core::num::NonZeroU32;
use core::time::Duration;

/// One probe an interval.
#[derive(Debug)]
pub(crate) struct Probe<I> {
    pub(crate) slot: Slot,
    /// Who was probed: if another identity is held at the end, the probe says nothing of it.
    pub(crate) identity: I,
    pub(crate) number: u16,
    /// Helpers asked, and how many of them answered.
    pub(crate) helpers: Option<Helpers>,
    /// It was repeated with a cookie.
    pub(crate) challenged: bool,
}

/// Helpers of a probe without a direct answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Helpers {
    pub(crate) asked: u8,
    pub(crate) answered: u8,
}

impl<I> Probe<I> {
    /// How much a failure says of ourselves: the helpers that did not even say that they had no word, or 1
    /// if there was none to ask.
    pub(crate) fn blame(&self) -> u8 {
        match self.helpers {
            Some(Helpers { asked, answered }) if asked > 0 => asked.saturating_sub(answered),
            _ => 1,
        }
    }
}

/// A ping made for another member.
#[derive(Debug)]
pub(crate) struct Relay<I: Identity> {
    /// The number of our own ping.
    pub(crate) number: u16,
    /// Who is pinged.
    pub(crate) target: I::Addr,
    /// Where the answer goes, and with which number.
    pub(crate) origin: Origin<I::Route>,
    /// The ping was repeated with a cookie.
    pub(crate) challenged: bool,
    created: Instant,
}

/// Where the answer to a request goes.
#[derive(Clone, Debug)]
pub(crate) struct Origin<R> {
    pub(crate) route: R,
    pub(crate) dst: Option<NonZeroU32>,
    pub(crate) slot: Slot,
    pub(crate) number: u16,
}

/// The bounded table of pings made for others, in the order in which they came.
///
/// Those in front of `nacked` have had their nack sent; they wait for a late ack. Cost: O(1), look-ups
/// O(`limits.relays`).
#[derive(Debug)]
pub(crate) struct Relays<I: Identity> {
    queue: VecDeque<Relay<I>>,
    nacked: usize,
    limit: usize,
    nack_after: Duration,
    keep: Duration,
}

impl<I: Identity> Relays<I> {
    /// Nacks leave after 0.8 · min(timeout, interval − timeout), so that they are back before the origin's
    /// interval is over; a late ack is forwarded for another interval.
    pub(crate) fn new(limit: usize, interval: Duration, timeout: Duration) -> Self {
        let nack_after = timeout.min(interval.saturating_sub(timeout)) * 4 / 5;
        Self { queue: VecDeque::new(), nacked: 0, limit, nack_after, keep: nack_after + interval }
    }

    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.queue.len() >= self.limit
    }

    pub(crate) fn add(&mut self, now: Instant, number: u16, target: I::Addr, origin: Origin<I::Route>) {
        self.queue.push_back(Relay { number, target, origin, challenged: false, created: now });
    }

    /// The entry of one of our pings.
    pub(crate) fn find_mut(&mut self, number: u16) -> Option<&mut Relay<I>> {
        self.queue.iter_mut().find(|relay| relay.number == number)
    }

    /// Takes the entry of one of our pings.
    pub(crate) fn take(&mut self, number: u16) -> Option<Relay<I>> {
        let at = self.queue.iter().position(|relay| relay.number == number)?;
        if at < self.nacked {
            self.nacked -= 1;
        }
        self.queue.remove(at)
    }

    /// The earliest deadline.
    pub(crate) fn next(&self) -> Option<Instant> {
        if self.queue.is_empty() {
            return None;
        }
        let nack = self.queue.get(self.nacked).map(|relay| relay.created + self.nack_after);
        let end = self.queue.front().map(|relay| relay.created + self.keep);
        nack.into_iter().chain(end).min()
    }

    /// The origin of a request whose time for an ack is up, once each.
    pub(crate) fn due(&mut self, now: Instant) -> Option<Origin<I::Route>> {
        while self.queue.front().is_some_and(|relay| relay.created + self.keep <= now) {
            // What is over was nacked long before, unless this process stood still.
            if self.nacked == 0 {
                break;
            }
            self.queue.pop_front();
            self.nacked -= 1;
        }
        let relay = self.queue.get(self.nacked).filter(|relay| relay.created + self.nack_after <= now)?;
        self.nacked += 1;
        Some(relay.origin.clone())
    }

    /// Moves all deadlines by the time for which the process stood still.
    pub(crate) fn postpone(&mut self, lateness: Duration) {
        for relay in &mut self.queue {
            relay.created += lateness;
        }
    }

    pub(crate) fn clear(&mut self) {
        self.queue.clear();
        self.nacked = 0;
    }
}
