//! What is still being transmitted: small pieces and large ones, each in a lane of their own.
//!
//! Each lane is a [`Dissemination`]: fewest transmissions first, newest of these first. Invariant: a piece is in
//! the one lane that its size says. Cost: O(1) a change.

use crate::dissemination::{Dissemination, Links};

/// Most bytes, of key and value together, of what is small.
const SMALL: usize = 256;
/// Packets in which large pieces waited in vain before they go first.
const PATIENCE: u8 = 3;

/// The lanes of pieces of one kind.
#[derive(Debug)]
pub(super) struct Lanes {
    small: Dissemination,
    large: Dissemination,
}

impl Lanes {
    pub(super) const fn new() -> Self {
        Self { small: Dissemination::new(), large: Dissemination::new() }
    }

    pub(super) fn len(&self) -> usize {
        (self.small.len() + self.large.len()) as usize
    }

    /// The lane of a piece of so many bytes.
    pub(super) fn of(&mut self, bytes: usize) -> &mut Dissemination {
        if bytes <= SMALL { &mut self.small } else { &mut self.large }
    }

    /// One of the two lanes.
    pub(super) fn get(&self, large: bool) -> &Dissemination {
        if large { &self.large } else { &self.small }
    }

    /// One of the two lanes.
    pub(super) fn get_mut(&mut self, large: bool) -> &mut Dissemination {
        if large { &mut self.large } else { &mut self.small }
    }

    pub(super) fn clear(&mut self, links: &mut impl Links) {
        self.small.clear(links);
        self.large.clear(links);
    }
}

/// Whether large pieces have waited long enough to go first.
#[derive(Debug, Default)]
pub(super) struct Turns(u8);

impl Turns {
    pub(super) fn large_first(&self) -> bool {
        self.0 >= PATIENCE
    }

    /// A packet was filled: whether large pieces wait, and whether one was told.
    pub(super) fn filled(&mut self, wait: bool, told: bool) {
        self.0 = if wait && !told { self.0.saturating_add(1) } else { 0 };
    }
}
