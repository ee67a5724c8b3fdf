//! A piece is written whole or not at all, and what does not fit is `Ok(false)`.

use super::corpus::Corpus;
use super::write;
use crate::codec::{Codec, Header, Message, Section};
use crate::conformance::law;
use crate::identity::Identity;
use crate::out::Out;
use alloc::vec;
use core::slice;

const FULL: &str = "what does not fit is `Ok(false)`, in every buffer that is too small";
const EXACT: &str = "what fits to the last byte is `Ok(true)`, and the same bytes in every buffer";

pub(super) fn check<I: Identity, C: Codec<I>>(codec: &C, corpus: &Corpus<'_, I>) {
    for header in corpus.headers() {
        header_in_every_buffer(codec, &header);
    }
    let gossip = corpus.header(Message::Gossip);
    for section in corpus.sections() {
        section_in_every_buffer(codec, &gossip, &section);
    }
}

fn header_in_every_buffer<I: Identity, C: Codec<I>>(codec: &C, header: &Header<I>) {
    let whole = write(codec, header, &[]).bytes;
    for room in 0..=whole.len() {
        let mut buf = vec![0xee; room];
        let mut out = Out::new(&mut buf);
        let result = codec.put_header(header.as_ref(), &mut out);
        let needed = whole.len();
        if room < needed {
            law!(matches!(result, Ok(false)), FULL, "{header:?}\n{room} bytes of {needed}: {result:?}");
        } else {
            law!(matches!(result, Ok(true)), EXACT, "{header:?}\n{room} bytes of {needed}: {result:?}");
            law!(*out.written() == whole, EXACT, "{whole:02x?}\nelse {:02x?}", out.written());
        }
    }
}

fn section_in_every_buffer<I: Identity, C: Codec<I>>(
    codec: &C,
    header: &Header<I>,
    section: &Section<'_, I>,
) {
    let whole = write(codec, header, slice::from_ref(section));
    let (start, end) = (whole.ends[0], whole.bytes.len());
    for room in start..=end {
        let mut buf = vec![0xee; room];
        let mut out = Out::new(&mut buf);
        let head = codec.put_header(header.as_ref(), &mut out);
        law!(matches!(head, Ok(true)), EXACT, "{header:?}\n{room} bytes of {start}: {head:?}");
        let result = codec.put_section(section.as_ref(), &mut out);
        if room < end {
            law!(matches!(result, Ok(false)), FULL, "{section:?}\n{room} bytes of {end}: {result:?}");
            out.truncate(start);
            law!(
                *out.written() == whole.bytes[..start],
                "what did not fit leaves the bytes before it alone",
                "{section:?}\nin {room} bytes of {end}"
            );
        } else {
            law!(matches!(result, Ok(true)), EXACT, "{section:?}\n{room} bytes of {end}: {result:?}");
            law!(*out.written() == whole.bytes, EXACT, "{:02x?}\nelse {:02x?}", whole.bytes, out.written());
        }
    }
}
