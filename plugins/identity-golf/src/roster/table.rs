//! The table: addresses in their order, each once.

use super::{Index, RosterId};
use crate::bits::Pack;
use crate::error::OutOfRange;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::SocketAddr;
use core::str::FromStr;
use haulout::identity::Resolver;

/// Addresses by index; the same on every member, as far as it goes.
///
/// It only ever grows at its end: an index means the same address for ever. As a text it has an address a
/// line; empty lines and what follows a `#` say nothing.
///
/// ```
/// use haulout_identity_golf::{Roster, RosterId};
///
/// let roster: Roster = "10.0.0.1:7946 # the first\n10.0.0.2:7946\n".parse()?;
/// let id: RosterId<8, 8> = roster.identity("10.0.0.2:7946".parse()?, 0)?; // two bytes
/// assert_eq!(id.to_string(), "1#0");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    addresses: Vec<SocketAddr>,
    indices: BTreeMap<SocketAddr, u16>,
}

/// A table, or an entry of one, cannot be; the caller is to blame, and the table is as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RosterError {
    /// An address is there twice.
    Duplicate {
        /// The address.
        address: SocketAddr,
        /// Where it was first.
        first: usize,
        /// Where it is again.
        again: usize,
    },
    /// There are more addresses than indices.
    Full {
        /// How many there may be.
        limit: usize,
    },
    /// A line is no address.
    Line {
        /// The line, from 1.
        line: usize,
        /// What it says.
        text: String,
    },
    /// One's own address is not in the table: nobody could send to it.
    Unknown {
        /// The address.
        address: SocketAddr,
    },
    /// Another version of the table has another address at an index, or is shorter: indices would change
    /// their meaning.
    Changed {
        /// The first index that differs.
        index: usize,
    },
    /// The epoch has more bits than there are.
    Epoch(OutOfRange),
}

impl fmt::Display for RosterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duplicate { address, first, again } => {
                write!(f, "{address} is in the roster twice, at {first} and at {again}")
            }
            Self::Full { limit } => write!(f, "the roster has more than {limit} addresses"),
            Self::Line { line, text } => {
                write!(f, "line {line} of the roster is no address: `{text}`; write 10.0.0.1:7946")
            }
            Self::Unknown { address } => {
                write!(f, "{address} is not in the roster: add it at the end, on every member")
            }
            Self::Changed { index } => {
                write!(f, "the new roster differs at {index}: it may only add addresses at its end")
            }
            Self::Epoch(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for RosterError {}

impl Roster {
    /// The most addresses, 65,536.
    pub const LIMIT: usize = 1 << 16;

    /// An empty table.
    pub const fn new() -> Self {
        Self { addresses: Vec::new(), indices: BTreeMap::new() }
    }

    /// A table of these addresses, from an array, an iterator, or a slice by `try_from`.
    pub fn of<A: Into<SocketAddr>>(addresses: impl IntoIterator<Item = A>) -> Result<Self, RosterError> {
        let mut roster = Self::new();
        addresses.into_iter().try_for_each(|address| roster.push(address).map(drop))?;
        Ok(roster)
    }

    /// Adds an address at the end, and gives its index.
    pub fn push(&mut self, address: impl Into<SocketAddr>) -> Result<u16, RosterError> {
        let (address, again) = (address.into(), self.addresses.len());
        let index = u16::try_from(again).map_err(|_| RosterError::Full { limit: Self::LIMIT })?;
        if let Some(first) = self.indices.get(&address) {
            return Err(RosterError::Duplicate { address, first: usize::from(*first), again });
        }
        self.addresses.push(address);
        self.indices.insert(address, index);
        Ok(index)
    }

    /// Becomes a newer version of itself, and gives how many addresses that added.
    pub fn grow(&mut self, newer: Self) -> Result<usize, RosterError> {
        let pairs = self.addresses.iter().zip(&newer.addresses);
        let same = pairs.take_while(|(old, new)| old == new).count();
        if same < self.addresses.len() {
            return Err(RosterError::Changed { index: same });
        }
        let added = newer.len() - self.len();
        *self = newer;
        Ok(added)
    }

    /// The address at an index.
    pub fn get(&self, index: usize) -> Option<SocketAddr> {
        self.addresses.get(index).copied()
    }

    /// The index of an address.
    pub fn index(&self, address: SocketAddr) -> Option<u16> {
        self.indices.get(&address).copied()
    }

    /// How many addresses there are.
    pub fn len(&self) -> usize {
        self.addresses.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty()
    }

    /// The addresses in their order.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The identity of the member at one's own address, which must be in the table.
    pub fn identity<const N: u32, const E: u32>(
        &self,
        own: SocketAddr,
        epoch: u64,
    ) -> Result<RosterId<N, E>, RosterError> {
        let index = self.index(own).ok_or(RosterError::Unknown { address: own })?;
        let index = Index::new(u128::from(index)).map_err(|_| RosterError::Full { limit: 1 << N })?;
        RosterId::new(index, epoch).map_err(RosterError::Epoch)
    }
}

impl TryFrom<&[SocketAddr]> for Roster {
    type Error = RosterError;

    fn try_from(addresses: &[SocketAddr]) -> Result<Self, RosterError> {
        Self::of(addresses.iter().copied())
    }
}

impl FromStr for Roster {
    type Err = RosterError;

    fn from_str(text: &str) -> Result<Self, RosterError> {
        let mut roster = Self::new();
        for (at, line) in text.lines().enumerate() {
            let entry = line.split('#').next().unwrap_or_default().trim();
            if entry.is_empty() {
                continue;
            }
            let problem = |_| RosterError::Line { line: at + 1, text: entry.into() };
            roster.push(entry.parse::<SocketAddr>().map_err(problem)?)?;
        }
        Ok(roster)
    }
}

impl<const N: u32> Resolver<Index<N>> for Roster {
    fn resolve(&self, route: &Index<N>) -> Option<SocketAddr> {
        self.get(usize::try_from(route.pack()).ok()?)
    }

    fn route_at(&self, address: SocketAddr) -> Option<Index<N>> {
        Index::new(u128::from(self.index(address)?)).ok()
    }
}
