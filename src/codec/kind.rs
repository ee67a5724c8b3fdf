//! The kinds of message.

use core::fmt;

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

impl fmt::Display for MessageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ping => "ping",
            Self::Ack => "ack",
            Self::Gossip => "gossip",
            Self::PingReq => "ping-req",
            Self::ForwardedAck => "forwarded-ack",
            Self::Nack => "nack",
            Self::Announce => "announce",
            Self::Challenge => "challenge",
            Self::Feed => "feed",
            Self::Refused => "refused",
            Self::YouAreDown => "you-are-down",
            Self::Sync => "sync",
            Self::SyncLeaves => "sync-leaves",
            Self::SyncPull => "sync-pull",
            Self::SyncPage => "sync-page",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn a_kind_is_named_in_lower_case_and_padded() {
        assert_eq!(format!("{} {}", MessageKind::Ping, MessageKind::YouAreDown), "ping you-are-down");
        assert_eq!(format!("{:<9}|{:>9}", MessageKind::PingReq, MessageKind::Sync), "ping-req |     sync");
        for kind in MessageKind::ALL {
            let name = format!("{kind:?}").to_lowercase();
            assert_eq!(format!("{kind}").replace('-', ""), name);
        }
    }
}
