//! The identities that the clusters are made of: a place and a life.

use haulout_codec_serde::SerdeIdentity;
use haulout_identity_golf::{Course, Index, Key, RosterId, SubnetId, golf_identity};
use std::net::SocketAddr;

golf_identity! {
    /// A place and four bits of epoch: it wraps after sixteen lives.
    pub(crate) struct Short: u16 { place: 8, epoch: 4 }
    addr = (place);
    renew = epoch;
}

golf_identity! {
    /// The same place, and an epoch that never wraps.
    pub(crate) struct Long: u128 { place: 8, epoch: 64 }
    addr = (place);
    renew = epoch;
}

/// An identity that a world can make of a place and an epoch, which it cuts to the bits that there are.
pub(crate) trait Kind: SerdeIdentity {
    fn make(place: u8, epoch: u64) -> Self;
    fn life(&self) -> u64;
    fn place_of(route: &Self::Route) -> usize;

    fn place(&self) -> usize {
        Self::place_of(&self.route())
    }
}

impl Kind for Short {
    fn make(place: u8, epoch: u64) -> Self {
        Self::new(place, (epoch % 16) as u8).unwrap()
    }

    fn life(&self) -> u64 {
        self.epoch().into()
    }

    fn place_of(route: &Key<Self>) -> usize {
        route.values().0.into()
    }
}

impl Kind for Long {
    fn make(place: u8, epoch: u64) -> Self {
        Self::new(place, epoch).unwrap()
    }

    fn life(&self) -> u64 {
        self.epoch()
    }

    fn place_of(route: &Key<Self>) -> usize {
        route.values().0.into()
    }
}

impl<const E: u32> Kind for RosterId<8, E> {
    fn make(place: u8, epoch: u64) -> Self {
        let bits = if E == 0 { 0 } else { epoch % (1 << E) };
        Self::new(Index::new(place.into()).unwrap(), bits).unwrap()
    }

    fn life(&self) -> u64 {
        self.epoch()
    }

    fn place_of(route: &Index<8>) -> usize {
        route.number() as usize
    }
}

impl Kind for SubnetId<16, 16> {
    fn make(place: u8, epoch: u64) -> Self {
        let address = SocketAddr::from(([10, 20, 0, place], 7946));
        course().identity(address, epoch % (1 << 16)).unwrap()
    }

    fn life(&self) -> u64 {
        self.epoch()
    }

    fn place_of(route: &Self::Route) -> usize {
        let SocketAddr::V4(address) = course().address(*route).unwrap() else { panic!("it is IPv4") };
        address.ip().octets()[3].into()
    }
}

fn course() -> Course {
    Course::new("10.20.0.0/16".parse().unwrap(), 7946).unwrap()
}
