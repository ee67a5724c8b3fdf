//! A datagram that was sent, decoded.

use super::people::Peer;
use core::net::SocketAddr;
use haulout::codec::{Codec, Header, HeaderRef, Message, MessageKind, Section, SectionRef, Update};
use haulout::{Identity, Instant, Out, State};

/// A datagram, when and where it went, and what it says.
#[derive(Clone, Debug)]
pub struct Letter<I: Identity> {
    pub at: Instant,
    pub from: SocketAddr,
    pub to: SocketAddr,
    pub bytes: Vec<u8>,
    pub header: Header<I>,
    pub updates: Vec<Update<I>>,
}

impl<I: Peer> Letter<I> {
    /// Decodes what an engine sent, which must be readable to its last byte.
    pub(super) fn read(wire: &I::Wire, at: Instant, from: SocketAddr, to: SocketAddr, bytes: &[u8]) -> Self {
        let (header, sections) = wire.decode(bytes).expect("an engine sends what its codec reads");
        let mut updates = Vec::new();
        for section in sections {
            match section.expect("an engine sends what its codec reads") {
                Section::Update(update) => updates.push(update),
                Section::Unknown { kind, .. } => panic!("an engine sent a section of kind {kind}"),
                _ => {}
            }
        }
        Self { at, from, to, bytes: bytes.to_vec(), header, updates }
    }

    pub fn kind(&self) -> MessageKind {
        self.header.message.kind().expect("an engine sends messages of known kinds")
    }

    pub fn is(&self, kind: MessageKind) -> bool {
        self.kind() == kind
    }

    /// The number of the message, of those that have one.
    pub fn number(&self) -> Option<u16> {
        match self.header.message {
            Message::Ping { number }
            | Message::Ack { number }
            | Message::PingReq { number, .. }
            | Message::ForwardedAck { number, .. }
            | Message::Nack { number }
            | Message::Announce { number, .. }
            | Message::Challenge { number, .. }
            | Message::Feed { number, .. }
            | Message::Refused { number, .. }
            | Message::Sync { number, .. }
            | Message::SyncLeaves { number, .. } => Some(number),
            Message::SyncPull(ref pull) => Some(pull.number),
            Message::SyncPage(ref page) => Some(page.number),
            _ => None,
        }
    }

    /// Whether it carries an update about this key in this state.
    pub fn tells(&self, key: &I::Addr, state: State) -> bool {
        self.updates.iter().any(|update| update.identity.is_at(key) && update.state == state)
    }

    /// Whether its first section is an update about this key in this state.
    pub fn opens_with(&self, key: &I::Addr, state: State) -> bool {
        self.updates.first().is_some_and(|update| update.identity.is_at(key) && update.state == state)
    }
}

/// Writes a datagram.
pub fn write<'a, I: Peer>(
    wire: &I::Wire,
    header: HeaderRef<'_, I>,
    sections: impl IntoIterator<Item = SectionRef<'a, I>>,
) -> Vec<u8> {
    let mut buf = vec![0; 65_535];
    let mut out = Out::new(&mut buf);
    assert!(wire.put_header(header, &mut out).expect("tests write valid headers"), "the header fits");
    for section in sections {
        assert!(wire.put_section(section, &mut out).expect("tests write valid sections"), "the section fits");
    }
    out.written().to_vec()
}
