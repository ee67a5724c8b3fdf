//! What others send to an agent's port.

use crate::support::{Agent, Lab, until};
use haulout::codec::{Codec, HeaderRef, MessageRef, SectionRef, UpdateRef, Version};
use haulout::{Name, Named, Out, State};
use haulout_codec_protobuf::ProtobufCodec;
use std::net::{SocketAddr, UdpSocket};

type Identity = Named<SocketAddr>;

fn dropped(lab: &Lab, agent: &Agent, reason: &str) -> u64 {
    lab.info(agent).unwrap()["dropped"][reason].as_u64().unwrap()
}

#[test]
fn foreign_bytes_are_counted_and_logged_in_one_line() {
    let lab = Lab::new();
    let a = lab.agent("a", &[]);
    let b = lab.agent("b", &["--join", &a.at()]);
    lab.until_all_alive(&[&a, &b], 2);
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let http = b"GET /v1/members HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let (mut sent, mut seen) = (0, 0);
    for round in 0_u8..100 {
        for bytes in [&http[..], &[round; 40], &[0x11, round, 0xff, 0xff, 0xff]] {
            socket.send_to(bytes, a.address).unwrap();
            sent += 1;
        }
        // No faster than it reads, or the system drops them before the agent can.
        until("they are read", || {
            let reasons = ["malformed", "version", "sealed"];
            seen = reasons.iter().map(|reason| dropped(&lab, &a, reason)).sum();
            seen >= sent
        });
    }
    assert_eq!(seen, sent);
    assert!(dropped(&lab, &a, "malformed") > 100);
    let lines = a.log().lines().filter(|line| line.contains("dropped")).count();
    assert!((1..=3).contains(&lines), "one in ten seconds, not {lines}: {}", a.log());
    lab.until_all_alive(&[&a, &b], 2);
    assert!(!a.log().contains("member down"), "{}", a.log());
}

#[test]
fn ten_thousand_forged_identities_are_not_listed_and_members_keep_their_places() {
    let lab = Lab::new();
    let a = lab.agent("a", &[]);
    let b = lab.agent("b", &["--join", &a.at()]);
    lab.until_all_alive(&[&a, &b], 2);
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let from = socket.local_addr().unwrap();
    for index in 0..10_000_u16 {
        let forged = Identity::new(Name::new(&format!("forged-{index}")).unwrap(), from, 7);
        socket.send_to(&announce(&forged, index), a.address).unwrap();
        socket.send_to(&gossip(&forged), a.address).unwrap();
        if index % 100 == 0 {
            // It reads on, and answers.
            assert_eq!(lab.members(&a).len(), 2);
        }
    }
    until("the last is dealt with", || dropped(&lab, &a, "stranger") > 0);
    lab.until_all_alive(&[&a, &b], 2);
    let info = lab.info(&a).unwrap();
    assert_eq!(info["members"]["alive"], 2, "{info}");
    assert_eq!((&info["members"]["down"], &info["members"]["left"]), (&0.into(), &0.into()), "{info}");
    for agent in [&a, &b] {
        assert!(!agent.log().contains("forged"), "{}", agent.log());
        assert!(!agent.log().contains("member down"), "{}", agent.log());
    }
}

/// A stranger who wants in, from an address that does not answer challenges.
fn announce(forged: &Identity, number: u16) -> Vec<u8> {
    datagram(forged, MessageRef::Announce { number, flags: 0, padding: 150 }, &[])
}

/// News of nine members that do not exist, told by another one.
fn gossip(forged: &Identity) -> Vec<u8> {
    let invented: Vec<Identity> = (0..9)
        .map(|index| {
            let name = Name::new(&format!("{}-{index}", forged.name())).unwrap();
            Identity::new(name, ([127, 0, 0, 1], 9 + index).into(), 7)
        })
        .collect();
    datagram(forged, MessageRef::Gossip, &invented)
}

fn datagram(source: &Identity, message: MessageRef<'_, Identity>, news: &[Identity]) -> Vec<u8> {
    let mut buffer = [0; 1_400];
    let mut out = Out::new(&mut buffer);
    let header = HeaderRef {
        version: Version::CURRENT,
        cluster: None,
        dst: None,
        cookie: None,
        source,
        incarnation: 0,
        message,
    };
    assert!(ProtobufCodec.put_header(header, &mut out).unwrap());
    for identity in news {
        let update = UpdateRef { identity, incarnation: 0, state: State::Alive, by: &[] };
        assert!(ProtobufCodec.put_section(SectionRef::Update(update), &mut out).unwrap());
    }
    out.written().to_vec()
}
