//! What is still being transmitted, in lanes: manifests, then small before large.
//!
//! Each lane is a [`Dissemination`]: fewest transmissions first, newest of these first. Small pieces go before
//! large ones, but a large one that was passed over three times goes first. Invariant: a piece is in the one
//! lane that its size says. Cost: O(1) a change; a packet costs what fits in it.

use crate::dissemination::{Dissemination, Links};
use crate::members::Slot;
use alloc::vec::Vec;

/// Most bytes, of key and value together, of what is small.
const SMALL: usize = 256;
/// Pieces that did not fit before a lane is left.
const MISFITS: u8 = 3;
/// Packets in which large pieces waited in vain before they go first.
const PATIENCE: u8 = 3;

/// The lanes of pieces of one kind.
#[derive(Debug)]
pub(super) struct Lanes {
    small: Dissemination,
    large: Dissemination,
}

/// What became of a piece that was offered to a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// It was written, or the receiver knows it and there is nobody else: it counts as transmitted.
    Told,
    /// The receiver knows it.
    Known,
    /// It does not fit.
    Misfit,
    /// It is over, and is not told any more.
    Over,
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

    pub(super) fn small(&mut self) -> &mut Dissemination {
        &mut self.small
    }

    pub(super) fn large(&mut self) -> &mut Dissemination {
        &mut self.large
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

/// Offers the pieces of a lane to a packet until it takes no more, and counts the transmissions. `left` gets
/// those that have left the lane. True if one was told.
pub(super) fn offer<L: Links>(
    lane: &mut Dissemination,
    links: &mut L,
    limit: u8,
    scratch: &mut Vec<Slot>,
    mut put: impl FnMut(&L, Slot) -> Offer,
    mut left: impl FnMut(&mut L, Slot),
) -> bool {
    scratch.clear();
    let (mut next, mut misfits, mut over) = (lane.first(), 0, None);
    while let Some(slot) = next {
        next = lane.after(slot, links);
        match put(links, slot) {
            Offer::Told => scratch.push(slot),
            Offer::Known => {}
            Offer::Over => over = Some(slot),
            Offer::Misfit => {
                misfits += 1;
                if misfits == MISFITS {
                    break;
                }
            }
        }
    }
    // One a packet: the others wait no longer for that.
    if let Some(slot) = over {
        lane.remove(slot, links);
        left(links, slot);
    }
    let told = !scratch.is_empty();
    for slot in scratch.drain(..) {
        lane.sent(slot, limit, links);
        if !links.link(slot).is_listed() {
            left(links, slot);
        }
    }
    told
}
