//! Anti-entropy as its asker keeps it: the comparison under way, the ranges still to be pulled, the pulls in
//! flight, how soon the next comparison comes, and how many bytes it may cost (PROTOCOL §6).
//!
//! Responders keep no state. Invariant: a pull in flight is answered, repeated or given up within its
//! patience; ranges only shrink. Cost: O(pulls in flight), at most [`PULLS`].

use crate::codec::{Plane, Position, Pull};
use crate::config::SyncConfig;
use crate::members::Slot;
use crate::time::Instant;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::time::Duration;

/// Most pulls in flight.
pub(crate) const PULLS: usize = 16;
/// Most pages of one chain; then the range goes on at another member.
const PAGES: u8 = 64;
/// Times that a pull is sent before it is given up; the last ones to another member.
const TRIES: u8 = 4;
/// From this try on, another member is asked.
const ELSEWHERE: u8 = 2;

/// A range of positions of a plane, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) plane: Plane,
    pub(crate) from: Position,
    pub(crate) until: Position,
}

impl Range {
    /// What a pull asks for. In the members plane the second half of a position means nothing.
    pub(crate) fn of(pull: &Pull) -> Self {
        let Pull { plane, from, mut until, .. } = *pull;
        if plane == Plane::Members {
            until.item = u64::MAX;
        }
        Self { plane, from, until }
    }

    /// Adjacent leaves.
    pub(crate) fn leaves(plane: Plane, first: usize, last: usize) -> Self {
        let from = Position { key: (first as u64) << 56, item: 0 };
        let until = Position { key: (last as u64) << 56 | (u64::MAX >> 8), item: u64::MAX };
        Self { plane, from, until }
    }
}

/// A range to be pulled, from this member or from any.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Errand {
    pub(crate) range: Range,
    pub(crate) peer: Option<Slot>,
    /// The member that failed at it: another one is asked, if there is one.
    pub(crate) avoid: Option<Slot>,
    /// How often it was sent without an answer.
    tries: u8,
    /// Pages that the chain has had at this member.
    pages: u8,
}

impl Errand {
    /// A range that nobody was asked for yet.
    pub(crate) const fn new(range: Range, peer: Option<Slot>) -> Self {
        Self { range, peer, avoid: None, tries: 0, pages: 0 }
    }
}

/// A pull in flight.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InFlight {
    pub(crate) number: u16,
    pub(crate) peer: Slot,
    pub(crate) range: Range,
    /// Pulled since its asker had what we lack; no part of our own comparison.
    pub(crate) back: bool,
    pub(crate) challenged: bool,
    tries: u8,
    pages: u8,
    sent: Instant,
}

impl InFlight {
    /// The errand that takes its place now that it failed: at the same member before the try `elsewhere`, then
    /// at another; `None` if it is given up.
    fn failed(&self, elsewhere: u8) -> Option<Errand> {
        let (tries, again) = (self.tries + 1, !self.back && self.tries + 1 < TRIES);
        let here = tries < elsewhere;
        let (peer, avoid) = (here.then_some(self.peer), (!here).then_some(self.peer));
        again.then_some(Errand { range: self.range, peer, avoid, tries, pages: self.pages })
    }
}

/// A comparison without an answer so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Comparison {
    pub(crate) number: u16,
    pub(crate) peer: Slot,
    pub(crate) challenged: bool,
    sent: Instant,
}

/// What a page does to its pull.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Turned {
    /// The range is through.
    Done,
    /// It goes on: at the same member, or after too many pages at any.
    On(Errand),
    /// The page says that it goes on where it cannot; what to do with the range, or `None` if it is given up.
    Broken(Option<Errand>),
}

/// The asker's state.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// An exchange went through all ranges that differed since we joined.
    pub(crate) complete: bool,
    pub(crate) comparison: Option<Comparison>,
    /// The comparison whose answers came last: its number, whom it was with, and the planes that were answered.
    answered: Option<(u16, Slot, [bool; 2])>,
    pub(crate) errands: VecDeque<Errand>,
    pub(crate) pulls: Vec<InFlight>,
    /// The last members that answered.
    answerers: VecDeque<Slot>,
    /// What the present exchange taught, and whether some of it was given up; `None` when there is none.
    pub(crate) verdict: Option<Verdict>,
    pub(crate) next: Instant,
    /// Until when we do not answer others, unless an exchange is completed before.
    pub(crate) doubt: Option<Instant>,
    pace: Duration,
    /// Comparisons in a row that had no answer.
    silent: u8,
    budget: Budget,
    config: SyncConfig,
}

