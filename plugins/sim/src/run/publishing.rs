//! What members publish in a run: records and moments whose values are numbers that only grow.

use super::agenda::Task;
use super::{Run, URGENT};
use crate::model::{Keeping, Stocked};
use crate::scenario::{Moments, Records, Selection, Span};
use crate::world::Seat;
use haulout::Phase;
use haulout::codec::Codec;
use rand::RngExt;

impl<I: Stocked<Addr: Send> + 'static, C: Codec<I> + Clone> Run<'_, I, C> {
    /// Every member puts its records.
    pub(super) fn publish_first(&mut self) {
        let Some(Records { each, bytes, .. }) = self.scenario.records.clone() else { return };
        for seat in self.world.running().collect::<Vec<_>>() {
            (0..each).for_each(|key| self.put(seat, &format!("k{key}"), bytes));
        }
    }

    /// Some member puts one of its keys again, or removes it.
    pub(super) fn publish_again(&mut self) {
        let Some(Records { each, every: Some(every), bytes }) = self.scenario.records.clone() else { return };
        self.agenda.add(self.world.now() + every.duration(), Task::Publish);
        for seat in self.some_publisher() {
            let (key, removes) =
                (self.world.rng().random_range(0..each), self.world.rng().random_ratio(1, 3));
            let key = format!("k{key}");
            if removes { self.remove(seat, &key) } else { self.put(seat, &key, bytes) }
        }
    }

    /// A member puts a record as small as a value can be.
    pub(super) fn put_urgent(&mut self, seat: Seat) {
        self.put(seat, URGENT, size_of::<u64>());
    }

    /// Some member makes a moment known.
    pub(super) fn make_known(&mut self) {
        let Some(Moments { every, bytes, ttl }) = self.scenario.moments.clone() else { return };
        self.agenda.add(self.world.now() + every.duration(), Task::Moment);
        let ttl = ttl.map(Span::duration);
        for seat in self.some_publisher() {
            let value = self.value(bytes);
            // More than 64 may be under way.
            let _refused = self.world.act(seat, |engine, now| {
                engine.broadcasts(now).with(|kept, context| kept.send(&value, ttl, context))
            });
        }
    }

    /// One of the members that publish, unless there is none.
    fn some_publisher(&mut self) -> Vec<Seat> {
        let may = |seat: &Seat| {
            self.world.engine(*seat).is_some_and(|engine| engine.phase() == Phase::Active)
                && self.world.model().keeping(*seat) == Keeping::All
        };
        let publishers: Vec<_> = self.world.running().filter(may).collect();
        Selection::Any(1).draw(self.world.rng(), &publishers)
    }

    /// The next number.
    fn value(&mut self, bytes: usize) -> Vec<u8> {
        self.published += 1;
        let mut value = vec![0; bytes];
        value[..8].copy_from_slice(&self.published.to_le_bytes());
        value
    }

    fn put(&mut self, seat: Seat, key: &str, bytes: usize) {
        let value = self.value(bytes);
        // In a conflict a member may be told that it cannot publish.
        let _refused = self.world.act(seat, |engine, now| {
            engine.broadcasts(now).with(|kept, context| kept.put(key.as_bytes(), &value, context))
        });
    }

    fn remove(&mut self, seat: Seat, key: &str) {
        let _refused = self.world.act(seat, |engine, now| {
            engine.broadcasts(now).with(|kept, context| kept.remove(key.as_bytes(), context))
        });
    }
}
