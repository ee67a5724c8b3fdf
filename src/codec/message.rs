//! What a datagram says.

use super::kind::MessageKind;
use super::refusal::Refusal;
use super::sync::{Leaves, LeavesRef, Page, Pull, PullRef};
use crate::identity::Identity;
use core::num::NonZeroU32;

/// A decoded message body.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Message<I: Identity> {
    /// A probe.
    Ping {
        /// Chosen by the prober, returned in the answer.
        number: u16,
    },
    /// The answer to a probe.
    Ack {
        /// The probe's number.
        number: u16,
    },
    /// News only.
    Gossip,
    /// A request to probe `target`.
    PingReq {
        /// Chosen by the origin, returned in the answer.
        number: u16,
        /// The key to probe.
        target: I::Addr,
        /// Its route, where the key does not imply it.
        route: Option<I::Route>,
    },
    /// The target of a [`Message::PingReq`] answered.
    ForwardedAck {
        /// The request's number.
        number: u16,
        /// Who answered.
        identity: I,
        /// Its incarnation.
        incarnation: u32,
    },
    /// The target of a [`Message::PingReq`] has not answered so far; the helper is alive.
    Nack {
        /// The request's number.
        number: u16,
    },
    /// A wish to join, padded so that no answer is larger than the question.
    Announce {
        /// Chosen by the joiner, returned in the answer.
        number: u16,
        /// 1 = observer, reserved.
        flags: u8,
        /// How many bytes of padding.
        padding: u16,
    },
    /// A demand to repeat a request with a cookie.
    Challenge {
        /// The request's number.
        number: u16,
        /// The cookie to repeat it with.
        cookie: u64,
    },
    /// Active members, as many as fit.
    Feed {
        /// The announce's number.
        number: u16,
        /// The sender's Lamport clock.
        clock: u64,
    },
    /// A joiner is turned away.
    Refused {
        /// The request's number.
        number: u16,
        /// Why.
        reason: Refusal,
        /// The cluster of the one who refuses.
        cluster: Option<NonZeroU32>,
        /// The lowest version that it speaks.
        min: u8,
        /// The highest version that it speaks.
        max: u8,
    },
    /// Its one section is what the sender holds about the receiver.
    YouAreDown,
    /// A comparison of digests.
    Sync {
        /// Chosen by the asker, returned in the answer.
        number: u16,
        /// The version of the digest, [`DIGEST_VERSION`](super::DIGEST_VERSION) here.
        version: u8,
        /// The root of the members plane.
        members: u64,
        /// The root of the records plane, where records are kept.
        records: Option<u64>,
        /// The sender's Lamport clock.
        clock: u64,
    },
    /// The answer to a [`Message::Sync`].
    SyncLeaves {
        /// The comparison's number.
        number: u16,
        /// The leaves of the first plane that differs; `None` if none does.
        leaves: Option<Leaves>,
    },
    /// A request for a range of a plane.
    SyncPull(Pull),
    /// The answer to a [`Message::SyncPull`]; its sections are entries of the range.
    SyncPage(Page),
    /// A kind that this version does not know.
    Unknown(u8),
}