/// How an exchange goes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) useful: bool,
    pub(crate) given_up: bool,
}

impl Exchange {
    pub(crate) fn new(config: &SyncConfig) -> Self {
        Self {
            complete: false,
            comparison: None,
            answered: None,
            errands: VecDeque::new(),
            pulls: Vec::new(),
            answerers: VecDeque::new(),
            verdict: None,
            next: Instant::ZERO,
            doubt: None,
            pace: config.shortest,
            silent: 0,
            budget: Budget { tokens: i64::from(config.burst), filled: Instant::ZERO },
            config: config.clone(),
        }
    }

    /// As at the start, for one who joins anew.
    pub(crate) fn restart(&mut self) {
        let budget = self.budget;
        *self = Self { budget, ..Self::new(&self.config) };
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.comparison.is_none() && self.verdict.is_none()
    }

    pub(crate) fn compare(&mut self, now: Instant, number: u16, peer: Slot) {
        self.comparison = Some(Comparison { number, peer, challenged: false, sent: now });
    }

    /// Gives up what is under way; the next exchange is as soon as after joining.
    pub(crate) fn abandon(&mut self) {
        (self.comparison, self.answered, self.verdict) = (None, None, None);
        self.errands.clear();
        self.pulls.clear();
        self.pace = self.config.shortest;
    }

    /// Whether this answers what we asked that member.
    pub(crate) fn awaits(&self, number: u16, peer: Slot) -> bool {
        self.comparison.is_some_and(|asked| (asked.number, asked.peer) == (number, peer))
            || self.answered.is_some_and(|(asked, of, _)| (asked, of) == (number, peer))
            || self.find(number, peer).is_some()
    }

    /// An answer to a comparison came, about a plane or about none. False if it is none that we wait for, or if
    /// there was one about that plane.
    pub(crate) fn answer(&mut self, number: u16, peer: Slot, plane: Option<Plane>) -> bool {
        let asked = |comparison: &mut Comparison| (comparison.number, comparison.peer) == (number, peer);
        let first = self.comparison.take_if(asked).is_some();
        if first {
            self.answered = plane.map(|_| (number, peer, [false; 2]));
        }
        match (&mut self.answered, plane) {
            (Some((of, from, planes)), Some(plane)) if (*of, *from) == (number, peer) => {
                !core::mem::replace(&mut planes[usize::from(plane.number())], true)
            }
            (_, None) => first,
            _ => false,
        }
    }

    /// Notes that a member answers.
    pub(crate) fn note_answerer(&mut self, peer: Slot) {
        if !self.answerers.contains(&peer) {
            self.answerers.truncate(PULLS - 1);
            self.answerers.push_front(peer);
        }
    }

    /// One of the members that answered last and that `wanted` accepts; `draw` chooses.
    pub(crate) fn answerer(&self, draw: u32, wanted: impl Fn(Slot) -> bool) -> Option<Slot> {
        let count = self.answerers.len();
        let turn = |at: usize| self.answerers[(draw as usize + at) % count];
        (0..count).map(turn).find(|slot| wanted(*slot))
    }

    /// The next range to be pulled: records only when no more members are to come, for a record is taken only
    /// if its owner is a member.
    pub(crate) fn next_errand(&mut self) -> Option<Errand> {
        if let Some(at) = self.errands.iter().position(|errand| errand.range.plane == Plane::Members) {
            return self.errands.remove(at);
        }
        let to_come = |pull: &InFlight| pull.range.plane == Plane::Members && !pull.back;
        if self.pulls.iter().any(to_come) { None } else { self.errands.pop_front() }
    }

    pub(crate) fn pull(&mut self, now: Instant, number: u16, errand: Errand, peer: Slot, back: bool) {
        let Errand { range, tries, pages, .. } = errand;
        self.pulls.push(InFlight { number, peer, range, back, challenged: false, tries, pages, sent: now });
    }

