//! The scorecard of identity golf: bytes by identity and codec, and what they buy a cluster.
//!
//! ```text
//! cargo run --release --example golf_scorecard
//! ```
//!
//! The first table is exact. The second comes from a simulated cluster of 1,024 members, of which a quarter
//! restarts at once, and then one in every half second; the same seeds give the same figures on any machine.

mod cluster;

pub(crate) use cluster::Game;
use cluster::{Figures, Player};

use haulout::codec::{Codec, HeaderRef, MessageRef, SectionRef, UpdateRef, Version};
use haulout::{Identity, Out, Renewing, State};
use haulout_codec_protobuf::{ProtoIdentity, ProtobufCodec};
use haulout_codec_serde::{BincodeCodec, PostcardCodec, SerdeIdentity};
use haulout_identity_golf::{Index, Key, RosterId, Spot, SubnetId, golf_identity};
use std::error::Error;
use std::net::SocketAddr;

golf_identity! {
    /// Four bytes.
    pub(crate) struct MachineId: u32 { rack: 6, host: 10, shard: 4, epoch: 12 }
    addr = (rack, host);
    renew = epoch;
}

/// An identity, a codec, and what they make.
type Scored = (&'static str, &'static str, Row);

/// Bytes and counts of one identity in one codec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// Bytes of a ping without destination.
    pub(crate) ping: usize,
    /// Bytes of an update.
    pub(crate) update: usize,
    /// Updates in a gossip of 1,400 bytes.
    pub(crate) updates: usize,
    /// As many as there are to be.
    pub(crate) goal: usize,
}

#[cfg_attr(test, allow(dead_code, reason = "tests play a smaller game"))]
pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    play(&Game { members: 1_024, restarts: 256, churn_seconds: 20 })
}

/// Prints the card, and what a game of this size gives; an error if a goal of the card is missed.
pub(crate) fn play(game: &Game) -> Result<(), Box<dyn Error>> {
    println!("| identity | codec | ping | update | updates in 1,400 bytes | goal |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let card = card()?;
    for (identity, codec, Row { ping, update, updates, goal }) in &card {
        println!("| {identity} | {codec} | {ping} | {update} | {updates} | {goal} |");
    }
    let Game { members, restarts, .. } = game;
    println!("\n{restarts} of {members} members restart at once; then one in each half second.\n");
    println!("| identity | 99 % told | 99.9 % told | then: bytes a member and second |");
    println!("| --- | --- | --- | --- |");
    report("`Renewing<SocketAddr>`", &game.play::<Renewing<SocketAddr>>()?);
    report("`MachineId`", &game.play::<MachineId>()?);
    report("`RosterId<16, 8>`", &game.play::<RosterId<16, 8>>()?);
    match card.iter().find(|(_, _, row)| row.updates < row.goal) {
        Some((identity, codec, _)) => Err(format!("{identity} with {codec} misses its goal").into()),
        None => Ok(()),
    }
}

fn report(name: &str, figures: &Figures) {
    let Figures { most_told, nearly_all_told, bytes } = figures;
    println!("| {name} | {most_told} ms | {nearly_all_told} ms | {bytes} |");
}

/// The exact part: identity, codec, figures.
pub(crate) fn card() -> Result<Vec<Scored>, Box<dyn Error>> {
    let small = RosterId::<8, 8>::new(Index::new(255).expect("it fits"), 255).expect("it fits");
    let place = SubnetId::<16, 16>::new(Spot::new(65_535).expect("it fits"), 65_535).expect("it fits");
    let here = SocketAddr::from(([10, 0, 0, 1], 7946));
    let mut card = Vec::new();
    row(&mut card, "`RosterId<8, 8>`", &small, [460, 120])?;
    row(&mut card, "`MachineId`", &MachineId::make(1_023, 4_095), [275, 120])?;
    row(&mut card, "`SubnetId<16, 16>`", &place, [275, 120])?;
    row(
        &mut card,
        "`Renewing<SocketAddr>`, epoch below 2^24",
        &Renewing::new(here, (1 << 24) - 1),
        [120, 60],
    )?;
    row(&mut card, "`Renewing<SocketAddr>`, epoch in seconds", &Renewing::new(here, 28_300_000), [110, 60])?;
    Ok(card)
}

/// One identity in every codec; how many updates are to fit, with the serde codecs and with protobuf.
fn row<I: SerdeIdentity + ProtoIdentity>(
    card: &mut Vec<Scored>,
    name: &'static str,
    identity: &I,
    [goal, protobuf]: [usize; 2],
) -> Result<(), Box<dyn Error>> {
    card.push((name, "postcard", measure(&PostcardCodec, identity, goal)?));
    card.push((name, "bincode", measure(&BincodeCodec, identity, goal)?));
    card.push((name, "protobuf", measure(&ProtobufCodec, identity, protobuf)?));
    Ok(())
}

fn measure<I: Identity, C: Codec<I>>(codec: &C, source: &I, goal: usize) -> Result<Row, C::Error> {
    let header = |message| HeaderRef {
        version: Version::CURRENT,
        cluster: None,
        dst: None,
        cookie: None,
        source,
        incarnation: 0,
        message,
    };
    let mut buf = [0; 1_400];
    let mut out = Out::new(&mut buf);
    codec.put_header(header(MessageRef::Ping { number: u16::MAX }), &mut out)?;
    let ping = out.len();

    let mut out = Out::new(&mut buf);
    codec.put_header(header(MessageRef::Gossip), &mut out)?;
    let (empty, mut updates, mut update) = (out.len(), 0, 0);
    let alive = UpdateRef { identity: source, incarnation: 0, state: State::Alive, by: &[] };
    while codec.put_section(SectionRef::Update(alive), &mut out)? {
        updates += 1;
        update = (out.len() - empty) / updates;
    }
    Ok(Row { ping, update, updates, goal })
}

impl Player for Renewing<SocketAddr> {
    fn make(member: u16, life: u64) -> Self {
        let [high, low] = member.to_be_bytes();
        Self::new(([10, 0, high, low], 7946).into(), 28_300_000 + life)
    }

    fn member(route: &SocketAddr) -> usize {
        match route {
            SocketAddr::V4(address) => address.ip().to_bits() as usize & 0xffff,
            SocketAddr::V6(_) => usize::MAX,
        }
    }
}

impl Player for MachineId {
    fn make(member: u16, life: u64) -> Self {
        Self::new(1, member, 0, (life % 4_096) as u16).expect("it fits")
    }

    fn member(route: &Key<Self>) -> usize {
        route.values().1.into()
    }
}

impl Player for RosterId<16, 8> {
    fn make(member: u16, life: u64) -> Self {
        Self::new(Index::new(member.into()).expect("it fits"), life % 256).expect("it fits")
    }

    fn member(route: &Index<16>) -> usize {
        route.number() as usize
    }
}
