//! Every record of a live owner is everywhere after quiescence; nothing older than what was shown, and nothing
//! that its owner has removed, is shown again.
//!
//! Values are numbers that only grow over a run, so that later can be told from earlier. For each observer the
//! records are kept that its events replay to; in the end those of each member must be what that member has
//! of its own. Until then, of each record an observer never tells a lower number than before, nor the same
//! one after it has told that it is withdrawn and its owner has removed it. An observer begins anew when its
//! process does, and with an owner that it has forgotten. Which values the theorem does not order is in
//! `lives`. An owner that outbids an earlier life of the same identity puts all again above a new floor, and
//! whoever hears of the floor first tells that all is withdrawn: that is no removal. Cost: O(1) an event, O(all records) in the end.

mod lives;

use super::{Checker, Verdict};
use crate::observe::{Act, Observation, Seen, Survey};
use crate::world::Seat;
use haulout::{Event, Identity, Instant};
use lives::Lives;
use std::collections::{BTreeMap, HashMap};

/// A record: topic and key, and what is known of it.
type Of<T> = BTreeMap<(u32, Vec<u8>), T>;
/// The numbers of values.
type Own = Of<u64>;

/// The highest number that an observer has told of a record.
#[derive(Clone, Copy, Debug)]
struct Latest {
    number: u64,
    /// It has told that this value is withdrawn, and the owner had removed it.
    is_gone: bool,
}

/// See the [module's table](crate::checkers).
#[derive(Debug)]
pub struct RecordsEverywhere<I: Identity> {
    shown: HashMap<Seat, HashMap<I::Addr, Own>>,
    latest: HashMap<Seat, HashMap<I::Addr, Of<Latest>>>,
    /// What owners have removed.
    removed: HashMap<I::Addr, Own>,
    lives: Lives<I>,
}

impl<I: Identity> Default for RecordsEverywhere<I> {
    fn default() -> Self {
        Self {
            shown: HashMap::new(),
            latest: HashMap::new(),
            removed: HashMap::new(),
            lives: Lives::default(),
        }
    }
}

