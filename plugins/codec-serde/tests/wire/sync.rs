//! The messages of anti-entropy: bytes, sizes, and what is refused.

use crate::support::{Node, datagram, header, node, node_bytes, read, with_codecs};
use haulout::codec::{
    Codec, DIGEST_VERSION, Header, Leaves, MAX_HAVE, Message, MessageKind, Page, Plane, Position, Pull,
};
use haulout::fingerprint::destination;
use haulout::{Identity, Out};
use haulout_codec_serde::CodecError;

const SALT: u64 = 0x0807_0605_0403_0201;
const NUMBER: u16 = 0x2221;

/// A datagram of `node(1)` with this kind and body.
fn raw(kind: MessageKind, body: &[u8]) -> Vec<u8> {
    [&[0x11, kind.number()][..], &node_bytes(1), &[0], body].concat()
}

/// From `node(1)` to `node(2)`, without the label of a cluster.
fn addressed(message: Message<Node>) -> Header<Node> {
    Header { dst: destination(&node(2).addr()), ..header(node(1), message) }
}

fn pull(plane: Plane, back: bool, have: usize) -> Message<Node> {
    let item = if plane == Plane::Records { 9 } else { 0 };
    let (from, until) = (Position { key: 1, item }, Position { key: u64::MAX, item });
    let have = (0..have as u32).collect();
    Message::SyncPull(Pull { number: NUMBER, plane, back, from, until, salt: SALT, have })
}

fn leaves(count: u32) -> Message<Node> {
    let leaves = Leaves { plane: Plane::Records, salt: SALT, leaves: (0..count).collect() };
    Message::SyncLeaves { number: NUMBER, leaves: Some(leaves) }
}

fn put(codec: &impl Codec<Node, Error = CodecError>, message: Message<Node>) -> Result<bool, CodecError> {
    let mut buf = [0; 8192];
    codec.put_header(header(node(1), message).as_ref(), &mut Out::new(&mut buf))
}

#[test]
fn a_comparison_takes_40_bytes_and_never_more_than_64() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let sync = |records, clock| {
            addressed(Message::Sync {
                number: NUMBER,
                version: DIGEST_VERSION,
                members: SALT,
                records,
                clock,
            })
        };
        let dst = destination(&node(2).addr()).unwrap().get().to_le_bytes();
        let head = [&[0x11, 0x4c], &dst[..], &node_bytes(1), &[0]].concat();
        let body = [0x21, 0x22, 1, 1, 2, 3, 4, 5, 6, 7, 8];

        let bytes = datagram(codec, &sync(Some(0x1817_1615_1413_1211), 300), &[]);
        let records = [1, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0xac, 0x02];
        assert_eq!(bytes, [&head[..], &body, &records].concat());
        assert_eq!(bytes.len(), 40);
        assert_eq!(datagram(codec, &sync(Some(u64::MAX), u64::MAX), &[]).len(), 48);

        let bytes = datagram(codec, &sync(None, 300), &[]);
        assert_eq!(bytes, [&head[..], &body, &[0, 0xac, 0x02]].concat());
    }
    with_codecs!(check);
}

#[test]
fn an_answer_that_all_is_equal_takes_21_bytes() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let equal = addressed(Message::SyncLeaves { number: NUMBER, leaves: None });
        let bytes = datagram(codec, &equal, &[]);
        let dst = destination(&node(2).addr()).unwrap().get().to_le_bytes();
        assert_eq!(bytes, [&[0x11, 0x4d], &dst[..], &node_bytes(1), &[0, 0x21, 0x22, 0]].concat());
        assert_eq!(bytes.len(), 21);
        assert_eq!(read(codec, &bytes), Ok((equal, vec![])));
    }
    with_codecs!(check);
}

#[test]
fn leaves_are_laid_out_as_the_table_says() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let mut body = vec![0x21, 0x22, 2, 1, 2, 3, 4, 5, 6, 7, 8];
        body.extend((0..256u32).flat_map(u32::to_le_bytes));
        assert_eq!(datagram(codec, &header(node(1), leaves(256)), &[]), raw(MessageKind::SyncLeaves, &body));
    }
    with_codecs!(check);
}

