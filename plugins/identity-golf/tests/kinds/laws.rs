//! The engine's conformance kit over every kind and every codec.

use crate::samples::{Member, Otter, Pebble, Role, Seal, Whale, Wired, check, edges, entry, machine, place};
use haulout_identity_golf::With;

#[test]
fn declared_identities_keep_the_laws() {
    let mut machines: Vec<_> = edges(12).map(|epoch| machine(63, 1023, 0, epoch as u16)).into();
    machines.extend([1, 15].map(|shard| machine(63, 1023, shard, 1)));
    machines.extend([0, 1, 2, 512].map(|host| machine(0, host, 3, 7)));
    check(&machines);
    let mut pebbles: Vec<_> =
        (0..4).flat_map(|colour| (0..4).map(move |epoch| Pebble::new(colour, 0, epoch).unwrap())).collect();
    pebbles.extend((1..8).map(|place| Pebble::new(0, place, 0).unwrap()));
    check(&pebbles);
    let mut whales: Vec<_> = edges(64).map(|epoch| Whale::new(7, epoch, 1, 1 << 39).unwrap()).into();
    whales.extend(
        [(0, 0), (1, 0), (0, 1), (7, (1 << 40) - 1)].map(|(o, pod)| Whale::new(o, 1, 2, pod).unwrap()),
    );
    check(&whales);
    let seals = edges(10).map(|epoch| Seal::new(63, epoch as u16).unwrap()).into_iter();
    check(&seals.chain((0..4).map(|place| Seal::new(place, 0).unwrap())).collect::<Vec<_>>());
    let otters = edges(20).map(|epoch| Otter::new(1 << 30, 31, epoch as u32).unwrap()).into_iter();
    check(&otters.chain((0..4).map(|place| Otter::new(place, 0, 0).unwrap())).collect::<Vec<_>>());
}

/// Epochs at one place, and four other places.
fn placed<I: Wired>(bits: u32, make: impl Fn(u128, u64) -> I) -> Vec<I> {
    let lives = edges(bits).map(|epoch| make(255, epoch)).into_iter();
    lives.chain((0..4).map(|place| make(place, 1))).collect()
}

#[test]
fn places_in_a_subnet_keep_the_laws() {
    check(&placed(16, place::<16, 16>));
    check(&placed(2, place::<8, 2>));
    check(&placed(64, place::<64, 64>));
    check(&placed(10, place::<11, 10>));
}

#[test]
fn entries_of_a_roster_keep_the_laws() {
    check(&placed(8, entry::<8, 8>));
    check(&placed(4, entry::<8, 4>));
    check(&placed(16, entry::<16, 16>));
    // Of one key these are equal: they cannot renew.
    check(&[0, 0, 1, 2, 65_535].map(|index| entry::<16, 0>(index, 0)));
    check(&[0, 0, 1, 2, 255].map(|index| entry::<8, 0>(index, 0)));
}

#[test]
fn identities_with_facts_keep_the_laws() {
    let role = |shard, zone| Role::new(shard, zone).unwrap();
    let mut members: Vec<Member> = placed(10, |spot, epoch| With::new(place(spot, epoch), role(9, 1)));
    members.extend([(0, 0), (15, 3)].map(|(shard, zone)| With::new(place(255, 1), role(shard, zone))));
    check(&members);
    check(&placed(8, |index, epoch| With::new(entry::<8, 8>(index, epoch), role(1, 1))));
    let mut machines: Vec<_> = edges(12).map(|e| With::new(machine(1, 2, 3, e as u16), role(1, 1))).into();
    machines.extend((3..7).map(|host| With::new(machine(1, host, 3, 1), role(1, 1))));
    check(&machines);
}
