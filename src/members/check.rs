//! The table's invariants, held against a recomputation from scratch.

use super::Members;
use crate::digest::Digest;
use crate::fingerprint::destination;
use crate::identity::Identity;
use crate::state::State;

impl<I: Identity> Members<I> {
    /// Checks the invariants; every record, so it costs O(n).
    pub(crate) fn check(&self) {
        let mut digest = Digest::new();
        for (position, slot) in self.active.as_slice().iter().enumerate() {
            let record = &self.slots[*slot];
            assert!(record.member.state.is_active(), "the active are alive or suspect");
            assert_eq!(record.position as usize, position, "an active record notes its position");
            assert_eq!(
                self.find(&record.member.identity.addr()),
                Some(*slot),
                "the index leads to each record"
            );
            assert_eq!(
                record.dst,
                destination(&record.member.identity.addr()),
                "a record notes its key's `dst`"
            );
            let entry = self.entry(*slot);
            assert_eq!(
                self.plane.at(entry.position.key, record.place),
                Some(*slot),
                "an active record notes its place"
            );
            digest.toggle(entry.position.key, entry.value);
        }
        assert_eq!(digest, *self.plane.digest(), "the digest is that of the active");
        for (position, slot) in self.departed.slots().enumerate() {
            let record = &self.slots[slot];
            assert_eq!(record.position as usize, position, "a departed record notes its position");
            let down = position < self.departed.down();
            assert_eq!(record.member.state, if down { State::Down } else { State::Left });
        }
        assert_eq!(self.index.len(), self.active.len() + self.departed.len(), "the index holds every record");
    }
}
