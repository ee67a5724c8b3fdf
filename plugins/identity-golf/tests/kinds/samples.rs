//! The identities that the tests share, and samples of each kind for the conformance kit.

use haulout::{Identity, conformance};
use haulout_codec_protobuf::{ProtoIdentity, ProtobufCodec};
use haulout_codec_serde::{BincodeCodec, PostcardCodec, SerdeIdentity};
use haulout_identity_golf::{Index, RosterId, Spot, SubnetId, With, golf_facts, golf_identity};
use std::net::SocketAddr;

golf_identity! {
    /// A machine: where it stands, which shard it serves, how often it came back.
    pub(crate) struct MachineId: u32 {
        rack: 6,
        /// Its number in the rack.
        host: 10,
        shard: 4,
        epoch: 12,
    }
    addr = (rack, host);
    renew = epoch;
    route = |(rack, host)| SocketAddr::from(([10, rack, (host >> 8) as u8, host as u8], 7946));
}

golf_identity! {
    /// The smallest: two bits of place, two of epoch, two of colour.
    pub(crate) struct Pebble: u8 { colour: 2, place: 3, epoch: 2 }
    addr = (place);
    renew = epoch;
}

golf_identity! {
    /// The largest: every bit of 128, the epoch in the middle, the key from both ends.
    pub(crate) struct Whale: u128 { ocean: 3, epoch: 64, song: 21, pod: 40 }
    addr = (pod, ocean);
    renew = epoch;
}

golf_identity! {
    pub(crate) struct Seal: u16 { place: 6, epoch: 10 }
    addr = (place);
    renew = epoch;
}

golf_identity! {
    pub(crate) struct Otter: u64 { place: 31, den: 5, epoch: 20 }
    addr = (place,);
    renew = epoch;
}

golf_facts! {
    /// What every member should know of every other.
    pub(crate) struct Role: u8 { shard: 4, zone: 2 }
}

/// Four bytes: a /16, 10 bits of epoch, 6 of facts.
pub(crate) type Member = With<SubnetId<16, 10>, Role>;

pub(crate) fn machine(rack: u8, host: u16, shard: u8, epoch: u16) -> MachineId {
    MachineId::new(rack, host, shard, epoch).unwrap()
}

pub(crate) fn entry<const N: u32, const E: u32>(index: u128, epoch: u64) -> RosterId<N, E> {
    RosterId::new(Index::new(index).unwrap(), epoch).unwrap()
}

pub(crate) fn place<const P: u32, const E: u32>(spot: u128, epoch: u64) -> SubnetId<P, E> {
    SubnetId::new(Spot::new(spot).unwrap(), epoch).unwrap()
}

/// The lowest epochs, the highest, and those around half the range.
pub(crate) fn edges(bits: u32) -> [u64; 6] {
    let top = u64::MAX >> (64 - bits);
    let half = top / 2 + 1;
    [0, 1, half - 1, half, half.wrapping_add(1) & top, top]
}

/// An identity that goes on every wire.
pub(crate) trait Wired: SerdeIdentity + ProtoIdentity {}
impl<I: SerdeIdentity + ProtoIdentity> Wired for I {}

/// The laws of identities, and of every codec.
pub(crate) fn check<I: Wired>(samples: &[I]) {
    conformance::identity(samples);
    conformance::codec(&PostcardCodec, samples);
    conformance::codec(&BincodeCodec, samples);
    conformance::codec(&ProtobufCodec, samples);
}

/// An update of this identity, as postcard writes it: the lead byte and the identity.
pub(crate) fn update<I: SerdeIdentity>(identity: &I) -> Vec<u8> {
    use haulout::codec::{Codec, SectionRef, UpdateRef};
    let mut buf = [0; 200];
    let mut out = haulout::Out::new(&mut buf);
    let update = UpdateRef { identity, incarnation: 0, state: haulout::State::Alive, by: &[] };
    assert_eq!(PostcardCodec.put_section(SectionRef::Update(update), &mut out), Ok(true));
    out.written().to_vec()
}

/// Its text and its JSON, both ways.
pub(crate) fn reads_as<T>(value: &T, text: &str)
where
    T: PartialEq + std::fmt::Debug + std::fmt::Display + std::str::FromStr<Err: std::fmt::Debug>,
    T: serde_shim::Serde,
{
    assert_eq!(value.to_string(), text);
    assert_eq!(text.parse::<T>().unwrap(), *value);
    let json = serde_json::to_string(value).unwrap();
    assert_eq!(json, format!("\"{text}\""));
    assert_eq!(serde_json::from_str::<T>(&json).unwrap(), *value);
}

/// The two traits of serde in one name.
pub(crate) mod serde_shim {
    pub(crate) trait Serde: serde::Serialize + serde::de::DeserializeOwned {}
    impl<T: serde::Serialize + serde::de::DeserializeOwned> Serde for T {}
}

/// An identity and the one that it renews to.
pub(crate) fn renewed<I: Identity>(identity: &I) -> I {
    identity.renew(identity).unwrap()
}
