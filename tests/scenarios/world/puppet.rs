//! A member moved by the test: it says what the test says and keeps what it is told.

use super::letter::{Letter, write};
use super::people::Peer;
use super::seat::Seat;
use super::{Binding, WireError, World};
use core::net::SocketAddr;
use core::num::NonZeroU32;
use core::time::Duration;
use haulout::DatagramError;
use haulout::codec::{Header, Message, MessageKind, Section, SectionRef, Update, Version};
use haulout::fingerprint::destination;

/// Names a puppet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doll(pub usize);

pub struct Puppet<I: Peer> {
    pub identity: I,
    pub incarnation: u32,
    /// Whether it acks pings by itself, as soon as they arrive.
    pub acks: bool,
    /// What it was told, oldest first.
    pub mail: Vec<Letter<I>>,
}

impl<I: Peer> World<I> {
    /// Adds a puppet at its identity's route. It acks pings by itself until told otherwise.
    pub fn puppet(&mut self, identity: I) -> Doll {
        let doll = Doll(self.puppets.len());
        self.bindings.insert(identity.route(), Binding::Doll(doll));
        self.puppets.push(Puppet { identity, incarnation: 0, acks: true, mail: Vec::new() });
        doll
    }

    pub fn doll(&self, doll: Doll) -> &Puppet<I> {
        &self.puppets[doll.0]
    }

    pub fn doll_mut(&mut self, doll: Doll) -> &mut Puppet<I> {
        &mut self.puppets[doll.0]
    }

    /// What a puppet was told of this kind, oldest first.
    pub fn mail(&self, doll: Doll, kind: MessageKind) -> Vec<Letter<I>> {
        self.doll(doll).mail.iter().filter(|letter| letter.is(kind)).cloned().collect()
    }

    /// A puppet says something to a member, which gets it at once.
    pub fn say(
        &mut self,
        doll: Doll,
        to: Seat,
        message: Message<I>,
        updates: &[Update<I>],
    ) -> Result<(), DatagramError<WireError<I>>> {
        let header = self.header(doll, to, message);
        let bytes = self.write(&header, updates);
        self.inject(to, &bytes)
    }

    /// [`World::say`] for what must be taken.
    pub fn tell(&mut self, doll: Doll, to: Seat, message: Message<I>, updates: &[Update<I>]) {
        self.say(doll, to, message, updates).expect("a member takes what a puppet writes");
    }

    /// The head of a puppet's datagram to a member.
    pub fn header(&self, doll: Doll, to: Seat, message: Message<I>) -> Header<I> {
        let Puppet { identity, incarnation, .. } = self.doll(doll);
        self.header_of(identity.clone(), *incarnation, to, message)
    }

    /// The head of a datagram that claims to come from anybody.
    pub fn header_of(&self, source: I, incarnation: u32, to: Seat, message: Message<I>) -> Header<I> {
        let engine = self.member(to);
        Header {
            version: Version::CURRENT,
            cluster: engine.config().cluster,
            dst: destination(&engine.identity().addr()),
            cookie: None,
            source,
            incarnation,
            message,
        }
    }

    /// A datagram of a header and updates.
    pub fn write(&self, header: &Header<I>, updates: &[Update<I>]) -> Vec<u8> {
        write::<I>(
            &self.wire,
            header.as_ref(),
            updates.iter().map(|update| SectionRef::Update(update.as_ref())),
        )
    }

    /// Gossip of these sections that claims to come from a member, which a member gets at once.
    pub fn publish(&mut self, source: &I, to: Seat, sections: &[Section<'_, I>]) {
        let incarnation = self.held(to, &source.addr()).map_or(0, haulout::Member::incarnation);
        let header = self.header_of(source.clone(), incarnation, to, Message::Gossip);
        let bytes = write::<I>(&self.wire, header.as_ref(), sections.iter().map(Section::as_ref));
        self.inject(to, &bytes).expect("a member takes gossip");
    }

    /// Gossip that claims to come from a member, which a member gets at once.
    pub fn whisper(&mut self, source: &I, to: Seat, updates: &[Update<I>]) {
        let incarnation = self.held(to, &source.addr()).map_or(0, haulout::Member::incarnation);
        let header = self.header_of(source.clone(), incarnation, to, Message::Gossip);
        let bytes = self.write(&header, updates);
        self.inject(to, &bytes).expect("a member takes gossip");
    }

    /// A puppet's announce, with or without a cookie.
    pub fn announce(&mut self, doll: Doll, to: Seat, number: u16, cookie: Option<u64>) {
        let message = Message::Announce { number, flags: 0, padding: 200 };
        let header = Header { dst: None::<NonZeroU32>, cookie, ..self.header(doll, to, message) };
        let bytes = self.write(&header, &[]);
        self.inject(to, &bytes).expect("a member takes an announce");
    }

    /// A puppet joins through a member: announce, challenge, announce with the cookie; the answer to it.
    pub fn admit(&mut self, doll: Doll, to: Seat) -> Letter<I> {
        const NUMBER: u16 = 4_711;
        let read = self.doll(doll).mail.len();
        self.announce(doll, to, NUMBER, None);
        self.run_for(Duration::from_millis(10));
        let cookie = self.doll(doll).mail[read..].iter().find_map(|letter| match letter.header.message {
            Message::Challenge { number: NUMBER, cookie } => Some(cookie),
            _ => None,
        });
        let cookie = cookie.expect("a stranger's announce is answered by a challenge");
        let read = self.doll(doll).mail.len();
        self.announce(doll, to, NUMBER, Some(cookie));
        self.run_for(Duration::from_millis(10));
        let answer = self.doll(doll).mail[read..].iter().find(|letter| letter.number() == Some(NUMBER));
        answer.expect("an announce with a cookie is answered").clone()
    }

    pub(super) fn puppet_hears(&mut self, doll: Doll, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        let letter = Letter::<I>::read(&self.wire, self.now, from, to, bytes);
        if self.answer_for(doll, to, &letter) {
            return;
        }
        let ping = match letter.header.message {
            Message::Ping { number } if self.doll(doll).acks => Some(number),
            _ => None,
        };
        let prober = letter.header.source.addr();
        self.doll_mut(doll).mail.push(letter);
        if let Some(number) = ping {
            let Puppet { identity, incarnation, .. } = self.doll(doll);
            let header = Header {
                version: Version::CURRENT,
                cluster: self.config.cluster,
                dst: destination(&prober),
                cookie: None,
                source: identity.clone(),
                incarnation: *incarnation,
                message: Message::Ack { number },
            };
            let bytes = self.write(&header, &[]);
            self.carry(to, from, &bytes);
        }
    }
}
