//! From bytes to the protocol: parse everything, then apply.

use super::Engine;
use crate::codec::{Codec, Message, Section, VERSION};
use crate::error::DatagramError;
use crate::identity::Identity;
use crate::protocol::Life;
use crate::spec::{CodecErrorOf, Spec};
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
        let mut sections = reuse(core::mem::take(&mut self.sections));
        let header = match self.codec.decode(datagram) {
            Err(error) => Err(error),
            // The sections of another version are not ours to read.
            Ok((header, _)) if header.version.spoken != VERSION => Ok(header),
            Ok((header, pieces)) => {
                self.updates.clear();
                let mut unknown = 0;
                let parsed = pieces.into_iter().try_for_each(|section| {
                    match section? {
                        Section::Update(update) => self.updates.push(update),
                        Section::Unknown { .. } => unknown += 1,
                        published => sections.push(published),
                    }
                    Ok(())
                });
                self.protocol.stats.dropped.unknown_sections += if parsed.is_ok() { unknown } else { 0 };
                parsed.map(|()| header)
            }
        };
        let header = header.map_err(|error| {
            self.protocol.stats.dropped.malformed += 1;
            DatagramError::Malformed(error)
        })?;
        let received = &mut self.protocol.stats.received;
        received.updates += self.updates.len() as u64;
        match header.message.kind() {
            Some(kind) if !matches!(header.message, Message::Unknown(_)) => {
                received.count(kind, datagram.len());
            }
            _ => received.bytes += datagram.len() as u64,
        }
        if self.protocol.awaits(&header) {
            self.protocol.exchange.spend(datagram.len());
        }
        let result = self.protocol.receive(&header, &mut self.updates, &mut sections);
        self.updates.clear();
        self.sections = reuse(sections);
        result.map_err(DatagramError::from)
    }
}

/// The empty vector of another lifetime, with its memory: collecting in place keeps it.
fn reuse<'b, I: Identity>(mut sections: Vec<Section<'_, I>>) -> Vec<Section<'b, I>> {
    sections.clear();
    sections.into_iter().map(|_| unreachable!("it is empty")).collect()
}
