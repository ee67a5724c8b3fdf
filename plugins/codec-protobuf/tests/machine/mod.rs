//! An identity of a user's own: a machine in a rack, with a message of its own.

use haulout::Identity;
use haulout::fingerprint::{Canonical, CanonicalSink};
use haulout::identity::serial_newer;
use haulout_codec_protobuf::{InvalidNode, ProtoIdentity};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Machine {
    pub(crate) serial: u32,
    pub(crate) rack: u32,
    pub(crate) life: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct MachineMessage {
    #[prost(uint32, tag = "1")]
    serial: u32,
    #[prost(uint32, tag = "2")]
    rack: u32,
    #[prost(uint64, tag = "3")]
    life: u64,
}

impl Canonical for Machine {
    fn canonical<S: CanonicalSink>(&self, out: &mut S) {
        out.u32(self.serial);
        out.u32(self.rack);
        out.u64(self.life);
    }
}

impl Identity for Machine {
    type Addr = u32;
    type Route = u32;
    const RENEWS: bool = true;

    fn addr(&self) -> u32 {
        self.serial
    }

    fn route(&self) -> u32 {
        self.rack
    }

    fn renew(&self, rival: &Self) -> Option<Self> {
        let later = if serial_newer(self.life, rival.life) { self.life } else { rival.life };
        let next = later.wrapping_add(1);
        let life = if serial_newer(next, rival.life) { next } else { rival.life.wrapping_add(1) };
        Some(Self { life, ..*self })
    }

    fn supersedes(&self, other: &Self) -> bool {
        serial_newer(self.life, other.life) || self.life == other.life && self.rack > other.rack
    }
}

impl ProtoIdentity for Machine {
    type Message = MachineMessage;

    fn to_message(&self) -> MachineMessage {
        MachineMessage { serial: self.serial, rack: self.rack, life: self.life }
    }

    fn from_message(message: &MachineMessage) -> Result<Self, InvalidNode> {
        Ok(Self { serial: message.serial, rack: message.rack, life: message.life })
    }

    fn key_to_message(&serial: &u32) -> MachineMessage {
        MachineMessage { serial, ..MachineMessage::default() }
    }

    fn key_from_message(message: &MachineMessage) -> Result<u32, InvalidNode> {
        if message.rack != 0 || message.life != 0 {
            return Err(InvalidNode("it is no key"));
        }
        Ok(message.serial)
    }

    fn route_to_message(&rack: &u32) -> MachineMessage {
        MachineMessage { rack, ..MachineMessage::default() }
    }

    fn route_from_message(message: &MachineMessage) -> Result<u32, InvalidNode> {
        Ok(message.rack)
    }
}
