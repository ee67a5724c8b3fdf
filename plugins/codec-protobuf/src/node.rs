//! The stock identities as `haulout.v1.Node`, written and read field by field.

mod stock;

use crate::error::CodecError;
use crate::identity::InvalidNode;
use crate::reader::{BYTES, VARINT, Value, each, long_varint, text};
use crate::{v1, writer};
use alloc::string::String;
use core::net::{IpAddr, SocketAddr, SocketAddrV4, SocketAddrV6};
use haulout::Out;
use haulout::identity::Address;

/// The bytes of an IP address, if there is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Ip {
    #[default]
    None,
    V4([u8; 4]),
    V6([u8; 16]),
}

impl Ip {
    fn new(bytes: &[u8]) -> Result<Self, InvalidNode> {
        if let Ok(octets) = <[u8; 4]>::try_from(bytes) {
            return Ok(Self::V4(octets));
        }
        match <[u8; 16]>::try_from(bytes) {
            Ok(octets) => Ok(Self::V6(octets)),
            Err(_) if bytes.is_empty() => Ok(Self::None),
            Err(_) => Err(InvalidNode("its ip has neither 4 nor 16 bytes")),
        }
    }

    fn as_slice(&self) -> &[u8] {
        match self {
            Self::None => &[],
            Self::V4(octets) => octets,
            Self::V6(octets) => octets,
        }
    }
}

/// The fields of a `Node`, borrowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeFields<'a> {
    ip: Ip,
    port: u16,
    epoch: u64,
    name: &'a str,
}

const IP: u32 = 1;
const PORT: u32 = 2;
const EPOCH: u32 = 3;
const NAME: u32 = 4;

impl<'a> NodeFields<'a> {
    fn put(&self, out: &mut Out<'_>) -> bool {
        writer::bytes(IP, self.ip.as_slice(), out)
            && writer::uint(PORT, self.port, out)
            && writer::uint(EPOCH, self.epoch, out)
            && writer::bytes(NAME, self.name.as_bytes(), out)
    }

    fn take(bytes: &'a [u8]) -> Result<Self, CodecError> {
        match Self::take_usual(bytes) {
            Some(fields) => Ok(fields),
            None => Self::take_any(bytes),
        }
    }

    /// The canonical form of an IPv4 address and an epoch, which is what nearly every node is.
    #[inline]
    fn take_usual(bytes: &'a [u8]) -> Option<Self> {
        let (&[tag, len, a, b, c, d, port_tag], rest) = bytes.split_first_chunk()?;
        if (u32::from(tag), len, u32::from(port_tag)) != (IP << 3 | BYTES, 4, PORT << 3 | VARINT) {
            return None;
        }
        let (port, rest) = long_varint(rest).ok()?;
        let (&epoch_tag, rest) = rest.split_first()?;
        let (epoch, rest) = long_varint(rest).ok()?;
        let is_usual = u32::from(epoch_tag) == EPOCH << 3 | VARINT && rest.is_empty();
        let port = u16::try_from(port).ok()?;
        is_usual.then_some(Self { ip: Ip::V4([a, b, c, d]), port, epoch, name: "" })
    }

    fn take_any(bytes: &'a [u8]) -> Result<Self, CodecError> {
        let (mut ip, mut port, mut epoch, mut name) = (&[][..], 0, 0, "");
        each(bytes, |field, value| {
            match (field, value) {
                (IP, Value::Bytes(bytes)) => ip = bytes,
                (PORT, Value::Varint(number)) => port = number as u32,
                (EPOCH, Value::Varint(number)) => epoch = number,
                (NAME, Value::Bytes(bytes)) => name = text(bytes)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(Self::new(ip, port, epoch, name)?)
    }

    fn new(ip: &[u8], port: u32, epoch: u64, name: &'a str) -> Result<Self, InvalidNode> {
        let port = u16::try_from(port).map_err(|_| InvalidNode("its port is over 65,535"))?;
        Ok(Self { ip: Ip::new(ip)?, port, epoch, name })
    }

    fn of_message(message: &'a v1::Node) -> Result<Self, InvalidNode> {
        Self::new(&message.ip, message.port, message.epoch, &message.name)
    }

    fn to_message(self) -> v1::Node {
        let Self { ip, port, epoch, name } = self;
        v1::Node { ip: ip.as_slice().into(), port: port.into(), epoch, name: name.into() }
    }

    fn to_socket(self) -> Result<SocketAddr, InvalidNode> {
        let ip = match self.ip {
            Ip::None => return Err(InvalidNode("it has no ip")),
            Ip::V4(octets) => octets.into(),
            Ip::V6(octets) => IpAddr::from(octets),
        };
        if self.epoch != 0 || !self.name.is_empty() {
            return Err(InvalidNode("it has an epoch or a name too many"));
        }
        Ok(SocketAddr::new(ip, self.port))
    }

    fn to_name(self) -> Result<&'a str, InvalidNode> {
        if self.ip != Ip::None || self.port != 0 || self.epoch != 0 {
            return Err(InvalidNode("it has an ip, a port or an epoch too many"));
        }
        Ok(self.name)
    }
}

/// What a `Node` can say: a part of its fields, and no others.
pub trait Node: Sized {
    /// The fields that say it.
    fn fields(&self) -> NodeFields<'_>;

    /// What fields say.
    fn of_fields(fields: NodeFields<'_>) -> Result<Self, InvalidNode>;
}

/// An address that is part of a `haulout.v1.Node`: the `SocketAddr` family, and `String`.
pub trait NodeAddress: Address + Node {}

/// An address that leaves the name of a `haulout.v1.Node` free: the `SocketAddr` family.
pub trait SocketNode: NodeAddress {}

impl NodeAddress for SocketAddr {}
impl NodeAddress for SocketAddrV4 {}
impl NodeAddress for SocketAddrV6 {}
impl NodeAddress for String {}
impl SocketNode for SocketAddr {}
impl SocketNode for SocketAddrV4 {}
impl SocketNode for SocketAddrV6 {}