/// The borrowing twin of [`Message`].
#[derive(Debug)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields are those of `Message`")]
pub enum MessageRef<'a, I: Identity> {
    /// See [`Message::Ping`].
    Ping { number: u16 },
    /// See [`Message::Ack`].
    Ack { number: u16 },
    /// See [`Message::Gossip`].
    Gossip,
    /// See [`Message::PingReq`].
    PingReq { number: u16, target: &'a I::Addr, route: Option<&'a I::Route> },
    /// See [`Message::ForwardedAck`].
    ForwardedAck { number: u16, identity: &'a I, incarnation: u32 },
    /// See [`Message::Nack`].
    Nack { number: u16 },
    /// See [`Message::Announce`].
    Announce { number: u16, flags: u8, padding: u16 },
    /// See [`Message::Challenge`].
    Challenge { number: u16, cookie: u64 },
    /// See [`Message::Feed`].
    Feed { number: u16, clock: u64 },
    /// See [`Message::Refused`].
    Refused { number: u16, reason: Refusal, cluster: Option<NonZeroU32>, min: u8, max: u8 },
    /// See [`Message::YouAreDown`].
    YouAreDown,
    /// See [`Message::Sync`].
    Sync { number: u16, version: u8, members: u64, records: Option<u64>, clock: u64 },
    /// See [`Message::SyncLeaves`].
    SyncLeaves { number: u16, leaves: Option<LeavesRef<'a>> },
    /// See [`Message::SyncPull`].
    SyncPull(PullRef<'a>),
    /// See [`Message::SyncPage`].
    SyncPage(Page),
    /// See [`Message::Unknown`]; an engine never sends it.
    Unknown(u8),
}

impl<I: Identity> Clone for MessageRef<'_, I> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I: Identity> Copy for MessageRef<'_, I> {}

impl<I: Identity> Message<I> {
    /// The kind; `None` for [`Message::Unknown`].
    pub fn kind(&self) -> Option<MessageKind> {
        self.as_ref().kind()
    }

    /// The number of the kind on the wire, of an unknown one too.
    pub fn number(&self) -> u8 {
        self.as_ref().number()
    }

    /// The borrowing twin.
    pub fn as_ref(&self) -> MessageRef<'_, I> {
        match *self {
            Self::Ping { number } => MessageRef::Ping { number },
            Self::Ack { number } => MessageRef::Ack { number },
            Self::Gossip => MessageRef::Gossip,
            Self::PingReq { number, ref target, ref route } => {
                MessageRef::PingReq { number, target, route: route.as_ref() }
            }
            Self::ForwardedAck { number, ref identity, incarnation } => {
                MessageRef::ForwardedAck { number, identity, incarnation }
            }
            Self::Nack { number } => MessageRef::Nack { number },
            Self::Announce { number, flags, padding } => MessageRef::Announce { number, flags, padding },
            Self::Challenge { number, cookie } => MessageRef::Challenge { number, cookie },
            Self::Feed { number, clock } => MessageRef::Feed { number, clock },
            Self::Refused { number, reason, cluster, min, max } => {
                MessageRef::Refused { number, reason, cluster, min, max }
            }
            Self::YouAreDown => MessageRef::YouAreDown,
            Self::Sync { number, version, members, records, clock } => {
                MessageRef::Sync { number, version, members, records, clock }
            }
            Self::SyncLeaves { number, ref leaves } => {
                MessageRef::SyncLeaves { number, leaves: leaves.as_ref().map(Leaves::as_ref) }
            }
            Self::SyncPull(ref pull) => MessageRef::SyncPull(pull.as_ref()),
            Self::SyncPage(page) => MessageRef::SyncPage(page),
            Self::Unknown(kind) => MessageRef::Unknown(kind),
        }
    }
}

impl<I: Identity> MessageRef<'_, I> {
    /// The kind; `None` for [`MessageRef::Unknown`] with a number that has no kind.
    pub fn kind(&self) -> Option<MessageKind> {
        Some(match self {
            Self::Ping { .. } => MessageKind::Ping,
            Self::Ack { .. } => MessageKind::Ack,
            Self::Gossip => MessageKind::Gossip,
            Self::PingReq { .. } => MessageKind::PingReq,
            Self::ForwardedAck { .. } => MessageKind::ForwardedAck,
            Self::Nack { .. } => MessageKind::Nack,
            Self::Announce { .. } => MessageKind::Announce,
            Self::Challenge { .. } => MessageKind::Challenge,
            Self::Feed { .. } => MessageKind::Feed,
            Self::Refused { .. } => MessageKind::Refused,
            Self::YouAreDown => MessageKind::YouAreDown,
            Self::Sync { .. } => MessageKind::Sync,
            Self::SyncLeaves { .. } => MessageKind::SyncLeaves,
            Self::SyncPull(_) => MessageKind::SyncPull,
            Self::SyncPage(_) => MessageKind::SyncPage,
            Self::Unknown(number) => return MessageKind::from_number(*number),
        })
    }

    /// The number of the kind on the wire, of an unknown one too.
    pub fn number(&self) -> u8 {
        match self {
            Self::Unknown(number) => *number,
            known => known.kind().map_or(0, MessageKind::number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sync::{Plane, Position};
    use super::*;
    use crate::identity::Fixed;
    use core::net::SocketAddr;

    #[test]
    fn a_message_has_the_number_of_its_kind_and_an_unknown_one_its_own() {
        let number = |message: Message<Fixed<SocketAddr>>| (message.number(), message.as_ref().number());
        assert_eq!(number(Message::Gossip), (3, 3));
        let (plane, from) = (Plane::Records, Position::FIRST);
        assert_eq!(number(Message::SyncPage(Page { number: 1, plane, from, next: None })), (15, 15));
        for unknown in [0, 3, 16, u8::MAX] {
            assert_eq!(number(Message::Unknown(unknown)), (unknown, unknown));
        }
    }
}
