//! Every record of a live owner is everywhere after quiescence, and no removed record comes back.
//!
//! Values are numbers that only grow over a run, so that later can be told from earlier. For each observer the
//! records are kept that its events replay to; in the end those of each member must be what that member has
//! of its own. After an owner has removed a record, and an observer has told that it is withdrawn, nothing as
//! old as it may be published there again, until the observer, or what it knows of the owner, begins anew. A
//! process that starts again under the identity that it had is such a beginning: what its earlier life removed
//! or had, it does not know, and a late datagram may show it until the owner answers. Cost: O(1) an event,
//! O(all records) in the end.

use super::{Checker, Verdict};
use crate::observe::{Act, Observation, Survey};
use crate::world::Seat;
use haulout::{Event, Identity, Instant};
use std::collections::{BTreeMap, HashMap};

/// A record: topic and key, and the number of its value.
type Own = BTreeMap<(u32, Vec<u8>), u64>;

/// See the [module's table](crate::checkers).
#[derive(Debug)]
pub struct RecordsEverywhere<I: Identity> {
    shown: HashMap<Seat, HashMap<I::Addr, Own>>,
    withdrawn: HashMap<Seat, HashMap<I::Addr, Own>>,
    /// What owners have removed in their present lives.
    removed: HashMap<I::Addr, Own>,
    /// The highest value that was published before an owner's present life began.
    born: HashMap<I::Addr, u64>,
    highest: u64,
}

impl<I: Identity> Default for RecordsEverywhere<I> {
    fn default() -> Self {
        Self {
            shown: HashMap::new(),
            withdrawn: HashMap::new(),
            removed: HashMap::new(),
            born: HashMap::new(),
            highest: 0,
        }
    }
}

impl<I: Identity> RecordsEverywhere<I> {
    /// Nothing is published yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn told(&mut self, seat: Seat, event: &Event<I>, is_own: bool) -> Verdict {
        let shown = self.shown.entry(seat).or_default();
        let withdrawn = self.withdrawn.entry(seat).or_default();
        match event {
            Event::Published { owner, topic, key, value } => {
                let (record, number) = ((*topic, key.clone()), number(value));
                let before = withdrawn.get(owner).and_then(|own| own.get(&record));
                self.highest = self.highest.max(number);
                let is_of_this_life = self.born.get(owner).is_none_or(|born| number > *born);
                if let Some(before) = before.filter(|before| number <= **before && is_of_this_life) {
                    let key = String::from_utf8_lossy(key);
                    return Err(format!(
                        "{seat}: {key} of {owner:?} was withdrawn at value {before}, and {number} is back"
                    ));
                }
                shown.entry(owner.clone()).or_default().insert(record, number);
            }
            Event::Withdrawn { owner, topic, key } => {
                let record = (*topic, key.clone());
                let number = shown.get_mut(owner).and_then(|own| own.remove(&record));
                let removed = self.removed.entry(owner.clone()).or_default();
                if let Some(number) = number.filter(|_| is_own) {
                    removed.insert(record.clone(), number);
                }
                if let Some(number) =
                    number.filter(|number| removed.get(&record).is_some_and(|r| r >= number))
                {
                    withdrawn.entry(owner.clone()).or_default().insert(record, number);
                }
            }
            Event::Down { identity } | Event::Left { identity } | Event::Renewed { new: identity, .. } => {
                shown.remove(&identity.addr());
            }
            _ => {}
        }
        Ok(())
    }
}

impl<I: Identity> Checker<I> for RecordsEverywhere<I> {
    fn theorem(&self) -> &'static str {
        "records of live owners are everywhere, and removed ones do not come back"
    }

    fn observe(&mut self, _at: Instant, seen: &Observation<'_, I>) -> Verdict {
        match *seen {
            Observation::Act { seat, act: Act::Started(identity) } => {
                self.shown.remove(&seat);
                self.withdrawn.remove(&seat);
                self.removed.remove(&identity.addr());
                self.born.insert(identity.addr(), self.highest);
                for withdrawn in self.withdrawn.values_mut() {
                    withdrawn.remove(&identity.addr());
                }
                Ok(())
            }
            Observation::Event { seat, event, view } => {
                let is_own = matches!(event, Event::Withdrawn { owner, .. } if view.identity().is_at(owner));
                self.told(seat, event, is_own)
            }
            // Of an owner that is forgotten nothing is known any more, not what it had removed either.
            Observation::Stepped { seat, view } if view.stats().dropped.forgotten > 0 => {
                if let Some(withdrawn) = self.withdrawn.get_mut(&seat) {
                    withdrawn.retain(|owner, _| view.held(owner).is_some());
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
        for observer in survey.members().map(|member| member.seat) {
            for (owner, seat) in &members {
                let (has, should) = (of(&observer, owner), of(seat, owner));
                if has != should {
                    return Err(format!("{observer} has {has:?} of {seat}, which has {should:?}"));
                }
            }
            let strange =
                shown(&observer).iter().find(|(owner, own)| !own.is_empty() && !members.contains_key(owner));
            if let Some((owner, own)) = strange {
                return Err(format!("{observer} has {own:?} of {owner:?}, who is no member"));
            }
        }
        Ok(())
    }
}

/// The number in a value: its first eight bytes.
fn number(value: &[u8]) -> u64 {
    let mut first = [0; 8];
    let len = value.len().min(8);
    first[..len].copy_from_slice(&value[..len]);
    u64::from_le_bytes(first)
}
