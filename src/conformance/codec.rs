//! The laws of [`Codec`].

mod bounds;
mod corpus;
mod damage;
mod round_trip;

use super::{law, samples};
use crate::codec::{Codec, Header, MAX_SUSPECTERS, Section};
use crate::identity::Identity;
use crate::out::Out;
use alloc::vec;
use alloc::vec::Vec;
use corpus::Corpus;

/// Holds a codec against the laws in the docs of [`Codec`].
///
/// Every kind of message and section is written with its optional fields on and off, read back, written
/// into every buffer that is too small, cut at every byte, and read with every bit flipped and with random
/// bytes. Unknown messages and sections are written as kinds 16, 31 and 100, 127.
///
/// `samples` has two or more identities of one key (unequal ones, if the identity renews) and four or more
/// keys, so that a suspicion can name as many suspecters as there may be.
///
/// # Panics
/// With the law that is broken and the values that broke it, or if the samples are too few. A codec that
/// panics does so with its own message.
pub fn codec<I: Identity, C: Codec<I>>(codec: &C, samples: &[I]) {
    samples::check(samples, MAX_SUSPECTERS);
    let corpus = Corpus::new(samples);
    round_trip::check(codec, &corpus);
    bounds::check(codec, &corpus);
    damage::check(codec, &corpus);
}

/// Room for any datagram of the kit.
const ROOM: usize = 1 << 16;

/// A datagram, and where its header and each of its sections end.
struct Datagram {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

/// Writes a datagram, with room to spare.
fn write<I: Identity, C: Codec<I>>(codec: &C, header: &Header<I>, sections: &[Section<'_, I>]) -> Datagram {
    const LAW: &str = "what an engine sends can be written, and fits where there is room";
    let mut buf = vec![0; ROOM];
    let mut out = Out::new(&mut buf);
    let result = codec.put_header(header.as_ref(), &mut out);
    law!(matches!(result, Ok(true)), LAW, "{header:?}\n`put_header` gives {result:?}");
    let mut ends = vec![out.len()];
    for section in sections {
        let result = codec.put_section(section.as_ref(), &mut out);
        law!(matches!(result, Ok(true)), LAW, "{section:?}\n`put_section` gives {result:?}");
        ends.push(out.len());
    }
    Datagram { bytes: out.written().to_vec(), ends }
}

/// Writes what was read from bytes that no engine sent; `None` if it cannot be written.
fn rewrite<I: Identity, C: Codec<I>>(
    codec: &C,
    header: &Header<I>,
    sections: &[Section<'_, I>],
) -> Option<Vec<u8>> {
    let mut buf = [0; 4096];
    let mut out = Out::new(&mut buf);
    let mut put = matches!(codec.put_header(header.as_ref(), &mut out), Ok(true));
    for section in sections {
        put = put && matches!(codec.put_section(section.as_ref(), &mut out), Ok(true));
    }
    put.then(|| out.written().to_vec())
}

/// What a datagram says, read to its end.
type Read<'a, I, E> = Result<(Header<I>, Vec<Section<'a, I>>), E>;

/// Reads a datagram to its end.
fn read<'a, I: Identity + 'a, C: Codec<I>>(codec: &'a C, bytes: &'a [u8]) -> Read<'a, I, C::Error> {
    let (header, mut iter) = codec.decode(bytes)?;
    let mut sections = Vec::new();
    while let Some(section) = iter.next() {
        let section = match section {
            Ok(section) => section,
            Err(error) => {
                let more = iter.next();
                law!(more.is_none(), "after an error the sections are over", "{bytes:02x?}\nthen {more:?}");
                return Err(error);
            }
        };
        sections.push(section);
        law!(
            sections.len() <= bytes.len(),
            "a datagram has no more sections than bytes",
            "{bytes:02x?}\ngave {} and goes on",
            sections.len()
        );
    }
    Ok((header, sections))
}
