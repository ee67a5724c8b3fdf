//! From intents to bytes: the header, then as much news as fits (SWIM §4.1, Lifeguard §IV-C).
//!
//! What comes first: a leaver's own `Left`; the buddy, what a suspected receiver must answer; then updates,
//! those told least often first. Transmissions are counted only for what was written.

use super::Engine;
use crate::codec::{
    Codec, HeaderRef, MessageKind, MessageRef, Refusal, SectionRef, UpdateRef, VERSION, Version,
};
use crate::error::ConfigError;
use crate::identity::Identity;
use crate::members::{Member, Slot};
use crate::out::Out;
use crate::outbox::{Intent, Say};
use crate::protocol::{Life, Protocol};
use crate::spec::{RouteOf, Spec};
use crate::state::State;
use crate::stats::Stats;
use rand::RngExt;

/// Bytes of an announce at least, so that no answer to a stranger is worth reflecting.
const ANNOUNCE: usize = 256;
/// Bytes of an answer to a stranger at most.
const STRANGER: usize = 200;
/// Updates that did not fit before a packet counts as full.
const MISFITS: u8 = 3;

/// A datagram: the first `len` bytes of the buffer go to `to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmit<R> {
    /// Where it goes.
    pub to: R,
    /// Its length in bytes.
    pub len: usize,
}

impl<S: Spec> Engine<S> {
    /// The identity must leave room in an answer to a stranger, the smallest datagram that there is.
    pub(super) fn check_identity(&self) -> Result<(), ConfigError> {
        let mut buf = [0; STRANGER];
        let mut out = Out::new(&mut buf);
        let message = MessageRef::Challenge { number: u16::MAX, cookie: u64::MAX };
        match self.codec.put_header(self.header(None, None, message), &mut out) {
            Ok(true) => Ok(()),
            _ => Err(ConfigError { field: "identity", problem: "must be encoded in at most 128 bytes" }),
        }
    }

