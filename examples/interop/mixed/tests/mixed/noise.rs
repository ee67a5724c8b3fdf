//! Damaged datagrams, sent to a live member of each language.

use crate::lab::{Lab, PATIENCE};
use serde_json::Value;
use std::net::UdpSocket;
use std::path::Path;

/// As many as any receive buffer holds.
const AT_ONCE: usize = 50;

#[test]
fn what_is_refused_is_counted_by_live_members_and_nobody_crashes() {
    let Some(mut lab) = Lab::new() else { return };
    lab.cluster(0.0);
    lab.until(PATIENCE, "every view is complete", Lab::complete);
    let (read, refused): (Vec<_>, Vec<_>) =
        vectors("refused.json").into_iter().chain(vectors("mutated.json")).partition(|it| it["read"] == true);
    let (read, refused) = (read.iter().filter_map(answered_here).collect::<Vec<_>>(), hexes(&refused));
    assert!(refused.len() > 1_000 && read.len() > 50, "{} refused, {} read", refused.len(), read.len());
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    for name in ["rust-1", "python-1", "go-1"] {
        let mut count = 0;
        assert_eq!(lab.refused(name), Some(0));
        for some in refused.chunks(AT_ONCE) {
            send(&socket, some, lab.address(name));
            count += some.len() as u64;
            lab.until(PATIENCE, "all are counted", |lab| lab.refused(name) == Some(count));
        }
        for some in read.chunks(AT_ONCE) {
            send(&socket, some, lab.address(name));
            lab.until(PATIENCE, "it still answers", |lab| lab.refused(name) == Some(count));
        }
    }
    lab.until(PATIENCE, "every view is complete, and holds nobody else", Lab::complete);
}

fn vectors(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../proto/vectors").join(file);
    let text = std::fs::read_to_string(path).expect("the vectors are there");
    serde_json::from_str(&text).expect("they are JSON")
}

fn hexes(vectors: &[Value]) -> Vec<Vec<u8>> {
    vectors.iter().filter_map(|vector| unhex(vector["hex"].as_str()?)).collect()
}

/// One that is read, if its only address can be made one of this machine: what a stranger says is answered there.
fn answered_here(vector: &Value) -> Option<Vec<u8>> {
    let hex = vector["hex"].as_str()?;
    let alone = hex.matches("0a04").count() == 1 && hex.contains("160a040a0000");
    alone.then(|| unhex(&hex.replace("160a040a0000", "160a047f0000"))).flatten()
}

fn unhex(hex: &str) -> Option<Vec<u8>> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()).collect()
}

fn send(socket: &UdpSocket, datagrams: &[Vec<u8>], to: &str) {
    for datagram in datagrams {
        socket.send_to(datagram, to).expect("it is sent");
    }
}
