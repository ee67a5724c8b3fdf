//! What is still being told: an intrusive list for each number of transmissions (SWIM §4.1).
//!
//! The links live in the members' records, the heads here. Within the list of those never sent the
//! newest is first; a piece that was sent goes to the end of the next list, so that those of one count
//! take turns. Invariant: a slot is in at most one list, and its link names it. Cost: O(1) each; a
//! packet costs what fits in it.

use crate::members::Slot;

/// Most transmissions of one piece: `gossip.retransmit` is at most 7 and ⌈log₁₀⌉ of 2²⁴ is 8.
const LISTS: usize = 64;
/// No slot.
const END: u32 = u32::MAX;
/// Not in any list.
const NOWHERE: u8 = u8::MAX;

/// A record's place in the lists.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    prev: u32,
    next: u32,
    list: u8,
}

impl Link {
    /// In no list.
    pub(crate) const NONE: Self = Self { prev: END, next: END, list: NOWHERE };

    /// How often it was sent, while it is in a list.
    pub(crate) const fn sent(&self) -> u8 {
        self.list
    }

    /// Whether it is in a list.
    pub(crate) const fn is_listed(&self) -> bool {
        self.list != NOWHERE
    }
}

/// Where the links live.
pub(crate) trait Links {
    /// The link of a slot.
    fn link(&self, slot: Slot) -> &Link;
    /// The link of a slot.
    fn link_mut(&mut self, slot: Slot) -> &mut Link;
}

/// The lists' heads and tails.
#[derive(Debug)]
pub(crate) struct Dissemination {
    heads: [u32; LISTS],
    tails: [u32; LISTS],
    /// Bit `n` is set while list `n` has an entry.
    occupied: u64,
    len: u32,
}

impl Dissemination {
    pub(crate) const fn new() -> Self {
        Self { heads: [END; LISTS], tails: [END; LISTS], occupied: 0, len: 0 }
    }

