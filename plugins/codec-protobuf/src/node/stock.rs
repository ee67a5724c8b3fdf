//! Addresses, names and stock identities as fields of a `Node`.

use super::{Ip, Node, NodeAddress, NodeFields, SocketNode};
use crate::error::CodecError;
use crate::identity::{InvalidNode, ProtoIdentity};
use crate::v1;
use alloc::string::String;
use core::net::{IpAddr, SocketAddr, SocketAddrV4, SocketAddrV6};
use haulout::identity::MAX_ADDRESS;
use haulout::{Fixed, Name, Named, Out, Renewing};

impl Node for SocketAddr {
    #[inline]
    fn fields(&self) -> NodeFields<'_> {
        let ip = match self.ip() {
            IpAddr::V4(ip) => Ip::V4(ip.octets()),
            IpAddr::V6(ip) => Ip::V6(ip.octets()),
        };
        NodeFields { ip, port: self.port(), ..NodeFields::default() }
    }

    #[inline]
    fn of_fields(fields: NodeFields<'_>) -> Result<Self, InvalidNode> {
        fields.to_socket()
    }
}

impl Node for SocketAddrV4 {
    #[inline]
    fn fields(&self) -> NodeFields<'_> {
        NodeFields { ip: Ip::V4(self.ip().octets()), port: self.port(), ..NodeFields::default() }
    }

    #[inline]
    fn of_fields(fields: NodeFields<'_>) -> Result<Self, InvalidNode> {
        match fields.to_socket()? {
            SocketAddr::V4(addr) => Ok(addr),
            SocketAddr::V6(_) => Err(InvalidNode("its ip is not of IPv4")),
        }
    }
}

impl Node for SocketAddrV6 {
    #[inline]
    fn fields(&self) -> NodeFields<'_> {
        NodeFields { ip: Ip::V6(self.ip().octets()), port: self.port(), ..NodeFields::default() }
    }

    #[inline]
    fn of_fields(fields: NodeFields<'_>) -> Result<Self, InvalidNode> {
        match fields.to_socket()? {
            SocketAddr::V6(addr) => Ok(addr),
            SocketAddr::V4(_) => Err(InvalidNode("its ip is not of IPv6")),
        }
    }
}

impl Node for String {
    fn fields(&self) -> NodeFields<'_> {
        NodeFields { name: self, ..NodeFields::default() }
    }

    fn of_fields(fields: NodeFields<'_>) -> Result<Self, InvalidNode> {
        match fields.to_name()? {
            name if name.len() < MAX_ADDRESS => Ok(name.into()),
            _ => Err(InvalidNode("its name is over 95 bytes")),
        }
    }
}

impl Node for Name {
    #[inline]
    fn fields(&self) -> NodeFields<'_> {
        NodeFields { name: self.as_str(), ..NodeFields::default() }
    }

    #[inline]
    fn of_fields(fields: NodeFields<'_>) -> Result<Self, InvalidNode> {
        Name::new(fields.to_name()?).map_err(|_| InvalidNode("its name is none"))
    }
}

impl<A: NodeAddress> Node for Fixed<A> {
    #[inline]
    fn fields(&self) -> NodeFields<'_> {
        self.address().fields()
    }

    #[inline]
    fn of_fields(fields: NodeFields<'_>) -> Result<Self, InvalidNode> {
        A::of_fields(fields).map(Self::new)
    }
}

impl<A: NodeAddress> Node for Renewing<A> {
    #[inline]
    fn fields(&self) -> NodeFields<'_> {
        NodeFields { epoch: self.epoch(), ..self.address().fields() }
    }

    #[inline]
    fn of_fields(fields: NodeFields<'_>) -> Result<Self, InvalidNode> {
        let addr = A::of_fields(NodeFields { epoch: 0, ..fields })?;
        Ok(Self::new(addr, fields.epoch))
    }
}

impl<A: SocketNode> Node for Named<A> {
    #[inline]
    fn fields(&self) -> NodeFields<'_> {
        NodeFields { name: self.name().as_str(), epoch: self.epoch(), ..self.address().fields() }
    }

    #[inline]
    fn of_fields(fields: NodeFields<'_>) -> Result<Self, InvalidNode> {
        let name = Name::of_fields(NodeFields { name: fields.name, ..NodeFields::default() })?;
        let addr = A::of_fields(NodeFields { name: "", epoch: 0, ..fields })?;
        Ok(Self::new(name, addr, fields.epoch))
    }
}

/// Key and route are nodes too, so identities differ in nothing but their types.
macro_rules! stock {
    ($($identity:ident<$addr:ident>)*) => {$(
        impl<A: $addr> ProtoIdentity for $identity<A> {
            type Message = v1::Node;

            fn to_message(&self) -> v1::Node {
                self.fields().to_message()
            }

            fn from_message(message: &v1::Node) -> Result<Self, InvalidNode> {
                Self::of_fields(NodeFields::of_message(message)?)
            }

            fn key_to_message(key: &Self::Addr) -> v1::Node {
                key.fields().to_message()
            }

            fn key_from_message(message: &v1::Node) -> Result<Self::Addr, InvalidNode> {
                Node::of_fields(NodeFields::of_message(message)?)
            }

            fn route_to_message(route: &A) -> v1::Node {
                route.fields().to_message()
            }

            fn route_from_message(message: &v1::Node) -> Result<A, InvalidNode> {
                A::of_fields(NodeFields::of_message(message)?)
            }

            #[inline]
            fn put_identity(&self, out: &mut Out<'_>) -> bool {
                self.fields().put(out)
            }

            #[inline]
            fn take_identity(bytes: &[u8]) -> Result<Self, CodecError> {
                Ok(Self::of_fields(NodeFields::take(bytes)?)?)
            }

            #[inline]
            fn put_key(key: &Self::Addr, out: &mut Out<'_>) -> bool {
                key.fields().put(out)
            }

            #[inline]
            fn take_key(bytes: &[u8]) -> Result<Self::Addr, CodecError> {
                Ok(Node::of_fields(NodeFields::take(bytes)?)?)
            }

            #[inline]
            fn put_route(route: &A, out: &mut Out<'_>) -> bool {
                route.fields().put(out)
            }

            #[inline]
            fn take_route(bytes: &[u8]) -> Result<A, CodecError> {
                Ok(A::of_fields(NodeFields::take(bytes)?)?)
            }
        }
    )*};
}
stock!(Fixed<NodeAddress> Renewing<NodeAddress> Named<SocketNode>);
