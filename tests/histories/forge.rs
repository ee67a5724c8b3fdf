//! Datagrams that nobody sent: well-formed, with identities, incarnations and states at random.

use crate::kind::{Kind, PLACES, route};
use core::net::SocketAddr;
use haulout::Out;
use haulout::State;
use haulout::codec::{
    Codec, DIGEST_VERSION, HeaderRef, LeavesRef, Manifest, MessageRef, Page, Plane, Position, PullRef,
    Record, Refusal, Section, SectionRef, Suspecters, Update, UserEvent, Version,
};
use haulout::fingerprint::destination;
use haulout_codec_serde::PostcardCodec;
use rand::RngExt;
use rand::rngs::SmallRng;

/// An identity of a process, or of a ghost; of its present epoch or of one around it.
pub(crate) fn identity<I: Kind>(rng: &mut SmallRng, present: &[I]) -> I {
    let place = rng.random_range(0..PLACES + 2);
    let known = present.get(usize::from(place));
    match rng.random_range(0..3) {
        0 => I::make(place, rng.random_range(0..60), rng.random_range(0..3)),
        1 => known.map_or(I::make(place, 5, 0), |known| {
            let epoch = known.epoch() + rng.random_range(0..4);
            I::make(place, epoch.saturating_sub(1), rng.random_range(0..2))
        }),
        _ => known.cloned().unwrap_or_else(|| I::make(place, 5, 0)),
    }
}

fn incarnation<I: Kind>(rng: &mut SmallRng) -> u32 {
    match rng.random_range(0..10) {
        0 => u32::MAX - rng.random_range(0..2),
        // Of serial numbers three such in one datagram make a circle.
        1 if I::RENEWS => rng.random(),
        _ => rng.random_range(0..6),
    }
}

fn update<I: Kind>(rng: &mut SmallRng, present: &[I]) -> Update<I> {
    let state = State::from_number(rng.random_range(0..4)).expect("four states");
    let mut by = Suspecters::new();
    if state == State::Suspect {
        for _ in 0..rng.random_range(0..5) {
            by.insert(identity(rng, present).addr());
        }
    }
    Update { identity: identity(rng, present), incarnation: incarnation::<I>(rng), state, by }
}

fn plane(rng: &mut SmallRng) -> Plane {
    if rng.random_bool(0.5) { Plane::Members } else { Plane::Records }
}

fn position(rng: &mut SmallRng) -> Position {
    match rng.random_range(0..3) {
        0 => Position::FIRST,
        1 => Position::LAST,
        _ => Position { key: rng.random(), item: 0 },
    }
}

/// A message at random; `other`, `place` and `words` are what some speak of.
fn message<'a, I: Kind>(
    rng: &mut SmallRng,
    (other, target): (&'a I, &'a I::Addr),
    place: &'a SocketAddr,
    words: &'a [u32; 256],
) -> MessageRef<'a, I> {
    let number = rng.random();
    let reason = Refusal::from_number(rng.random_range(0..7));
    let sync = rng.random_range(0..3);
    match rng.random_range(0..18) {
        0 => MessageRef::Ping { number },
        1 => MessageRef::Ack { number },
        2 => MessageRef::PingReq { number, target, route: Some(place) },
        3 => MessageRef::ForwardedAck { number, identity: other, incarnation: incarnation::<I>(rng) },
        4 => MessageRef::Nack { number },
        5 => MessageRef::Announce { number, flags: 0, padding: 100 },
        6 => MessageRef::Challenge { number, cookie: rng.random() },
        7 => MessageRef::Feed { number, clock: 0 },
        8 => MessageRef::Refused { number, reason, cluster: None, min: 1, max: 1 },
        9 => MessageRef::YouAreDown,
        10 => MessageRef::Unknown(20),
        11 => MessageRef::Sync {
            number,
            version: DIGEST_VERSION,
            members: rng.random(),
            records: rng.random_bool(0.5).then(|| rng.random()),
            clock: rng.random(),
        },
        12 => {
            let leaves = LeavesRef { plane: plane(rng), salt: rng.random(), leaves: words };
            MessageRef::SyncLeaves { number, leaves: (sync > 0).then_some(leaves) }
        }
        13 => MessageRef::SyncPull(PullRef {
            number,
            plane: plane(rng),
            back: sync == 0,
            from: position(rng),
            until: position(rng),
            salt: rng.random(),
            have: &words[..8 * sync],
        }),
        14 => {
            let next = (sync > 0).then(|| position(rng));
            MessageRef::SyncPage(Page { number, plane: plane(rng), from: position(rng), next })
        }
        _ => MessageRef::Gossip,
    }
}

