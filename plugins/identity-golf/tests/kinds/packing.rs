//! How much fits: the table of the README.

use crate::samples::{Member, Role, entry, machine, place};
use haulout::Identity;
use haulout::codec::{Codec, HeaderRef, MessageRef, SectionRef, UpdateRef, Version};
use haulout::{Out, Renewing, State};
use haulout_codec_protobuf::{ProtoIdentity, ProtobufCodec};
use haulout_codec_serde::{BincodeCodec, PostcardCodec, SerdeIdentity};
use haulout_identity_golf::With;
use std::net::SocketAddr;

/// The smallest header.
fn header<'a, I: Identity>(source: &'a I, message: MessageRef<'a, I>) -> HeaderRef<'a, I> {
    let version = Version::CURRENT;
    HeaderRef { version, cluster: None, dst: None, cookie: None, source, incarnation: 0, message }
}

/// Bytes of a ping, bytes of an update, updates in a gossip of 1,400 bytes.
fn figures<I: Identity, C: Codec<I>>(codec: &C, identity: &I, incarnation: u32) -> [usize; 3] {
    let mut buf = [0; 1400];
    let mut out = Out::new(&mut buf);
    let ping = header(identity, MessageRef::Ping { number: u16::MAX });
    assert!(matches!(codec.put_header(ping, &mut out), Ok(true)));
    let ping = out.len();
    let mut out = Out::new(&mut buf);
    assert!(matches!(codec.put_header(header(identity, MessageRef::Gossip), &mut out), Ok(true)));
    let (start, mut count) = (out.len(), 0);
    let update = UpdateRef { identity, incarnation, state: State::Alive, by: &[] };
    let mut length = 0;
    while matches!(codec.put_section(SectionRef::Update(update), &mut out), Ok(true)) {
        count += 1;
        length = (out.len() - start) / count;
    }
    [ping, length, count]
}

/// Both serde codecs cost the same.
fn both<I: SerdeIdentity>(identity: &I) -> [usize; 3] {
    let postcard = figures(&PostcardCodec, identity, 30);
    assert_eq!(figures(&BincodeCodec, identity, 30), postcard);
    postcard
}

#[test]
fn an_update_costs_one_byte_over_the_identity() {
    assert_eq!(both(&entry::<8, 8>(255, 255)), [7, 3, 465]);
    assert_eq!(both(&entry::<16, 8>(65_535, 255)), [8, 4, 348]);
    assert_eq!(both(&machine(63, 1023, 15, 4095)), [9, 5, 278]);
    assert_eq!(both(&place::<16, 16>(65_535, 65_535)), [9, 5, 278]);
    let member: Member = With::new(place(65_535, 1023), Role::new(15, 3).unwrap());
    assert_eq!(both(&member), [9, 5, 278]);
}

#[test]
fn a_packet_carries_as_many_updates_as_was_promised() {
    assert!(both(&entry::<8, 8>(1, 1))[2] >= 460);
    assert!(both(&machine(1, 2, 3, 4))[2] >= 275);
    assert!(both(&place::<16, 16>(1, 1))[2] >= 275);
    let stock = |epoch| Renewing::<SocketAddr>::new(([10, 0, 0, 1], 7946).into(), epoch);
    // Epochs in seconds, as of November 2026; and epochs below 2^24.
    assert!(both(&stock(28_300_000))[2] >= 110);
    assert!(both(&stock((1 << 24) - 1))[2] >= 120);
    assert_eq!([both(&stock(28_300_000)), both(&stock((1 << 24) - 1))], [[16, 12, 115], [15, 11, 126]]);
}

fn protobuf<I: ProtoIdentity>(identity: &I, incarnation: u32) -> [usize; 3] {
    figures(&ProtobufCodec, identity, incarnation)
}

#[test]
fn on_the_wire_of_every_language_more_than_120_fit() {
    let (machine, entry, place) =
        (machine(63, 1023, 15, 4095), entry::<8, 8>(255, 255), place::<16, 16>(1, 65_535));
    // Incarnations up to 15 share a byte with the state: the common case.
    for incarnation in 1..16 {
        assert_eq!(protobuf(&machine, incarnation), [17, 11, 126]);
        assert_eq!(protobuf(&entry, incarnation), [16, 10, 138]);
        assert_eq!(protobuf(&place, incarnation), [17, 11, 126]);
    }
    assert_eq!(protobuf(&machine, 16), [17, 12, 115]);
    let stock = Renewing::<SocketAddr>::new(([10, 0, 0, 1], 7946).into(), 28_300_000);
    assert_eq!(protobuf(&stock, 1), [26, 20, 68]);
}