#[test]
fn pulls_and_pages_have_whole_positions_in_the_records_plane_only() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let bytes = |message| datagram(codec, &header(node(1), message), &[]);
        let (one, nine, last, salt) = (1u64.to_le_bytes(), 9u64.to_le_bytes(), [0xff; 8], SALT.to_le_bytes());
        let have = [2, 0, 0, 0, 0, 1, 0, 0, 0];
        assert_eq!(
            bytes(pull(Plane::Members, true, 2)),
            raw(MessageKind::SyncPull, &[&[0x21, 0x22, 0x80], &one[..], &last, &salt, &have].concat())
        );
        assert_eq!(
            bytes(pull(Plane::Records, false, 0)),
            raw(
                MessageKind::SyncPull,
                &[&[0x21, 0x22, 1], &one[..], &nine, &last, &nine, &salt, &[0]].concat()
            )
        );
        let page = |plane, from, next| Message::SyncPage(Page { number: NUMBER, plane, from, next });
        let key = |key| Position { key, item: 0 };
        assert_eq!(
            bytes(page(Plane::Members, key(1), Some(key(9)))),
            raw(MessageKind::SyncPage, &[&[0x21, 0x22, 0x80], &one[..], &nine].concat())
        );
        assert_eq!(
            bytes(page(Plane::Records, Position { key: 1, item: 9 }, None)),
            raw(MessageKind::SyncPage, &[&[0x21, 0x22, 1], &one[..], &nine].concat())
        );
    }
    with_codecs!(check);
}

#[test]
fn the_longest_pull_fits_1200_bytes_and_a_longer_one_is_neither_written_nor_read() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let longest = header(node(1), pull(Plane::Records, false, MAX_HAVE));
        let bytes = datagram(codec, &longest, &[]);
        assert!(bytes.len() <= 1200, "{} bytes", bytes.len());
        assert_eq!(read(codec, &bytes), Ok((longest, vec![])));

        let error = Err(CodecError::Field { name: "have" });
        assert_eq!(put(codec, pull(Plane::Records, false, MAX_HAVE + 1)), error);
        // The count is a varint of two bytes, in front of the values.
        let mut bytes = bytes;
        let count = bytes.len() - 4 * MAX_HAVE - 2;
        assert_eq!(bytes[count..count + 2], [0xf0, 0x01]);
        bytes[count] += 1;
        bytes.extend([0; 4]);
        assert_eq!(read(codec, &bytes).map(drop), error.map(drop));
        // Not even looked for.
        bytes.truncate(count);
        bytes.extend([0xff, 0xff, 0xff, 0xff, 0x0f]);
        assert_eq!(read(codec, &bytes).map(drop), error.map(drop));
    }
    with_codecs!(check);
}

#[test]
fn leaves_of_another_count_are_neither_written_nor_read() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        for count in [0, 1, 255, 257, 512] {
            assert_eq!(put(codec, leaves(count)), Err(CodecError::Field { name: "leaves" }), "{count}");
        }
        let bytes = datagram(codec, &header(node(1), leaves(256)), &[]);
        assert_eq!(read(codec, &bytes[..bytes.len() - 4]), Err(CodecError::Truncated));
        assert_eq!(read(codec, &bytes[..bytes.len() - 4 * 256]), Err(CodecError::Truncated));
        // What stands behind the 256 has to be a section.
        assert_eq!(read(codec, &[&bytes[..], &[0; 4]].concat()), Err(CodecError::Value));
    }
    with_codecs!(check);
}

#[test]
fn an_unknown_plane_is_an_error() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let error = Err(CodecError::Field { name: "plane" });
        for plane in [2, 3, 0x7f, 0x82, 0xff] {
            for kind in [MessageKind::SyncPull, MessageKind::SyncPage] {
                let body = [&[0x21, 0x22, plane][..], &[0; 64]].concat();
                assert_eq!(read(codec, &raw(kind, &body)), error, "{kind} of plane {plane:#x}");
            }
        }
        for plane in [3, 4, 0x81, 0xff] {
            let body = [&[0x21, 0x22, plane][..], &[0; 8 + 4 * 256]].concat();
            assert_eq!(read(codec, &raw(MessageKind::SyncLeaves, &body)), error, "plane {plane:#x}");
        }
        let body = [&[0x21, 0x22, 1][..], &[0; 8], &[2], &[0; 9]].concat();
        let sync = raw(MessageKind::Sync, &body);
        assert_eq!(read(codec, &sync), Err(CodecError::Field { name: "records" }));
    }
    with_codecs!(check);
}
