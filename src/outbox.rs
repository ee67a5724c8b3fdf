//! What is to be sent: small intents, not packets.
//!
//! Bytes are made when the host polls, straight into its buffer, with the freshest news. The queue is
//! bounded; what it sheds first is what will be said again anyway: gossip, then sync, notices, pings,
//! nacks, acks. What matters most also leaves first. Cost: O(1).

use crate::codec::{Plane, Pull, Refusal};
use crate::identity::Identity;
use crate::members::Slot;
use crate::state::State;
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use core::num::NonZeroU32;

/// A datagram to be.
#[derive(Clone, Debug)]
pub(crate) struct Intent<I: Identity> {
    pub(crate) to: I::Route,
    pub(crate) dst: Option<NonZeroU32>,
    /// The receiver's record, if it is a member: then news travels along.
    pub(crate) slot: Option<Slot>,
    pub(crate) cookie: Option<u64>,
    pub(crate) say: Say<I>,
}

/// What it says. Small, since each datagram's passes through the queue: what is rare and large is boxed.
#[derive(Clone, Debug)]
pub(crate) enum Say<I: Identity> {
    Ping {
        number: u16,
    },
    Ack {
        number: u16,
    },
    Gossip,
    /// The target's record, and how it is named.
    PingReq {
        number: u16,
        target: Slot,
        named: Box<(I::Addr, Option<I::Route>)>,
    },
    /// Who answered, and at which incarnation.
    ForwardedAck {
        number: u16,
        from: Box<(I, u32)>,
    },
    Nack {
        number: u16,
    },
    Announce {
        number: u16,
    },
    Challenge {
        number: u16,
        cookie: u64,
    },
    Feed {
        number: u16,
    },
    Refused {
        number: u16,
        reason: Refusal,
    },
    Sync {
        number: u16,
        version: u8,
    },
    /// The leaves of a plane, under this salt; or that no plane differs.
    SyncLeaves {
        number: u16,
        leaves: Option<(Plane, u64)>,
    },
    SyncPull(Box<Pull>),
    /// The page that answers this pull.
    SyncPage(Box<Pull>),
    /// What we hold of the receiver.
    YouAreDown {
        held: Box<(I, u32, State)>,
    },
}

/// Classes, the first to be shed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Gossip,
    Sync,
    Notice,
    Ping,
    Nack,
    Ack,
}

impl<I: Identity> Say<I> {
    #[inline]
    fn class(&self) -> Class {
        match self {
            Self::Gossip => Class::Gossip,
            Self::Announce { .. } | Self::Feed { .. } => Class::Sync,
            Self::Sync { .. } | Self::SyncLeaves { .. } | Self::SyncPull(_) | Self::SyncPage(_) => {
                Class::Sync
            }
            Self::YouAreDown { .. } | Self::Challenge { .. } | Self::Refused { .. } => Class::Notice,
            Self::Ping { .. } | Self::PingReq { .. } => Class::Ping,
            Self::Nack { .. } => Class::Nack,
            Self::Ack { .. } | Self::ForwardedAck { .. } => Class::Ack,
        }
    }
}

/// The queue.
#[derive(Debug)]
pub(crate) struct Outbox<I: Identity> {
    classes: [VecDeque<Intent<I>>; Class::Ack as usize + 1],
    len: usize,
    limit: usize,
}

impl<I: Identity> Outbox<I> {
    pub(crate) fn new(limit: usize) -> Self {
        Self { classes: Default::default(), len: 0, limit }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.len >= self.limit
    }

    /// Queues an intent; there is room.
    #[inline]
    pub(crate) fn push(&mut self, intent: Intent<I>) {
        self.classes[intent.say.class() as usize].push_back(intent);
        self.len += 1;
    }

    /// Queues an intent where there may be no room, and returns what was shed for it, which may be itself.
    pub(crate) fn shed_for(&mut self, intent: Intent<I>) -> Option<Intent<I>> {
        let mut shed = None;
        if self.is_full() {
            let class = intent.say.class() as usize;
            let Some(victims) = self.classes[..class].iter_mut().find(|queue| !queue.is_empty()) else {
                return Some(intent);
            };
            shed = victims.pop_front();
            self.len -= 1;
        }
        self.push(intent);
        shed
    }

    /// Takes the intent that matters most.
    #[inline]
    pub(crate) fn pop(&mut self) -> Option<Intent<I>> {
        let queue = self.classes.iter_mut().rev().find(|queue| !queue.is_empty())?;
        self.len -= 1;
        queue.pop_front()
    }

    pub(crate) fn clear(&mut self) {
        self.classes.iter_mut().for_each(VecDeque::clear);
        self.len = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Fixed;
    use alloc::string::{String, ToString};

    fn intent(say: Say<Fixed<String>>) -> Intent<Fixed<String>> {
        Intent { to: "seal".to_string(), dst: None, slot: None, cookie: None, say }
    }

    #[test]
    fn gossip_is_shed_before_notices_pings_nacks_and_acks() {
        let mut outbox = Outbox::new(5);
        for number in 0..5 {
            let say = [
                Say::Ack { number },
                Say::Nack { number },
                Say::Ping { number },
                Say::Challenge { number, cookie: 0 },
                Say::Gossip,
            ];
            assert!(outbox.shed_for(intent(say[usize::from(number)].clone())).is_none());
        }
        let mut shed = |say| outbox.shed_for(intent(say)).map(|intent| intent.say.class());
        assert_eq!(shed(Say::Gossip), Some(Class::Gossip), "the newcomer, if nothing matters less");
        let ack = || Say::Ack { number: 9 };
        assert_eq!(shed(ack()), Some(Class::Gossip));
        assert_eq!(shed(ack()), Some(Class::Notice));
        assert_eq!(shed(ack()), Some(Class::Ping));
        assert_eq!(shed(ack()), Some(Class::Nack));
        assert_eq!(shed(ack()), Some(Class::Ack));
        assert_eq!(outbox.len(), 5);
        assert!((0..5).all(|_| matches!(outbox.pop(), Some(Intent { say: Say::Ack { .. }, .. }))));
        assert!(outbox.pop().is_none());
    }
}
