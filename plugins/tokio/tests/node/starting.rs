//! What a node says when it cannot start.

use crate::support::{node, node_at, quick};
use haulout::Renewing;
use haulout_codec_serde::PostcardCodec;
use haulout_tokio::{Node, StartError, Udp};
use std::io::ErrorKind;
use std::time::Duration;

#[tokio::test]
async fn a_port_in_use_is_named() {
    let first = node().start().await.unwrap();
    let error = node_at(first.bound(), 1).start().await.unwrap_err();
    let StartError::Bind { address, ref source } = error else { panic!("{error}") };
    assert_eq!((address, source.kind()), (first.bound(), ErrorKind::AddrInUse));
    let text = error.to_string();
    assert!(text.contains(&address.to_string()) && text.contains("another port"), "{text}");
}

#[tokio::test]
async fn a_wildcard_needs_an_address_to_advertise() {
    for bind in ["0.0.0.0:0", "[::]:0"] {
        let error = node_at(bind.parse().unwrap(), 1).start().await.unwrap_err();
        assert!(matches!(error, StartError::Wildcard { .. }), "{error}");
        assert!(error.to_string().contains("address to advertise"), "{error}");
    }
}

#[tokio::test]
async fn a_wildcard_with_an_advertised_address_takes_the_bound_port() {
    let node = node_at(([0, 0, 0, 0], 0).into(), 1).advertise(([127, 0, 0, 1], 0)).start().await.unwrap();
    assert_eq!(*node.local().identity.address(), ([127, 0, 0, 1], node.bound().port()).into());
}

#[tokio::test]
async fn an_address_that_nothing_can_be_sent_to_is_not_advertised() {
    let error = node().advertise(([0, 0, 0, 0], 7946)).start().await.unwrap_err();
    assert!(matches!(error, StartError::Advertise { .. }), "{error}");
}

#[tokio::test]
async fn a_ready_identity_brings_its_route() {
    let builder = || {
        let identity = Renewing::new(([127, 0, 0, 1], 7).into(), 1);
        Node::builder().identity(identity).codec(PostcardCodec).bind(([127, 0, 0, 1], 0))
    };
    assert_eq!(builder().start().await.unwrap().local().identity.epoch(), 1);
    let error = builder().advertise(([127, 0, 0, 1], 8)).start().await.unwrap_err();
    assert!(matches!(error, StartError::Route { .. }), "{error}");
}

#[tokio::test]
async fn an_impossible_setting_is_named() {
    let mut config = quick();
    config.probe.timeout = Duration::ZERO;
    let error = node().config(config).start().await.unwrap_err();
    assert!(error.to_string().contains("probe.timeout"), "{error}");
}

#[tokio::test]
async fn what_is_no_seed_is_named() {
    let error = node().seeds(["10.0.0.1:7946", "db-1"]).start().await.unwrap_err();
    assert!(matches!(error, StartError::Seed(_)));
    assert!(error.to_string().contains("`db-1`: has no port"), "{error}");
}

#[tokio::test]
async fn a_socket_that_is_bound_already_will_do() {
    let socket = std::net::UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    let address = socket.local_addr().unwrap();
    let node = node().transport(Udp::from_std(socket).unwrap()).start().await.unwrap();
    assert_eq!(node.bound(), address);
}
