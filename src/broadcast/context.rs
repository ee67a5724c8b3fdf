//! What a broadcast plugin sees of its engine, and what it may ask of it.

use crate::codec::SectionRef;
use crate::config::Limits;
use crate::event::Event;
use crate::events::Events;
use crate::identity::Identity;
use crate::members::Members;
use crate::stats::Dropped;
use crate::time::Instant;
use rand::RngExt;
use rand::rngs::SmallRng;

/// The engine's side, for the length of one call.
pub struct Context<'a, I: Identity> {
    pub(crate) now: Instant,
    pub(crate) me: &'a I,
    pub(crate) members: &'a Members<I>,
    pub(crate) limits: &'a Limits,
    pub(crate) relays: bool,
    pub(crate) renews: bool,
    pub(crate) rng: &'a mut SmallRng,
    pub(crate) events: &'a mut Events<I>,
    /// What was not taken, by reason; count here what you drop.
    pub dropped: &'a mut Dropped,
}

impl<I: Identity> Context<'_, I> {
    /// The time.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Our own identity.
    pub fn me(&self) -> &I {
        self.me
    }

    /// The bounds of the configuration.
    pub fn limits(&self) -> &Limits {
        self.limits
    }

    /// The identity under which a key is an active member. Ourselves are none. Cost: O(1).
    pub fn member(&self, key: &I::Addr) -> Option<&I> {
        let member = &self.members[self.members.find(key)?];
        member.state.is_active().then_some(&member.identity)
    }

    /// Whether what is learnt now is news to others. What a joiner learns in its first exchange is not.
    pub fn relays(&self) -> bool {
        self.relays
    }

    /// 64 random bits, from the engine's seed.
    pub fn random(&mut self) -> u64 {
        self.rng.random()
    }

    /// Tells the user.
    pub fn emit(&mut self, event: Event<I>) {
        crate::trace::event(self.me, &event);
        if !self.events.push(event) {
            self.dropped.events += 1;
        }
    }

    /// Another process has, or had, our identity: go on under a newer one, after this call. No effect for
    /// identities that cannot renew.
    pub fn renew(&mut self) {
        self.renews = I::RENEWS;
    }
}

impl<I: Identity> core::fmt::Debug for Context<'_, I> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Context").field("now", &self.now).field("me", &self.me).finish_non_exhaustive()
    }
}

/// Who became what.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Change<'a, I: Identity> {
    /// It is an active member now, under this identity, and was none before.
    Appeared(&'a I),
    /// It is down, or has left.
    Departed(&'a I),
    /// An active member goes on under this newer identity.
    Replaced(&'a I),
    /// A departed member is forgotten.
    Forgotten(&'a I::Addr),
    /// We go on under another identity, [`Context::me`].
    Renewed,
    /// There is nobody to tell anything to: what waits, waits in vain.
    Alone,
}

/// A datagram that is being filled.
pub trait Packet<I: Identity> {
    /// Appends a section; false, and nothing appended, if it does not fit.
    fn put(&mut self, section: SectionRef<'_, I>) -> bool;

    /// Bytes that are left.
    fn room(&self) -> usize;
}

/// For whom a packet is filled, and when.
#[derive(Clone, Copy, Debug)]
pub struct Round<'a, I: Identity> {
    /// The time.
    pub now: Instant,
    /// How often a piece is transmitted, at the present size of the cluster.
    pub limit: u8,
    /// Who gets the packet.
    pub receiver: &'a I::Addr,
    /// Whether there is no other member: what the receiver knows of itself need not be told at all.
    pub sole: bool,
}
