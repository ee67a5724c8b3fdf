//! What the two codecs do not share: the bytes of one serde value.

use haulout::Identity;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// An identity that is, with its key and its route, serialisable. Implemented for all that are.
pub trait SerdeIdentity:
    Identity<Addr: Serialize + DeserializeOwned, Route: Serialize + DeserializeOwned>
    + Serialize
    + DeserializeOwned
{
}

impl<I> SerdeIdentity for I
where
    I: Identity + Serialize + DeserializeOwned,
    I::Addr: Serialize + DeserializeOwned,
    I::Route: Serialize + DeserializeOwned,
{
}

/// A self-delimiting binary form of serde values.
pub(crate) trait Format {
    /// Writes `value` to the start of `buf` and returns its length.
    fn put<T: Serialize>(value: &T, buf: &mut [u8]) -> Result<usize, Failure>;

    /// Reads a value from the start of `bytes` and returns its length too.
    fn take<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, usize), Failure>;
}

/// Why a value was not written or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The slice ended first.
    End,
    /// The value has no such form, or the bytes are no such value.
    Value,
}
