//! The network: latency, loss, duplication, cuts, partitions, and rules for chosen datagrams.

use super::letter::Letter;
use super::people::Peer;
use super::rng::Rng;
use core::net::SocketAddr;
use core::time::Duration;
use std::collections::{HashMap, HashSet};

/// What a rule does with a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Pass,
    Drop,
    /// On top of the latency.
    Delay(Duration),
}

type Rule<I> = Box<dyn FnMut(&Letter<I>) -> Fate>;

pub struct Net<I: Peer> {
    /// The shortest and the longest time under way.
    pub latency: (Duration, Duration),
    /// Lost datagrams in a thousand.
    pub loss: u32,
    /// Duplicated datagrams in a thousand.
    pub duplication: u32,
    side: HashMap<SocketAddr, usize>,
    cuts: HashSet<(SocketAddr, SocketAddr)>,
    rules: Vec<Rule<I>>,
}

impl<I: Peer> Net<I> {
    pub fn new() -> Self {
        Self {
            latency: (Duration::from_micros(500), Duration::from_millis(3)),
            loss: 0,
            duplication: 0,
            side: HashMap::new(),
            cuts: HashSet::new(),
            rules: Vec::new(),
        }
    }

    /// From now on nothing crosses between the sides; an address that is on none reaches all.
    pub fn split(&mut self, sides: &[&[SocketAddr]]) {
        self.side = sides
            .iter()
            .enumerate()
            .flat_map(|(side, routes)| routes.iter().map(move |route| (*route, side)))
            .collect();
    }

    /// From now on nothing goes from one address to the other; the way back stays open.
    pub fn cut(&mut self, from: SocketAddr, to: SocketAddr) {
        self.cuts.insert((from, to));
    }

    /// Removes sides, cuts, and rules.
    pub fn heal(&mut self) {
        self.side.clear();
        self.cuts.clear();
        self.rules.clear();
    }

    /// Adds a rule. Of several, the first that does not say `Pass` decides.
    pub fn rule(&mut self, rule: impl FnMut(&Letter<I>) -> Fate + 'static) {
        self.rules.push(Box::new(rule));
    }

    pub(super) fn has_rules(&self) -> bool {
        !self.rules.is_empty()
    }

    /// How long each copy of a datagram is under way; none if it is lost.
    pub(super) fn carry(
        &mut self,
        rng: &mut Rng,
        from: SocketAddr,
        to: SocketAddr,
        letter: Option<&Letter<I>>,
    ) -> Vec<Duration> {
        if self.blocked(from, to) || rng.chance(self.loss) {
            return Vec::new();
        }
        let extra = match letter.map_or(Fate::Pass, |letter| self.judge(letter)) {
            Fate::Drop => return Vec::new(),
            Fate::Delay(extra) => extra,
            Fate::Pass => Duration::ZERO,
        };
        let copies = if rng.chance(self.duplication) { 2 } else { 1 };
        (0..copies).map(|_| extra + rng.between(self.latency.0, self.latency.1)).collect()
    }

    fn blocked(&self, from: SocketAddr, to: SocketAddr) -> bool {
        if self.cuts.contains(&(from, to)) {
            return true;
        }
        matches!((self.side.get(&from), self.side.get(&to)), (Some(a), Some(b)) if a != b)
    }

    fn judge(&mut self, letter: &Letter<I>) -> Fate {
        self.rules.iter_mut().map(|rule| rule(letter)).find(|fate| *fate != Fate::Pass).unwrap_or(Fate::Pass)
    }
}
