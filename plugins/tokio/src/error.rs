//! What can go wrong for the user of a node, and what to do about it.

use crate::seed::{Seed, SeedError};
use haulout::{CommandError, ConfigError};
use std::error::Error;
use std::net::SocketAddr;
use std::{fmt, io};

/// A node could not be started. The caller, or the machine, is to blame; nothing is left behind.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// A seed is neither an address nor a host name with a port.
    Seed(SeedError),
    /// A setting is impossible.
    Config(ConfigError),
    /// The system does not give the address.
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// The node listens on a wildcard address and nobody said under which one others reach it.
    Wildcard {
        /// The address that it is bound to.
        bind: SocketAddr,
    },
    /// The address to advertise is one that nothing can be sent to.
    Advertise {
        /// The address.
        address: SocketAddr,
    },
    /// The node's own identity has a route that the resolver does not know: nobody could send to it.
    Unresolved {
        /// The identity.
        identity: String,
    },
    /// An address to advertise was given, and an identity whose route is another one.
    Route {
        /// The identity's route.
        route: SocketAddr,
        /// The address to advertise.
        advertise: SocketAddr,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seed(error) => error.fmt(f),
            Self::Config(error) => error.fmt(f),
            Self::Bind { address, source } => {
                write!(f, "cannot bind {address}: {source}{}", bind_advice(source.kind()))
            }
            Self::Wildcard { bind } => write!(
                f,
                "bound to {bind}, to which other members cannot send: pass the address under which they reach \
                 this node as the address to advertise, for example 10.0.0.5:{}",
                bind.port()
            ),
            Self::Advertise { address } => write!(
                f,
                "cannot advertise {address}: other members cannot send to it; give an address of this machine, \
                 or the one that is forwarded to it"
            ),
            Self::Unresolved { identity } => write!(
                f,
                "no address is known for this node's own identity {identity}: add it to the table that the \
                 resolver reads"
            ),
            Self::Route { route, advertise } => write!(
                f,
                "the identity's route is {route} and the address to advertise {advertise}: give one of them"
            ),
        }
    }
}

fn bind_advice(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::AddrInUse => "; another process listens there: stop it, or choose another port",
        io::ErrorKind::AddrNotAvailable => {
            "; it is no address of this machine: bind one that is, and advertise the one that is forwarded to it"
        }
        io::ErrorKind::PermissionDenied => "; ports below 1024 need a privilege: choose a higher one",
        _ => "",
    }
}

impl Error for StartError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Bind { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl From<SeedError> for StartError {
    fn from(error: SeedError) -> Self {
        Self::Seed(error)
    }
}

impl From<ConfigError> for StartError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

/// A join has no outcome to report.
#[derive(Debug)]
#[non_exhaustive]
pub enum JoinError {
    /// The seed is neither an address nor a host name with a port. Nothing was done.
    Seed(SeedError),
    /// The host name could not be resolved. It is tried again, ever more rarely, until it leads to a member
    /// or the node leaves.
    Resolve {
        /// The seed.
        seed: Seed,
        /// Why not.
        source: io::Error,
    },
    /// The node left before there was an outcome.
    Left,
    /// The node's task has ended.
    Stopped,
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seed(error) => error.fmt(f),
            Self::Resolve { seed, source } => write!(f, "cannot resolve {seed}: {source}; it is tried again"),
            Self::Left => f.write_str("the node left before the seed answered"),
            Self::Stopped => Stopped.fmt(f),
        }
    }
}

impl Error for JoinError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Resolve { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl From<SeedError> for JoinError {
    fn from(error: SeedError) -> Self {
        Self::Seed(error)
    }
}

/// A node has not left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeaveError {
    /// It did not finish in time. It goes on leaving; others have heard of it in all likelihood.
    TimedOut,
    /// A join came in between.
    Rejoined,
    /// The node's task has ended.
    Stopped,
}

impl fmt::Display for LeaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut => f.write_str("the node did not finish leaving in time; it goes on"),
            Self::Rejoined => f.write_str("the node joined again before it had left"),
            Self::Stopped => Stopped.fmt(f),
        }
    }
}

impl Error for LeaveError {}

/// A node's view was not complete, and nothing is under way that would complete it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SyncError {
    /// The node is dormant: it left, or was declared down under an identity that cannot renew. It may join
    /// again.
    Left,
    /// The node's task has ended.
    Stopped,
}

impl fmt::Display for SyncError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Left => f.write_str("the node is out of the cluster, so its view is not complete"),
            Self::Stopped => Stopped.fmt(f),
        }
    }
}

impl Error for SyncError {}

/// An identity was not replaced; nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplaceError {
    /// The engine refused it.
    Refused(CommandError),
    /// The node's task has ended.
    Stopped,
}

impl fmt::Display for ReplaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::Stopped => Stopped.fmt(f),
        }
    }
}

impl Error for ReplaceError {}

/// Nothing was published; nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublishError {
    /// The engine refused it, and says why; the caller is to blame.
    Refused(CommandError),
    /// The node's task has ended.
    Stopped,
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::Stopped => Stopped.fmt(f),
        }
    }
}

impl Error for PublishError {}

impl From<CommandError> for PublishError {
    fn from(error: CommandError) -> Self {
        Self::Refused(error)
    }
}

impl From<Stopped> for PublishError {
    fn from(Stopped: Stopped) -> Self {
        Self::Stopped
    }
}

/// The node's task has ended: it panicked, or its runtime shut down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the node's task has ended")
    }
}

impl Error for Stopped {}
