//! An identity of one's own on the wire of every language: `cargo run --example custom_identity_protobuf`.
//! Its `.proto`, which takes the place of `Node` in `haulout.proto`:
//! `message Machine { uint32 serial = 1; fixed32 ip = 2; uint32 port = 3; uint32 rack = 4; uint32 life = 5; }`

use haulout::fingerprint::{Canonical, CanonicalSink};
use haulout::{Identity, conformance};
use haulout_codec_protobuf::{InvalidNode, ProtoIdentity, ProtobufCodec};
use prost::Message;
use std::net::SocketAddrV4;

#[derive(Clone, PartialEq, Message)]
pub(crate) struct MachineMessage {
    #[prost(uint32, tag = "1")]
    serial: u32,
    #[prost(fixed32, tag = "2")]
    ip: u32,
    #[prost(uint32, tag = "3")]
    port: u32,
    #[prost(uint32, tag = "4")]
    rack: u32,
    #[prost(uint32, tag = "5")]
    life: u32,
}

#[rustfmt::skip]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Machine { serial: u32, addr: SocketAddrV4, rack: u32, life: u32 }

#[rustfmt::skip]
impl Canonical for Machine {
    fn canonical<S: CanonicalSink>(&self, out: &mut S) {
        for field in [self.serial, self.rack, self.life] { out.u32(field); }
        self.addr.canonical(out);
    }
}

#[rustfmt::skip]
impl Identity for Machine {
    type Addr = u32;
    type Route = SocketAddrV4;
    const RENEWS: bool = true;
    fn addr(&self) -> u32 { self.serial }
    fn route(&self) -> SocketAddrV4 { self.addr }
    fn renew(&self, rival: &Self) -> Option<Self> { Some(Self { life: self.life.max(rival.life).checked_add(1)?, ..*self }) }
    fn supersedes(&self, other: &Self) -> bool {
        (self.life, self.rack, self.addr) > (other.life, other.rack, other.addr)
    }
}

#[rustfmt::skip]
impl ProtoIdentity for Machine {
    type Message = MachineMessage;
    fn to_message(&self) -> MachineMessage {
        let Self { serial, rack, life, .. } = *self;
        MachineMessage { serial, rack, life, ..Self::route_to_message(&self.addr) }
    }
    fn from_message(m: &MachineMessage) -> Result<Self, InvalidNode> {
        Ok(Self { serial: m.serial, addr: Self::route_from_message(m)?, rack: m.rack, life: m.life })
    }
    fn key_to_message(&serial: &u32) -> MachineMessage { MachineMessage { serial, ..Default::default() } }
    fn key_from_message(m: &MachineMessage) -> Result<u32, InvalidNode> { Ok(m.serial) }
    fn route_to_message(addr: &SocketAddrV4) -> MachineMessage {
        MachineMessage { ip: addr.ip().to_bits(), port: addr.port().into(), ..Default::default() }
    }
    fn route_from_message(m: &MachineMessage) -> Result<SocketAddrV4, InvalidNode> {
        Ok(SocketAddrV4::new(m.ip.into(), m.port.try_into().map_err(|_| InvalidNode("no port"))?))
    }
}

pub(crate) fn main() -> Result<(), InvalidNode> {
    let addr = SocketAddrV4::new([10, 0, 0, 7].into(), 7946);
    let machine = |serial, life| Machine { serial, addr, rack: 3, life };
    let message = machine(7, 1).to_message();
    conformance::codec(&ProtobufCodec, &[(1, 1), (1, 2), (2, 1), (3, 1), (4, 1)].map(|(s, l)| machine(s, l)));
    println!("on the wire: {:02x?}", message.encode_to_vec());
    assert_eq!(Machine::from_message(&message)?, machine(7, 1));
    Ok(())
}
