//! Serde: always as many bytes for codecs, the text for formats that people read.

use crate::bits::{Pack, bytes};
use crate::facts::With;
use crate::key::Key;
use crate::layout::Layout;
use core::fmt;
use core::marker::PhantomData;
use core::str::FromStr;
use serde::de::{Error, SeqAccess, Visitor};
use serde::ser::SerializeTuple;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Writes bits as a tuple of `len` bytes, which no codec turns into varints.
#[inline]
pub fn serialize<S: Serializer>(
    text: &impl fmt::Display,
    bits: u128,
    len: usize,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    if serializer.is_human_readable() {
        return serializer.collect_str(text);
    }
    let mut tuple = serializer.serialize_tuple(len)?;
    for byte in &bits.to_le_bytes()[..len] {
        tuple.serialize_element(byte)?;
    }
    tuple.end()
}

/// Reads what [`serialize`] writes; `make` is given the bits.
#[inline]
pub fn deserialize<'de, T, D>(
    deserializer: D,
    len: usize,
    make: impl FnOnce(u128) -> Option<T>,
) -> Result<T, D::Error>
where
    T: FromStr<Err: fmt::Display>,
    D: Deserializer<'de>,
{
    if deserializer.is_human_readable() {
        return deserializer.deserialize_str(Text(PhantomData));
    }
    let bits = deserializer.deserialize_tuple(len, Bytes(len))?;
    make(bits).ok_or_else(|| D::Error::custom("bits are set that no field has"))
}

struct Bytes(usize);

impl<'de> Visitor<'de> for Bytes {
    type Value = u128;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0)
    }

    #[inline]
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<u128, A::Error> {
        let mut bits = [0; 16];
        for (at, byte) in bits.iter_mut().take(self.0).enumerate() {
            *byte = seq.next_element()?.ok_or_else(|| A::Error::invalid_length(at, &self))?;
        }
        Ok(u128::from_le_bytes(bits))
    }
}

struct Text<T>(PhantomData<T>);

impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a golfed value, such as 3/7#12")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

/// For values whose bytes are those that their bits need.
macro_rules! packed {
    ($([$($generics:tt)*] $type:ty where [$($bounds:tt)*];)*) => {$(
        impl<$($generics)*> Serialize for $type where $($bounds)* {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serialize(self, self.pack(), bytes(Self::BITS), serializer)
            }
        }

        impl<'de, $($generics)*> Deserialize<'de> for $type where $($bounds)* {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserialize(deserializer, bytes(Self::BITS), Self::unpack)
            }
        }
    )*};
}
packed! {
    [T: Layout] Key<T> where [];
    [const P: u32, const E: u32] crate::SubnetId<P, E> where [];
    [const P: u32] crate::Spot<P> where [];
    [const N: u32, const E: u32] crate::RosterId<N, E> where [];
    [const N: u32] crate::Index<N> where [];
    [I, F] With<I, F> where [
        I: crate::facts::Golfed + fmt::Display + FromStr<Err = crate::ParseError>,
        F: Pack + fmt::Debug + fmt::Display + FromStr<Err = crate::ParseError>
    ];
}
