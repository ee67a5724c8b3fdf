//! The bodies of anti-entropy: leaves, pulls and pages (PROTOCOL §6).

use alloc::vec::Vec;

/// The version of digests that this engine computes. Another one is not compared.
pub const DIGEST_VERSION: u8 = 1;

/// Most salted values that a pull carries; with the header they fit a datagram of 1,200 bytes.
pub const MAX_HAVE: usize = 240;

/// The planes of anti-entropy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[non_exhaustive]
pub enum Plane {
    /// Who is a member.
    Members = 0,
    /// What the members have published.
    Records = 1,
}

impl Plane {
    /// The number on the wire.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The plane with this number.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Members),
            1 => Some(Self::Records),
            _ => None,
        }
    }
}

/// A place in a plane: a value, so that it means the same whatever came or went meanwhile.
///
/// In the members plane `item` is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The fingerprint of the key.
    pub key: u64,
    /// In the records plane: 0 for the owner's manifest, else the fingerprint of topic and record key.
    pub item: u64,
}

impl Position {
    /// The first place.
    pub const FIRST: Self = Self { key: 0, item: 0 };
    /// The last place.
    pub const LAST: Self = Self { key: u64::MAX, item: u64::MAX };

    /// The place before this one, which is not the first.
    pub(crate) const fn before(self) -> Self {
        match self.item.checked_sub(1) {
            Some(item) => Self { key: self.key, item },
            None => Self { key: self.key.wrapping_sub(1), item: u64::MAX },
        }
    }
}

/// The leaves of a plane, salted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaves {
    /// Which plane.
    pub plane: Plane,
    /// Fresh in every answer.
    pub salt: u64,
    /// 32 bits of each of the 256 leaves, in their order.
    pub leaves: Vec<u32>,
}

/// The borrowing twin of [`Leaves`].
#[derive(Clone, Copy, Debug)]
pub struct LeavesRef<'a> {
    /// See [`Leaves::plane`].
    pub plane: Plane,
    /// See [`Leaves::salt`].
    pub salt: u64,
    /// See [`Leaves::leaves`].
    pub leaves: &'a [u32],
}

impl Leaves {
    /// The borrowing twin.
    pub fn as_ref(&self) -> LeavesRef<'_> {
        LeavesRef { plane: self.plane, salt: self.salt, leaves: &self.leaves }
    }
}

/// A request for the entries of a range, but for those that the asker has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pull {
    /// Chosen by the asker, returned in the page.
    pub number: u16,
    /// Which plane.
    pub plane: Plane,
    /// It answers a pull whose asker had what the sender lacks; it is not pulled back itself.
    pub back: bool,
    /// The first position asked for.
    pub from: Position,
    /// The last position asked for.
    pub until: Position,
    /// Salts `have`.
    pub salt: u64,
    /// 32 salted bits of the value of each entry of the range that the asker has; at most [`MAX_HAVE`].
    pub have: Vec<u32>,
}

/// The borrowing twin of [`Pull`].
#[derive(Clone, Copy, Debug)]
pub struct PullRef<'a> {
    /// See [`Pull::number`].
    pub number: u16,
    /// See [`Pull::plane`].
    pub plane: Plane,
    /// See [`Pull::back`].
    pub back: bool,
    /// See [`Pull::from`].
    pub from: Position,
    /// See [`Pull::until`].
    pub until: Position,
    /// See [`Pull::salt`].
    pub salt: u64,
    /// See [`Pull::have`].
    pub have: &'a [u32],
}

impl Pull {
    /// The borrowing twin.
    pub fn as_ref(&self) -> PullRef<'_> {
        let Self { number, plane, back, from, until, salt, ref have } = *self;
        PullRef { number, plane, back, from, until, salt, have }
    }
}

/// A page of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The pull's number.
    pub number: u16,
    /// Which plane.
    pub plane: Plane,
    /// The first position that it covers.
    pub from: Position,
    /// Where the range goes on; `None` if the page ends it.
    pub next: Option<Position>,
}
