//! The codec against the generated types, both ways, on random values and on damaged bytes.
//!
//! A failure names its seed: `HAULOUT_SEED=7 cargo test -p haulout-codec-protobuf --test wire generated`.

use crate::plain::{of_packet, to_packet};
use crate::random::Random;
use crate::support::{Node, datagram, read};
use haulout::codec::{Header, Message, Section};
use haulout_codec_protobuf::{CodecError, v1};
use prost::Message as _;

/// Random datagrams.
const DATAGRAMS: u64 = 20_000;
/// Damaged ones: each of these seeds damages one datagram so often.
const DAMAGED: u64 = 20_000;
const DAMAGES: usize = 10;

fn seeds(count: u64) -> core::ops::Range<u64> {
    let seed = std::env::var("HAULOUT_SEED").ok().and_then(|seed| seed.parse().ok());
    seed.map_or(0..count, |seed| seed..seed + 1)
}

#[test]
fn what_the_codec_writes_is_what_the_generated_types_write_and_the_same_when_read() {
    for seed in seeds(DATAGRAMS) {
        let mut random = Random::new(seed);
        let (header, sections) = (random.header(), random.sections());
        let bytes = datagram(&header, &sections);
        let packet = to_packet(&header, &sections);
        assert_eq!(bytes, packet.encode_to_vec(), "seed {seed}");
        assert_eq!(v1::Packet::decode(&bytes[..]), Ok(packet.clone()), "seed {seed}");
        assert_eq!(of_packet(&packet), Some((header.clone(), sections.clone())), "seed {seed}");
        assert_eq!(read(&bytes), Ok((header, sections)), "seed {seed}");
    }
}

#[test]
fn damaged_bytes_mean_the_same_to_the_codec_and_to_the_generated_types() {
    let (mut taken, mut refused) = (0, 0);
    for seed in seeds(DAMAGED) {
        let mut random = Random::new(seed);
        let (header, sections) = (random.header(), random.sections());
        let intact = datagram(&header, &sections);
        for _ in 0..DAMAGES {
            let mut bytes = intact.clone();
            random.damage(&mut bytes);
            if same(&bytes, seed) { taken += 1 } else { refused += 1 }
        }
    }
    // Both are tried.
    assert!(taken * 10 > refused || taken + refused <= DAMAGES, "{taken} taken, {refused} refused");
    assert!(refused * 10 > taken || taken + refused <= DAMAGES, "{taken} taken, {refused} refused");
}

/// Whether both take these bytes; panics if they do not agree.
fn same(bytes: &[u8], seed: u64) -> bool {
    let ours = read::<Node>(bytes).map(|(header, sections)| (comparable(header), in_order(sections)));
    if bytes.first() == Some(&0) || ours == Err(CodecError::TooLong) {
        return false;
    }
    let packet = match v1::Packet::decode(bytes) {
        Ok(packet) => packet,
        // Official runtimes take a known field of another wire type for an unknown one; prost does not.
        Err(error) if error.to_string().contains("invalid wire type") => return ours.is_ok(),
        Err(error) => {
            assert!(ours.is_err(), "seed {seed}: prost says {error}\n{bytes:02x?}\nis {ours:?}");
            return false;
        }
    };
    let theirs = of_packet(&packet).map(|(header, sections)| (comparable(header), sections));
    assert_eq!(ours.clone().ok(), theirs, "seed {seed}: {bytes:02x?}\n{ours:?}");
    theirs.is_some()
}

/// The generated types do not say which unknown message it is.
fn comparable(header: Header<Node>) -> Header<Node> {
    match header.message {
        Message::Unknown(_) => Header { message: Message::Unknown(0), ..header },
        _ => header,
    }
}

/// Sections in the order of their kinds, without unknown ones: as the generated types have them.
fn in_order(sections: Vec<Section<'_, Node>>) -> Vec<Section<'_, Node>> {
    let kind = |section: &Section<'_, Node>| match section {
        Section::Update(_) => 1,
        Section::Manifest(_) => 2,
        Section::Record(_) => 3,
        Section::UserEvent(_) => 4,
        Section::Topic(_) => 5,
        Section::Custom(_) => 6,
        _ => 0,
    };
    let mut known: Vec<_> = sections.into_iter().filter(|section| kind(section) != 0).collect();
    known.sort_by_key(kind);
    known
}
