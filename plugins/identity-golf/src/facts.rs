//! An identity with facts that every member should know of every other, in the bits that it leaves.

use crate::bits::{self, Pack, bytes, mask};
use crate::error::ParseError;
use core::fmt;
use core::hash::Hasher;
use core::str::FromStr;
use haulout::Identity;
use haulout::fingerprint::{Canonical, CanonicalSink};

/// An identity that packs: those of this crate, and those that `golf_identity!` declares.
pub trait Golfed: Identity + Pack {}

impl<T: Identity + Pack> Golfed for T {}

/// An identity and facts: the facts in the high bits, the identity in the low ones, in as few bytes as both
/// need.
///
/// Key, route and epoch are the identity's. Facts change with a newer life, by
/// [`Engine::replace_identity`](haulout::Engine::replace_identity) for instance, so an identity that cannot
/// renew cannot have any. Two lives of one epoch with different facts are ordered by the facts.
///
/// Displayed and parsed as identity and facts: `12#3+9/3`.
///
/// Facts of what cannot renew, and more than 128 bits in all, are compile errors:
/// ```compile_fail
/// use haulout_identity_golf::{Index, RosterId, With};
/// # haulout_identity_golf::golf_facts! { struct Role: u8 { shard: 4, zone: 2 } }
/// let entry = RosterId::<8, 0>::new(Index::new(1)?, 0)?; // with an epoch of 2 bits it compiles
/// let member = With::new(entry, Role::new(9, 3)?);
/// # Ok::<(), haulout_identity_golf::OutOfRange>(())
/// ```
/// ```
/// # use haulout_identity_golf::{Index, RosterId, With};
/// # haulout_identity_golf::golf_facts! { struct Role: u8 { shard: 4, zone: 2 } }
/// let entry = RosterId::<8, 2>::new(Index::new(1)?, 0)?;
/// let member = With::new(entry, Role::new(9, 3)?);
/// assert_eq!(member.to_string(), "1#0+9/3");
/// # Ok::<(), haulout_identity_golf::OutOfRange>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct With<I, F> {
    identity: I,
    facts: F,
}

impl<I: Golfed, F: Pack> With<I, F> {
    const POSSIBLE: () = {
        assert!(I::BITS + F::BITS <= 128, "an identity and its facts have 128 bits at most together");
        assert!(I::RENEWS, "facts need an identity with an epoch: what cannot renew cannot change them");
    };

    /// An identity with facts.
    pub const fn new(identity: I, facts: F) -> Self {
        let () = Self::POSSIBLE;
        Self { identity, facts }
    }

    /// The identity without the facts.
    pub const fn identity(self) -> I {
        self.identity
    }

    /// The facts.
    pub const fn facts(self) -> F {
        self.facts
    }
}

impl<I: Golfed, F: Pack> Pack for With<I, F> {
    const BITS: u32 = {
        let () = Self::POSSIBLE;
        I::BITS + F::BITS
    };

    fn pack(self) -> u128 {
        self.facts.pack() << I::BITS | self.identity.pack()
    }

    fn unpack(bits: u128) -> Option<Self> {
        let identity = I::unpack(bits & mask(I::BITS))?;
        Some(Self { identity, facts: F::unpack(bits >> I::BITS)? })
    }
}

impl<I: Golfed, F: Pack> Canonical for With<I, F> {
    fn canonical<S: CanonicalSink>(&self, out: &mut S) {
        bits::canonical(self.pack(), bytes(Self::BITS), out);
    }
}

impl<I: Golfed, F: Pack + fmt::Debug> Identity for With<I, F> {
    type Addr = I::Addr;
    type Route = I::Route;
    const RENEWS: bool = true;

    fn addr(&self) -> I::Addr {
        self.identity.addr()
    }

    fn is_at(&self, addr: &I::Addr) -> bool {
        self.identity.is_at(addr)
    }

    fn hash_key<H: Hasher>(addr: &I::Addr, state: &mut H) {
        I::hash_key(addr, state);
    }

    fn route(&self) -> I::Route {
        self.identity.route()
    }

    fn route_of(addr: &I::Addr) -> Option<I::Route> {
        I::route_of(addr)
    }

    fn renew(&self, rival: &Self) -> Option<Self> {
        Some(Self { identity: self.identity.renew(&rival.identity)?, facts: self.facts })
    }

    fn supersedes(&self, other: &Self) -> bool {
        if self.identity == other.identity {
            return self.facts.pack() > other.facts.pack();
        }
        self.identity.supersedes(&other.identity)
    }
}

impl<I: fmt::Debug, F: fmt::Debug> fmt::Debug for With<I, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("With").field("identity", &self.identity).field("facts", &self.facts).finish()
    }
}

impl<I: fmt::Display, F: fmt::Display> fmt::Display for With<I, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}", self.identity, self.facts)
    }
}

impl<I, F> FromStr for With<I, F>
where
    I: Golfed + FromStr<Err = ParseError>,
    F: Pack + FromStr<Err = ParseError>,
{
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (identity, facts) = text.split_once('+').ok_or(ParseError::Facts)?;
        Ok(Self::new(identity.parse()?, facts.parse()?))
    }
}
