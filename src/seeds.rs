//! Seeds, and requests under way: whom we asked to take us in, and who has not answered yet.
//!
//! A seed is asked at once, then after 250 ms, doubling up to the announce interval, until it answers;
//! after its `Feed` again in the same rhythm, until a feed at the longest pause teaches nothing more: in a
//! mass join most gossip comes from senders that a joiner does not know yet. Cost: O(seeds), which are few.

use crate::event::SeedOutcome;
use crate::time::Instant;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::time::Duration;

/// The first pause between two requests to one seed.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// Seeds remembered; for one more, the oldest that rests is forgotten. A host name's addresses may change
/// for ever.
const SEEDS: usize = 64;
/// Requests remembered.
const OUTSTANDING: usize = 64;
/// How long an answer is taken.
const PATIENCE: Duration = Duration::from_secs(30);
/// Routes of forgotten members that are still asked.
const FORGOTTEN: usize = 16;

/// An address given to `join`.
#[derive(Debug)]
pub(crate) struct Seed<R, A> {
    pub(crate) route: R,
    /// The key of the member that answered there last.
    pub(crate) key: Option<A>,
    state: SeedState,
}

#[derive(Debug)]
enum SeedState {
    /// No answer yet.
    Asking { until: Instant, again: Pause, refused: Option<SeedOutcome> },
    /// It took us in; it is asked for more.
    Reached { again: Pause },
    /// It is asked from time to time, with the others.
    Resting,
}

#[derive(Clone, Copy, Debug)]
struct Pause {
    at: Instant,
    length: Duration,
}

impl Pause {
    fn first(now: Instant) -> Self {
        Self { at: now + FIRST_PAUSE, length: FIRST_PAUSE }
    }

    fn next(self, now: Instant, longest: Duration) -> Self {
        let length = (self.length * 2).min(longest);
        Self { at: now + length, length }
    }
}

/// What a seed's deadline asks for.
#[derive(Debug)]
pub(crate) enum SeedDue<R> {
    /// Ask it again.
    Ask(R),
    /// Report that it did not answer, or that it refused.
    Report(R, SeedOutcome),
}

/// All seeds.
#[derive(Debug)]
pub(crate) struct Seeds<R, A> {
    all: Vec<Seed<R, A>>,
    longest_pause: Duration,
}

impl<R: Clone + Eq, A> Seeds<R, A> {
    pub(crate) fn new(longest_pause: Duration) -> Self {
        Self { all: Vec::new(), longest_pause }
    }

    pub(crate) fn as_slice(&self) -> &[Seed<R, A>] {
        &self.all
    }

    pub(crate) fn clear(&mut self) {
        self.all.clear();
    }

    /// Adds a seed, or starts anew with one that is known.
    pub(crate) fn ask(&mut self, now: Instant, route: R, timeout: Duration) {
        let state = SeedState::Asking { until: now + timeout, again: Pause::first(now), refused: None };
        if let Some(seed) = self.all.iter_mut().find(|seed| seed.route == route) {
            (seed.state, seed.key) = (state, None);
            return;
        }
        if self.all.len() == SEEDS {
            let resting = |seed: &Seed<R, A>| matches!(seed.state, SeedState::Resting);
            self.all.remove(self.all.iter().position(resting).unwrap_or(0));
        }
        self.all.push(Seed { route, key: None, state });
    }

    /// A seed sent its feed. True if that is news.
    pub(crate) fn reached(&mut self, now: Instant, route: &R, key: A, learnt: bool) -> bool {
        let longest = self.longest_pause;
        let Some(seed) = self.all.iter_mut().find(|seed| seed.route == *route) else { return false };
        let news = seed.key.replace(key).is_none();
        seed.state = match seed.state {
            _ if news => SeedState::Reached { again: Pause::first(now) },
            SeedState::Reached { again } if again.length >= longest && !learnt => SeedState::Resting,
            SeedState::Reached { .. } if learnt => SeedState::Reached { again: Pause::first(now) },
            SeedState::Reached { again } => SeedState::Reached { again },
            SeedState::Asking { .. } => SeedState::Reached { again: Pause::first(now) },
            SeedState::Resting => SeedState::Resting,
        };
        news
    }

    /// What seeds could teach is known: they are asked from time to time only.
    pub(crate) fn rest(&mut self) {
        for seed in &mut self.all {
            if let SeedState::Reached { .. } = seed.state {
                seed.state = SeedState::Resting;
            }
        }
    }

    /// A seed refused. The outcome to report now, if any: in a conflict its notice is awaited first.
    pub(crate) fn refused(&mut self, route: &R, outcome: SeedOutcome, wait: bool) -> Option<SeedOutcome> {
        let seed = self.all.iter_mut().find(|seed| seed.route == *route)?;
        let SeedState::Asking { refused, .. } = &mut seed.state else { return None };
        if wait {
            *refused = Some(outcome);
            return None;
        }
        seed.state = SeedState::Resting;
        Some(outcome)
    }

