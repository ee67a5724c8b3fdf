//! A course: the network and the ports that all members of a cluster have in common.

use super::{Network, Spot, SubnetId};
use crate::bits::{Pack, mask};
use crate::error::OutOfRange;
use core::fmt;
use core::net::SocketAddr;
use haulout::identity::Resolver;

/// A network and its ports: between places and socket addresses, both ways.
///
/// ```
/// use haulout_identity_golf::{Course, SubnetId};
/// use std::net::SocketAddr;
///
/// let course = Course::new("10.20.0.0/16".parse()?, 7946)?;
/// let address: SocketAddr = "10.20.1.2:7946".parse()?;
/// let id: SubnetId<16, 16> = course.identity(address, 0)?; // four bytes
/// assert_eq!(id.to_string(), "258#0");
/// assert_eq!(course.address(id.spot())?, address);
/// assert!(course.identity::<16, 16>("10.21.1.2:7946".parse()?, 0).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    network: Network,
    first_port: u16,
    port_bits: u32,
}

/// An address and a place do not go together on a course; the caller is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CourseError {
    /// The ports are none: the first is 0, or the last is over 65,535.
    Ports {
        /// The first port.
        first: u16,
        /// The bits of port.
        bits: u32,
    },
    /// The address is not in the network.
    Network {
        /// The address.
        address: SocketAddr,
        /// The network.
        network: Network,
    },
    /// The port is not one of the course's.
    Port {
        /// The address.
        address: SocketAddr,
        /// The first port.
        first: u16,
        /// The last port.
        last: u16,
    },
    /// The course needs more bits than a place of this type has.
    Narrow {
        /// The bits that it needs.
        needs: u32,
        /// The bits that there are.
        has: u32,
    },
    /// The place has bits that the course does not have.
    Spot {
        /// The place.
        spot: u128,
        /// The largest place of the course.
        limit: u128,
    },
    /// The epoch has more bits than there are.
    Epoch(OutOfRange),
}

impl fmt::Display for CourseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ports { first, bits } => {
                write!(f, "ports are from 1 to 65535, and these begin at {first} and have {bits} bits")
            }
            Self::Network { address, network } => write!(f, "{address} is off the course: not in {network}"),
            Self::Port { address, first, last } if first == last => {
                write!(f, "{address} is off the course: its port is {first}")
            }
            Self::Port { address, first, last } => {
                write!(f, "{address} is off the course: its ports are {first} to {last}")
            }
            Self::Narrow { needs, has } => {
                write!(f, "the course needs places of {needs} bits, these have {has}")
            }
            Self::Spot { spot, limit } => write!(f, "place {spot} is off the course: {limit} is the last"),
            Self::Epoch(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for CourseError {}

impl Course {
    /// A network whose members all have one port.
    pub const fn new(network: Network, port: u16) -> Result<Self, CourseError> {
        Self::with_ports(network, port, 0)
    }

    /// A network in which an address may have several members, at the 2^`bits` ports from `first` on; `bits` is
    /// at most 16.
    pub const fn with_ports(network: Network, first: u16, bits: u32) -> Result<Self, CourseError> {
        if first == 0 || bits > 16 || first as u32 + (1 << bits) > 1 << 16 {
            return Err(CourseError::Ports { first, bits });
        }
        Ok(Self { network, first_port: first, port_bits: bits })
    }

    /// The bits of a place: just enough to tell all addresses of the course apart.
    pub const fn bits(&self) -> u32 {
        self.network.host_bits() + self.port_bits
    }

    /// The place of an address; an error if it is off the course.
    pub fn spot<const P: u32>(&self, address: SocketAddr) -> Result<Spot<P>, CourseError> {
        if self.bits() > P {
            return Err(CourseError::Narrow { needs: self.bits(), has: P });
        }
        let off = CourseError::Network { address, network: self.network };
        let host = self.network.host(address.ip()).ok_or(off)?;
        let last = self.first_port + mask(self.port_bits) as u16;
        let port = address.port();
        if !(self.first_port..=last).contains(&port) {
            return Err(CourseError::Port { address, first: self.first_port, last });
        }
        let number = host << self.port_bits | u128::from(port - self.first_port);
        Spot::new(number).map_err(|_| CourseError::Narrow { needs: self.bits(), has: P })
    }

    /// The address of a place; an error if the place is off the course.
    pub fn address<const P: u32>(&self, spot: Spot<P>) -> Result<SocketAddr, CourseError> {
        let (spot, limit) = (spot.pack(), mask(self.bits()));
        if spot > limit {
            return Err(CourseError::Spot { spot, limit });
        }
        let port = self.first_port + (spot & mask(self.port_bits)) as u16;
        Ok(SocketAddr::new(self.network.ip(spot >> self.port_bits), port))
    }

    /// The identity of a member at an address.
    pub fn identity<const P: u32, const E: u32>(
        &self,
        address: SocketAddr,
        epoch: u64,
    ) -> Result<SubnetId<P, E>, CourseError> {
        SubnetId::new(self.spot(address)?, epoch).map_err(CourseError::Epoch)
    }
}

impl<const P: u32> Resolver<Spot<P>> for Course {
    fn resolve(&self, route: &Spot<P>) -> Option<SocketAddr> {
        self.address(*route).ok()
    }

    fn route_at(&self, address: SocketAddr) -> Option<Spot<P>> {
        self.spot(address).ok()
    }
}
