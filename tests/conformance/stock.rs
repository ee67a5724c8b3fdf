//! The stock identities keep the laws, with a codec written by hand and without serde.

use crate::plain::Plain;
use crate::toy::{Fault, Toy};
use haulout::{Fixed, Name, Named, Renewing, conformance};

const EPOCHS: [u64; 6] = [0, 1, (1 << 63) - 1, 1 << 63, (1 << 63) + 1, u64::MAX];

fn ports() -> impl Iterator<Item = core::net::SocketAddr> {
    [1, 127, 128, 7946].into_iter().map(|port| ([127, 0, 0, 1], port).into())
}

#[test]
fn the_stock_identities_keep_the_laws() {
    let name = |text| Name::new(text).unwrap();
    let renewing: Vec<_> = ports().flat_map(|addr| EPOCHS.map(|epoch| Renewing::new(addr, epoch))).collect();
    conformance::identity(&renewing);
    let named: Vec<_> = ports()
        .flat_map(|addr| EPOCHS.map(|epoch| Named::new(name("a"), addr, epoch)))
        .chain(ports().map(|addr| Named::new(name("b"), addr, 7)))
        .collect();
    conformance::identity(&named);
    let fixed: Vec<_> = ports().chain(ports()).map(Fixed::new).collect();
    conformance::identity(&fixed);
}

#[test]
fn a_codec_written_by_hand_keeps_the_laws() {
    let samples = Toy::samples(Fault::None);
    conformance::identity(&samples);
    conformance::codec(&Plain, &samples);
}

#[test]
#[should_panic(expected = "the samples have 1 different keys, the conformance kit needs 2")]
fn samples_of_one_key_are_too_few() {
    conformance::identity(&[Renewing::new(1u8.to_string(), 1), Renewing::new(1u8.to_string(), 2)]);
}

#[test]
#[should_panic(expected = "the conformance kit needs two samples of one key")]
fn samples_without_rivals_are_too_few() {
    conformance::identity(&[Renewing::new("a".to_string(), 1), Renewing::new("b".to_string(), 1)]);
}

#[test]
#[should_panic(expected = "the conformance kit needs two samples of one key, unequal ones")]
fn equal_samples_are_no_rivals_where_identities_renew() {
    conformance::identity(&["a", "a", "b"].map(|addr| Renewing::new(addr.to_string(), 1)));
}

#[test]
#[should_panic(expected = "the samples have 3 different keys, the conformance kit needs 4")]
fn a_codec_needs_as_many_keys_as_there_are_suspecters() {
    let samples: Vec<_> = Toy::samples(Fault::None).into_iter().filter(|toy| toy.key.0 < 4).collect();
    conformance::codec(&Plain, &samples);
}
