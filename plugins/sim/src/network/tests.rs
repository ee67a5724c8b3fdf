//! What becomes of datagrams, by weather and links.

use super::*;
use rand::SeedableRng;

fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

fn rng() -> SmallRng {
    SmallRng::seed_from_u64(3)
}

/// How many of a thousand datagrams from 0 to 1 arrive, and how many copies.
fn thousand(network: &Network) -> (usize, usize) {
    let mut rng = rng();
    let counts: Vec<_> = (0..1_000).map(|_| network.carry(at(0), &mut rng, 0, 1, 100).count()).collect();
    (counts.iter().filter(|copies| **copies > 0).count(), counts.iter().sum())
}

#[test]
fn on_a_quiet_network_everything_arrives_once() {
    assert_eq!(thousand(&Network::default()), (1_000, 1_000));
}

#[test]
fn loss_and_duplication_have_the_rates_they_are_given() {
    let mut network = Network::default();
    network.weather.loss = Rate::percent(20);
    network.weather.duplication = Rate::percent(50);
    let (arrived, copies) = thousand(&network);
    assert!((760..840).contains(&arrived), "{arrived}");
    assert!((340..460).contains(&(copies - arrived)), "{copies}");
}

#[test]
fn a_late_datagram_is_late_by_fifteen_seconds_and_a_reordered_one_by_some_delays() {
    let mut network = Network::default();
    network.weather.late = Rate::percent(100);
    let mut rng = rng();
    let delay = network.carry(at(0), &mut rng, 0, 1, 100).next().expect("it arrives");
    assert!(delay > Duration::from_secs(15) && delay < Duration::from_millis(15_002));
    network.weather.late = Rate::ZERO;
    network.weather.reordering = Rate::percent(100);
    let slowest = (0..100).filter_map(|_| network.carry(at(0), &mut rng, 0, 1, 100).next()).max();
    assert!(slowest.is_some_and(|delay| delay > Duration::from_millis(5)), "{slowest:?}");
}

#[test]
fn what_is_longer_than_the_mtu_is_lost() {
    let mut network = Network::default();
    network.weather.mtu = Some(1_400);
    let copies = |len| network.carry(at(0), &mut rng(), 0, 1, len).count();
    assert_eq!((copies(1_400), copies(1_401)), (1, 0));
}

#[test]
fn a_cut_goes_one_way_and_a_split_both() {
    let mut network = Network::default();
    let passes = |network: &Network, from, to| network.links.passes(at(0), &mut rng(), from, to);
    network.links.cut(0, 1);
    assert!(!passes(&network, 0, 1) && passes(&network, 1, 0));
    network.links.split(vec![0, 0, 1]);
    assert!(!passes(&network, 0, 2) && !passes(&network, 2, 0) && passes(&network, 1, 0));
    // Whoever came after the split is on side 0.
    assert!(passes(&network, 0, 9) && !passes(&network, 2, 9));
    assert!(!network.links.are_well());
    network.heal(Weather::default());
    assert!(passes(&network, 0, 1) && passes(&network, 0, 2) && network.links.are_well());
}

#[test]
fn losses_are_of_one_member_and_direction() {
    let mut network = Network::default();
    network.links.lose_egress(0, Rate::percent(100));
    network.links.lose_ingress(1, Rate::percent(100));
    let passes = |from, to| network.links.passes(at(0), &mut rng(), from, to);
    assert!(!passes(0, 2) && !passes(2, 1) && passes(2, 0) && passes(1, 2));
}

#[test]
fn a_flapping_link_is_shut_in_the_second_half_of_its_period() {
    let mut network = Network::default();
    network.links.flap(Flap { one: 0, other: 1, period: Span::from_secs(10) });
    let passes = |millis, from, to| network.links.passes(at(millis), &mut rng(), from, to);
    assert!(passes(4_999, 0, 1) && !passes(5_000, 0, 1) && !passes(9_999, 1, 0) && passes(10_000, 1, 0));
    assert!(passes(5_000, 0, 2));
}
