//! Serde for the stock identities: one byte string on the wire, fields in formats for people.

use super::{Address, AddressBytes, Fixed, Name, Named, Renewing};
use core::fmt;
use core::marker::PhantomData;
use serde::de::Visitor;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bytes of most identities at most: an IPv6 address, its port and an epoch are 26. Clearing more costs time.
const SHORT: usize = 32;
/// Bytes of any identity that a codec takes, and more.
const LONG: usize = 192;

/// What a stock identity is made of, for both forms.
trait Parts: Sized {
    const EXPECTED: &'static str;
    fn put(&self, out: &mut AddressBytes<'_>);
    fn parse(bytes: &[u8]) -> Option<Self>;
}

/// An epoch in as few bytes as it takes, little-endian, none for zero.
#[inline]
fn put_epoch(epoch: u64, out: &mut AddressBytes<'_>) {
    let len = 8 - epoch.leading_zeros() as usize / 8;
    out.extend_up_to(epoch.to_le_bytes(), len);
}

#[inline]
fn parse_epoch(bytes: &[u8]) -> Option<u64> {
    // A trailing zero is a second form of the same number: refused, so that bytes are unique.
    let legal = bytes.len() <= 8 && bytes.last() != Some(&0);
    // Seconds since 1970, the usual epoch.
    if let (&[a, b, c, d], true) = (bytes, legal) {
        return Some(u32::from_le_bytes([a, b, c, d]).into());
    }
    legal.then(|| bytes.iter().rev().fold(0, |epoch, byte| epoch << 8 | u64::from(*byte)))
}

impl<A: Address> Parts for Renewing<A> {
    const EXPECTED: &'static str = "the bytes of an address and of an epoch";

    #[expect(clippy::inline_always, reason = "each of the hundred updates of a packet goes through it")]
    #[inline(always)]
    fn put(&self, out: &mut AddressBytes<'_>) {
        self.address().put(out);
        put_epoch(self.epoch(), out);
    }

    #[inline]
    fn parse(bytes: &[u8]) -> Option<Self> {
        let (addr, rest) = A::split(bytes)?;
        Some(Self::new(addr, parse_epoch(rest)?))
    }
}

impl<A: Address> Parts for Fixed<A> {
    const EXPECTED: &'static str = "the bytes of an address";

    #[inline]
    fn put(&self, out: &mut AddressBytes<'_>) {
        self.address().put(out);
    }

    #[inline]
    fn parse(bytes: &[u8]) -> Option<Self> {
        let (addr, rest) = A::split(bytes)?;
        rest.is_empty().then(|| Self::new(addr))
    }
}

impl<A: Address> Parts for Named<A> {
    const EXPECTED: &'static str = "the bytes of a name, an address and an epoch";

    fn put(&self, out: &mut AddressBytes<'_>) {
        let name = self.name().as_str().as_bytes();
        out.extend(&[name.len() as u8]);
        out.extend(name);
        self.address().put(out);
        put_epoch(self.epoch(), out);
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (&len, rest) = bytes.split_first()?;
        let (name, rest) = rest.split_at_checked(usize::from(len))?;
        let name = Name::new(core::str::from_utf8(name).ok()?).ok()?;
        let (addr, rest) = A::split(rest)?;
        Some(Self::new(name, addr, parse_epoch(rest)?))
    }
}

#[inline]
fn serialize_bytes<T: Parts, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut short = [0; SHORT];
    let mut out = AddressBytes::new(&mut short);
    value.put(&mut out);
    match out.as_slice() {
        Some(bytes) => serializer.serialize_bytes(bytes),
        None => serialize_long(value, serializer),
    }
}

#[inline(never)]
fn serialize_long<T: Parts, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut long = [0; LONG];
    let mut out = AddressBytes::new(&mut long);
    value.put(&mut out);
    match out.as_slice() {
        Some(bytes) => serializer.serialize_bytes(bytes),
        None => Err(S::Error::custom("the identity's address is too long for the wire")),
    }
}

struct BytesVisitor<T>(PhantomData<T>);

impl<T: Parts> Visitor<'_> for BytesVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    #[inline]
    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<T, E> {
        T::parse(bytes).ok_or_else(|| E::custom(format_args!("expected {}", T::EXPECTED)))
    }
}

/// The two forms of one identity: bytes for codecs, `$shape` for formats that people read.
macro_rules! stock_identity {
    ($identity:ident as $shape:ident { $($field:ident: $type:ty),* }) => {
        impl<A: Address + Serialize> Serialize for $identity<A> {
            #[inline]
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    $shape { $($field: self.$field.clone()),* }.serialize(serializer)
                } else {
                    serialize_bytes(self, serializer)
                }
            }
        }

        impl<'de, A: Address + Deserialize<'de>> Deserialize<'de> for $identity<A> {
            #[inline]
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    let shape = $shape::<A>::deserialize(deserializer)?;
                    Ok(Self::new($(shape.$field),*))
                } else {
                    deserializer.deserialize_bytes(BytesVisitor(PhantomData))
                }
            }
        }

        #[derive(Serialize, Deserialize)]
        #[serde(rename = "identity", deny_unknown_fields)]
        struct $shape<A> { $($field: $type),* }
    };
}

stock_identity!(Renewing as RenewingShape { addr: A, epoch: u64 });
stock_identity!(Fixed as FixedShape { addr: A });
stock_identity!(Named as NamedShape { name: Name, addr: A, epoch: u64 });

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl Visitor<'_> for NameVisitor {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member's name")
            }

            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Name, E> {
                Name::new(name).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(NameVisitor)
    }
}
