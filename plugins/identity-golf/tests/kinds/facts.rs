//! Identities with facts in their spare bits.

use crate::samples::{Member, Role, machine, place, reads_as, renewed, update};
use haulout::Identity;
use haulout_identity_golf::{OutOfRange, Pack, ParseError, With};

fn member(spot: u128, epoch: u64, shard: u8, zone: u8) -> Member {
    With::new(place(spot, epoch), Role::new(shard, zone).unwrap())
}

#[test]
fn facts_travel_in_the_bits_that_the_identity_leaves() {
    assert_eq!(<Member as Pack>::BITS, 32);
    assert_eq!(update(&member(0xffff, 1023, 15, 3)).len(), 1 + 4);
    let id = member(258, 3, 9, 2);
    assert_eq!((id.identity(), id.facts().shard(), id.facts().zone()), (place(258, 3), 9, 2));
    let spot = place::<16, 10>(258, 0).spot();
    assert_eq!((id.addr(), id.route(), Member::route_of(&spot)), (spot, spot, Some(spot)));
    let wide = With::new(machine(1, 2, 3, 4), Role::new(9, 2).unwrap());
    assert_eq!(update(&wide).len(), 1 + 5, "a machine leaves no bits: one more byte");
}

#[test]
fn they_are_read_and_checked_like_any_field() {
    reads_as(&member(258, 3, 9, 2), "258#3+9/2");
    reads_as(&Role::new(9, 2).unwrap(), "9/2");
    assert_eq!("258#3".parse::<Member>(), Err(ParseError::Facts));
    assert_eq!("258#3+9/2#1".parse::<Member>(), Err(ParseError::Epoch));
    assert_eq!(Role::new(9, 4), Err(OutOfRange { field: "zone", value: 4, limit: 3 }));
    assert_eq!(Role::unpack(0x40), None);
    assert_eq!(Member::unpack(1 << 32), None);
    let debug = format!("{:?}", member(258, 3, 9, 2));
    let expected = "With { identity: SubnetId { spot: 258, epoch: 3 }, facts: Role { shard: 9, zone: 2 } }";
    assert_eq!(debug, expected);
}

#[test]
fn a_newer_life_may_have_other_facts_and_renewing_keeps_ones_own() {
    let (old, new) = (member(258, 3, 9, 2), member(258, 4, 1, 0));
    assert!(new.supersedes(&old) && !old.supersedes(&new));
    assert_eq!(old.renew(&new), Some(member(258, 5, 9, 2)));
    assert_eq!(renewed(&member(258, 1023, 9, 2)), member(258, 0, 9, 2));
    let other = member(258, 3, 8, 3);
    assert!(old.supersedes(&other) && !other.supersedes(&old), "one epoch: the larger facts");
}
