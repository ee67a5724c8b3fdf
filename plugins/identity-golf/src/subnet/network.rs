//! A network: a base address and the length of its prefix.

use crate::bits::mask;
use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::str::FromStr;

/// A network, IPv4 or IPv6: `10.20.0.0/16`, `fd00:20::/64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    prefix: u32,
}

/// An address and a prefix are no network; the caller is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetworkError {
    /// The text is not an address, a `/` and a number.
    Text,
    /// The prefix is longer than an address of the family.
    Prefix {
        /// The prefix.
        prefix: u32,
        /// The bits of an address.
        longest: u32,
    },
    /// The address has bits after the prefix.
    HostBits {
        /// The network that it is in.
        network: Network,
    },
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("a network is an address and a prefix, such as 10.20.0.0/16"),
            Self::Prefix { prefix, longest } => write!(f, "the prefix is at most {longest}, not {prefix}"),
            Self::HostBits { network } => {
                write!(f, "the address has bits after the prefix: its network is {network}")
            }
        }
    }
}

impl core::error::Error for NetworkError {}

impl Network {
    /// The network of these first `prefix` bits; the others are zero.
    pub const fn new(base: IpAddr, prefix: u32) -> Result<Self, NetworkError> {
        let longest = if base.is_ipv4() { 32 } else { 128 };
        if prefix > longest {
            return Err(NetworkError::Prefix { prefix, longest });
        }
        let (bits, host) = (bits_of(base), mask(longest - prefix));
        if bits & host != 0 {
            let network = Self { base: Self { base, prefix }.with_host(bits & !host), prefix };
            return Err(NetworkError::HostBits { network });
        }
        Ok(Self { base, prefix })
    }

    /// Its base address.
    pub const fn base(&self) -> IpAddr {
        self.base
    }

    /// The bits that its addresses have in common.
    pub const fn prefix(&self) -> u32 {
        self.prefix
    }

    /// The bits in which its addresses differ.
    pub const fn host_bits(&self) -> u32 {
        let all = if self.base.is_ipv4() { 32 } else { 128 };
        all - self.prefix
    }

    /// What tells an address from others of this network; `None` if it is not of it.
    pub(super) fn host(&self, ip: IpAddr) -> Option<u128> {
        let host = mask(self.host_bits());
        let is_in = ip.is_ipv4() == self.base.is_ipv4() && bits_of(ip) & !host == bits_of(self.base);
        is_in.then(|| bits_of(ip) & host)
    }

    /// The address of this host.
    pub(super) fn ip(&self, host: u128) -> IpAddr {
        self.with_host(bits_of(self.base) | host)
    }

    /// An address of the family.
    const fn with_host(&self, bits: u128) -> IpAddr {
        match self.base {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::from_bits(bits as u32)),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from_bits(bits)),
        }
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (base, prefix) = text.split_once('/').ok_or(NetworkError::Text)?;
        let is_number = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix = prefix.parse().ok().filter(|_| is_number).ok_or(NetworkError::Text)?;
        Self::new(base.parse().map_err(|_| NetworkError::Text)?, prefix)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.prefix)
    }
}

const fn bits_of(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => ip.to_bits() as u128,
        IpAddr::V6(ip) => ip.to_bits(),
    }
}
