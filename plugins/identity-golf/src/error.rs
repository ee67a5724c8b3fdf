//! What can be wrong with a value or a text; the caller is to blame, and nothing was made.

use core::fmt;

/// A value does not fit its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange {
    /// The field.
    pub field: &'static str,
    /// The value.
    pub value: u128,
    /// The largest value that the field holds.
    pub limit: u128,
}

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is at most {}, not {}", self.field, self.limit, self.value)
    }
}

impl core::error::Error for OutOfRange {}

/// A text is no such identity, key or facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseError {
    /// It has no place for a field, or something after the last.
    Fields {
        /// The fields that it needs: as many numbers, with `/` between them.
        needs: usize,
    },
    /// It has no `#` and an epoch after it, or has one where there is none to have.
    Epoch,
    /// It has no `+` and facts after it.
    Facts,
    /// What stands for a field is no number.
    Number {
        /// The field.
        field: &'static str,
    },
    /// A number does not fit its field.
    OutOfRange(OutOfRange),
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fields { needs: 1 } => f.write_str("one number is needed before the epoch"),
            Self::Fields { needs } => write!(f, "{needs} numbers are needed, with `/` between them"),
            Self::Epoch => f.write_str("an epoch stands after a `#` at the end, where there is one"),
            Self::Facts => f.write_str("facts stand after a `+` at the end"),
            Self::Number { field } => write!(f, "`{field}` must be a decimal number"),
            Self::OutOfRange(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for ParseError {}

impl From<OutOfRange> for ParseError {
    fn from(error: OutOfRange) -> Self {
        Self::OutOfRange(error)
    }
}
