//! Datagrams that nobody sent: well-formed, with identities, incarnations and states at random.

use crate::kind::{Kind, PLACES, route};
use haulout::Out;
use haulout::State;
use haulout::codec::{Codec, HeaderRef, MessageRef, Refusal, SectionRef, Suspecters, Update, Version};
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

/// A datagram to `to` from `source`, if somebody in particular speaks.
pub(crate) fn datagram<I: Kind>(rng: &mut SmallRng, present: &[I], source: Option<&I>, to: &I) -> Vec<u8> {
    let random = identity(rng, present);
    let source = source.unwrap_or(&random);
    let number = rng.random();
    let other = identity(rng, present);
    let (target, place) = (other.addr(), route(rng.random_range(0..PLACES + 2), 0));
    let reason = Refusal::from_number(rng.random_range(0..7));
    let message = match rng.random_range(0..14) {
        0 => MessageRef::Ping { number },
        1 => MessageRef::Ack { number },
        2 => MessageRef::PingReq { number, target: &target, route: Some(&place) },
        3 => MessageRef::ForwardedAck { number, identity: &other, incarnation: incarnation::<I>(rng) },
        4 => MessageRef::Nack { number },
        5 => MessageRef::Announce { number, flags: 0, padding: 100 },
        6 => MessageRef::Challenge { number, cookie: rng.random() },
        7 => MessageRef::Feed { number, clock: 0 },
        8 => MessageRef::Refused { number, reason, cluster: None, min: 1, max: 1 },
        9 => MessageRef::YouAreDown,
        10 => MessageRef::Unknown(20),
        _ => MessageRef::Gossip,
    };
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
    out.written().to_vec()
}
