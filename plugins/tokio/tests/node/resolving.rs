//! Identities whose routes are no addresses: a table says where they lead.

use crate::support::{eventually, quick, silent_address, soon};
use haulout::codec::MessageKind;
use haulout::identity::Resolver;
use haulout::{Renewing, State};
use haulout_codec_serde::PostcardCodec;
use haulout_tokio::{Handle, JoinError, Node, StartError, Udp};
use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::Duration;

type Ship = Renewing<String>;

/// Where ships are, as one of them knows it.
#[derive(Clone, Default)]
struct Chart(Arc<Mutex<BTreeMap<String, SocketAddr>>>);

impl Chart {
    fn draw(&self, name: &str, address: SocketAddr) {
        self.0.lock().unwrap().insert(name.into(), address);
    }
}

impl Resolver<String> for Chart {
    fn resolve(&self, name: &String) -> Option<SocketAddr> {
        self.0.lock().unwrap().get(name).copied()
    }

    fn route_at(&self, address: SocketAddr) -> Option<String> {
        self.0.lock().unwrap().iter().find(|(_, at)| **at == address).map(|(name, _)| name.clone())
    }
}

/// Sockets of these ships, and a chart of all of them.
fn moored(names: &[&str]) -> (Vec<UdpSocket>, Chart) {
    let sockets: Vec<_> = names.iter().map(|_| UdpSocket::bind(("127.0.0.1", 0)).unwrap()).collect();
    let chart = Chart::default();
    for (name, socket) in names.iter().zip(&sockets) {
        chart.draw(name, socket.local_addr().unwrap());
    }
    (sockets, chart)
}

async fn sail(name: &str, socket: UdpSocket, chart: &Chart, seed: Option<SocketAddr>) -> Handle<Ship> {
    let builder = Node::builder()
        .resolved_identity(Ship::new(name.into(), 1), chart.clone())
        .codec(PostcardCodec)
        .config(quick())
        .transport(Udp::from_std(socket).unwrap());
    match seed {
        Some(seed) => builder.seed(seed).start().await.unwrap(),
        None => builder.start().await.unwrap(),
    }
}

fn sees(node: &Handle<Ship>, name: &str) -> bool {
    node.member(&name.into()).is_some_and(|member| member.state == State::Alive)
}

#[tokio::test]
async fn nodes_meet_by_name_and_report_seeds_by_address() {
    let (mut sockets, chart) = moored(&["argo", "beagle"]);
    let (b, a) = (sockets.pop().unwrap(), sockets.pop().unwrap());
    let seed = a.local_addr().unwrap();
    let argo = sail("argo", a, &chart, None).await;
    let beagle = sail("beagle", b, &chart, None).await;
    let report = soon("a report", beagle.join(seed)).await.unwrap();
    assert!(report.reached());
    assert_eq!(report.outcomes[0].0, seed);
    assert!(sees(&beagle, "argo"), "it has told us of itself");
    eventually("it holds us", || sees(&argo, "beagle")).await;
    let before = beagle.stats().engine.sent.of(MessageKind::Sync);
    beagle.sync_with(seed).await.unwrap();
    eventually("they compare", || beagle.stats().engine.sent.of(MessageKind::Sync) > before).await;
}

#[tokio::test]
async fn a_member_that_an_older_chart_lacks_is_held_there_and_spoken_to_once_it_is_drawn() {
    let (mut sockets, new) = moored(&["argo", "beagle", "calypso"]);
    let old = Chart::default();
    for name in ["argo", "beagle"] {
        old.draw(name, new.resolve(&name.into()).unwrap());
    }
    let seed = sockets[0].local_addr().unwrap();
    let (c, b, a) = (sockets.pop().unwrap(), sockets.pop().unwrap(), sockets.pop().unwrap());
    let argo = sail("argo", a, &new, None).await;
    let beagle = sail("beagle", b, &old, Some(seed)).await;
    let calypso = sail("calypso", c, &new, Some(seed)).await;
    eventually("all hold all", || {
        sees(&argo, "calypso")
            && sees(&calypso, "beagle")
            && sees(&beagle, "calypso")
            && sees(&beagle, "argo")
    })
    .await;
    let passed = |node: &Handle<Ship>| node.stats().engine.dropped.unreachable;
    let before = passed(&beagle);
    eventually("it is passed over", || passed(&beagle) > before + 10).await;
    assert!(sees(&beagle, "calypso") && sees(&calypso, "beagle") && sees(&argo, "calypso"));
    assert_eq!(passed(&argo), 0);
    let unreachable =
        |node: &Handle<Ship>| node.unreachable().into_iter().map(|m| m.identity).collect::<Vec<_>>();
    assert_eq!(unreachable(&beagle), [calypso.local().identity]);
    assert!(unreachable(&argo).is_empty());

    old.draw("calypso", calypso.bound());
    let compared = || beagle.last_equal().and_then(|equal| equal.with);
    soon("they compare", async {
        while compared().is_none_or(|with| with.address() != "calypso") {
            beagle.sync_with(calypso.bound()).await.unwrap();
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn seeds_off_the_chart_and_an_own_place_off_it_are_refused() {
    let (mut sockets, chart) = moored(&["argo"]);
    let argo = sail("argo", sockets.remove(0), &chart, None).await;
    let error = argo.join(silent_address()).await.unwrap_err();
    assert!(matches!(error, JoinError::Seed(_)) && error.to_string().contains("no route"), "{error}");

    let lost = Node::builder()
        .resolved_identity(Ship::new("lost".into(), 1), chart)
        .codec(PostcardCodec)
        .bind(([127, 0, 0, 1], 0));
    let error = lost.start().await.unwrap_err();
    assert!(matches!(&error, StartError::Unresolved { identity } if identity.contains("lost")), "{error}");
}
