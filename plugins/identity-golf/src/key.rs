//! The key of a declared identity: those of its fields that stay.

use crate::bits::{self, Pack, bytes, mask};
use crate::error::ParseError;
use crate::layout::{self, Field, Layout};
use crate::text;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::marker::PhantomData;
use core::str::FromStr;
use haulout::fingerprint::{Canonical, CanonicalSink};

/// The key of a declared identity: the fields of its `addr` clause, close together.
///
/// On the wire and as a canonical field it is an integer of as many whole bytes as its bits need.
///
/// Displayed and parsed as its numbers with `/` between them: `3/7`.
pub struct Key<T> {
    bits: u128,
    of: PhantomData<fn() -> T>,
}

impl<T: Layout> Key<T> {
    /// The key of an identity.
    #[inline]
    pub fn of(identity: T) -> Self {
        Self { bits: layout::key_of(identity), of: PhantomData }
    }

    /// The values of its fields, as a tuple in the order of the `addr` clause.
    pub fn values(self) -> T::KeyValues {
        T::key_values(self)
    }

    /// Its fields and what they hold, in the order of the `addr` clause.
    pub fn fields(self) -> impl Iterator<Item = (&'static Field, u128)> {
        T::KEY.iter().enumerate().map(move |(at, field)| {
            let below = layout::width(&T::KEY[at + 1..]);
            (field, (self.bits >> below) & field.limit())
        })
    }
}

impl<T: Layout> Pack for Key<T> {
    const BITS: u32 = layout::width(T::KEY);

    fn pack(self) -> u128 {
        self.bits
    }

    fn unpack(bits: u128) -> Option<Self> {
        (bits <= mask(Self::BITS)).then_some(Self { bits, of: PhantomData })
    }
}

impl<T: Layout> Canonical for Key<T> {
    fn canonical<S: CanonicalSink>(&self, out: &mut S) {
        bits::canonical(self.bits, bytes(Self::BITS), out);
    }
}

impl<T: Layout> fmt::Debug for Key<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::debug(T::NAME, self.fields(), f)
    }
}

impl<T: Layout> fmt::Display for Key<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::numbers(self.fields(), f)
    }
}

impl<T: Layout> FromStr for Key<T> {
    type Err = ParseError;

    fn from_str(key: &str) -> Result<Self, ParseError> {
        let mut bits = 0;
        text::parse(key, T::KEY, |field, value| bits = (bits << field.width) | value)?;
        Ok(Self { bits, of: PhantomData })
    }
}

// Derives would ask of `T` what only the bits need.
impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Key<T> {}

impl<T> PartialEq for Key<T> {
    fn eq(&self, other: &Self) -> bool {
        self.bits == other.bits
    }
}

impl<T> Eq for Key<T> {}

impl<T> PartialOrd for Key<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Key<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bits.cmp(&other.bits)
    }
}

impl<T> Hash for Key<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bits.hash(state);
    }
}
