//! A roster that grows while members use it, and rosters from files.

use super::{Index, Roster, RosterError};
use core::fmt;
use core::net::SocketAddr;
use haulout::identity::Resolver;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::{fs, io};

/// A table that several threads use and that grows meanwhile; cheap to clone, and the same for all clones.
///
/// Give one clone to the node and keep another to grow it: the next datagram goes by the new table.
#[derive(Clone, Debug, Default)]
pub struct SharedRoster(Arc<RwLock<Roster>>);

/// A file is no roster, or not a newer version of the one that is there. The table is as it was.
#[derive(Debug)]
#[non_exhaustive]
pub enum LoadError {
    /// It could not be read.
    Read(io::Error),
    /// What it says cannot be.
    Roster(RosterError),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => write!(f, "the roster cannot be read: {error}"),
            Self::Roster(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Read(error) => Some(error),
            Self::Roster(_) => None,
        }
    }
}

impl From<RosterError> for LoadError {
    fn from(error: RosterError) -> Self {
        Self::Roster(error)
    }
}

impl Roster {
    /// Reads a table from a file, an address a line.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let text = fs::read_to_string(path).map_err(LoadError::Read)?;
        Ok(text.parse()?)
    }
}

impl SharedRoster {
    /// Shares a table.
    pub fn new(roster: Roster) -> Self {
        Self(Arc::new(RwLock::new(roster)))
    }

    /// Adds an address at the end, and gives its index.
    pub fn push(&self, address: impl Into<SocketAddr>) -> Result<u16, RosterError> {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(address)
    }

    /// Becomes a newer version of the table, and gives how many addresses that added.
    pub fn grow(&self, newer: Roster) -> Result<usize, RosterError> {
        self.0.write().unwrap_or_else(PoisonError::into_inner).grow(newer)
    }

    /// Reads a newer version from a file, and gives how many addresses that added.
    pub fn reload(&self, path: impl AsRef<Path>) -> Result<usize, LoadError> {
        Ok(self.grow(Roster::load(path)?)?)
    }

    /// Looks at the table as it is now.
    pub fn with<T>(&self, look: impl FnOnce(&Roster) -> T) -> T {
        look(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<const N: u32> Resolver<Index<N>> for SharedRoster {
    fn resolve(&self, route: &Index<N>) -> Option<SocketAddr> {
        self.with(|roster| roster.resolve(route))
    }

    fn route_at(&self, address: SocketAddr) -> Option<Index<N>> {
        self.with(|roster| roster.route_at(address))
    }
}
