//! The engine's conformance kit over the codec, every stock identity, and one with a message of its own.

mod machine;

use core::fmt::Debug;
use core::net::{SocketAddr, SocketAddrV4, SocketAddrV6};
use haulout::{Fixed, Name, Named, Renewing, conformance};
use haulout_codec_protobuf::{NodeAddress, ProtoIdentity, ProtobufCodec, SocketNode};
use machine::Machine;

/// Zero, one of every length that an epoch is written in, and pairs half the range apart.
const EPOCHS: [u64; 7] = [0, 1, 200, 28_300_000, 1 << 40, 1 << 63, u64::MAX];

fn check<I: ProtoIdentity>(samples: &[I]) {
    conformance::identity(samples);
    conformance::codec(&ProtobufCodec, samples);
    for sample in samples {
        assert_eq!(I::from_message(&sample.to_message()).as_ref(), Ok(sample));
        let key = I::key_from_message(&I::key_to_message(&sample.addr()));
        assert_eq!(key, Ok(sample.addr()));
        let route = I::route_from_message(&I::route_to_message(&sample.route()));
        assert_eq!(route, Ok(sample.route()));
    }
}

fn parse<A: core::str::FromStr<Err: Debug>>(texts: &[&str]) -> Vec<A> {
    texts.iter().map(|text| text.parse().expect("a test's address")).collect()
}

/// Five addresses of each kind.
fn mixed() -> Vec<SocketAddr> {
    parse(&["127.0.0.1:0", "10.0.0.1:7946", "[::1]:1", "[2001:db8::1]:7946", "255.255.255.255:65535"])
}

fn v4() -> Vec<SocketAddrV4> {
    parse(&["127.0.0.1:0", "10.0.0.1:127", "10.0.0.1:128", "10.0.0.1:7946", "255.255.255.255:65535"])
}

fn v6() -> Vec<SocketAddrV6> {
    parse(&["[::]:0", "[::1]:128", "[::1]:7946", "[2001:db8::1]:7946", "[ffff::ffff]:65535"])
}

fn texts() -> Vec<String> {
    ["", "a", "seal-7.example:7946", "häfen", &"x".repeat(95)].map(String::from).to_vec()
}

fn renewing<A: NodeAddress>(addresses: Vec<A>) -> Vec<Renewing<A>> {
    let first = addresses[0].clone();
    let others = addresses.into_iter().map(|addr| Renewing::new(addr, 28_300_000));
    EPOCHS.map(|epoch| Renewing::new(first.clone(), epoch)).into_iter().chain(others).collect()
}

/// Twice the first: identities of one key are equal here.
fn fixed<A: NodeAddress>(addresses: Vec<A>) -> Vec<Fixed<A>> {
    let first = addresses[0].clone();
    [first].into_iter().chain(addresses).map(Fixed::new).collect()
}

/// One name at two places and several epochs, and other names at the same places.
fn named<A: SocketNode>(mut addresses: Vec<A>) -> Vec<Named<A>> {
    let name = |text: &str| Name::new(text).expect("a test's name");
    addresses.truncate(4);
    let here = addresses.iter().map(|addr| Named::new(name("a"), addr.clone(), 28_300_000));
    let epochs = EPOCHS.map(|epoch| Named::new(name("a"), addresses[0].clone(), epoch));
    let others =
        ["b", "seal-7", "häfen", &"n".repeat(64)].map(|text| Named::new(name(text), addresses[1].clone(), 7));
    here.chain(epochs).chain(others).collect()
}

#[test]
fn renewing_over_every_address() {
    check(&renewing(mixed()));
    check(&renewing(v4()));
    check(&renewing(v6()));
    check(&renewing(texts()));
}

#[test]
fn fixed_over_every_address() {
    check(&fixed(mixed()));
    check(&fixed(v4()));
    check(&fixed(v6()));
    check(&fixed(texts()));
}

#[test]
fn named_over_every_address() {
    check(&named(mixed()));
    check(&named(v4()));
    check(&named(v6()));
}

#[test]
fn an_identity_with_a_message_of_its_own() {
    let machines = [(0, 0), (1, 1), (u32::MAX, u32::MAX), (3, 300)];
    let mut samples: Vec<_> =
        machines.iter().map(|&(serial, rack)| Machine { serial, rack, life: 9 }).collect();
    samples.extend(EPOCHS.map(|life| Machine { serial: 3, rack: 300, life }));
    check(&samples);
}
