//! Keys that were made to have one fingerprint: FNV has no key, so somebody may find some.

use crate::codec::{MAX_HAVE, Plane, Position};
use crate::exchange::{Errand, Range};
use crate::fingerprint::{Canonical, CanonicalSink};
use crate::identity::Identity;
use crate::members::Slot;
use crate::outbox::Say;
use crate::protocol::Protocol;
use alloc::vec::Vec;

/// A key that is a number, and whose canonical form hides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Clash(u32);

impl Canonical for Clash {
    fn canonical<S: CanonicalSink>(&self, out: &mut S) {
        out.u8(7);
    }
}

impl Identity for Clash {
    type Addr = Self;
    type Route = Self;
    const RENEWS: bool = false;

    fn addr(&self) -> Self {
        *self
    }

    fn route(&self) -> Self {
        *self
    }

    fn renew(&self, _: &Self) -> Option<Self> {
        None
    }

    fn supersedes(&self, _: &Self) -> bool {
        false
    }
}

#[test]
fn more_members_of_one_fingerprint_than_a_pull_can_name_are_named_as_far_as_it_goes() {
    let others: Vec<Clash> = (1..=MAX_HAVE as u32 + 50).map(Clash).collect();
    let mut protocol = Protocol::among(&Clash(0), &others);
    let key = protocol.my_entry().position.key;
    let plane = Plane::Members;
    let until = Position { key, item: u64::MAX };
    let everything = Range { plane, from: Position::FIRST, until: Position::LAST };
    for range in [Range { from: Position { key, item: 0 }, until, plane }, everything] {
        protocol.outbox.clear();
        protocol.send_pull(Errand::new(range, None), Slot::at(0), true);
        let pulls: Vec<_> = protocol
            .sent()
            .into_iter()
            .filter_map(|intent| match intent.say {
                Say::SyncPull(pull) => Some(pull),
                _ => None,
            })
            .collect();
        let [pull] = &pulls[..] else { panic!("one pull") };
        assert!(pull.from <= pull.until && pull.have.len() <= MAX_HAVE);
    }
}
