//! From bytes to the protocol: parse everything, then apply.

use super::Engine;
use crate::codec::{Codec, Message, Section, VERSION};
use crate::error::DatagramError;
use crate::identity::Identity;
use crate::protocol::Life;
use crate::spec::{CodecErrorOf, Spec};
use crate::stats::Stats;
use alloc::vec::Vec;

/// The first byte of a datagram that a sealing transport wrote.
const SEALED: u8 = 0;

impl<S: Spec> Engine<S> {
    pub(super) fn receive(&mut self, datagram: &[u8]) -> Result<(), DatagramError<CodecErrorOf<S>>> {
        let dropped = &mut self.protocol.stats.dropped;
        if let Life::Dormant = self.protocol.me.life {
            dropped.dormant += 1;
            return Err(DatagramError::Dormant);
        }
        if datagram.len() > self.protocol.config.limits.datagram_received as usize {
            dropped.too_long += 1;
            return Err(DatagramError::TooLong { len: datagram.len() });
        }
        if datagram.first() == Some(&SEALED) {
            dropped.sealed += 1;
            return Err(DatagramError::Sealed);
        }
        // Headers are large: this one stays where the codec put it.
        let mut decoded = self.codec.decode(datagram);
        let Ok((header, pieces)) = &mut decoded else {
            let stats = &mut self.protocol.stats;
            return decoded.err().map_or(Ok(()), |error| Err(malformed(stats, error)));
        };
        self.updates.clear();
        // Most datagrams carry updates at most: the memory of the other sections is fetched when one comes.
        let mut sections = Vec::new();
        // The sections of another version are not ours to read.
        if header.version.spoken == VERSION {
            let mut unknown = 0;
            for section in pieces {
                match section {
                    Ok(Section::Update(update)) => self.updates.push(update),
                    Ok(Section::Unknown { .. }) => unknown += 1,
                    Ok(published) => {
                        if sections.capacity() == 0 {
                            sections = reuse(core::mem::take(&mut self.sections));
                        }
                        sections.push(published);
                    }
                    Err(error) => {
                        return Err(malformed(&mut self.protocol.stats, error));
                    }
                }
            }
            self.protocol.stats.dropped.unknown_sections += unknown;
        }
        let received = &mut self.protocol.stats.received;
        received.updates += self.updates.len() as u64;
        match header.message.kind() {
            Some(kind) if !matches!(header.message, Message::Unknown(_)) => {
                received.count(kind, datagram.len());
            }
            _ => received.bytes += datagram.len() as u64,
        }
        let answers = matches!(header.message, Message::SyncLeaves { .. } | Message::SyncPage(_));
        if answers && self.protocol.awaits(header) {
            self.protocol.exchange.spend(datagram.len());
        }
        let result = self.protocol.receive(header, &mut self.updates, &mut sections);
        if sections.capacity() > 0 {
            self.sections = reuse(sections);
        }
        result.map_err(DatagramError::from)
    }
}

fn malformed<E>(stats: &mut Stats, error: E) -> DatagramError<E> {
    stats.dropped.malformed += 1;
    DatagramError::Malformed(error)
}

/// The empty vector of another lifetime, with its memory: collecting in place keeps it.
fn reuse<'b, I: Identity>(mut sections: Vec<Section<'_, I>>) -> Vec<Section<'b, I>> {
    sections.clear();
    sections.into_iter().map(|_| unreachable!("it is empty")).collect()
}
