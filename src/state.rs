//! What a member is held to be.

use core::fmt;

/// The four states. Members are those held `Alive` or `Suspect`; the departed are the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
#[repr(u8)]
pub enum State {
    /// It answers.
    Alive = 0,
    /// Somebody had no answer from it; it may still refute.
    Suspect = 1,
    /// It did not refute in time.
    Down = 2,
    /// It said that it leaves.
    Left = 3,
}

impl State {
    /// The number on the wire.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The state with this number.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Alive),
            1 => Some(Self::Suspect),
            2 => Some(Self::Down),
            3 => Some(Self::Left),
            _ => None,
        }
    }

    /// `Alive` or `Suspect`.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Alive | Self::Suspect)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Alive => "alive",
            Self::Suspect => "suspect",
            Self::Down => "down",
            Self::Left => "left",
        })
    }
}
