//! What is put into a packet: whatever was told least often first, of that a manifest, a user event and a record
//! in turns, of each the newest; small before large. A large piece that was passed over three times goes first of all.
//!
//! A packet costs what fits in it: a few pieces that do not fit end it.

use super::Registry;
use super::moments::Moments;
use super::store::Store;
use crate::broadcast::{Packet, Round};
use crate::codec::SectionRef;
use crate::dissemination::Links;
use crate::identity::Identity;
use crate::members::Slot;
use alloc::vec::Vec;

/// Pieces that did not fit before a packet counts as full.
const MISFITS: u8 = 3;

/// What became of a piece that was offered to a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// It was written, and counts as transmitted.
    Told,
    /// It does not fit.
    Misfit,
    /// It is over, and is not told any more.
    Over,
}

/// What pieces are of, in the order in which those go that were told equally often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Manifest,
    Moment,
    Record,
}

const KINDS: [Of; 3] = [Of::Manifest, Of::Moment, Of::Record];

impl<I: Identity> Registry<I> {
    pub(super) fn fill_packet(&mut self, packet: &mut dyn Packet<I>, round: &Round<'_, I>) {
        let wait = KINDS.iter().any(|kind| self.first(*kind, true).is_some());
        let mut told = wait && self.turns.large_first() && self.fill_size(true, packet, round);
        self.fill_size(false, packet, round);
        told |= wait && !told && self.fill_size(true, packet, round);
        self.turns.filled(wait, told);
    }

    /// Offers small pieces, or large ones; true if one was told.
    fn fill_size(&mut self, large: bool, packet: &mut dyn Packet<I>, round: &Round<'_, I>) -> bool {
        let mut next = KINDS.map(|kind| self.first(kind, large));
        let mut done: Vec<(Of, Slot, Offer)> = core::mem::take(&mut self.scratch);
        let (mut misfits, mut taken) = (0, [0; 3]);
        while let Some((kind, slot)) = self.freshest(&next, taken) {
            taken[kind as usize] += 1;
            next[kind as usize] = self.after(kind, large, slot);
            match self.offer(kind, slot, packet, round) {
                Offer::Misfit => {
                    misfits += 1;
                    if misfits == MISFITS {
                        break;
                    }
                }
                offer => done.push((kind, slot, offer)),
            }
        }
        let told = done.iter().any(|(_, _, offer)| *offer == Offer::Told);
        for (kind, slot, offer) in done.drain(..) {
            let limit = if offer == Offer::Told { round.limit } else { 0 };
            self.sent(kind, large, slot, limit);
        }
        self.scratch = done;
        told
    }

    /// The one of the next pieces that was told least often; of equals, the one of whose kind there is least.
    fn freshest(&self, next: &[Option<Slot>; 3], taken: [u32; 3]) -> Option<(Of, Slot)> {
        let Self { store: Store { owners, items, .. }, moments, .. } = self;
        let sent = |(kind, slot): &(Of, Slot)| match kind {
            Of::Manifest => owners.link(*slot).sent(),
            Of::Moment => moments.link(*slot).sent(),
            Of::Record => items.link(*slot).sent(),
        };
        let pieces = core::iter::zip(KINDS, next).filter_map(|(kind, slot)| Some((kind, (*slot)?)));
        pieces.min_by_key(|piece| (sent(piece), taken[piece.0 as usize]))
    }

    fn first(&self, kind: Of, large: bool) -> Option<Slot> {
        match kind {
            Of::Manifest if large => None,
            Of::Manifest => self.store.manifests.first(),
            Of::Moment => self.moments.lanes.get(large).first(),
            Of::Record => self.store.lanes.get(large).first(),
        }
    }

    fn after(&self, kind: Of, large: bool, slot: Slot) -> Option<Slot> {
        let Self { store: Store { owners, items, manifests, lanes, .. }, moments, .. } = self;
        match kind {
            Of::Manifest => manifests.after(slot, owners),
            Of::Moment => moments.after(large, slot),
            Of::Record => lanes.get(large).after(slot, items),
        }
    }

    fn offer(&self, kind: Of, slot: Slot, packet: &mut dyn Packet<I>, round: &Round<'_, I>) -> Offer {
        let Self { store: Store { owners, items, .. }, moments, .. } = self;
        // An owner is told of its own manifests and records as well: it may have to outbid them.
        let put = match kind {
            Of::Moment => return moments.offer(slot, packet, round),
            Of::Manifest => packet.put(SectionRef::Manifest(owners[slot].manifest())),
            Of::Record => {
                let owner = &owners[items[slot].owner];
                let key = owner.identity.addr();
                packet.put(SectionRef::Record(items[slot].record(&key, owner.life)))
            }
        };
        if put { Offer::Told } else { Offer::Misfit }
    }

    /// Counts a transmission; at `limit` the piece waits no longer.
    fn sent(&mut self, kind: Of, large: bool, slot: Slot, limit: u8) {
        let Self { store: Store { owners, items, manifests, lanes, .. }, moments, .. } = self;
        match kind {
            Of::Manifest => manifests.sent(slot, limit, owners),
            Of::Moment => Moments::sent(moments, large, slot, limit),
            Of::Record => lanes.get_mut(large).sent(slot, limit, items),
        }
    }
}
