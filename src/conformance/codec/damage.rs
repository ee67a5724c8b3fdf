//! Datagrams that are cut, changed, or none at all.

use super::corpus::Corpus;
use super::{Datagram, Read, read, rewrite, write};
use crate::codec::{Codec, Header, Message, Section, VERSION};
use crate::conformance::{broken, law};
use crate::identity::Identity;
use crate::state::State;
use alloc::vec::Vec;

const NONE: [&[u8]; 4] = [
    b"",
    b"\0",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
];

pub(super) fn check<I: Identity, C: Codec<I>>(codec: &C, corpus: &Corpus<'_, I>) {
    for bytes in NONE {
        let result = read(codec, bytes);
        law!(result.is_err(), "what is no datagram is an error", "{bytes:?}\nis {result:?}");
    }
    for header in corpus.headers() {
        let datagram = write(codec, &header, &[]);
        // How long a body is in another version, this one cannot know.
        if header.version.spoken == VERSION {
            cut_everywhere(codec, &datagram, &header, &[]);
        }
        flip_every_bit(codec, &datagram.bytes);
    }
    let (gossip, sections) = (corpus.header(Message::Gossip), corpus.few_sections());
    let datagram = write(codec, &gossip, &sections);
    cut_everywhere(codec, &datagram, &gossip, &sections);
    flip_every_bit(codec, &datagram.bytes);
    seal(codec, datagram.bytes.clone());
    noise(codec, &datagram.bytes);

    let ping = corpus.header(Message::Ping { number: 1 });
    let update = [corpus.update(0, 0, State::Alive)];
    stray_byte(codec, &write(codec, &ping, &[]).bytes, 0);
    stray_byte(codec, &write(codec, &ping, &update).bytes, 1);
}

/// Between two sections a cut makes a shorter datagram, everywhere else an error.
fn cut_everywhere<I: Identity, C: Codec<I>>(
    codec: &C,
    datagram: &Datagram,
    header: &Header<I>,
    sections: &[Section<'_, I>],
) {
    const SHORTER: &str = "a datagram that is cut between two sections is a shorter, valid one";
    const ERROR: &str = "a datagram that is cut inside its header or a section is an error";
    let len = datagram.bytes.len();
    for cut in 0..len {
        let result = read(codec, &datagram.bytes[..cut]);
        match (datagram.ends.iter().position(|&end| end == cut), result) {
            (None, Err(_)) => {}
            (None, Ok(read)) => broken(ERROR, format_args!("{header:?}\n{cut} bytes of {len} are {read:?}")),
            (Some(_), Err(error)) => {
                broken(SHORTER, format_args!("{header:?}\n{cut} bytes of {len} are an error: {error}"))
            }
            (Some(count), Ok(read)) => {
                law!(
                    read.0 == *header && read.1 == sections[..count],
                    SHORTER,
                    "{header:?}\n{cut} bytes of {len} are {read:?}"
                );
            }
        }
    }
}

fn flip_every_bit<I: Identity, C: Codec<I>>(codec: &C, intact: &[u8]) {
    let mut bytes = intact.to_vec();
    for bit in 0..bytes.len() * 8 {
        bytes[bit / 8] ^= 1 << (bit % 8);
        means_something_or_nothing(codec, &bytes);
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
}

/// Bytes that nobody wrote are an error, or a value that comes back when it is written.
fn means_something_or_nothing<I: Identity, C: Codec<I>>(codec: &C, bytes: &[u8]) {
    const LAW: &str = "what was read from damaged bytes is the same when it is written and read again";
    let Ok((header, sections)) = read(codec, bytes) else { return };
    let Some(again) = rewrite(codec, &header, &sections) else { return };
    let back: Read<'_, I, C::Error> = read(codec, &again);
    match back {
        Ok(back) => law!(
            back.0 == header && back.1 == sections,
            LAW,
            "{bytes:02x?}\nfirst {header:?} {sections:?}\nthen {back:?}"
        ),
        Err(error) => broken(LAW, format_args!("{bytes:02x?}\nfirst {header:?} {sections:?}\nthen {error}")),
    }
}

/// A first byte of zero is for sealed datagrams, which come to a codec opened.
fn seal<I: Identity, C: Codec<I>>(codec: &C, mut bytes: Vec<u8>) {
    bytes[0] = 0;
    let result = read(codec, &bytes);
    law!(
        result.is_err(),
        "a datagram that begins with a zero byte is an error",
        "{bytes:02x?}\nis {result:?}"
    );
}

/// Whatever byte follows is a section of its own or an error: no byte is left unread.
fn stray_byte<I: Identity, C: Codec<I>>(codec: &C, datagram: &[u8], count: usize) {
    for stray in 0..=u8::MAX {
        let bytes = [datagram, &[stray]].concat();
        let result = read(codec, &bytes);
        law!(
            result.as_ref().map_or(true, |(_, sections)| sections.len() == count + 1),
            "a datagram is read to its last byte",
            "{bytes:02x?}\nends with a stray byte and is {result:?}"
        );
    }
}

/// Random bytes, and random bytes in the middle of a datagram; the same in every run.
fn noise<I: Identity, C: Codec<I>>(codec: &C, datagram: &[u8]) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as usize % below
    };
    for _ in 0..2000 {
        let bytes: Vec<u8> = (0..random(200)).map(|_| random(256) as u8).collect();
        means_something_or_nothing(codec, &bytes);
        let mut bytes = datagram.to_vec();
        for _ in 0..=random(8) {
            let at = random(bytes.len());
            bytes[at] = random(256) as u8;
        }
        means_something_or_nothing(codec, &bytes);
    }
}