    /// A seed turned out to be ourselves: it is no seed. True if it was one.
    pub(crate) fn is_myself(&mut self, route: &R) -> bool {
        let before = self.all.len();
        self.all.retain(|seed| seed.route != *route);
        self.all.len() < before
    }

    /// The earliest deadline.
    pub(crate) fn next(&self) -> Option<Instant> {
        let deadlines = self.all.iter().filter_map(|seed| match &seed.state {
            SeedState::Asking { until, again, .. } => Some(again.at.min(*until)),
            SeedState::Reached { again } => Some(again.at),
            SeedState::Resting => None,
        });
        deadlines.min()
    }

    /// What is due.
    pub(crate) fn due(&mut self, now: Instant) -> Option<SeedDue<R>> {
        let longest = self.longest_pause;
        for seed in &mut self.all {
            match &mut seed.state {
                SeedState::Asking { until, refused, .. } if *until <= now => {
                    let outcome = refused.unwrap_or(SeedOutcome::NoAnswer);
                    seed.state = SeedState::Resting;
                    return Some(SeedDue::Report(seed.route.clone(), outcome));
                }
                SeedState::Asking { again, .. } | SeedState::Reached { again } if again.at <= now => {
                    *again = again.next(now, longest);
                    return Some(SeedDue::Ask(seed.route.clone()));
                }
                _ => {}
            }
        }
        None
    }

    /// Moves the time to answer by the time for which the process stood still.
    pub(crate) fn postpone(&mut self, lateness: Duration) {
        for seed in &mut self.all {
            if let SeedState::Asking { until, .. } = &mut seed.state {
                *until += lateness;
            }
        }
    }
}

/// A request without an answer so far.
#[derive(Clone, Debug)]
pub(crate) struct Request<R> {
    pub(crate) number: u16,
    pub(crate) route: R,
    pub(crate) ask: Ask,
    /// It was repeated with a cookie.
    pub(crate) challenged: bool,
    sent: Instant,
}

/// What a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// An announce.
    Announce,
    /// A ping to one who holds us for dead and is no member here.
    Ping,
}

/// Requests under way, the oldest forgotten first, and the routes of forgotten members.
#[derive(Debug)]
pub(crate) struct Requests<R> {
    queue: VecDeque<Request<R>>,
    pub(crate) forgotten: VecDeque<R>,
}

impl<R: Clone + Eq> Requests<R> {
    pub(crate) fn new() -> Self {
        Self { queue: VecDeque::new(), forgotten: VecDeque::new() }
    }

    pub(crate) fn add(&mut self, now: Instant, number: u16, route: R, ask: Ask) {
        if self.queue.len() == OUTSTANDING {
            self.queue.pop_front();
        }
        self.queue.push_back(Request { number, route, ask, challenged: false, sent: now });
    }

    pub(crate) fn find(&mut self, now: Instant, number: u16, ask: Ask) -> Option<&mut Request<R>> {
        let fresh = |r: &&mut Request<R>| r.number == number && r.ask == ask && now.since(r.sent) < PATIENCE;
        self.queue.iter_mut().find(fresh)
    }

    pub(crate) fn take(&mut self, now: Instant, number: u16, ask: Ask) -> Option<Request<R>> {
        let fresh = |r: &Request<R>| r.number == number && r.ask == ask && now.since(r.sent) < PATIENCE;
        let at = self.queue.iter().position(fresh)?;
        self.queue.remove(at)
    }

    /// Takes the routes of all announces under way, each once: they are to be made again.
    pub(crate) fn take_announced(&mut self, now: Instant) -> Vec<R> {
        let mut routes = Vec::new();
        for request in self.queue.drain(..) {
            if request.ask == Ask::Announce
                && now.since(request.sent) < PATIENCE
                && !routes.contains(&request.route)
            {
                routes.push(request.route);
            }
        }
        routes
    }

    pub(crate) fn clear(&mut self) {
        self.queue.clear();
    }

    /// Remembers the route of a member that was forgotten.
    pub(crate) fn remember(&mut self, route: R) {
        self.forgotten.retain(|known| *known != route);
        if self.forgotten.len() == FORGOTTEN {
            self.forgotten.pop_front();
        }
        self.forgotten.push_back(route);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_that_keep_changing_are_bounded_and_those_in_use_stay() {
        let mut seeds = Seeds::<u32, ()>::new(Duration::from_secs(10));
        let second = Duration::from_secs(1);
        seeds.ask(Instant::ZERO, 0, second);
        seeds.reached(Instant::ZERO, &0, (), true);
        for route in 1..200 {
            let now = Instant::from_millis(u64::from(route) * 2_000);
            seeds.ask(now, route, second);
            while seeds.due(now + second).is_some() {}
        }
        assert_eq!(seeds.as_slice().len(), SEEDS);
        assert!(seeds.as_slice().iter().any(|seed| seed.route == 0), "the one that took us in");
    }
}
