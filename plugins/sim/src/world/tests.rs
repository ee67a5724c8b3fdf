//! Worlds: forming, determinism, and what is done to processes.

use super::*;
use crate::model::Stock;
use haulout::Renewing;
use haulout_codec_serde::PostcardCodec;
use std::net::SocketAddrV4;

type Quick = World<Stock<Renewing<SocketAddrV4>, PostcardCodec>>;

fn formed(seed: u64, n: usize) -> Quick {
    let mut world = World::new(Stock::new(PostcardCodec), seed, Weather::default(), ());
    world.form(n, |_| Config::lan()).expect("a profile");
    world
}

fn known(world: &Quick) -> Vec<usize> {
    world.running().filter_map(|seat| world.engine(seat)).map(|engine| engine.members().count()).collect()
}

#[test]
fn a_formed_cluster_is_complete_and_stays_so() {
    let mut world = formed(1, 40);
    assert_eq!(known(&world), vec![39; 40]);
    world.run_for(Duration::from_secs(60));
    assert_eq!(known(&world), vec![39; 40]);
}

#[test]
fn one_seed_gives_one_run_and_another_seed_another() {
    let run = |seed| {
        let mut world = formed(seed, 20);
        world.network.weather.loss = crate::scenario::Rate::percent(10);
        world.crash(Seat(3));
        world.run_for(Duration::from_secs(30));
        (world.hash(), world.log().entries())
    };
    let first = run(7);
    assert_eq!(first, run(7));
    assert_ne!(first.0, run(8).0);
}

#[test]
fn a_crashed_process_is_found_and_its_successor_is_a_member() {
    let mut world = formed(2, 10);
    world.crash(Seat(4));
    world.run_for(Duration::from_secs(60));
    assert_eq!(known(&world), vec![8; 9]);
    let life = Life { epoch: world.epoch_now(), ..world.life(Seat(4)) };
    world.boot(life, Config::lan()).expect("a profile");
    world.join(Seat(4), Seat(0));
    world.run_for(Duration::from_secs(5));
    assert_eq!(known(&world), vec![9; 10]);
}

#[test]
fn a_paused_process_reads_what_waited_before_it_serves_its_deadlines() {
    let mut world = formed(3, 10);
    world.pause(Seat(2));
    assert_eq!(world.standing(Seat(2)), Some(Standing::Paused));
    world.run_for(Duration::from_secs(3));
    world.resume(Seat(2));
    world.run_for(Duration::from_secs(30));
    assert_eq!(known(&world), vec![9; 10]);
    assert_eq!(world.engine(Seat(2)).map(Engine::health), Some(0));
}

#[test]
fn what_a_blocked_process_sends_leaves_when_it_is_released() {
    let mut world = formed(4, 8);
    let before = world.places[5].sent;
    world.block(Seat(5));
    world.run_for(Duration::from_secs(4));
    let held = world.places[5].held.len();
    assert!(held > 0 && world.places[5].sent - before == held as u64, "its timers run");
    world.resume(Seat(5));
    assert!(world.places[5].held.is_empty() && world.places[5].inbox.is_empty());
    world.run_for(Duration::from_secs(30));
    assert_eq!(known(&world), vec![7; 8]);
}
