//! Entries of a roster.

use crate::samples::{entry, reads_as, update};
use haulout::Identity;
use haulout::identity::Resolver;
use haulout_identity_golf::{Index, LoadError, OutOfRange, Roster, RosterError, RosterId, SharedRoster};
use std::fs;
use std::net::SocketAddr;

fn at(host: u8) -> SocketAddr {
    ([10, 0, 0, host], 7946).into()
}

fn of(hosts: std::ops::Range<u8>) -> Roster {
    Roster::of(hosts.map(at)).unwrap()
}

#[test]
fn an_index_leads_to_its_address_and_an_address_to_its_index() {
    let roster = of(1..4);
    assert_eq!(Roster::try_from([at(1), at(2), at(3)].as_slice()), Ok(roster.clone()));
    assert_eq!("10.0.0.1:7946 # first\n\n# none\n 10.0.0.2:7946\n10.0.0.3:7946".parse(), Ok(roster.clone()));
    assert_eq!((roster.len(), roster.addresses()), (3, &[at(1), at(2), at(3)][..]));
    let id: RosterId<8, 8> = roster.identity(at(2), 5).unwrap();
    assert_eq!(id, entry(1, 5));
    assert_eq!(roster.resolve(&id.route()), Some(at(2)));
    assert_eq!(roster.route_at(at(2)), Some(id.route()));
    assert_eq!(roster.resolve(&Index::<8>::new(3).unwrap()), None);
    assert_eq!(Resolver::<Index<8>>::route_at(&roster, at(9)), None);
}

#[test]
fn duplicates_an_own_address_that_is_unknown_and_too_many_are_errors() {
    let twice = Roster::of([at(1), at(2), at(1)]).unwrap_err();
    assert_eq!(twice, RosterError::Duplicate { address: at(1), first: 0, again: 2 });
    assert_eq!(twice.to_string(), "10.0.0.1:7946 is in the roster twice, at 0 and at 2");
    let error = of(1..4).identity::<8, 8>(at(9), 0).unwrap_err();
    assert_eq!(error, RosterError::Unknown { address: at(9) });
    let line = "10.0.0.1:7946\n10.0.0.2\n".parse::<Roster>().unwrap_err();
    assert_eq!(line, RosterError::Line { line: 2, text: "10.0.0.2".into() });
    let epoch = OutOfRange { field: "epoch", value: 256, limit: 255 };
    assert_eq!(of(1..4).identity::<8, 8>(at(1), 256), Err(RosterError::Epoch(epoch)));

    let number = |n: u32| SocketAddr::from((std::net::Ipv4Addr::from_bits(n), 7946));
    let mut full = Roster::of((0..65_536).map(number)).unwrap();
    assert_eq!(full.push(at(1)), Err(RosterError::Full { limit: 65_536 }));
    assert_eq!(full.len(), Roster::LIMIT);
    assert_eq!(full.identity::<16, 0>(number(65_535), 0), Ok(entry(65_535, 0)));
    assert_eq!(full.identity::<8, 8>(number(256), 0), Err(RosterError::Full { limit: 256 }));
}

#[test]
fn a_table_grows_at_its_end_and_nowhere_else() {
    let shared = SharedRoster::new(of(1..4));
    let node = shared.clone();
    let index = Index::<8>::new(4).unwrap();
    assert_eq!(node.resolve(&index), None);
    assert_eq!(shared.grow(of(1..6)), Ok(2));
    assert_eq!(node.resolve(&index), Some(at(5)));
    assert_eq!(shared.push(at(6)), Ok(5));
    assert_eq!(shared.grow(of(1..6)), Err(RosterError::Changed { index: 5 }), "it would shrink");
    assert_eq!(shared.grow(of(2..9)), Err(RosterError::Changed { index: 0 }));
    assert_eq!(node.with(Roster::len), 6);
    assert_eq!(node.route_at(at(6)), Some(Index::<8>::new(5).unwrap()));
}

#[test]
fn a_table_is_loaded_from_a_file_and_loaded_anew() {
    let path = std::env::temp_dir().join(format!("haulout-roster-{}", std::process::id()));
    fs::write(&path, "10.0.0.1:7946\n").unwrap();
    let shared = SharedRoster::new(Roster::load(&path).unwrap());
    fs::write(&path, "10.0.0.1:7946\n10.0.0.2:7946\n").unwrap();
    assert_eq!(shared.reload(&path).unwrap(), 1);
    fs::write(&path, "10.0.0.2:7946\n10.0.0.1:7946\n").unwrap();
    assert!(matches!(shared.reload(&path), Err(LoadError::Roster(RosterError::Changed { index: 0 }))));
    fs::remove_file(&path).unwrap();
    let error = shared.reload(&path).unwrap_err();
    assert!(matches!(&error, LoadError::Read(_)) && error.to_string().contains("cannot be read"), "{error}");
    assert_eq!(shared.with(Roster::len), 2, "an error leaves the table as it was");
}

#[test]
fn an_index_alone_cannot_renew() {
    const { assert!(!RosterId::<16, 0>::RENEWS && RosterId::<16, 8>::RENEWS) };
    let id = entry::<16, 0>(7, 0);
    assert_eq!(id.renew(&id), None);
    assert!(!id.supersedes(&id));
    assert_eq!(entry::<8, 8>(7, 255).renew(&entry(7, 3)), Some(entry(7, 4)));
}

#[test]
fn it_takes_the_bytes_that_its_bits_need_and_reads_as_index_and_epoch() {
    assert_eq!(update(&entry::<8, 8>(255, 255)), [0, 255, 255]);
    assert_eq!(update(&entry::<8, 0>(255, 0)).len(), 1 + 1);
    assert_eq!(update(&entry::<16, 8>(65_535, 0)).len(), 1 + 3);
    reads_as(&entry::<8, 8>(12, 3), "12#3");
    reads_as(&entry::<16, 0>(12, 0), "12");
    assert_eq!(format!("{:?}", entry::<8, 8>(12, 3)), "RosterId { index: 12, epoch: 3 }");
    assert_eq!(format!("{:?}", entry::<16, 0>(12, 0)), "RosterId { index: 12 }");
}