    /// How many pieces wait.
    pub(crate) fn len(&self) -> u32 {
        self.len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Puts a slot in front of everything, as never sent; whatever was told of it before is replaced.
    pub(crate) fn queue(&mut self, slot: Slot, links: &mut impl Links) {
        self.remove(slot, links);
        let head = self.heads[0];
        *links.link_mut(slot) = Link { prev: END, next: head, list: 0 };
        match head {
            END => self.tails[0] = slot.index(),
            _ => links.link_mut(Slot::at(head)).prev = slot.index(),
        }
        self.heads[0] = slot.index();
        self.occupied |= 1;
        self.len += 1;
    }

    /// Takes a slot out, wherever it is.
    pub(crate) fn remove(&mut self, slot: Slot, links: &mut impl Links) {
        let Link { prev, next, list } = core::mem::replace(links.link_mut(slot), Link::NONE);
        if list == NOWHERE {
            return;
        }
        self.join(usize::from(list), (prev, next), links);
        self.len -= 1;
    }

    /// Makes two slots of a list neighbours: what stood between them was taken out.
    #[inline]
    fn join(&mut self, list: usize, (prev, next): (u32, u32), links: &mut impl Links) {
        match prev {
            END => self.heads[list] = next,
            _ => links.link_mut(Slot::at(prev)).next = next,
        }
        match next {
            END => self.tails[list] = prev,
            _ => links.link_mut(Slot::at(next)).prev = prev,
        }
        if self.heads[list] == END {
            self.occupied &= !(1 << list);
        }
    }

    /// Takes everything out.
    pub(crate) fn clear(&mut self, links: &mut impl Links) {
        while let Some(slot) = self.first() {
            self.remove(slot, links);
        }
    }

    /// Counts a transmission: the slot goes to the end of the next list, or out at `limit`.
    pub(crate) fn sent(&mut self, slot: Slot, limit: u8, links: &mut impl Links) {
        self.sent_all(&[slot], limit, links);
    }

    /// The same for several, one after the other. Those that follow each other in a list, as they do in a full
    /// packet, move together.
    pub(crate) fn sent_all(&mut self, slots: &[Slot], limit: u8, links: &mut impl Links) {
        let mut rest = slots;
        while let Some(&first) = rest.first() {
            let list = links.link(first).list;
            if list == NOWHERE || list + 1 >= limit.min(LISTS as u8) {
                self.remove(first, links);
                rest = &rest[1..];
                continue;
            }
            let run = self.advance_run(rest, list + 1, links);
            rest = &rest[run..];
        }
    }

    /// Moves the slots at the start of `slots` that follow each other in their list to the end of the list
    /// `to`, the next one; how many they are.
    fn advance_run(&mut self, slots: &[Slot], to: u8, links: &mut impl Links) -> usize {
        let (first, before) = (slots[0], links.link(slots[0]).prev);
        let mut run = 0;
        let (last, after) = loop {
            let (slot, link) = (slots[run], links.link_mut(slots[run]));
            link.list = to;
            run += 1;
            if slots.get(run).is_none_or(|slot| slot.index() != link.next) {
                break (slot, link.next);
            }
        };
        let (from, to) = (usize::from(to) - 1, usize::from(to));
        self.join(from, (before, after), links);
        let tail = core::mem::replace(&mut self.tails[to], last.index());
        match tail {
            END => self.heads[to] = first.index(),
            _ => links.link_mut(Slot::at(tail)).next = first.index(),
        }
        links.link_mut(first).prev = tail;
        links.link_mut(last).next = END;
        self.occupied |= 1 << to;
        run
    }

    /// The freshest piece.
    #[inline]
    pub(crate) fn first(&self) -> Option<Slot> {
        self.head_from(0)
    }

    /// The piece after `slot`, in the order of transmissions.
    pub(crate) fn after(&self, slot: Slot, links: &impl Links) -> Option<Slot> {
        let link = links.link(slot);
        match link.next {
            END => self.head_from(u32::from(link.list) + 1),
            next => Some(Slot::at(next)),
        }
    }

    fn head_from(&self, list: u32) -> Option<Slot> {
        let rest = self.occupied & u64::MAX.checked_shl(list).unwrap_or(0);
        (rest != 0).then(|| Slot::at(self.heads[rest.trailing_zeros() as usize]))
    }
}

/// Most transmissions of one piece in a cluster of `n` members: λ · ⌈log₁₀(n + 1)⌉.
pub(crate) fn retransmit_limit(lambda: u8, n: usize) -> u8 {
    let digits = (n as u64).checked_ilog10().map_or(0, |log| log + 1);
    lambda.saturating_mul(digits as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use rand::rngs::SmallRng;
    use rand::{RngExt, SeedableRng};

    struct Table(Vec<Link>);

    impl Links for Table {
        fn link(&self, slot: Slot) -> &Link {
            &self.0[slot.index() as usize]
        }
        fn link_mut(&mut self, slot: Slot) -> &mut Link {
            &mut self.0[slot.index() as usize]
        }
    }

    fn listed(news: &Dissemination, table: &Table) -> Vec<u32> {
        core::iter::successors(news.first(), |slot| news.after(*slot, table)).map(Slot::index).collect()
    }

    #[test]
    fn the_freshest_comes_first_and_the_sent_take_turns() {
        let (mut news, mut table) = (Dissemination::new(), Table([Link::NONE; 5].to_vec()));
        for slot in 0..4 {
            news.queue(Slot::at(slot), &mut table);
        }
        assert_eq!(listed(&news, &table), [3, 2, 1, 0]);
        news.sent(Slot::at(3), 2, &mut table);
        news.sent(Slot::at(1), 2, &mut table);
        assert_eq!(listed(&news, &table), [2, 0, 3, 1]);
        news.queue(Slot::at(1), &mut table);
        assert_eq!(listed(&news, &table), [1, 2, 0, 3]);
        news.sent(Slot::at(3), 2, &mut table);
        news.remove(Slot::at(2), &mut table);
        assert_eq!((listed(&news, &table), news.len()), (Vec::from([1, 0]), 2));
        news.remove(Slot::at(1), &mut table);
        news.remove(Slot::at(0), &mut table);
        assert!(news.is_empty() && news.first().is_none());
    }

    #[test]
    fn several_at_once_move_as_one_after_the_other() {
        let mut rng = SmallRng::seed_from_u64(7);
        let (mut news, mut table) = (Dissemination::new(), Table([Link::NONE; 24].to_vec()));
        // Each list, the first to be told first.
        let mut lists = [const { Vec::<u32>::new() }; 4];
        for _ in 0..4_000 {
            let slot = rng.random_range(0..24);
            if rng.random_ratio(1, 2) {
                for list in &mut lists {
                    list.retain(|other| *other != slot);
                }
                lists[0].insert(0, slot);
                news.queue(Slot::at(slot), &mut table);
            } else {
                // Some of those in a row, as a packet takes them, and some that are left out.
                let row: Vec<u32> = lists.concat().into_iter().filter(|_| rng.random_ratio(3, 4)).collect();
                for slot in &row {
                    let from = lists.iter().position(|list| list.contains(slot)).unwrap();
                    lists[from].retain(|other| other != slot);
                    lists.get_mut(from + 1).into_iter().for_each(|list| list.push(*slot));
                }
                let row: Vec<Slot> = row.into_iter().map(Slot::at).collect();
                news.sent_all(&row, 4, &mut table);
            }
            assert_eq!(listed(&news, &table), lists.concat());
            assert_eq!(news.len() as usize, lists.concat().len());
        }
    }

    #[test]
    fn the_limit_follows_the_size_of_the_cluster() {
        // ⌈log10(n + 1)⌉ for n = 1, 9, 10, 99, 100, 1,000 and 2^24.
        for (n, digits) in [(1, 1), (9, 1), (10, 2), (99, 2), (100, 3), (1_000, 4), (1 << 24, 8)] {
            assert_eq!(retransmit_limit(4, n), 4 * digits, "{n}");
        }
        assert!(usize::from(retransmit_limit(7, 1 << 24)) < LISTS);
    }
}
