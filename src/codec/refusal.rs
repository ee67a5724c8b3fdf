//! Why a joiner is turned away.

use core::fmt;

/// Why a member refuses another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[repr(u8)]
#[non_exhaustive]
pub enum Refusal {
    /// The two belong to clusters of different labels.
    Cluster = 1,
    /// The two have no version of the protocol in common.
    Version = 2,
    /// The admission hook does not want it.
    NotAdmitted = 3,
    /// The table of members is full.
    Full = 4,
    /// A newer identity of the same key is held.
    Conflict = 5,
    /// A reason that this version does not know.
    Other = 0,
}

impl Refusal {
    /// The number on the wire.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The reason with this number; [`Refusal::Other`] where it is not known.
    pub const fn from_number(number: u8) -> Self {
        match number {
            1 => Self::Cluster,
            2 => Self::Version,
            3 => Self::NotAdmitted,
            4 => Self::Full,
            5 => Self::Conflict,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cluster => "it belongs to a cluster with another label",
            Self::Version => "it speaks another version of the protocol",
            Self::NotAdmitted => "its admission rule turned us away",
            Self::Full => "its table of members is full",
            Self::Conflict => "it knows a newer member under our key",
            Self::Other => "it gave a reason that this version does not know",
        })
    }
}
