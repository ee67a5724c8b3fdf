//! Size and speed: how long joining, detection and a virtual second take, by size.
//!
//! Times of the cluster are virtual and the same on every machine; wall time is this machine's, on one core.

use crate::checkers::always;
use crate::model::{Life, Stock};
use crate::network::{Latency, Weather};
use crate::observe::Observer;
use crate::run::Watch;
use crate::scenario::Span;
use crate::stats;
use crate::world::{BEGINNING, Seat, World};
use core::time::Duration;
use haulout::{Config, Renewing};
use haulout_codec_serde::PostcardCodec;
use rand::RngExt;
use serde::Serialize;
use std::net::SocketAddrV4;
use std::time::Instant;

type Seal = Renewing<SocketAddrV4>;
/// The worlds that are measured.
pub type Sized<O = ()> = World<Stock<Seal, PostcardCodec>, O>;

/// How members that start together come to know each other, in seconds from the first start.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Joined {
    /// 99 of 100 pairs know each other.
    pub most: f64,
    /// All do.
    pub all: f64,
}

/// What a virtual second costs.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Steady {
    /// Members.
    pub members: usize,
    /// Wall time a virtual second, in milliseconds.
    pub wall_ms: f64,
    /// Datagrams a virtual second.
    pub datagrams: f64,
}

fn world<O: Observer<Seal>>(seed: u64, observer: O) -> Sized<O> {
    let weather = Weather { latency: Latency::Fixed(Span::from_millis(1)), ..Weather::default() };
    World::new(Stock::new(PostcardCodec), seed, weather, observer)
}

/// `n` members start at times spread evenly over one second and join through the first; 1 ms latency, no loss.
pub fn join(n: usize, seed: u64, config: &Config) -> Joined {
    let mut world = world(seed, ());
    let mut starts: Vec<_> = (1..n).map(|_| world.rng().random_range(0..1_000_000_u64)).collect();
    starts.push(0);
    starts.sort_unstable();
    let target = (n * (n - 1)) as u64;
    let (mut most, mut started) = (None, 0);
    loop {
        let after = world.now().since(BEGINNING).as_micros() as u64;
        while started < n && starts[started] <= after {
            let seat = world.add_seat();
            let life = Life { seat, key: started as u32, epoch: world.epoch_now() };
            world.boot(life, config.clone()).expect("a configuration that was checked");
            if started == 0 {
                world.start(seat);
            } else {
                world.join(seat, Seat(0));
            }
            started += 1;
        }
        let known: u64 = (0..started)
            .filter_map(|seat| world.engine(Seat(seat)))
            .map(|engine| u64::from(engine.stats().gauges.members))
            .sum();
        let seconds = after as f64 / 1e6;
        if most.is_none() && known * 100 >= target * 99 {
            most = Some(seconds);
        }
        if known == target {
            return Joined { most: most.unwrap_or(seconds), all: seconds };
        }
        assert!(after < 3_600_000_000, "members that start together are complete within an hour");
        world.run_for(Duration::from_millis(1));
    }
}

/// One of `n` members that know each other crashes: when the first and when all others hold it for down, in
/// seconds.
pub fn crash(n: usize, seed: u64, config: &Config) -> (f64, f64) {
    let mut world = world(seed, Watch::new(Vec::new()));
    world.form(n, |_| config.clone()).expect("a configuration that was checked");
    world.run_for(Duration::from_secs(10));
    let (phase, seat) = (world.rng().random_range(0..1_000_000), world.rng().random_range(0..n));
    world.run_for(Duration::from_micros(phase));
    world.crash(Seat(seat));
    let knows = |world: &Sized<Watch<Seal>>| {
        world.observer.meter.detections().first().is_some_and(|detection| detection.all.is_some())
    };
    world.run_until_holds(Duration::from_millis(50), Duration::from_secs(600), knows);
    let detection = world.observer.meter.detections()[0];
    (detection.first.unwrap_or(f64::INFINITY), detection.all.unwrap_or(f64::INFINITY))
}

/// What a virtual second costs of `n` members of which nothing is asked, after all that joining leaves behind:
/// the median of `seconds`.
pub fn steady(n: usize, seconds: u64, is_checked: bool) -> Steady {
    if is_checked {
        measure(world(1, Watch::new(always())), n, seconds)
    } else {
        measure(world(1, ()), n, seconds)
    }
}

fn measure<O: Observer<Seal>>(mut world: Sized<O>, n: usize, seconds: u64) -> Steady {
    world.form(n, |_| Config::lan()).expect("a profile");
    world.run_for(Duration::from_secs(60));
    let entries = world.log().entries();
    // The median of single seconds: others may use this core now and then.
    let walls: Vec<_> = (0..seconds)
        .map(|_| {
            let began = Instant::now();
            world.run_for(Duration::from_secs(1));
            began.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    let wall_ms = stats::median(&walls).unwrap_or(0.0);
    let datagrams = (world.log().entries() - entries) as f64 / seconds as f64;
    Steady { members: n, wall_ms, datagrams }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_that_start_together_know_each_other_soon() {
        let joined = join(96, 1, &Config::lan());
        assert!(joined.most <= joined.all && joined.all < 3.0, "{joined:?}");
    }

    #[test]
    fn a_crash_is_known_to_all_within_the_suspicion() {
        let (first, all) = crash(48, 1, &Config::lan());
        assert!(first > 4.0 && first <= all && all < 15.0, "{first} {all}");
    }

    #[test]
    fn a_quiet_cluster_sends_little() {
        let steady = steady(32, 20, false);
        assert!((1.9..3.0).contains(&(steady.datagrams / 32.0)), "{steady:?}");
    }
}
