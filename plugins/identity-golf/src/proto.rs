//! Protobuf: a golfed value as [`GolfedNode`], in the form that is shortest for its number of bits.
//!
//! Plain protobuf has varints of seven bits a byte, integers of exactly four and eight bytes, and byte strings with
//! their length. A type has one form for all of its values, the one whose longest is the shortest:
//!
//! | bits | form | bytes, tag included |
//! | --- | --- | --- |
//! | 1 to 28 | varint | 2 to 5 |
//! | 29 to 32 | `fixed32` (a varint may take five) | 5 |
//! | 33 to 56 | varint | 2 to 9 |
//! | 57 to 64 | `fixed64` (a varint may take ten) | 9 |
//! | 65 to 128 | the bytes | 2 more than there are |
//!
//! Invariant: what is read has the field of its type and no other. Cost: O(bytes); nothing is allocated, but by
//! [`GolfedNode`] itself, which the codec does not make.

mod kinds;
mod wire;

pub use wire::{put, take};

use crate::bits::{Pack, bytes};
use crate::v1::GolfedNode;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};
use haulout_codec_protobuf::InvalidNode;

/// The fields of a [`GolfedNode`], borrowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeFields<'a> {
    small: u64,
    four: u32,
    eight: u64,
    many: &'a [u8],
    ip: &'a [u8],
    port: u32,
}

/// What a [`GolfedNode`] can say: any value that packs, and the socket address of a `route` clause.
pub trait ProtoValue: Sized {
    /// Gives `then` the fields that say it.
    fn with_fields<T>(&self, then: impl FnOnce(NodeFields<'_>) -> T) -> T;

    /// What fields say.
    fn of_fields(fields: NodeFields<'_>) -> Result<Self, InvalidNode>;
}

/// Which field a number goes into.
enum Form {
    Small,
    Four,
    Eight,
    Many,
}

/// The form of a number of so many bits.
const fn form(bits: u32) -> Form {
    match bits {
        0..=28 | 33..=56 => Form::Small,
        29..=32 => Form::Four,
        57..=64 => Form::Eight,
        _ => Form::Many,
    }
}

impl<P: Pack> ProtoValue for P {
    #[inline]
    fn with_fields<T>(&self, then: impl FnOnce(NodeFields<'_>) -> T) -> T {
        let (bits, none) = (self.pack(), NodeFields::default());
        match form(P::BITS) {
            Form::Small => then(NodeFields { small: bits as u64, ..none }),
            Form::Four => then(NodeFields { four: bits as u32, ..none }),
            Form::Eight => then(NodeFields { eight: bits as u64, ..none }),
            Form::Many => then(NodeFields { many: &bits.to_le_bytes()[..bytes(P::BITS)], ..none }),
        }
    }

    #[inline]
    fn of_fields(fields: NodeFields<'_>) -> Result<Self, InvalidNode> {
        let NodeFields { small, four, eight, many, .. } = fields;
        let (bits, only) = match form(P::BITS) {
            Form::Small => (small.into(), NodeFields { small, ..NodeFields::default() }),
            Form::Four => (four.into(), NodeFields { four, ..NodeFields::default() }),
            Form::Eight => (eight.into(), NodeFields { eight, ..NodeFields::default() }),
            Form::Many if many.len() == bytes(P::BITS) => {
                let mut bits = [0; 16];
                bits[..many.len()].copy_from_slice(many);
                (u128::from_le_bytes(bits), NodeFields { many, ..NodeFields::default() })
            }
            Form::Many => return Err(InvalidNode("its number has too few or too many bytes")),
        };
        if fields != only {
            return Err(InvalidNode("it has a field that its kind has not"));
        }
        P::unpack(bits).ok_or(InvalidNode("bits are set that no field has"))
    }
}

impl ProtoValue for SocketAddr {
    fn with_fields<T>(&self, then: impl FnOnce(NodeFields<'_>) -> T) -> T {
        let (port, none) = (self.port().into(), NodeFields::default());
        match self.ip() {
            IpAddr::V4(ip) => then(NodeFields { ip: &ip.octets(), port, ..none }),
            IpAddr::V6(ip) => then(NodeFields { ip: &ip.octets(), port, ..none }),
        }
    }

    fn of_fields(fields: NodeFields<'_>) -> Result<Self, InvalidNode> {
        let NodeFields { ip, port, .. } = fields;
        if fields != (NodeFields { ip, port, ..NodeFields::default() }) {
            return Err(InvalidNode("it has a field that an address has not"));
        }
        let port = u16::try_from(port).map_err(|_| InvalidNode("its port is over 65,535"))?;
        let ip = match (<[u8; 4]>::try_from(ip), <[u8; 16]>::try_from(ip)) {
            (Ok(octets), _) => IpAddr::from(octets),
            (_, Ok(octets)) => IpAddr::from(octets),
            _ => return Err(InvalidNode("its ip has neither 4 nor 16 bytes")),
        };
        Ok(Self::new(ip, port))
    }
}

impl GolfedNode {
    /// The message that says a value.
    pub fn of(value: &impl ProtoValue) -> Self {
        value.with_fields(|NodeFields { small, four, eight, many, ip, port }| Self {
            small,
            four,
            eight,
            many: Vec::from(many),
            ip: Vec::from(ip),
            port,
        })
    }

    /// The value that the message says.
    pub fn value<T: ProtoValue>(&self) -> Result<T, InvalidNode> {
        let Self { small, four, eight, many, ip, port } = self;
        T::of_fields(NodeFields { small: *small, four: *four, eight: *eight, many, ip, port: *port })
    }
}

/// An identity of which identity, key and route are values: the six conversions, and the bytes without a message.
#[doc(hidden)]
#[macro_export]
macro_rules! __golf_proto_identity {
    ([$($generics:tt)*] $type:ty where [$($bounds:tt)*]) => {
        impl<$($generics)*> $crate::__private::proto::ProtoIdentity for $type where $($bounds)* {
            type Message = $crate::v1::GolfedNode;

            fn to_message(&self) -> Self::Message {
                $crate::v1::GolfedNode::of(self)
            }

            fn from_message(
                message: &Self::Message,
            ) -> ::core::result::Result<Self, $crate::__private::proto::InvalidNode> {
                message.value()
            }

            fn key_to_message(key: &Self::Addr) -> Self::Message {
                $crate::v1::GolfedNode::of(key)
            }

            fn key_from_message(
                message: &Self::Message,
            ) -> ::core::result::Result<Self::Addr, $crate::__private::proto::InvalidNode> {
                message.value()
            }

            fn route_to_message(route: &Self::Route) -> Self::Message {
                $crate::v1::GolfedNode::of(route)
            }

            fn route_from_message(
                message: &Self::Message,
            ) -> ::core::result::Result<Self::Route, $crate::__private::proto::InvalidNode> {
                message.value()
            }

            $crate::__golf_proto_bytes! { put_identity take_identity Self }
            $crate::__golf_proto_bytes! { put_key take_key Self::Addr }
            $crate::__golf_proto_bytes! { put_route take_route Self::Route }
        }
    };
}
