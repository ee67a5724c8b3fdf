//! What can be wrong with a service.

use crate::service::Field;
use core::fmt;

/// Characters of a value that an error repeats.
const SHOWN: usize = 80;

/// A service breaks a bound. Whoever made it is to blame: the caller of a builder, or, for a value that was
/// received, its owner. Nothing changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServiceError {
    /// A field that must be there is empty.
    Empty {
        /// The field.
        field: Field,
    },
    /// A field is too long.
    TooLong {
        /// The field.
        field: Field,
        /// What it holds; of a long value its first 80 characters.
        value: String,
        /// Its bytes.
        len: usize,
        /// The most bytes that it may have.
        limit: usize,
    },
    /// A field does not have the form that it must have.
    Form {
        /// The field.
        field: Field,
        /// What it holds; of a long value its first 80 characters.
        value: String,
        /// What it must be.
        expected: &'static str,
    },
    /// A number is out of its range.
    Range {
        /// The field.
        field: Field,
        /// What it holds.
        value: u32,
        /// The least that it may be.
        min: u32,
        /// The most that it may be.
        max: u32,
    },
    /// There are too many tags, or too many entries of meta.
    TooMany {
        /// The field.
        field: Field,
        /// How many there are.
        count: usize,
        /// The most that there may be.
        limit: usize,
    },
    /// All tags together, or all of meta, have too many bytes.
    TooLongTogether {
        /// The field.
        field: Field,
        /// Their bytes.
        len: usize,
        /// The most bytes that they may have.
        limit: usize,
    },
    /// The bytes of a record are no message `haulout.v1.Service`.
    Malformed,
    /// A record is not under the name of its instance.
    Key {
        /// The key of the record, as far as it is text.
        key: String,
        /// The instance.
        instance: String,
    },
}

impl ServiceError {
    pub(crate) fn too_long(field: Field, value: &str, limit: usize) -> Self {
        Self::TooLong { field, value: shown(value), len: value.len(), limit }
    }

    pub(crate) fn form(field: Field, value: &str, expected: &'static str) -> Self {
        Self::Form { field, value: shown(value), expected }
    }

    pub(crate) fn key(key: &[u8], instance: &str) -> Self {
        Self::Key { key: shown(&String::from_utf8_lossy(key)), instance: instance.into() }
    }

    /// The same without the value, for errors that cannot hold any.
    pub(crate) fn summary(&self) -> &'static str {
        match self {
            Self::Empty { .. } => "not a service: a field that must be there is empty",
            Self::TooLong { .. } => "not a service: a field is too long",
            Self::Form { .. } => "not a service: a field does not have its form",
            Self::Range { .. } => "not a service: a number is out of its range",
            Self::TooMany { .. } => "not a service: too many tags or entries of meta",
            Self::TooLongTogether { .. } => "not a service: tags or meta are too long together",
            Self::Malformed => "not such a protobuf message",
            Self::Key { .. } => "not under the name of its instance",
        }
    }
}

fn shown(value: &str) -> String {
    value.chars().take(SHOWN).collect()
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty { field } => write!(f, "{field} is empty"),
            Self::TooLong { field, value, len, limit } => {
                write!(f, "{field} `{}` has {len} bytes, {limit} at most", value.escape_debug())
            }
            Self::Form { field, value, expected } => {
                write!(f, "{field} `{}` is not {expected}", value.escape_debug())
            }
            Self::Range { field, value, min, max } => {
                write!(f, "{field} {value} is out of range: {min} to {max}")
            }
            Self::TooMany { field, count, limit } => write!(f, "{count} of {field}, {limit} at most"),
            Self::TooLongTogether { field, len, limit } => {
                write!(f, "all of {field} have {len} bytes together, {limit} at most")
            }
            Self::Malformed => f.write_str("not a message haulout.v1.Service"),
            Self::Key { key, instance } => {
                write!(
                    f,
                    "the record is under `{}`, and its instance is `{instance}`: they must be equal",
                    key.escape_debug()
                )
            }
        }
    }
}

impl core::error::Error for ServiceError {}
