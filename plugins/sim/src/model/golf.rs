//! Identities of four bytes, for clusters of up to 2²⁰ seats.

use super::{Life, Stocked, address};
use crate::world::Seat;
use core::net::{IpAddr, SocketAddr, SocketAddrV4};
use haulout_identity_golf::golf_identity;

golf_identity! {
    /// A seat, and the low bits of an epoch.
    pub struct Golfed: u32 { seat: 20, epoch: 12 }
    addr = (seat);
    renew = epoch;
    route = |(seat,)| SocketAddr::V4(address(Seat(seat as usize)));
}

impl Stocked for Golfed {
    fn of(life: Life) -> Self {
        let epoch = life.epoch % (1 << 12);
        Self::new(life.seat.0 as u32, epoch as u16).expect("a seat below 2²⁰")
    }

    fn route_to(address: SocketAddrV4) -> SocketAddr {
        address.into()
    }

    fn address_of(route: &SocketAddr) -> SocketAddrV4 {
        let IpAddr::V4(ip) = route.ip() else { unreachable!("seats have addresses of four bytes") };
        SocketAddrV4::new(ip, route.port())
    }
}
