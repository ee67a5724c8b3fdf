//! Which engines a world runs: identity, codec, broadcasts, and where their routes lead.
//!
//! [`Stock`] runs the identities and codecs of this repository; implement [`Model`] for your own.

#[cfg(feature = "golf")]
mod golf;
mod kept;

#[cfg(feature = "golf")]
pub use golf::Golfed;
pub use kept::{Keeping, Kept};

use crate::world::Seat;
use core::fmt::Display;
use core::marker::PhantomData;
use core::net::{Ipv4Addr, SocketAddrV4};
use haulout::broadcast::{Broadcasts, Topic};
use haulout::codec::Codec;
use haulout::{Config, ConfigError, Engine, Fixed, Identity, Name, Named, Renewing, Spec};
use std::collections::BTreeMap;

/// The identity of a model.
pub type IdentityOf<M> = <<M as Model>::Spec as Spec>::Identity;
/// The route of a model.
pub type RouteOf<M> = <IdentityOf<M> as Identity>::Route;

/// Who is to run in a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// Where it runs, which determines its route.
    pub seat: Seat,
    /// The number of its key; two seats with one number are two processes with one key.
    pub key: u32,
    /// The epoch that it starts with, where its kind of identity has one.
    pub epoch: u64,
}

/// Makes engines and knows where routes lead.
///
/// # Laws
/// `seat_at(&route(s)) == s`; the route of `identity(life)` is `route(life.seat)`.
pub trait Model {
    /// The plugins of the engines.
    type Spec: Spec;

    /// The identity of a life.
    fn identity(&self, life: Life) -> IdentityOf<Self>;

    /// A dormant engine with this identity.
    fn engine(
        &self,
        identity: IdentityOf<Self>,
        config: Config,
        seed: u64,
    ) -> Result<Engine<Self::Spec>, ConfigError>;

    /// The codec, for the datagrams that a world writes itself.
    fn codec(&self) -> <Self::Spec as Spec>::Codec;

    /// The route of a seat.
    fn route(&self, seat: Seat) -> RouteOf<Self>;

    /// The seat at a route. Cost: O(1); it is asked for each datagram.
    fn seat_at(&self, route: &RouteOf<Self>) -> Seat;
}

/// An identity of this repository, over addresses that number the seats.
pub trait Stocked: Identity + Display {
    /// The identity of a life.
    fn of(life: Life) -> Self;

    /// Where an address leads.
    fn route_to(address: SocketAddrV4) -> Self::Route;

    /// The address that a route leads to.
    fn address_of(route: &Self::Route) -> SocketAddrV4;
}

macro_rules! routes_are_addresses {
    () => {
        fn route_to(address: SocketAddrV4) -> SocketAddrV4 {
            address
        }

        fn address_of(route: &SocketAddrV4) -> SocketAddrV4 {
            *route
        }
    };
}

impl Stocked for Renewing<SocketAddrV4> {
    fn of(life: Life) -> Self {
        Self::new(address(life.seat), life.epoch)
    }

    routes_are_addresses!();
}

impl Stocked for Fixed<SocketAddrV4> {
    fn of(life: Life) -> Self {
        Self::new(address(life.seat))
    }

    routes_are_addresses!();
}

impl Stocked for Named<SocketAddrV4> {
    fn of(life: Life) -> Self {
        let name = Name::new(&format!("m{}", life.key)).expect("short and not empty");
        Self::new(name, address(life.seat), life.epoch)
    }

    routes_are_addresses!();
}

/// Numbers that only grow, and some bytes beside them: the records of simulated members.
pub const RECORD: Topic<Vec<u8>> = Topic::new(1, "record");
/// The same: their user events.
pub const MOMENT: Topic<Vec<u8>> = Topic::new(2, "moment");

/// A broadcast plugin that simulated members can have.
pub trait StockedBroadcasts<I: Identity>: Broadcasts<I> {
    /// One that has published nothing.
    fn empty(keeping: Keeping) -> Self;
}

impl<I: Identity> StockedBroadcasts<I> for () {
    fn empty(_keeping: Keeping) -> Self {}
}

/// Engines with a stock identity `I`, a codec `C`, and broadcasts `B`: none, or [`Kept`].
#[derive(Clone, Debug)]
pub struct Stock<I, C, B = ()> {
    codec: C,
    /// Who keeps something else than everything.
    keeping: BTreeMap<Seat, Keeping>,
    plugins: PhantomData<fn() -> (I, B)>,
}

impl<I, C, B> Stock<I, C, B> {
    /// Engines with this codec.
    pub fn new(codec: C) -> Self {
        Self { codec, keeping: BTreeMap::new(), plugins: PhantomData }
    }

    /// From now on processes in a seat keep this.
    pub fn keep(&mut self, seat: Seat, keeping: Keeping) {
        self.keeping.insert(seat, keeping);
    }

    /// What processes in a seat keep.
    pub fn keeping(&self, seat: Seat) -> Keeping {
        self.keeping.get(&seat).copied().unwrap_or_default()
    }
}

impl<I: Stocked, C: Codec<I> + Clone, B: StockedBroadcasts<I>> Model for Stock<I, C, B> {
    type Spec = (I, C, B);

    fn identity(&self, life: Life) -> I {
        I::of(life)
    }

    fn engine(&self, identity: I, config: Config, seed: u64) -> Result<Engine<Self::Spec>, ConfigError> {
        let keeping = self.keeping(self.seat_at(&identity.route()));
        Engine::new(identity, self.codec.clone(), B::empty(keeping), config, seed)
    }

    fn codec(&self) -> C {
        self.codec.clone()
    }

    fn route(&self, seat: Seat) -> I::Route {
        I::route_to(address(seat))
    }

    fn seat_at(&self, route: &I::Route) -> Seat {
        let [_, a, b, c] = I::address_of(route).ip().octets();
        Seat(u32::from_be_bytes([0, a, b, c]) as usize)
    }
}

/// 10.0.0.0 is seat 0; up to 2²⁴ of them.
fn address(seat: Seat) -> SocketAddrV4 {
    let [_, a, b, c] = (seat.0 as u32).to_be_bytes();
    SocketAddrV4::new(Ipv4Addr::new(10, a, b, c), 7_946)
}

#[cfg(test)]
mod tests {
    use super::*;
    use haulout_codec_serde::PostcardCodec;

    #[test]
    fn routes_lead_to_their_seats() {
        let model = Stock::<Named<SocketAddrV4>, _, ()>::new(PostcardCodec);
        for seat in [0, 1, 255, 256, 70_000, 16_777_215].map(Seat) {
            assert_eq!(model.seat_at(&model.route(seat)), seat);
            let identity = model.identity(Life { seat, key: 7, epoch: 1 });
            assert_eq!((identity.route(), identity.name().as_str()), (model.route(seat), "m7"));
        }
    }
}
