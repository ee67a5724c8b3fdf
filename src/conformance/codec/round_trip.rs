//! What was put is decoded to equal values.

use super::corpus::{Corpus, long_messages, unknown_messages};
use super::{read, write};
use crate::codec::{Codec, Header, Message, Section};
use crate::conformance::{broken, law};
use crate::identity::Identity;
use core::slice;

pub(super) fn check<I: Identity, C: Codec<I>>(codec: &C, corpus: &Corpus<'_, I>) {
    for header in corpus.headers() {
        comes_back(codec, &header, &[]);
    }
    for message in long_messages() {
        comes_back(codec, &corpus.header(message), &[]);
    }
    let gossip = corpus.header(Message::Gossip);
    let sections = corpus.sections();
    for section in &sections {
        comes_back(codec, &gossip, slice::from_ref(section));
    }
    comes_back(codec, &gossip, &sections);
    comes_back(codec, &gossip, &corpus.many_sections());
    unknown_messages_end_it(codec, corpus);
    padding_pads(codec, corpus);
}

fn comes_back<I: Identity, C: Codec<I>>(codec: &C, header: &Header<I>, sections: &[Section<'_, I>]) {
    const LAW: &str = "what was put is decoded to equal values";
    let bytes = write(codec, header, sections).bytes;
    law!(
        bytes.first() != Some(&0),
        "no datagram begins with a zero byte: that is how sealed ones begin",
        "{header:?}\nis {bytes:02x?}"
    );
    let back = match read(codec, &bytes) {
        Ok(back) => back,
        Err(error) => broken(LAW, format_args!("{header:?}\n{sections:?}\nis an error: {error}")),
    };
    law!(back.0 == *header, LAW, "put {header:?}\ngot {:?}", back.0);
    for (put, got) in sections.iter().zip(&back.1) {
        law!(put == got, LAW, "put {put:?}\ngot {got:?}");
    }
    law!(back.1.len() == sections.len(), LAW, "put {} sections\ngot {}", sections.len(), back.1.len());
}

fn unknown_messages_end_it<I: Identity, C: Codec<I>>(codec: &C, corpus: &Corpus<'_, I>) {
    const LAW: &str = "after an unknown message there are no sections";
    for message in unknown_messages() {
        let header = corpus.header(message);
        let bytes = write(codec, &header, &corpus.few_sections()).bytes;
        match read(codec, &bytes) {
            Ok((back, sections)) => {
                law!(back == header, LAW, "put {header:?}\ngot {back:?}");
                law!(sections.is_empty(), LAW, "{header:?}\nis followed by {sections:?}");
            }
            Err(error) => broken(LAW, format_args!("{header:?}\nis an error: {error}")),
        }
    }
}

fn padding_pads<I: Identity, C: Codec<I>>(codec: &C, corpus: &Corpus<'_, I>) {
    let len = |padding| {
        let message = Message::Announce { number: 1, flags: 0, padding };
        write(codec, &corpus.header(message), &[]).bytes.len()
    };
    let (bare, padded) = (len(0), len(200));
    law!(
        padded >= bare + 200,
        "an announce is at least as long as its padding says",
        "{bare} bytes without, {padded} with 200 bytes of padding"
    );
}
