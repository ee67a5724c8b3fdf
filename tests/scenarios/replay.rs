//! The world itself: one seed, one run.

use crate::world::{Seat, World, ms, route, seal, secs};
use haulout::Config;

/// A run with a bit of everything: loss, duplication, a crash, a restart, a pause, a partition.
fn eventful(seed: u64) -> (u64, u64) {
    let mut w = World::of(seed, Config::lan(), (0..9).map(seal));
    w.net.loss = 50;
    w.net.duplication = 50;
    w.net.latency = (ms(1), ms(80));
    w.crash(Seat(3));
    w.pause(Seat(4));
    w.starve(Seat(5));
    w.run_for(secs(12));
    w.resume(Seat(4));
    w.feed(Seat(5));
    w.restart(Seat(3), crate::world::seal_at(3, 2_000));
    w.join(Seat(3), route(1));
    w.split(&[Seat(0), Seat(1), Seat(2)], &[Seat(6), Seat(7), Seat(8)]);
    w.run_for(secs(30));
    w.net.heal();
    w.run_for(secs(30));
    (w.hash(), (0..9).map(|n| w.traffic(Seat(n)).bytes).sum())
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_seed_another() {
    let (first, second, other) = (eventful(1), eventful(1), eventful(2));
    assert_eq!(first, second);
    if std::env::var_os("HAULOUT_SEED").is_none() {
        assert_ne!(first, other);
    }
}

#[test]
fn an_idle_cluster_sends_a_constant_load() {
    let mut w = World::of(3, Config::lan(), (0..16).map(seal));
    w.run_for(secs(60));
    let before: Vec<_> = w.running().iter().map(|seat| w.traffic(*seat)).collect();
    w.run_for(secs(60));
    for (seat, before) in w.running().into_iter().zip(before) {
        let now = w.traffic(seat);
        let (datagrams, bytes) = (now.datagrams - before.datagrams, now.bytes - before.bytes);
        // A ping and an ack a second each way, an announce now and then.
        assert!((100..=150).contains(&datagrams), "{datagrams} datagrams in an idle minute");
        assert!(bytes <= datagrams * 60, "{bytes} bytes in {datagrams} idle datagrams");
    }
}