impl<I: Identity> RecordsEverywhere<I> {
    /// Nothing is published yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn told(&mut self, seat: Seat, event: &Event<I>, is_own: bool) -> Verdict {
        match event {
            Event::Published { owner, topic, key, value } => {
                self.published(seat, owner, (*topic, key.clone()), number(value))
            }
            Event::Withdrawn { owner, topic, key } => {
                self.withdrawn(seat, owner, &(*topic, key.clone()), is_own);
                Ok(())
            }
            Event::Down { identity } | Event::Left { identity } | Event::Renewed { new: identity, .. } => {
                self.shown.entry(seat).or_default().remove(&identity.addr());
                Ok(())
            }
            Event::Rejoined { identity } => {
                self.lives.renewed(identity);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn published(&mut self, seat: Seat, owner: &I::Addr, record: (u32, Vec<u8>), number: u64) -> Verdict {
        self.lives.published(number);
        let shown = self.shown.entry(seat).or_default();
        shown.entry(owner.clone()).or_default().insert(record.clone(), number);
        if !self.lives.orders(owner, number) {
            return Ok(());
        }
        let latest = self.latest.entry(seat).or_default().entry(owner.clone()).or_default();
        let name = String::from_utf8_lossy(&record.1).into_owned();
        match latest.get(&record) {
            Some(before) if number < before.number => {
                Err(format!("{seat}: {name} of {owner:?} was {}, and {number} is back", before.number))
            }
            Some(before) if number == before.number && before.is_gone => {
                Err(format!("{seat}: {name} of {owner:?} was withdrawn at value {number}, which is back"))
            }
            _ => {
                latest.insert(record, Latest { number, is_gone: false });
                Ok(())
            }
        }
    }

    fn withdrawn(&mut self, seat: Seat, owner: &I::Addr, record: &(u32, Vec<u8>), is_own: bool) {
        let shown = self.shown.entry(seat).or_default().get_mut(owner);
        let Some(number) = shown.and_then(|own| own.remove(record)) else { return };
        let removed = self.removed.entry(owner.clone()).or_default();
        if is_own {
            removed.insert(record.clone(), number);
        }
        let latest = self.latest.entry(seat).or_default().get_mut(owner);
        if let Some(latest) = latest.and_then(|latest| latest.get_mut(record)) {
            let is_removed = removed.get(record).is_some_and(|r| *r >= number);
            latest.is_gone |= latest.number == number && is_removed && self.lives.are_ordered(owner);
        }
    }
}

impl<I: Identity> Checker<I> for RecordsEverywhere<I> {
    fn theorem(&self) -> &'static str {
        "records of live owners are everywhere, and none goes back"
    }

    fn observe(&mut self, _at: Instant, seen: &Observation<'_, I>) -> Verdict {
        match *seen {
            Observation::Act { seat, act: Act::Started(identity) } => {
                self.shown.remove(&seat);
                self.latest.remove(&seat);
                self.lives.started(seat, identity);
                Ok(())
            }
            Observation::Act { seat, act: Act::Crashed(_) } => {
                self.lives.ended(seat);
                Ok(())
            }
            Observation::Event { seat, event, view } => {
                let is_own = matches!(event, Event::Withdrawn { owner, .. } if view.identity().is_at(owner));
                self.told(seat, event, is_own)
            }
            // Of an owner that is forgotten nothing is known any more, not what it had removed either.
            Observation::Stepped { seat, view } if view.stats().dropped.forgotten > 0 => {
                if let Some(latest) = self.latest.get_mut(&seat) {
                    latest.retain(|owner, _| view.held(owner).is_some());
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn conclude(&mut self, survey: &Survey<'_, I>) -> Verdict {
        let (none, nothing) = (HashMap::new(), Own::new());
        let members: HashMap<_, _> =
            survey.members().map(|member| (member.view.identity().addr(), member.seat)).collect();
        let shown = |seat: &Seat| self.shown.get(seat).unwrap_or(&none);
        let of = |seat: &Seat, owner: &I::Addr| shown(seat).get(owner).unwrap_or(&nothing).clone();
        // Whoever keeps no records has none.
        let keepers = survey.members().filter(|member| member.view.records().is_some());
        for observer in keepers {
            for (owner, seat) in &members {
                // Whoever refuses an owner has none of its records; whether it should hold it, other theorems
                // say.
                let holds = seat == &observer.seat
                    || observer.view.held(owner).is_some_and(|held| held.2.is_active());
                let has = of(&observer.seat, owner);
                let should = if holds { of(seat, owner) } else { Own::new() };
                if has != should && (!holds || reaches(survey, owner, *seat, observer.seat)) {
                    let observer = observer.seat;
                    return Err(format!("{observer} has {has:?} of {seat}, which has {should:?}"));
                }
            }
            let strange = shown(&observer.seat)
                .iter()
                .find(|(owner, own)| !own.is_empty() && !members.contains_key(owner));
            if let Some((owner, own)) = strange {
                let observer = observer.seat;
                return Err(format!("{observer} has {own:?} of {owner:?}, who is no member"));
            }
        }
        Ok(())
    }
}

/// Whether what an owner publishes can come to an observer: from one to the next of those that keep records,
/// hold each other, and hold the owner. Where admission hooks differ it need not.
fn reaches<I: Identity>(survey: &Survey<'_, I>, owner: &I::Addr, from: Seat, to: Seat) -> bool {
    let keepers: Vec<_> = survey.members().filter(|member| member.view.records().is_some()).collect();
    let holds = |one: &Seen<'_, I>, key: &I::Addr| {
        one.view.identity().is_at(key) || one.view.held(key).is_some_and(|held| held.2.is_active())
    };
    let is_next = |one: &Seen<'_, I>, other: &Seen<'_, I>| {
        holds(one, &other.view.identity().addr())
            && holds(other, &one.view.identity().addr())
            && holds(other, owner)
    };
    let mut reached: Vec<_> = keepers.iter().filter(|member| member.seat == from).collect();
    let mut next = 0;
    while let Some(one) = reached.get(next).copied() {
        let more = keepers
            .iter()
            .filter(|other| is_next(one, other) && reached.iter().all(|known| known.seat != other.seat));
        let more: Vec<_> = more.collect();
        reached.extend(more);
        next += 1;
    }
    reached.iter().any(|member| member.seat == to)
}

/// The number in a value: its first eight bytes.
fn number(value: &[u8]) -> u64 {
    let mut first = [0; 8];
    let len = value.len().min(8);
    first[..len].copy_from_slice(&value[..len]);
    u64::from_le_bytes(first)
}
