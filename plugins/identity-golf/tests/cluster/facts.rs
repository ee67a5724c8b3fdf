//! Facts that change with a life.

use crate::kinds::Kind;
use crate::world::World;
use haulout::{Event, Identity};
use haulout_identity_golf::{Index, RosterId, With, golf_facts};

golf_facts! {
    /// A version and a zone.
    pub(crate) struct Facts: u8 { version: 4, zone: 2 }
}

/// Three bytes: index, ten bits of epoch, facts.
type Member = With<RosterId<8, 10>, Facts>;

impl Kind for Member {
    fn make(place: u8, epoch: u64) -> Self {
        Self::new(RosterId::make(place, epoch), Facts::new(1, 0).unwrap())
    }

    fn life(&self) -> u64 {
        self.identity().life()
    }

    fn place_of(route: &Index<8>) -> usize {
        route.number() as usize
    }
}

#[test]
fn other_facts_are_seen_by_all_as_a_newer_life() {
    let mut world = World::<Member>::of(4, 1023);
    let marks: Vec<usize> = world.told.iter().map(Vec::len).collect();
    let old = world.identity(2);
    let new = With::new(RosterId::make(2, 0), Facts::new(2, 3).unwrap());
    assert!(new.supersedes(&old), "1023 wraps to 0");
    world.act(2, |engine, now| engine.replace_identity(now, new)).unwrap();
    world.settle(1_000);
    for observer in [0, 1, 3] {
        assert_eq!(world.told[observer][marks[observer]..], [Event::Renewed { old, new }]);
    }
    assert_eq!(world.node(0).member(&new.addr()).unwrap().identity().facts().zone(), 3);
    // A false alarm renews, and the facts stay.
    world.isolate(2, true);
    world.run(60_000);
    world.isolate(2, false);
    world.settle(30_000);
    assert_eq!(world.identity(2), With::new(RosterId::make(2, 1), Facts::new(2, 3).unwrap()));
}
