//! The engine's face: getters, what the world did (`handle_*`), what the user wants (verbs), and the
//! effects to carry out (`poll_*`).

#[cfg(feature = "bench")]
mod door;
mod receive;
mod transmit;

pub use transmit::Transmit;

use crate::broadcast::Publish;
use crate::codec::{Section, Update};
use crate::config::Config;
use crate::error::{CommandError, ConfigError, DatagramError};
use crate::event::Event;
use crate::identity::Identity;
use crate::members::{Member, Slot};
use crate::protocol::{Admission, Life, Protocol};
use crate::reach::Reach;
use crate::spec::{AddrOf, CodecErrorOf, RouteOf, Spec};
use crate::stats::Stats;
use crate::time::Instant;
use alloc::vec::Vec;

/// Where a member is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Phase {
    /// Not started, or left: datagrams are dropped.
    Dormant,
    /// It has asked its seeds, and no cluster has answered yet. It answers others like any member.
    Joining,
    /// A member.
    Active,
    /// It tells that it leaves; [`Event::Idle`] ends it.
    Leaving,
    /// Another process holds its key; it is silent until that one is gone.
    Conflict,
}

/// A member of a cluster, without sockets, clocks and threads.
///
/// The contract of a host: one mutation (a `handle_*` or a verb), then drain: [`poll_transmit`] and
/// [`poll_event`] until they give `None`, then wait for a datagram or for [`poll_timeout`]. Datagrams that
/// wait in the socket are handed over before deadlines are served.
///
/// Seed and inputs determine every byte that it sends.
///
/// [`poll_transmit`]: Engine::poll_transmit
/// [`poll_event`]: Engine::poll_event
/// [`poll_timeout`]: Engine::poll_timeout
pub struct Engine<S: Spec> {
    protocol: Protocol<S::Identity, S::Broadcasts>,
    codec: S::Codec,
    /// Updates of the datagram at hand.
    updates: Vec<Update<S::Identity>>,
    /// Its other sections; empty between two datagrams.
    sections: Vec<Section<'static, S::Identity>>,
    /// Datagrams with news of both kinds: which goes first is taken in turns.
    turn: u8,
    /// Slots whose update was put into the datagram at hand.
    packed: Vec<Slot>,
}

impl<I, C, B> Engine<(I, C, B)>
where
    I: Identity,
    (I, C, B): Spec<Identity = I, Codec = C, Broadcasts = B>,
{
    /// A dormant member; `seed` seeds all its randomness and should differ from member to member.
    ///
    /// Errors name the field of `config` that is impossible, or `identity` if it does not fit a datagram.
    pub fn new(identity: I, codec: C, broadcasts: B, config: Config, seed: u64) -> Result<Self, ConfigError> {
        Self::with_spec(identity, codec, broadcasts, config, seed)
    }
}

impl<S: Spec> Engine<S> {
    /// [`Engine::new`] for a named [`Spec`].
    pub fn with_spec(
        identity: S::Identity,
        codec: S::Codec,
        broadcasts: S::Broadcasts,
        config: Config,
        seed: u64,
    ) -> Result<Self, ConfigError> {
        config.check()?;
        let protocol = Protocol::new(identity, broadcasts, config, seed);
        let engine =
            Self { protocol, codec, updates: Vec::new(), sections: Vec::new(), turn: 0, packed: Vec::new() };
        engine.check_identity()?;
        Ok(engine)
    }

    /// A datagram came. Cost: O(what it says).
    ///
    /// An error means that it was counted and dropped and nothing changed; the peer is to blame.
    pub fn handle_datagram(
        &mut self,
        now: Instant,
        datagram: &[u8],
    ) -> Result<(), DatagramError<CodecErrorOf<S>>> {
        self.protocol.advance_to_datagram(now);
        let result = self.receive(datagram);
        self.protocol.settle();
        result
    }

