//! The broadcast plugin: what travels beside membership.
//!
//! [`Registry`] is the stock one: typed **records**, which are state, and typed **user events**, which are
//! moments. `()` is none: a member with it is a member like any other, and keeps no records. A plugin of your
//! own implements [`Broadcasts`]; the `conformance` feature checks it.
//!
//! # Records and user events
//! ```
//! use haulout::broadcast::{Registry, Topic};
//! use haulout::{Config, Engine, Instant, Renewing};
//! # use haulout_codec_serde::PostcardCodec;
//! # use core::net::SocketAddr;
//! # type Error = Box<dyn std::error::Error>;
//! const LOAD: Topic<String> = Topic::new(1, "load");
//! const DEPLOY: Topic<String> = Topic::new(2, "deploy");
//!
//! # fn main() -> Result<(), Error> {
//! let registry = Registry::new().record(LOAD)?.event(DEPLOY)?;
//! let identity = Renewing::<SocketAddr>::new(([10, 0, 0, 1], 7946).into(), 1);
//! let mut engine = Engine::new(identity, PostcardCodec, registry, Config::lan(), 7)?;
//! let now = Instant::ZERO;
//! engine.start(now);
//! engine.broadcasts(now).records(&LOAD)?.put("cpu", &"0.7".into())?;
//! engine.broadcasts(now).events(&DEPLOY)?.send(&"v2".into())?;
//! let load = engine.registry().get(&LOAD, identity.address(), "cpu").expect("we put it")?;
//! assert_eq!(load, "0.7");
//! # Ok(())
//! # }
//! ```
//!
//! A value of another type is none of that topic, which the compiler notices:
//!
//! ```compile_fail,E0308
//! # use haulout::broadcast::{Registry, Topic};
//! # use haulout::{Config, Engine, Instant, Renewing};
//! # use haulout_codec_serde::PostcardCodec;
//! # use core::net::SocketAddr;
//! # const LOAD: Topic<String> = Topic::new(1, "load");
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let registry = Registry::new().record(LOAD)?;
//! # let identity = Renewing::<SocketAddr>::new(([10, 0, 0, 1], 7946).into(), 1);
//! # let mut engine = Engine::new(identity, PostcardCodec, registry, Config::lan(), 7)?;
//! engine.broadcasts(Instant::ZERO).records(&LOAD)?.put("cpu", &7_u32)?;
//! # Ok(())
//! # }
//! ```

mod context;
mod publish;
mod registry;
mod topic;

pub use crate::digest::{Digest, Entry};
pub use context::{Change, Context, Packet, Round};
pub use publish::Publish;
pub use registry::{Kind, Records, Registry, RegistryError, Stored, Topics, UserEvents};
pub use topic::{DecodeError, Encoded, Topic, Value};

use crate::codec::{Position, Section};
use crate::identity::Identity;
use alloc::vec::Vec;

/// What a cluster's members tell each other beside who is alive.
///
/// Every method has a default that does nothing, so a plugin implements what it needs: one that only spreads
/// payloads of its own needs [`handle`](Self::handle), [`backlog`](Self::backlog) and [`fill`](Self::fill).
///
/// # Laws
/// - What was handled once teaches nothing when it is handled again.
/// - Plugins that handled the same sections, in whatever order, among the same members, have equal digests;
///   so does one that was given the entries of the other, in the order of their positions.
/// - The digest is that of the entries, and only of those whose owner is a member or oneself.
/// - `fill` counts a transmission only for what the packet took, and whatever was taken `limit` times waits no
///   longer: a plugin with nothing new falls silent.
/// - Nothing grows without bound, whatever arrives.
pub trait Broadcasts<I: Identity> {
    /// Takes a section that a member sent: any kind but updates. Whatever it cannot take is counted in
    /// [`Context::dropped`] and has no other effect.
    ///
    /// The default keeps nothing. It renews if somebody else publishes under our identity, as every plugin
    /// must: there is no other way to notice a quiet twin.
    fn handle(&mut self, section: Section<'_, I>, context: &mut Context<'_, I>) {
        context.dropped.unkept += 1;
        if let Section::Manifest(manifest) = section
            && manifest.identity == *context.me()
        {
            context.renew();
        }
    }

    /// A member, or we ourselves, became another.
    fn changed(&mut self, change: Change<'_, I>, context: &mut Context<'_, I>) {
        let _ = (change, context);
    }

    /// How many pieces wait to be transmitted. While there are any, rounds of gossip are held.
    fn backlog(&self) -> usize {
        0
    }

    /// How many of them are our own: a leaver tells these first.
    fn own_backlog(&self) -> usize {
        0
    }

    /// Puts what waits into a packet, the most urgent first, until it takes no more.
    fn fill(&mut self, packet: &mut dyn Packet<I>, round: &Round<'_, I>) {
        let _ = (packet, round);
    }

    /// Puts the names of topics into a packet: an announce or a feed.
    fn put_topics(&self, packet: &mut dyn Packet<I>) {
        let _ = packet;
    }

    /// The Lamport clock; 0 if there is none.
    fn clock(&self) -> u64 {
        0
    }

    /// A member's Lamport clock.
    fn hear_clock(&mut self, clock: u64) {
        let _ = clock;
    }

    /// The digest of the records plane; `None` if no records are kept, always or never.
    fn digest(&self) -> Option<&Digest> {
        None
    }

    /// Appends the entries of a range of positions, both ends included, in the order of positions.
    fn entries(&self, from: Position, until: Position, out: &mut Vec<Entry>) {
        let _ = (from, until, out);
    }

    /// Puts the section of an entry, given by [`entries`](Self::entries) since the last change, into a packet;
    /// false if the packet does not take it.
    fn put_entry(&self, entry: &Entry, packet: &mut dyn Packet<I>) -> bool {
        let _ = (entry, packet);
        false
    }

    /// Brings gauges up to date.
    fn gauge(&self, gauges: &mut crate::stats::Gauges) {
        let _ = gauges;
    }

    /// Panics if an invariant is broken; called in debug builds, now and then.
    fn check(&self) {}
}

impl<I: Identity> Broadcasts<I> for () {}
