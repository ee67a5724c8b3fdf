//! From intents to bytes: the header, then as much news as fits (SWIM §4.1, Lifeguard §IV-C).
//!
//! What comes first: a leaver's own `Left`; the buddy, what a suspected receiver must answer; then updates,
//! those told least often first, in at most half of the room if what members published waits as well; then that,
//! small before large; then more updates. In one packet of four it goes first. Transmissions are counted only
//! for what was written.

mod news;
mod pages;
mod published;

use super::Engine;
use crate::broadcast::Broadcasts;
use crate::codec::{
    Codec, HeaderRef, LeavesRef, MessageKind, MessageRef, Plane, Refusal, SectionRef, UpdateRef, VERSION,
    Version,
};
use crate::error::ConfigError;
use crate::identity::Identity;
use crate::out::Out;
use crate::outbox::{Intent, Say};
use crate::spec::{RouteOf, Spec};
use crate::stats::Stats;

/// Bytes of an announce at least, so that no answer to a stranger is worth reflecting.
const ANNOUNCE: usize = 256;
/// Bytes of an answer to a stranger at most.
const STRANGER: usize = 200;

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

    /// Writes the next datagram that says something.
    pub(super) fn transmit(&mut self, buf: &mut [u8]) -> Option<Transmit<RouteOf<S>>> {
        let budget = self.protocol.config.limits.budget().min(buf.len());
        loop {
            // Intents are large: this one stays where it was put.
            let popped = self.protocol.outbox.pop();
            let Some(intent) = &popped else {
                self.protocol.settle_sent();
                return None;
            };
            let mut out = Out::new(&mut buf[..budget]);
            let Some(kind) = self.put_header(intent, &mut out) else {
                self.protocol.stats.dropped.oversized += 1;
                continue;
            };
            let has_news = self.put_sections(intent, &mut out);
            if kind == MessageKind::Gossip && !has_news {
                continue;
            }
            let len = out.len();
            self.protocol.stats.sent.count(kind, len);
            if matches!(kind, MessageKind::Sync | MessageKind::SyncPull) {
                self.protocol.exchange.spend(len);
            }
            self.protocol.settle_sent();
            return popped.map(|intent| Transmit { to: intent.to, len });
        }
    }

    /// Writes the header of what is said most; the rest, which is large, is kept out of the way.
    fn put_header(&mut self, intent: &Intent<S::Identity>, out: &mut Out<'_>) -> Option<MessageKind> {
        let (message, kind) = match &intent.say {
            Say::Ping { number } => (MessageRef::Ping { number: *number }, MessageKind::Ping),
            Say::Ack { number } => (MessageRef::Ack { number: *number }, MessageKind::Ack),
            Say::Gossip => (MessageRef::Gossip, MessageKind::Gossip),
            Say::SyncPage(pull) => return self.put_page(intent, pull, out),
            _ => return self.put_other_header(intent, out),
        };
        self.write_header(intent, message, out).then_some(kind)
    }

    #[inline(never)]
    fn put_other_header(&self, intent: &Intent<S::Identity>, out: &mut Out<'_>) -> Option<MessageKind> {
        let leaves;
        let message = match &intent.say {
            Say::Ping { number } => MessageRef::Ping { number: *number },
            Say::Ack { number } => MessageRef::Ack { number: *number },
            Say::Gossip => MessageRef::Gossip,
            Say::PingReq { number, named, .. } => {
                let (target, route) = &**named;
                MessageRef::PingReq { number: *number, target, route: route.as_ref() }
            }
            Say::ForwardedAck { number, from } => {
                let (identity, incarnation) = &**from;
                MessageRef::ForwardedAck { number: *number, identity, incarnation: *incarnation }
            }
            Say::Nack { number } => MessageRef::Nack { number: *number },
            Say::Announce { number } => MessageRef::Announce { number: *number, flags: 0, padding: 0 },
            Say::Challenge { number, cookie } => MessageRef::Challenge { number: *number, cookie: *cookie },
            Say::Feed { number } => {
                MessageRef::Feed { number: *number, clock: self.protocol.broadcasts.clock() }
            }
            Say::Refused { number, reason } => self.refused(*number, *reason),
            Say::YouAreDown { .. } => MessageRef::YouAreDown,
            Say::Sync { number, version } => {
                let (members, records) = (self.protocol.digest().root(), self.protocol.records_root());
                let clock = self.protocol.broadcasts.clock();
                MessageRef::Sync { number: *number, version: *version, members, records, clock }
            }
            Say::SyncLeaves { number, leaves: None } => {
                MessageRef::SyncLeaves { number: *number, leaves: None }
            }
            Say::SyncLeaves { number, leaves: Some((plane, salt)) } => {
                leaves = match self.protocol.broadcasts.digest() {
                    Some(records) if *plane == Plane::Records => records.salted(*salt),
                    _ => self.protocol.digest().salted(*salt),
                };
                let leaves = LeavesRef { plane: *plane, salt: *salt, leaves: &leaves };
                MessageRef::SyncLeaves { number: *number, leaves: Some(leaves) }
            }
            Say::SyncPull(pull) | Say::SyncPage(pull) => MessageRef::SyncPull((**pull).as_ref()),
        };
        if !self.write_header(intent, message, out) {
            return None;
        }
        if let MessageRef::Announce { number, flags, .. } = message
            && out.len() < ANNOUNCE
        {
            let padding = (ANNOUNCE - out.len()) as u16;
            out.truncate(0);
            if !self.write_header(intent, MessageRef::Announce { number, flags, padding }, out) {
                return None;
            }
        }
        let kind = message.kind()?;
        let to_stranger = matches!(kind, MessageKind::Challenge | MessageKind::Refused);
        (!to_stranger || out.len() <= STRANGER).then_some(kind)
    }

    fn write_header(
        &self,
        intent: &Intent<S::Identity>,
        message: MessageRef<'_, S::Identity>,
        out: &mut Out<'_>,
    ) -> bool {
        matches!(self.codec.put_header(self.header(intent.dst, intent.cookie, message), out), Ok(true))
    }

    fn refused<'a>(&self, number: u16, reason: Refusal) -> MessageRef<'a, S::Identity> {
        let cluster = self.protocol.config.cluster;
        MessageRef::Refused { number, reason, cluster, min: VERSION, max: VERSION }
    }

    /// Appends what travels along. True if the datagram carries news, be it in its header alone.
    fn put_sections(&mut self, intent: &Intent<S::Identity>, out: &mut Out<'_>) -> bool {
        let (Say::Ping { .. } | Say::Ack { .. } | Say::Gossip, Some(slot)) = (&intent.say, intent.slot)
        else {
            return self.put_other_sections(intent, out);
        };
        let own = self.put_own_news(out);
        let buddy = self.put_buddy(slot, out);
        let others = self.put_all_news(slot, out);
        own | buddy | others
    }

    #[inline(never)]
    fn put_other_sections(&mut self, intent: &Intent<S::Identity>, out: &mut Out<'_>) -> bool {
        match &intent.say {
            Say::YouAreDown { held } => {
                let (identity, incarnation, state) = &**held;
                let update = UpdateRef { identity, incarnation: *incarnation, state: *state, by: &[] };
                put_update(&self.codec, update, &mut self.protocol.stats, out)
            }
            Say::Feed { .. } => {
                self.put_topics(out);
                self.put_feed(out);
                true
            }
            Say::Announce { .. } => self.put_topics(out),
            Say::PingReq { target, named, .. } => {
                let members = &self.protocol.members;
                let is_it = members.get(*target).is_some_and(|member| member.identity.is_at(&named.0));
                is_it && self.put_buddy(*target, out)
            }
            Say::ForwardedAck { .. } => {
                let Some(slot) = intent.slot else { return false };
                let own = self.put_own_news(out);
                let buddy = self.put_buddy(slot, out);
                let others = self.put_all_news(slot, out);
                own | buddy | others
            }
            // These carry none, and a page has its own.
            _ => false,
        }
    }
}

/// Appends an update and counts it; false, and nothing written, if it does not fit.
fn put_update<I: Identity, C: Codec<I>>(
    codec: &C,
    update: UpdateRef<'_, I>,
    stats: &mut Stats,
    out: &mut Out<'_>,
) -> bool {
    let put = append(codec, update, out);
    stats.sent.updates += u64::from(put);
    put
}

/// Appends an update; false, and nothing written, if it does not fit.
fn append<I: Identity, C: Codec<I>>(codec: &C, update: UpdateRef<'_, I>, out: &mut Out<'_>) -> bool {
    let before = out.len();
    let put = matches!(codec.put_section(SectionRef::Update(update), out), Ok(true));
    if !put {
        out.truncate(before);
    }
    put
}
