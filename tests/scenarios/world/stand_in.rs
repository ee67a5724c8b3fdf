//! Puppets for whom engines answer: what asks a puppet for what it holds is handed to an engine that holds the
//! same, and the answer is given in the puppet's name. So ten thousand members answer with a few engines' tables.

use super::World;
use super::letter::{Letter, write};
use super::people::Peer;
use super::puppet::Doll;
use super::seat::Seat;
use core::net::SocketAddr;
use haulout::codec::{Codec, Header, MessageKind, Section, Update};
use haulout::fingerprint::destination;
use haulout::{Out, State};

impl<I: Peer> World<I> {
    /// From now on puppets have these engines answer for them what anti-entropy asks.
    pub fn stand_in(&mut self, engines: Vec<Seat>) {
        self.stand_ins = engines;
    }

    /// Hands a datagram to a puppet's stand-in; false if that is not its business.
    pub(super) fn answer_for(&mut self, doll: Doll, to: SocketAddr, letter: &Letter<I>) -> bool {
        let asks = letter.is(MessageKind::Sync) || letter.is(MessageKind::SyncPull);
        if self.stand_ins.is_empty() || !asks {
            return false;
        }
        let seat = self.stand_ins[doll.0 % self.stand_ins.len()];
        let dst = destination(&self.member(seat).identity().addr());
        let bytes = self.rewrite(&letter.bytes, |header| Header { dst, ..header });
        let asker = letter.header.source.route();
        self.masked = Some((doll, asker, to));
        let _ = self.act(seat, |engine, now| engine.handle_datagram(now, &bytes));
        self.masked = None;
        true
    }

    /// While an engine stands in for a puppet, what it answers is said by the puppet.
    pub(super) fn mask(&mut self, to: SocketAddr, bytes: &[u8]) -> Option<(SocketAddr, Vec<u8>)> {
        let (doll, asker, from) = self.masked?;
        if to != asker {
            return None;
        }
        let source = self.doll(doll).identity.clone();
        let incarnation = self.doll(doll).incarnation;
        let letter = Letter::<I>::read(&self.wire, self.now, from, to, bytes);
        let (own, held) = (letter.header.source.clone(), letter.header.incarnation);
        let mut bytes = self.rewrite(bytes, |header| Header { source, incarnation, ..header });
        if letter.is(MessageKind::SyncPage) {
            // Its own entry was in the header.
            let own = Section::Update(Update::new(own, held, State::Alive));
            let mut section = [0; 256];
            let mut out = Out::new(&mut section);
            assert!(self.wire.put_section(own.as_ref(), &mut out).expect("an update can be written"));
            bytes.extend(out.written());
        }
        Some((from, bytes))
    }

    fn rewrite(&self, bytes: &[u8], change: impl FnOnce(Header<I>) -> Header<I>) -> Vec<u8> {
        let (header, sections) = self.wire.decode(bytes).expect("an engine sends what its codec reads");
        let sections: Vec<_> = sections.map(|section| section.expect("so are its sections")).collect();
        write::<I>(&self.wire, change(header).as_ref(), sections.iter().map(Section::as_ref))
    }
}
