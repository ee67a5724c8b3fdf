//! Pages of anti-entropy: as many entries of a range as fit, and where it goes on.

use super::append;
use super::published::Rest;
use crate::broadcast::{Broadcasts, Entry};
use crate::codec::{MessageKind, MessageRef, Page, Plane, Position, Pull, UpdateRef};
use crate::digest::salted;
use crate::engine::Engine;
use crate::exchange::Range;
use crate::members::Slot;
use crate::out::Out;
use crate::outbox::Intent;
use crate::protocol::MYSELF;
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
        let Pull { number, plane, from, .. } = *pull;
        let mut entries = core::mem::take(&mut self.protocol.ranged);
        self.protocol.range(Range::of(pull), &mut entries);
        // Our own entry of the members plane is in the header.
        entries.retain(|entry| {
            (plane == Plane::Records || entry.token != MYSELF)
                && pull.have.binary_search(&salted(entry.value, pull.salt)).is_err()
        });
        let page = |next| MessageRef::SyncPage(Page { number, plane, from, next });
        let mut fits = self.write_header(intent, page(Some(Position::LAST)), out);
        let count = self.put_entries(plane, &entries, out);
        out.truncate(0);
        let next = entries.get(count).map(|entry| entry.position);
        fits &= self.write_header(intent, page(next), out);
        self.put_entries(plane, &entries[..count], out);
        match plane {
            Plane::Members => self.protocol.stats.sent.updates += count as u64,
            Plane::Records => self.protocol.stats.sent.broadcasts += count as u64,
        }
        self.protocol.ranged = entries;
        fits.then_some(MessageKind::SyncPage)
    }

    /// Appends entries until one does not fit; how many did. Members are told as alive.
    fn put_entries(&self, plane: Plane, entries: &[Entry], out: &mut Out<'_>) -> usize {
        let put = |entry: &&Entry| match plane {
            Plane::Members => {
                let member = &self.protocol.members[Slot::at(entry.token as u32)];
                let (identity, incarnation) = (&member.identity, member.incarnation);
                append(&self.codec, UpdateRef { identity, incarnation, state: State::Alive, by: &[] }, out)
            }
            Plane::Records => {
                let mut rest = Rest { codec: &self.codec, out: &mut *out, count: 0 };
                self.protocol.broadcasts.put_entry(entry, &mut rest)
            }
        };
        entries.iter().take_while(put).count()
    }
}
