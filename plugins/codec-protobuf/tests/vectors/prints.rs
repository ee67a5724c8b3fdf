//! Fingerprints, orders and digests: what is not on the wire and has to be the same in every language.

use crate::write::{EPOCH, hex, member, seal};
use haulout::fingerprint::{Canonical, destination, fin, fingerprint, label_hash, mix};
use haulout::identity::serial_newer;
use haulout::{Fixed, Identity, Named, Renewing};
use serde_json::{Value, json};
use std::net::SocketAddr;

/// 64 bits, as text: JSON's numbers have 53.
fn wide(value: u64) -> String {
    format!("{value:016x}")
}

fn printed<T: Canonical>(value: &T) -> Value {
    let mut canonical = Vec::new();
    value.canonical(&mut canonical);
    json!({ "canonical": hex(&canonical), "fingerprint": wide(fingerprint(value)) })
}

pub(crate) fn json() -> Value {
    let fins = [0, 1, 0x9e37_79b9_7f4a_7c15_u64, u64::MAX];
    let mixes = [&[][..], &[1], &[1, 2], &[u64::MAX, 0, 7]];
    let told = |values: &[u64]| json!({ "of": values.iter().copied().map(wide).collect::<Vec<_>>(), "is": wide(mix(values)) });
    let labels = ["", "orders", "größer"];
    let label = |label: &str| json!({ "label": label, "hash": format!("{:08x}", label_hash(label)) });
    let renewing = |addr: SocketAddr| json!({ "address": addr, "epoch": EPOCH, "identity": printed(&Renewing::new(addr, EPOCH)) });
    let fixed = |addr: SocketAddr| json!({ "address": addr, "identity": printed(&Fixed::new(addr)) });
    json!({
        "fin": fins.map(|x| json!({ "of": wide(x), "is": wide(fin(x)) })).to_vec(),
        "mix": mixes.map(told).to_vec(),
        "labels": labels.map(label).to_vec(),
        "named": nodes().iter().map(named).collect::<Vec<_>>(),
        "renewing": addresses().map(renewing).to_vec(),
        "fixed": addresses().map(fixed).to_vec(),
        "serial_newer": orders(),
        "supersedes": supersedes(),
        "digest": digest(),
    })
}

fn addresses() -> [SocketAddr; 3] {
    ["10.0.0.1:7946", "[2001:db8::1]:7946", "255.255.255.255:65535"]
        .map(|addr| addr.parse().expect("an address"))
}

fn nodes() -> Vec<Named<SocketAddr>> {
    vec![
        seal(1),
        seal(2),
        member("seal-6", "[2001:db8::6]:7946", EPOCH),
        member("a", "0.0.0.0:0", 0),
        member(&"n".repeat(64), "255.255.255.255:65535", u64::MAX),
        member("größer-海豹", "10.0.0.1:7946", EPOCH),
    ]
}

fn named(node: &Named<SocketAddr>) -> Value {
    json!({
        "name": node.name().as_str(),
        "address": node.address(),
        "epoch": node.epoch().to_string(),
        "key": printed(&node.addr()),
        "identity": printed(node),
        "dst": destination(&node.addr()).map_or(0, core::num::NonZeroU32::get),
        "member_value_at_7": wide(value(node, 7)),
    })
}

/// The value of a member's entry in the members plane.
fn value(node: &Named<SocketAddr>, incarnation: u32) -> u64 {
    mix(&[fingerprint(&node.addr()), fingerprint(node), incarnation.into()])
}

fn orders() -> Vec<Value> {
    let edge = [0, 1, (1 << 63) - 1, 1 << 63, (1 << 63) + 1, u64::MAX];
    let pairs = edge.iter().flat_map(|&a| edge.iter().map(move |&b| (a, b)));
    pairs.map(|(a, b)| json!({ "a": wide(a), "b": wide(b), "newer": serial_newer(a, b) })).collect()
}

fn supersedes() -> Vec<Value> {
    let lives = [
        member("a", "10.0.0.1:255", 7),
        member("a", "10.0.0.1:256", 7),
        member("a", "10.0.0.2:1", 7),
        member("a", "[::1]:1", 7),
        member("a", "10.0.0.1:255", 8),
        member("a", "10.0.0.1:255", u64::MAX),
    ];
    let pairs = lives.iter().flat_map(|a| lives.iter().map(move |b| (a, b)));
    let told = |(a, b): (&Named<SocketAddr>, &Named<SocketAddr>)| {
        let renewed = a.renew(b).map(|newer| newer.epoch().to_string());
        let life =
            |it: &Named<SocketAddr>| json!({ "address": it.address(), "epoch": it.epoch().to_string() });
        json!({ "a": life(a), "b": life(b), "supersedes": a.supersedes(b), "renewed_epoch": renewed })
    };
    pairs.map(told).collect()
}

/// The members plane of ten members: leaves that are not zero, root, and a salted leaf.
fn digest() -> Value {
    let members: Vec<_> = (1..=10).map(|n| (seal(n), u32::from(n) - 1)).collect();
    let mut leaves = [0; 256];
    for (node, incarnation) in &members {
        leaves[(fingerprint(&node.addr()) >> 56) as usize] ^= value(node, *incarnation);
    }
    let root = leaves.iter().enumerate().fold(0, |root, (at, &leaf)| root ^ mix(&[leaf, at as u64]));
    let salt = 0x0102_0304_0506_0708;
    let salted: Vec<_> = leaves.iter().map(|leaf| format!("{:08x}", mix(&[leaf ^ salt]) as u32)).collect();
    let member = |(node, incarnation): &(Named<SocketAddr>, u32)| json!({ "name": node.name().as_str(), "address": node.address(), "epoch": EPOCH, "incarnation": incarnation });
    json!({
        "members": members.iter().map(member).collect::<Vec<_>>(),
        "leaves": leaves.iter().enumerate().filter(|(_, leaf)| **leaf != 0)
            .map(|(at, leaf)| json!({ "leaf": at, "value": wide(*leaf) })).collect::<Vec<_>>(),
        "root": wide(root),
        "salt": wide(salt),
        "salted": salted,
    })
}