/// A datagram to `to` from `source`, if somebody in particular speaks.
pub(crate) fn datagram<I: Kind>(
    rng: &mut SmallRng,
    present: &[I],
    lives: &[(I::Addr, u32)],
    source: Option<&I>,
    to: &I,
) -> Vec<u8> {
    let random = identity(rng, present);
    let source = source.unwrap_or(&random);
    let other = identity(rng, present);
    let (target, place) = (other.addr(), route(rng.random_range(0..PLACES + 2), 0));
    let words = [rng.random(); 256];
    let message = message(rng, (&other, &target), &place, &words);
    let header = HeaderRef {
        version: Version::CURRENT,
        cluster: None,
        dst: destination(&to.addr()),
        cookie: rng.random_bool(0.1).then(|| rng.random()),
        source,
        incarnation: if rng.random_bool(0.7) { 0 } else { incarnation::<I>(rng) },
        message,
    };
    let sections = if matches!(message, MessageRef::YouAreDown) { 1 } else { rng.random_range(0..4) };
    let mut buf = [0; 1_400];
    let mut out = Out::new(&mut buf);
    assert!(PostcardCodec.put_header(header, &mut out).expect("a header can be written"));
    for _ in 0..sections {
        let mut update = update(rng, present);
        if matches!(message, MessageRef::YouAreDown) {
            update.identity = I::make(to.route().port() % 100, update.identity.epoch(), 0);
        }
        let put = PostcardCodec.put_section(SectionRef::Update(update.as_ref()), &mut out);
        assert!(put.expect("an update can be written"));
    }
    if !matches!(message, MessageRef::YouAreDown) {
        for _ in 0..rng.random_range(0..3) {
            let section = published(rng, present, lives);
            let put = PostcardCodec.put_section(section.as_ref(), &mut out);
            assert!(put.expect("what is published can be written"));
        }
    }
    out.written().to_vec()
}

/// A manifest, a record or a user event that nobody published, often of a life that somebody has.
fn published<I: Kind>(rng: &mut SmallRng, present: &[I], lives: &[(I::Addr, u32)]) -> Section<'static, I> {
    let identity = identity(rng, present);
    let (key, life) = match lives.get(rng.random_range(0..lives.len() + 1)) {
        Some((key, life)) if rng.random_bool(0.8) => (key.clone(), *life),
        _ => (identity.addr(), rng.random()),
    };
    let identity = present.iter().find(|known| known.is_at(&key)).cloned().unwrap_or(identity);
    let version = match rng.random_range(0..12) {
        0 => u64::MAX - rng.random_range(0..3),
        1 => rng.random(),
        _ => rng.random_range(0..60),
    };
    let topic = rng.random_range(1..4);
    match rng.random_range(0..4) {
        0 => Section::Manifest(Manifest { identity, life, floor: version }),
        1 => {
            let (seq, payload, ttl) = (version, b"forged", [None, Some(3)][rng.random_range(0..2)]);
            Section::UserEvent(UserEvent { origin: key, topic, life, seq, time: version, ttl, payload })
        }
        _ => {
            let value = [None, Some(&b"forged"[..])][rng.random_range(0..2)];
            let name = [&b"key 1"[..], b"key 2", b"other"][rng.random_range(0..3)];
            Section::Record(Record { owner: key, topic, key: name, life, version, value })
        }
    }
}
