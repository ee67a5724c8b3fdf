//! Bincode: for clusters whose other formats are bincode already.

use crate::format::{Failure, Format};
use crate::wire::serde_codec;
use bincode::config::{self, Configuration, Limit, LittleEndian, Varint};
use bincode::error::{DecodeError, EncodeError};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Bincode counts the bytes of decoded integers, not of encoded ones, so its limit is the most that
/// [`crate::MAX_VALUE`] bytes can stand for: 128 integers of 16 bytes, with room. What counts here is
/// that a forged length allocates no more than that.
const CLAIM: usize = 4096;

/// `config::standard()`: little-endian, variable-length integers.
const CONFIG: Configuration<LittleEndian, Varint, Limit<CLAIM>> = config::standard().with_limit::<CLAIM>();

/// The wire of this crate, identities, keys and routes in bincode 2's `config::standard()` form
/// (little-endian, variable-length integers).
///
/// **Development of bincode has ended**: 2.0.1 is its last working release (3.0.0 refuses to compile), so
/// this crate pins it. Choose [`PostcardCodec`](crate::PostcardCodec) unless you have to be one with a
/// wire that is bincode already. For stock identities the two take the same number of bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct BincodeCodec;

impl Format for BincodeCodec {
    #[inline]
    fn put<T: Serialize>(value: &T, buf: &mut [u8]) -> Result<usize, Failure> {
        match bincode::serde::encode_into_slice(value, buf, CONFIG) {
            Ok(len) => Ok(len),
            Err(EncodeError::UnexpectedEnd) => Err(Failure::End),
            Err(_) => Err(Failure::Value),
        }
    }

    #[inline]
    fn take<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, usize), Failure> {
        match bincode::serde::borrow_decode_from_slice(bytes, CONFIG) {
            Ok(taken) => Ok(taken),
            Err(DecodeError::UnexpectedEnd { .. }) => Err(Failure::End),
            Err(_) => Err(Failure::Value),
        }
    }
}

serde_codec!(BincodeCodec);