    fn header<'a>(
        &'a self,
        dst: Option<core::num::NonZeroU32>,
        cookie: Option<u64>,
        message: MessageRef<'a, S::Identity>,
    ) -> HeaderRef<'a, S::Identity> {
        let me = &self.protocol.me;
        HeaderRef {
            version: Version::CURRENT,
            cluster: self.protocol.config.cluster,
            dst,
            cookie,
            source: &me.identity,
            incarnation: me.incarnation,
            message,
        }
    }

    pub(super) fn transmit(&mut self, buf: &mut [u8]) -> Option<Transmit<RouteOf<S>>> {
        let budget = self.protocol.config.limits.budget().min(buf.len());
        loop {
            let intent = self.protocol.outbox.pop()?;
            let mut out = Out::new(&mut buf[..budget]);
            let Some(kind) = self.put_header(&intent, &mut out) else {
                self.protocol.stats.dropped.oversized += 1;
                continue;
            };
            let has_news = self.put_sections(&intent, &mut out);
            if kind == MessageKind::Gossip && !has_news {
                continue;
            }
            let len = out.len();
            self.protocol.stats.sent.count(kind, len);
            return Some(Transmit { to: intent.to, len });
        }
    }

    fn put_header(&self, intent: &Intent<S::Identity>, out: &mut Out<'_>) -> Option<MessageKind> {
        let message = match &intent.say {
            Say::Ping { number } => MessageRef::Ping { number: *number },
            Say::Ack { number } => MessageRef::Ack { number: *number },
            Say::Gossip => MessageRef::Gossip,
            Say::PingReq { number, addr, route, .. } => {
                MessageRef::PingReq { number: *number, target: addr, route: route.as_ref() }
            }
            Say::ForwardedAck { number, identity, incarnation } => {
                MessageRef::ForwardedAck { number: *number, identity, incarnation: *incarnation }
            }
            Say::Nack { number } => MessageRef::Nack { number: *number },
            Say::Announce { number } => MessageRef::Announce { number: *number, flags: 0, padding: 0 },
            Say::Challenge { number, cookie } => MessageRef::Challenge { number: *number, cookie: *cookie },
            Say::Feed { number } => MessageRef::Feed { number: *number, clock: 0 },
            Say::Refused { number, reason } => self.refused(*number, *reason),
            Say::YouAreDown { .. } => MessageRef::YouAreDown,
        };
        let kind = message.kind()?;
        let fits = |message, out: &mut Out<'_>| {
            matches!(self.codec.put_header(self.header(intent.dst, intent.cookie, message), out), Ok(true))
        };
        if !fits(message, out) {
            return None;
        }
        if let MessageRef::Announce { number, flags, .. } = message
            && out.len() < ANNOUNCE
        {
            let padding = (ANNOUNCE - out.len()) as u16;
            out.truncate(0);
            if !fits(MessageRef::Announce { number, flags, padding }, out) {
                return None;
            }
        }
        let to_stranger = matches!(kind, MessageKind::Challenge | MessageKind::Refused);
        (!to_stranger || out.len() <= STRANGER).then_some(kind)
    }

    fn refused<'a>(&self, number: u16, reason: Refusal) -> MessageRef<'a, S::Identity> {
        let cluster = self.protocol.config.cluster;
        MessageRef::Refused { number, reason, cluster, min: VERSION, max: VERSION }
    }

    /// Appends what travels along. True if the datagram carries news, be it in its header alone.
    fn put_sections(&mut self, intent: &Intent<S::Identity>, out: &mut Out<'_>) -> bool {
        match &intent.say {
            Say::YouAreDown { identity, incarnation, state } => {
                let update = UpdateRef { identity, incarnation: *incarnation, state: *state, by: &[] };
                put_update(&self.codec, update, &mut self.protocol.stats, out)
            }
            Say::Feed { .. } => {
                self.put_feed(out);
                true
            }
            Say::PingReq { target, addr, .. } => {
                let is_it =
                    self.protocol.members.get(*target).is_some_and(|member| member.identity.is_at(addr));
                is_it && self.put_buddy(*target, out)
            }
            Say::Ping { .. } | Say::Ack { .. } | Say::Gossip | Say::ForwardedAck { .. } => {
                let Some(slot) = intent.slot else { return false };
                let own = self.put_own_news(out);
                let buddy = self.put_buddy(slot, out);
                let others = self.put_news(slot, out);
                own | buddy | others
            }
            Say::Nack { .. } | Say::Announce { .. } | Say::Challenge { .. } | Say::Refused { .. } => false,
        }
    }

    /// What is held of a member.
    fn put_held(&mut self, slot: Slot, out: &mut Out<'_>) -> bool {
        let Protocol { members, suspicions, stats, .. } = &mut self.protocol;
        let Some(Member { identity, incarnation, state }) = members.get(slot) else { return false };
        let by = if *state == State::Suspect { suspicions.by(members.suspicion(slot)) } else { &[] };
        put_update(
            &self.codec,
            UpdateRef { identity, incarnation: *incarnation, state: *state, by },
            stats,
            out,
        )
    }

    /// Our own state: the header says that we are alive, a section that we leave. True while it is news.
    fn put_own_news(&mut self, out: &mut Out<'_>) -> bool {
        let limit = self.protocol.retransmit_limit();
        if let Life::Leaving { .. } = self.protocol.me.life {
            let Protocol { me, stats, .. } = &mut self.protocol;
            let left = UpdateRef {
                identity: &me.identity,
                incarnation: me.incarnation,
                state: State::Left,
                by: &[],
            };
            let put = put_update(&self.codec, left, stats, out);
            if let Life::Leaving { told, .. } = &mut me.life {
                *told = told.saturating_add(u8::from(put));
            }
            return put;
        }
        let Some(told) = self.protocol.me.news else { return false };
        self.protocol.me.news = (told + 1 < limit).then_some(told + 1);
        true
    }

    /// A suspected receiver is told first of all.
    fn put_buddy(&mut self, slot: Slot, out: &mut Out<'_>) -> bool {
        let suspected = self.protocol.members.get(slot).is_some_and(|member| member.state == State::Suspect);
        suspected && self.protocol.config.suspicion.buddy && self.put_held(slot, out)
    }

    /// Updates, those told least often first, until the packet is full.
    fn put_news(&mut self, receiver: Slot, out: &mut Out<'_>) -> bool {
        let (mut next, mut misfits, mut has_news) = (self.protocol.news.first(), 0, false);
        // What the only other member knows is told.
        let is_alone = self.protocol.members.len() == 1;
        while let Some(slot) = next {
            next = self.protocol.news.after(slot, &self.protocol.members);
            if self.is_known_to(slot, receiver) {
                if is_alone {
                    self.packed.push(slot);
                }
            } else if self.put_held(slot, out) {
                self.packed.push(slot);
                has_news = true;
            } else {
                misfits += 1;
                if misfits == MISFITS {
                    break;
                }
            }
        }
        let limit = self.protocol.retransmit_limit();
        for slot in self.packed.drain(..) {
            self.protocol.news.sent(slot, limit, &mut self.protocol.members);
        }
        has_news
    }

    /// A receiver knows that it is alive; that it is suspected, the buddy told it already.
    fn is_known_to(&self, slot: Slot, receiver: Slot) -> bool {
        slot == receiver
            && match self.protocol.members.get(slot).map(|member| member.state) {
                Some(State::Suspect) => self.protocol.config.suspicion.buddy,
                Some(State::Down | State::Left) => false,
                Some(State::Alive) | None => true,
            }
    }

    /// Active members as alive, in a run from a random start.
    fn put_feed(&mut self, out: &mut Out<'_>) {
        let members = self.protocol.members.len();
        if members == 0 {
            return;
        }
        let start = self.protocol.rng.random_range(0..members);
        for at in (start..members).chain(0..start) {
            let Protocol { members, stats, .. } = &mut self.protocol;
            let Member { identity, incarnation, .. } = &members[members.active()[at]];
            let update = UpdateRef { identity, incarnation: *incarnation, state: State::Alive, by: &[] };
            if !put_update(&self.codec, update, stats, out) {
                return;
            }
        }
    }
}

/// Appends an update; false, and nothing written, if it does not fit.
fn put_update<I: Identity, C: Codec<I>>(
    codec: &C,
    update: UpdateRef<'_, I>,
    stats: &mut Stats,
    out: &mut Out<'_>,
) -> bool {
    let before = out.len();
    let put = matches!(codec.put_section(SectionRef::Update(update), out), Ok(true));
    if put {
        stats.sent.updates += 1;
    } else {
        out.truncate(before);
    }
    put
}
