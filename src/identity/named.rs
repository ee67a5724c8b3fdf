//! A name, an address and an epoch: a member that may move.

use super::serial::{epoch_after, serial_newer};
use super::{Address, Identity};
use crate::fingerprint::{Canonical, CanonicalSink};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

/// A member's name: 1 to 64 bytes of UTF-8 without white space and control characters.
///
/// Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

impl Name {
    /// The longest name, in bytes.
    pub const MAX: usize = 64;

    /// Checks a name.
    pub fn new(name: &str) -> Result<Self, NameError> {
        if name.is_empty() {
            return Err(NameError::Empty);
        }
        if name.len() > Self::MAX {
            return Err(NameError::TooLong { len: name.len() });
        }
        match name.chars().find(|c| c.is_whitespace() || c.is_control()) {
            Some(found) => Err(NameError::Character { found }),
            None => Ok(Self(name.into())),
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text is not a [`Name`]; the caller is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameError {
    /// The text is empty.
    Empty,
    /// The text is longer than [`Name::MAX`] bytes.
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// The text has a character that names cannot have.
    Character {
        /// The first such character.
        found: char,
    },
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a member's name cannot be empty"),
            Self::TooLong { len } => {
                write!(f, "a member's name has at most {} bytes, this one {len}", Name::MAX)
            }
            Self::Character { found } => {
                write!(
                    f,
                    "a member's name has neither white space nor control characters, this one {found:?}"
                )
            }
        }
    }
}

impl core::error::Error for NameError {}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        Self::new(name)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Canonical for Name {
    fn canonical<S: CanonicalSink>(&self, out: &mut S) {
        self.0.canonical(out);
    }
}

/// A member whose key is its name and whose route is an address.
///
/// A pod that comes back under another address is `Renewed`, not a second member beside its ghost.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Named<A> {
    pub(super) name: Name,
    pub(super) addr: A,
    pub(super) epoch: u64,
}

impl<A: Address> Named<A> {
    /// An identity; flow label and scope of an IPv6 address are dropped.
    pub fn new(name: Name, addr: A, epoch: u64) -> Self {
        Self { name, addr: addr.normal(), epoch }
    }

    /// The name, which is the key.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// The address, which is the route.
    pub fn address(&self) -> &A {
        &self.addr
    }

    /// The epoch, a serial number.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }
}

impl<A: Canonical> Canonical for Named<A> {
    fn canonical<S: CanonicalSink>(&self, out: &mut S) {
        self.name.canonical(out);
        self.addr.canonical(out);
        out.u64(self.epoch);
    }
}

impl<A: Address> Identity for Named<A> {
    type Addr = Name;
    type Route = A;
    const RENEWS: bool = true;

    fn addr(&self) -> Name {
        self.name.clone()
    }

    #[inline]
    fn is_at(&self, addr: &Name) -> bool {
        self.name == *addr
    }

    fn route(&self) -> A {
        self.addr.clone()
    }

    fn renew(&self, rival: &Self) -> Option<Self> {
        Some(Self { epoch: epoch_after(self.epoch, rival.epoch), ..self.clone() })
    }

    /// By epoch; at equal epochs (one name at two addresses) the larger canonical form wins.
    fn supersedes(&self, other: &Self) -> bool {
        if self.epoch != other.epoch {
            return serial_newer(self.epoch, other.epoch);
        }
        self.addr != other.addr && {
            let (mut mine, mut theirs) = (Vec::new(), Vec::new());
            self.addr.canonical(&mut mine);
            other.addr.canonical(&mut theirs);
            mine > theirs
        }
    }
}

impl<A: fmt::Display> fmt::Display for Named<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}#{}", self.name, self.addr, self.epoch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn node(port: u16, epoch: u64) -> Named<core::net::SocketAddr> {
        Named::new(Name::new("a").unwrap(), ([127, 0, 0, 1], port).into(), epoch)
    }

    #[test]
    fn one_name_at_two_addresses_in_one_second_has_one_winner() {
        // 256 is the byte string [0, 1], 255 is [255, 0]: the canonical form decides, not the number.
        let (a, b) = (node(255, 7), node(256, 7));
        assert!(a.supersedes(&b) && !b.supersedes(&a));
        assert!(!a.supersedes(&a.clone()));
    }

    #[test]
    fn renewing_passes_the_rival() {
        let renewed = node(1, 3).renew(&node(2, u64::MAX)).unwrap();
        assert!(renewed.supersedes(&node(2, u64::MAX)));
        assert_eq!(renewed.route(), ([127, 0, 0, 1], 1).into());
    }

    #[test]
    fn names_are_checked() {
        assert_eq!(Name::new(""), Err(NameError::Empty));
        assert_eq!(Name::new("a b"), Err(NameError::Character { found: ' ' }));
        assert_eq!(Name::new(&"x".repeat(65)), Err(NameError::TooLong { len: 65 }));
        assert_eq!(Name::new("seal-1").unwrap().to_string(), "seal-1");
    }
}
