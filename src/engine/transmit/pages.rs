//! Pages of anti-entropy: as many entries of a range as fit, and where it goes on.

use super::append;
use crate::codec::{MessageKind, MessageRef, Page, Position, Pull, UpdateRef};
use crate::digest::salted;
use crate::engine::Engine;
use crate::exchange::Range;
use crate::members::{Entry, Slot};
use crate::out::Out;
use crate::outbox::Intent;
use crate::spec::Spec;
use crate::state::State;

impl<S: Spec> Engine<S> {
    /// Answers a pull. The header says where the range goes on, which is known only when the sections were
    /// counted: they are written twice.
    pub(super) fn put_page(
        &mut self,
        intent: &Intent<S::Identity>,
        pull: &Pull,
        out: &mut Out<'_>,
    ) -> Option<MessageKind> {
        let mut entries = core::mem::take(&mut self.protocol.ranged);
        self.protocol.range(Range { from: pull.from.key, until: pull.until.key }, &mut entries);
        // Our own entry is in the header.
        entries.retain(|(entry, slot)| {
            slot.is_some() && pull.have.binary_search(&salted(entry.value, pull.salt)).is_err()
        });
        let page = |next| {
            MessageRef::SyncPage(Page { number: pull.number, plane: pull.plane, from: pull.from, next })
        };
        let mut fits = self.write_header(intent, page(Some(pull.until)), out);
        let count = self.put_entries(&entries, out);
        out.truncate(0);
        let next = entries.get(count).map(|(entry, _)| Position { key: entry.key, item: 0 });
        fits &= self.write_header(intent, page(next), out);
        self.put_entries(&entries[..count], out);
        self.protocol.stats.sent.updates += count as u64;
        self.protocol.ranged = entries;
        fits.then_some(MessageKind::SyncPage)
    }

    /// Appends members as alive until one does not fit; how many did.
    fn put_entries(&self, entries: &[(Entry, Option<Slot>)], out: &mut Out<'_>) -> usize {
        let mut count = 0;
        for slot in entries.iter().filter_map(|(_, slot)| *slot) {
            let member = &self.protocol.members[slot];
            let (identity, incarnation) = (&member.identity, member.incarnation);
            let update = UpdateRef { identity, incarnation, state: State::Alive, by: &[] };
            if !append(&self.codec, update, out) {
                break;
            }
            count += 1;
        }
        count
    }
}
