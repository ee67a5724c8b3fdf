//! The engine's conformance kit over both codecs and every stock identity.
#![cfg(any(feature = "postcard", feature = "bincode"))]

use core::fmt::Debug;
use core::net::{SocketAddr, SocketAddrV4, SocketAddrV6};
use haulout::identity::Address;
use haulout::{Fixed, Name, Named, Renewing, conformance};
use haulout_codec_serde::SerdeIdentity;

/// Zero, one of every length that an epoch is written in, and pairs half the range apart.
const EPOCHS: [u64; 7] = [0, 1, 200, 28_300_000, 1 << 40, 1 << 63, u64::MAX];

fn check<I: SerdeIdentity>(samples: &[I]) {
    conformance::identity(samples);
    #[cfg(feature = "postcard")]
    conformance::codec(&haulout_codec_serde::PostcardCodec, samples);
    #[cfg(feature = "bincode")]
    conformance::codec(&haulout_codec_serde::BincodeCodec, samples);
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

fn renewing<A: Address>(addresses: Vec<A>) -> Vec<Renewing<A>> {
    let first = addresses[0].clone();
    let others = addresses.into_iter().map(|addr| Renewing::new(addr, 28_300_000));
    EPOCHS.map(|epoch| Renewing::new(first.clone(), epoch)).into_iter().chain(others).collect()
}

/// Twice the first: identities of one key are equal here.
fn fixed<A: Address>(addresses: Vec<A>) -> Vec<Fixed<A>> {
    let first = addresses[0].clone();
    [first].into_iter().chain(addresses).map(Fixed::new).collect()
}

/// One name at two places and several epochs, and other names at the same places.
fn named<A: Address>(mut addresses: Vec<A>, longest: usize) -> Vec<Named<A>> {
    let name = |text: &str| Name::new(text).expect("a test's name");
    addresses.truncate(4);
    let here = addresses.iter().map(|addr| Named::new(name("a"), addr.clone(), 28_300_000));
    let epochs = EPOCHS.map(|epoch| Named::new(name("a"), addresses[0].clone(), epoch));
    let others = ["b", "seal-7", "häfen", &"n".repeat(longest)]
        .map(|text| Named::new(name(text), addresses[1].clone(), 7));
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
    check(&named(mixed(), 64));
    check(&named(v4(), 64));
    check(&named(v6(), 64));
    check(&named(texts(), 64));
}