    /// The deadline of [`Engine::poll_timeout`] has come; calling it early does nothing.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.protocol.advance(now);
        self.protocol.timeout();
        self.protocol.settle();
    }

    /// Makes a dormant or joining member active at once: the first of a cluster.
    pub fn start(&mut self, now: Instant) {
        self.protocol.advance(now);
        self.protocol.start();
        self.protocol.settle();
    }

    /// Asks whoever is at `seed` to take us in; call it once for each seed. [`Event::Seed`] says what became
    /// of it. A member that left comes back under a newer identity.
    pub fn join(&mut self, now: Instant, seed: RouteOf<S>) {
        self.protocol.advance(now);
        self.protocol.join(seed);
        self.protocol.settle();
    }

    /// Tells the others that we leave, for at least three gossip intervals; then [`Event::Idle`].
    pub fn leave(&mut self, now: Instant) {
        self.protocol.advance(now);
        self.protocol.leave();
        self.protocol.settle();
    }

    /// Compares what we hold with the member at `peer`, and pulls what differs, without waiting for the next
    /// comparison; no effect while one is under way, or if no member is there.
    pub fn sync_with(&mut self, now: Instant, peer: &RouteOf<S>) {
        self.protocol.advance(now);
        self.protocol.sync_with(peer);
        self.protocol.settle();
    }

    /// Whether an exchange went through all that differed since we joined; [`Event::Synced`] says when.
    pub fn is_synced(&self) -> bool {
        self.protocol.exchange.complete
    }

    /// Publishes through the broadcast plugin; what it publishes leaves with the next datagrams.
    ///
    /// With a [`Registry`](crate::broadcast::Registry): `engine.broadcasts(now).records(&TOPIC)?.put(key, &value)?`.
    pub fn broadcasts(&mut self, now: Instant) -> Publish<'_, S> {
        self.protocol.advance(now);
        Publish::new(&mut self.protocol)
    }

    /// The broadcast plugin, to read what was published.
    pub fn registry(&self) -> &S::Broadcasts {
        &self.protocol.broadcasts
    }

    /// Goes on under another identity of the same key: one with other facts, or at another route.
    pub fn replace_identity(&mut self, now: Instant, identity: S::Identity) -> Result<(), CommandError> {
        self.protocol.advance(now);
        self.protocol.replace_identity(identity)?;
        self.protocol.settle();
        Ok(())
    }

    /// Sets the hook that is asked before an unknown identity enters the table. Default: all may.
    ///
    /// It is not asked about those who are members already, nor about a newer identity of a known key.
    pub fn set_admission(&mut self, hook: Admission<S::Identity>) {
        self.protocol.set_admission(hook);
    }

    /// Sets the hook that says whether the host can send to a route. Default: to all.
    ///
    /// It is for routes that a table maps to addresses, where this member's table may be older than that of
    /// others. Whoever is out of reach is held, relayed and compared like any member, and declared down when
    /// others say so; but nothing is sent to it: it is not probed, not gossiped to and not asked to help, and
    /// to a request to ping it for others the answer is a nack at once. What was left out is counted
    /// ([`Dropped::unreachable`](crate::Dropped::unreachable)). The hook is asked anew each time, so a table
    /// may grow at any moment; as the same inputs give the same bytes, its answers are part of the inputs.
    pub fn set_reach(&mut self, hook: Reach<RouteOf<S>>) {
        self.protocol.set_reach(hook);
    }

    /// The members that the host cannot send to now, by [`Engine::set_reach`]. Cost: O(members).
    pub fn unreachable(&self) -> impl Iterator<Item = &Member<S::Identity>> {
        self.members().filter(|member| !self.protocol.horizon.reaches(member.identity()))
    }

    /// Writes the next datagram into `buf`, which should hold `limits.datagram_sent` bytes; `None` when there
    /// is none.
    ///
    /// What does not fit is dropped and counted (`oversized`).
    #[inline]
    pub fn poll_transmit(&mut self, now: Instant, buf: &mut [u8]) -> Option<Transmit<RouteOf<S>>> {
        // Hosts ask until there is none: that answer is to cost next to nothing.
        if self.protocol.outbox.is_empty() { None } else { self.write_transmit(now, buf) }
    }

    fn write_transmit(&mut self, now: Instant, buf: &mut [u8]) -> Option<Transmit<RouteOf<S>>> {
        self.protocol.clamp(now);
        self.transmit(buf)
    }

    /// The next event; `None` when there is none.
    pub fn poll_event(&mut self) -> Option<Event<S::Identity>> {
        self.protocol.events.pop()
    }

    /// When [`Engine::handle_timeout`] is due; `None` while there is nothing to wait for. Cost: O(1).
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.protocol.poll_timeout()
    }

    /// The others, alive or suspect, in no order that means anything.
    pub fn members(&self) -> impl Iterator<Item = &Member<S::Identity>> {
        self.protocol.members.active().iter().map(|slot| &self.protocol.members[*slot])
    }

    /// Those held down or left, until they are forgotten.
    pub fn departed(&self) -> impl Iterator<Item = &Member<S::Identity>> {
        self.protocol.members.departed().slots().map(|slot| &self.protocol.members[slot])
    }

    /// What is held of a key, whatever its state. Cost: O(1).
    pub fn member(&self, addr: &AddrOf<S>) -> Option<&Member<S::Identity>> {
        let slot = self.protocol.members.find(addr)?;
        self.protocol.members.get(slot)
    }

    /// Our own identity; it changes when we renew.
    pub fn identity(&self) -> &S::Identity {
        &self.protocol.me.identity
    }

    /// Our own incarnation.
    pub fn incarnation(&self) -> u32 {
        self.protocol.me.incarnation
    }

    /// Where we are in our life.
    pub fn phase(&self) -> Phase {
        match self.protocol.me.life {
            Life::Dormant => Phase::Dormant,
            Life::Joining => Phase::Joining,
            Life::Active => Phase::Active,
            Life::Leaving { .. } => Phase::Leaving,
            Life::Conflict(_) => Phase::Conflict,
        }
    }

    /// Dormant or in conflict: what [`Engine::members`] says is old.
    pub fn is_stale(&self) -> bool {
        matches!(self.phase(), Phase::Dormant | Phase::Conflict)
    }

    /// Lifeguard's local health: 0 is healthy, 8 the worst.
    pub fn health(&self) -> u8 {
        self.protocol.health()
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.protocol.config
    }

    /// What happened, counted.
    pub fn stats(&self) -> &Stats {
        &self.protocol.stats
    }
}

impl<S: Spec> core::fmt::Debug for Engine<S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Engine")
            .field("identity", self.identity())
            .field("phase", &self.phase())
            .field("members", &self.protocol.members)
            .finish_non_exhaustive()
    }
}
