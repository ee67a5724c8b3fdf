//! What members publish in a run: records whose values are numbers that only grow.

use super::Run;
use super::agenda::Task;
use crate::model::{RECORD, Stocked};
use crate::scenario::{Records, Selection};
use crate::world::Seat;
use haulout::Phase;
use haulout::codec::Codec;
use rand::RngExt;

impl<I: Stocked<Addr: Send> + 'static, C: Codec<I> + Clone> Run<'_, I, C> {
    /// Every member puts its records.
    pub(super) fn publish_first(&mut self) {
        let Some(Records { each, bytes, .. }) = self.scenario.records.clone() else { return };
        for seat in self.world.running().collect::<Vec<_>>() {
            (0..each).for_each(|key| self.put(seat, key, bytes));
        }
    }

    /// Some member puts one of its keys again, or removes it.
    pub(super) fn publish_again(&mut self) {
        let Some(Records { each, every: Some(every), bytes }) = self.scenario.records.clone() else { return };
        self.agenda.add(self.world.now() + every.duration(), Task::Publish);
        let is_active =
            |seat: &Seat| self.world.engine(*seat).is_some_and(|engine| engine.phase() == Phase::Active);
        let active: Vec<_> = self.world.running().filter(is_active).collect();
        for seat in Selection::Any(1).draw(self.world.rng(), &active) {
            let (key, removes) =
                (self.world.rng().random_range(0..each), self.world.rng().random_ratio(1, 3));
            if removes { self.remove(seat, key) } else { self.put(seat, key, bytes) }
        }
    }

    fn put(&mut self, seat: Seat, key: usize, bytes: usize) {
        self.published += 1;
        let mut value = vec![0; bytes];
        value[..8].copy_from_slice(&self.published.to_le_bytes());
        // In a conflict a member may be told that it cannot publish.
        let _refused = self
            .world
            .act(seat, |engine, now| engine.broadcasts(now).records(&RECORD)?.put(format!("k{key}"), &value));
    }

    fn remove(&mut self, seat: Seat, key: usize) {
        let _refused = self
            .world
            .act(seat, |engine, now| engine.broadcasts(now).records(&RECORD)?.remove(format!("k{key}")));
    }
}
