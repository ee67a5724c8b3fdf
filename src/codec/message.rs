//! What a datagram says.

use crate::identity::Identity;
use core::fmt;
use core::num::NonZeroU32;

/// The kinds of message and their numbers on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[repr(u8)]
#[non_exhaustive]
pub enum MessageKind {
    /// Are you there?
    Ping = 1,
    /// I am.
    Ack = 2,
    /// News.
    Gossip = 3,
    /// Ping this one for me.
    PingReq = 4,
    /// The one you asked me to ping is there.
    ForwardedAck = 5,
    /// No word yet from the one you asked me to ping.
    Nack = 6,
    /// I want to join, or to be heard again.
    Announce = 7,
    /// Show that you can be reached where you say.
    Challenge = 8,
    /// These are the active members.
    Feed = 9,
    /// You cannot join here.
    Refused = 10,
    /// What is held against you.
    YouAreDown = 11,
    /// Compare digests.
    Sync = 12,
    /// The leaves of a plane.
    SyncLeaves = 13,
    /// Send me a range.
    SyncPull = 14,
    /// A page of a range.
    SyncPage = 15,
}

impl MessageKind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [Self; 15] = [
        Self::Ping,
        Self::Ack,
        Self::Gossip,
        Self::PingReq,
        Self::ForwardedAck,
        Self::Nack,
        Self::Announce,
        Self::Challenge,
        Self::Feed,
        Self::Refused,
        Self::YouAreDown,
        Self::Sync,
        Self::SyncLeaves,
        Self::SyncPull,
        Self::SyncPage,
    ];

    /// The number on the wire.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The kind with this number.
    pub const fn from_number(number: u8) -> Option<Self> {
        if number == 0 || number as usize > Self::ALL.len() {
            return None;
        }
        Some(Self::ALL[number as usize - 1])
    }
}

/// Why a member refuses another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[repr(u8)]
#[non_exhaustive]
pub enum Refusal {
    /// The two belong to clusters of different labels.
    Cluster = 1,
    /// The two have no version of the protocol in common.
    Version = 2,
    /// The admission hook does not want it.
    NotAdmitted = 3,
    /// The table of members is full.
    Full = 4,
    /// A newer identity of the same key is held.
    Conflict = 5,
    /// A reason that this version does not know.
    Other = 0,
}

impl Refusal {
    /// The number on the wire.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The reason with this number; [`Refusal::Other`] where it is not known.
    pub const fn from_number(number: u8) -> Self {
        match number {
            1 => Self::Cluster,
            2 => Self::Version,
            3 => Self::NotAdmitted,
            4 => Self::Full,
            5 => Self::Conflict,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cluster => "it belongs to a cluster with another label",
            Self::Version => "it speaks another version of the protocol",
            Self::NotAdmitted => "its admission rule turned us away",
            Self::Full => "its table of members is full",
            Self::Conflict => "it knows a newer member under our key",
            Self::Other => "it gave a reason that this version does not know",
        })
    }
}

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
            Self::Unknown(number) => return MessageKind::from_number(*number),
        })
    }
}
