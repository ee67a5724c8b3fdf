//! Datagrams that are refused whole. Each is one that a protobuf runtime does not read, or reads as values that
//! the specification does not allow.

use crate::Refused;
use crate::write::{bytes, fixed32, gossip, packet, seal_fields, uint, varint};

pub(crate) fn all() -> Vec<Refused> {
    let lists = [packets(), headers(), nodes(), messages(), syncs(), sections()];
    lists.into_iter().flatten().map(|(name, bytes)| Refused { name, bytes }).collect()
}

type List = Vec<(&'static str, Vec<u8>)>;

fn packets() -> List {
    let whole = gossip(&bytes(2, &bytes(1, &seal_fields(2))));
    let head = packet(&bytes(10, &[])).len();
    vec![
        ("nothing", vec![]),
        ("a first byte of zero: sealed", [&[0][..], &whole].concat()),
        ("text of another protocol", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec()),
        ("no header", bytes(2, &bytes(1, &seal_fields(2)))),
        ("cut in the tag of the header", whole[..1].to_vec()),
        ("cut in the header", whole[..head - 1].to_vec()),
        ("cut in a section", whole[..whole.len() - 1].to_vec()),
        ("cut behind the tag of a section", whole[..=head].to_vec()),
        ("a length beyond the end", gossip(&[0x12, 0x7f, 0])),
        ("a length of 64 bits", gossip(&[&[0x12][..], &varint(u64::MAX)].concat())),
        ("a varint of eleven bytes", gossip(&[&[0x40][..], &[0x80; 10], &[0]].concat())),
        ("a varint of 65 bits", gossip(&[&[0x40][..], &[0xff; 9], &[0x02]].concat())),
        ("field 0", gossip(&[0x02, 0])),
        ("wire type 6", gossip(&[0x46, 0])),
        ("wire type 7", gossip(&[0x47, 0])),
        ("a group that does not end", gossip(&[0x43, 0x08, 1])),
        ("a group that ends as another", gossip(&[0x43, 0x4c])),
        ("the end of no group", gossip(&[0x44])),
    ]
}

fn headers() -> List {
    let source = bytes(6, &seal_fields(1));
    let gossip = bytes(10, &[]);
    let with = |fields: &[u8]| bytes(1, &[fields, &source, &gossip].concat());
    vec![
        ("version 0", with(&[])),
        ("version 16", with(&uint(1, 16))),
        ("a highest version of 16", with(&[uint(1, 1), uint(2, 16)].concat())),
        ("a highest version below that spoken", with(&[uint(1, 3), uint(2, 2)].concat())),
        ("no source", bytes(1, &[uint(1, 1), gossip.clone()].concat())),
    ]
}

fn nodes() -> List {
    let ip = |octets: &[u8]| bytes(1, octets);
    let of = |ip: &[u8], port: u64, name: &[u8]| {
        let node = [ip.to_vec(), uint(2, port), uint(3, 1), bytes(4, name)].concat();
        bytes(1, &[uint(1, 1), bytes(6, &node), bytes(10, &[])].concat())
    };
    let v4 = ip(&[10, 0, 0, 1]);
    vec![
        ("node: no ip", of(&[], 7946, b"seal-1")),
        ("node: an ip of 3 bytes", of(&ip(&[1; 3]), 7946, b"seal-1")),
        ("node: an ip of 5 bytes", of(&ip(&[1; 5]), 7946, b"seal-1")),
        ("node: an ip of 17 bytes", of(&ip(&[1; 17]), 7946, b"seal-1")),
        ("node: port 65,536", of(&v4, 65_536, b"seal-1")),
        ("node: no name", of(&v4, 7946, b"")),
        ("node: a name of 65 bytes", of(&v4, 7946, &[b'n'; 65])),
        ("node: a name with a blank", of(&v4, 7946, b"seal 1")),
        ("node: a name with a line feed", of(&v4, 7946, b"seal\n")),
        ("node: a name with a control character", of(&v4, 7946, b"seal\x7f")),
        ("node: a name that is not UTF-8", of(&v4, 7946, b"seal\xff")),
        ("node: 129 bytes", {
            let node = [seal_fields(1), bytes(9, &vec![0; 127 - seal_fields(1).len()])].concat();
            assert_eq!(node.len(), 129);
            bytes(1, &[uint(1, 1), bytes(6, &node), bytes(10, &[])].concat())
        }),
    ]
}

fn messages() -> List {
    let wide = uint(1, 65_536);
    let message = |field, fields: &[u8]| packet(&bytes(field, &[uint(1, 7), fields.to_vec()].concat()));
    let name = |name: &str| bytes(4, name.as_bytes());
    let target = |node: &[u8]| message(11, &bytes(2, node));
    let route = |node: &[u8]| message(11, &[bytes(2, &name("seal-3")), bytes(3, node)].concat());
    let place = [bytes(1, &[10, 0, 0, 3]), uint(2, 7946)].concat();
    vec![
        ("ping: number 65,536", packet(&bytes(8, &wide))),
        ("ack: number 65,536", packet(&bytes(9, &wide))),
        ("announce: number 65,536", packet(&bytes(14, &wide))),
        ("sync: number 65,536", packet(&bytes(19, &wide))),
        ("ping: a number of 65 bits", packet(&bytes(8, &[&[0x08][..], &[0x80; 9], &[0x02]].concat()))),
        ("ping: a number that is cut", packet(&bytes(8, &[0x08, 0x80]))),
        ("ping-req: no target", message(11, &[])),
        ("ping-req: a target with an address", target(&seal_fields(3))),
        ("ping-req: a target without a name", target(&place)),
        ("ping-req: a route with a name", route(&seal_fields(3))),
        ("ping-req: a route without an ip", route(&uint(2, 7946))),
        ("forwarded-ack: no identity", message(12, &[])),
        ("announce: flags 256", message(14, &uint(2, 256))),
        ("refused: a lowest version of 256", message(17, &uint(4, 256))),
        ("refused: a highest version of 256", message(17, &uint(5, 256))),
    ]
}

fn syncs() -> List {
    let message = |field, fields: &[u8]| packet(&bytes(field, &[uint(1, 7), fields.to_vec()].concat()));
    let values = |count: usize| vec![7; 4 * count];
    vec![
        ("sync: a digest of version 256", message(19, &uint(2, 256))),
        ("sync-leaves: one", message(20, &fixed32(4, 7))),
        ("sync-leaves: 255", message(20, &bytes(4, &values(255)))),
        ("sync-leaves: 257", message(20, &bytes(4, &values(257)))),
        ("sync-leaves: a pack of six bytes", message(20, &bytes(4, &[7; 6]))),
        ("sync-leaves: plane 2", message(20, &[uint(2, 2), bytes(4, &values(256))].concat())),
        ("sync-pull: plane 2", message(21, &uint(2, 2))),
        ("sync-page: plane 2", message(22, &uint(2, 2))),
        ("sync-pull: 241 values", message(21, &bytes(7, &values(241)))),
    ]
}

fn sections() -> List {
    let identity = bytes(1, &seal_fields(2));
    let update = |fields: &[u8]| gossip(&bytes(2, &[&identity[..], fields].concat()));
    let by = |count: usize, key: &[u8]| [uint(2, 1), bytes(3, key).repeat(count)].concat();
    let key = bytes(4, b"seal-3");
    vec![
        ("update: no identity", gossip(&bytes(2, &uint(2, 8)))),
        ("update: an incarnation of 33 bits", update(&uint(2, 1 << 35))),
        ("suspect: by five", update(&by(5, &key))),
        ("suspect: by one with an address", update(&by(1, &seal_fields(3)))),
        ("suspect: by one without a name", update(&by(1, &[]))),
        ("manifest: no identity", gossip(&bytes(3, &uint(3, 1)))),
        ("record: no owner", gossip(&bytes(4, &uint(2, 1)))),
        ("record: an owner with an epoch", gossip(&bytes(4, &bytes(1, &[uint(3, 1), key.clone()].concat())))),
        ("user event: no origin", gossip(&bytes(5, &uint(2, 1)))),
        ("topic: a name that is not UTF-8", gossip(&bytes(6, &bytes(2, &[0xff])))),
    ]
}
