//! A user may call anything at any time, in any phase.

use crate::world::{EPOCH, Peer, Rng, Seat, World, ms, route, rover, seal_at, secs, stone};
use haulout::{Config, Phase};

/// Four engines and commands at random, with little or no time between them; then peace.
fn any_commands<I: Peer>(seed: u64, make: fn(usize, u64) -> I) {
    let mut w: World<I> = World::new(seed, Config::lan());
    for n in 0..4 {
        w.add(make(n, EPOCH));
    }
    let mut rng = Rng::new(w.seed());
    for _ in 0..200 {
        let seat = Seat(rng.below(4) as usize);
        match rng.below(8) {
            0 => w.start(seat),
            1 | 2 => w.join(seat, route(rng.below(5) as usize)),
            3 => w.leave(seat),
            4 => {
                let identity = make(seat.0, EPOCH + rng.below(60));
                // Refused or not, it may be asked for.
                let _ = w.act(seat, |engine, now| engine.replace_identity(now, identity));
            }
            5 => w.act(seat, haulout::Engine::handle_timeout),
            6 => {
                let back = rng.below(2_000_000);
                w.act(seat, |engine, now| {
                    engine.handle_timeout(haulout::Instant::from_micros(now.as_micros() - back));
                });
            }
            _ => w.run_for(rng.between(secs(0), secs(9))),
        }
        if rng.chance(500) {
            w.run_for(rng.between(ms(0), ms(600)));
        }
    }
    for n in 0..4 {
        w.join(Seat(n), route((n + 1) % 4));
        w.join(Seat(n), route((n + 2) % 4));
    }
    let all_are_members = |w: &World<I>| {
        w.converged() && w.running().iter().all(|seat| w.member(*seat).phase() == Phase::Active)
    };
    w.within(secs(60), "all are members", all_are_members);
    w.run_for(secs(60));
    assert!(all_are_members(&w), "{}", w.describe());
}

#[test]
fn commands_in_any_order_and_phase_leave_members_that_find_each_other() {
    for seed in 0..super::chaos::storms() {
        any_commands(seed, seal_at);
        any_commands(seed, |n, _| stone(n));
        any_commands(seed, |n, epoch| rover(&format!("m{n}"), n, epoch));
    }
}