    pub(crate) fn find(&self, number: u16, peer: Slot) -> Option<usize> {
        self.pulls.iter().position(|pull| pull.number == number && pull.peer == peer)
    }

    /// A page came for the pull at `at`, which is taken out.
    pub(crate) fn turn(&mut self, at: usize, next: Option<Position>) -> Turned {
        let pull = self.pulls.swap_remove(at);
        self.note_answerer(pull.peer);
        let Some(from) = next else { return Turned::Done };
        if from <= pull.range.from || from > pull.range.until {
            return Turned::Broken(pull.failed(0));
        }
        let range = Range { from, ..pull.range };
        let pages = pull.pages + 1;
        Turned::On(if pages < PAGES {
            Errand { pages, ..Errand::new(range, Some(pull.peer)) }
        } else {
            Errand { avoid: Some(pull.peer), ..Errand::new(range, None) }
        })
    }

    /// A pull without an answer in time: what to do with its range, or `None` if it is given up.
    pub(crate) fn overdue(&mut self, now: Instant, patience: Duration) -> Option<(InFlight, Option<Errand>)> {
        let at = self.pulls.iter().position(|pull| pull.sent + patience <= now)?;
        let pull = self.pulls.swap_remove(at);
        // Whoever answered before may have lost a datagram; whoever never did may not be there at all.
        let answered = self.answerers.contains(&pull.peer);
        let errand = pull.failed(if answered { ELSEWHERE } else { 0 });
        Some((pull, errand))
    }

    /// Whether the comparison has had no answer in time; then there is none.
    pub(crate) fn comparison_overdue(&mut self, now: Instant, patience: Duration) -> bool {
        self.comparison.take_if(|comparison| comparison.sent + patience <= now).is_some()
    }

    /// The next step: an answer that is overdue, the next comparison, or, while the budget is used up, a
    /// pause.
    pub(crate) fn deadline(&self, now: Instant, patience: Duration) -> Instant {
        let pulls = self.pulls.iter().map(|pull| pull.sent + patience);
        let comparison = self.comparison.iter().map(|comparison| comparison.sent + patience);
        let earliest = pulls.chain(comparison).min();
        if self.is_idle() {
            return earliest.map_or(self.next, |at| at.min(self.next)).max(now);
        }
        earliest.map_or(now + self.config.shortest, |at| at.max(now))
    }

    /// The present exchange is over. How long until the next: half as long after a useful one, twice as long
    /// after an equal or fruitless one.
    pub(crate) fn pause(&mut self, useful: bool) -> Duration {
        let SyncConfig { shortest, longest, .. } = self.config;
        self.silent = 0;
        self.pace = if useful { self.pace / 2 } else { self.pace * 2 };
        self.pace = self.pace.clamp(shortest, longest);
        self.pace
    }

    /// A comparison had no answer, which is none. A single one may have been lost, and changes nothing; whom
    /// nobody answers asks less and less: perhaps the others compute digests of another version.
    pub(crate) fn unanswered(&mut self) -> Duration {
        self.silent = self.silent.saturating_add(1);
        if self.silent > 1 {
            self.pace = (self.pace * 2).min(self.config.longest);
        }
        self.pace
    }

    /// The present pause, unchanged.
    pub(crate) fn pace(&self) -> Duration {
        self.pace
    }

    /// Counts bytes that the asker causes.
    pub(crate) fn spend(&mut self, bytes: usize) {
        self.budget.tokens = self.budget.tokens.saturating_sub_unsigned(bytes as u64);
    }

    /// Whether more may be asked for; always until the first complete exchange.
    pub(crate) fn may_ask(&mut self, now: Instant) -> bool {
        let Budget { tokens, filled } = &mut self.budget;
        let fill = now.since(*filled).as_millis() as i64 * i64::from(self.config.bytes_per_second) / 1_000;
        if fill > 0 {
            *filled = now;
            *tokens = (*tokens).max(-i64::from(self.config.burst)).saturating_add(fill);
            *tokens = (*tokens).min(self.config.burst.into());
        }
        !self.complete || *tokens > 0
    }
}

/// Bytes that the asker may cause.
#[derive(Clone, Copy, Debug)]
struct Budget {
    tokens: i64,
    filled: Instant,
}

#[cfg(test)]
mod tests;
