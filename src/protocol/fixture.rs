//! A protocol without codec and host, for the tests of its modules.

use super::{Intent, Protocol, Say};
use crate::codec::{Header, Message, Update, Version};
use crate::config::Config;
use crate::event::Event;
use crate::fingerprint::destination;
use crate::identity::{Fixed, Identity, Name, Named, Renewing};
use crate::state::State;
use crate::time::Instant;
use alloc::vec::Vec;
use core::net::SocketAddr;

pub(super) type Seal = Renewing<SocketAddr>;
pub(super) type Walrus = Fixed<SocketAddr>;
pub(super) type Otter = Named<SocketAddr>;

pub(super) fn address(port: u16) -> SocketAddr {
    ([127, 0, 0, 1], port).into()
}

/// A key and its epoch.
pub(super) fn seal(port: u16, epoch: u64) -> Seal {
    Seal::new(address(port), epoch)
}

/// A key; it cannot renew.
pub(super) fn walrus(port: u16) -> Walrus {
    Walrus::new(address(port))
}

/// A name, the route of its present life, and its epoch.
pub(super) fn otter(name: &str, port: u16, epoch: u64) -> Otter {
    Otter::new(Name::new(name).unwrap(), address(port), epoch)
}

pub(super) fn update<I: Identity>(identity: &I, incarnation: u32, state: State) -> Update<I> {
    Update::new(identity.clone(), incarnation, state)
}

/// A suspicion and who has it.
pub(super) fn suspicion<I: Identity>(identity: &I, incarnation: u32, by: &[I::Addr]) -> Update<I> {
    let mut update = update(identity, incarnation, State::Suspect);
    by.iter().cloned().for_each(|key| assert!(update.by.insert(key)));
    update
}

impl<I: Identity> Protocol<I> {
    /// An active member with these others, which holds nothing back and has told everything.
    pub(super) fn among(me: &I, others: &[I]) -> Self {
        let mut protocol = Self::new(me.clone(), (), Config::lan(), 7);
        protocol.at(1_000);
        protocol.start();
        for other in others {
            protocol.admit(other, 0).expect("there is room");
        }
        protocol.quiet();
        protocol
    }

    /// Goes on to a time, in milliseconds; deadlines are left alone.
    pub(super) fn at(&mut self, millis: u64) {
        self.now = self.now.max(Instant::from_millis(millis));
    }

    /// Forgets what waits for the host, and what is still to be told.
    pub(super) fn quiet(&mut self) {
        self.outbox.clear();
        while self.events.pop().is_some() {}
        self.me.news = None;
        self.news.clear(&mut self.members);
        self.settle();
    }

    /// A datagram comes from `source`, at incarnation 0 and without a cookie.
    pub(super) fn hears(&mut self, source: &I, message: Message<I>, updates: Vec<Update<I>>) {
        self.hears_with(source, 0, None, message, updates);
    }

    pub(super) fn hears_with(
        &mut self,
        source: &I,
        incarnation: u32,
        cookie: Option<u64>,
        message: Message<I>,
        mut updates: Vec<Update<I>>,
    ) {
        let dst = destination(&self.me.addr);
        let (version, cluster, source) = (Version::CURRENT, None, source.clone());
        let header = Header { version, cluster, dst, cookie, source, incarnation, message };
        self.receive(&header, &mut updates, &mut Vec::new()).expect("the header is in order");
        self.settle();
    }

    /// Everything that waits for `poll_transmit`.
    pub(super) fn sent(&mut self) -> Vec<Intent<I>> {
        core::iter::from_fn(|| self.outbox.pop()).collect()
    }

    /// The notices among it: where they go and what they say.
    pub(super) fn notices(&mut self) -> Vec<(I::Route, (I, u32, State))> {
        let notice = |intent: Intent<I>| match intent.say {
            Say::YouAreDown { held } => Some((intent.to, *held)),
            _ => None,
        };
        self.sent().into_iter().filter_map(notice).collect()
    }

    /// Everything that waits for `poll_event`.
    pub(super) fn told(&mut self) -> Vec<Event<I>> {
        core::iter::from_fn(|| self.events.pop()).collect()
    }

    /// Whose state is queued for gossip, the next one first.
    pub(super) fn queued(&self) -> Vec<I> {
        let next = |slot: &crate::members::Slot| self.news.after(*slot, &self.members);
        let slots = core::iter::successors(self.news.first(), next);
        slots.map(|slot| self.members[slot].identity.clone()).collect()
    }

    /// What is held of a key.
    pub(super) fn holds(&self, addr: &I::Addr) -> Option<(I, u32, State)> {
        let member = &self.members[self.members.find(addr)?];
        Some((member.identity.clone(), member.incarnation, member.state))
    }

    /// Whether our own state is to be gossiped.
    pub(super) fn tells_own(&self) -> bool {
        self.me.news.is_some()
    }
}
