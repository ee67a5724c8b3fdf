//! Lifeguard's experiments: members that block again and again (Interval), or once (Threshold).
//!
//! In the anomaly datagrams are held just before they leave and just after they arrive, while timers run on
//! time; what was held is released in the end. Events are counted, one an observing member.

use super::{Arm, Seal, Seals, seat_of};
use crate::network::{Latency, Weather};
use crate::observe::{Observation, Observer};
use crate::scenario::{Selection, Span};
use crate::world::{Seat, World};
use core::time::Duration;
use haulout::{Event, Instant};
use haulout_codec_serde::PostcardCodec;
use serde::{Deserialize, Serialize};

/// Members of the experiments.
pub const MEMBERS: usize = 128;
/// How many block.
pub const BLOCKED: [usize; 9] = [1, 4, 8, 12, 16, 20, 24, 28, 32];
/// For how long, in milliseconds.
pub const DURATIONS: [u64; 6] = [128, 512, 2_048, 8_192, 16_384, 32_768];
/// How long they do not, in milliseconds.
pub const INTERVALS: [u64; 8] = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384];
/// Quiet before the first anomaly.
const QUIET: Duration = Duration::from_secs(15);
/// How long an experiment lasts at least (Interval) or at most (Threshold).
const LENGTH: Duration = Duration::from_secs(120);

/// One combination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// How many block.
    pub blocked: usize,
    /// For how long, in milliseconds.
    pub duration: u64,
    /// How long they do not, in milliseconds; none where they block once.
    pub interval: Option<u64>,
    /// Which repetition; it seeds the run.
    pub repetition: u64,
}

/// The combinations of the Interval experiment; a documented part of them if `quick`: C of 4, 12, 20, 28, D of
/// 2 s and more, I of 16, 1,024 and 16,384 ms.
pub fn interval_cells(quick: bool, repetitions: u64) -> Vec<Cell> {
    let mut cells = Vec::new();
    for repetition in 0..repetitions {
        for blocked in BLOCKED.into_iter().filter(|blocked| !quick || blocked % 8 == 4) {
            for duration in DURATIONS.into_iter().filter(|duration| !quick || *duration > 1_000) {
                for interval in INTERVALS.into_iter().filter(|i| !quick || [16, 1_024, 16_384].contains(i)) {
                    cells.push(Cell { blocked, duration, interval: Some(interval), repetition });
                }
            }
        }
    }
    cells
}

/// The combinations of the Threshold experiment; if `quick`, those of them that can yield detections: D of 8 s
/// and more.
pub fn threshold_cells(quick: bool, repetitions: u64) -> Vec<Cell> {
    let mut cells = Vec::new();
    for repetition in 0..repetitions {
        for blocked in BLOCKED {
            for duration in DURATIONS.into_iter().filter(|duration| !quick || *duration > 8_000) {
                cells.push(Cell { blocked, duration, interval: None, repetition });
            }
        }
    }
    cells
}

/// What an Interval run came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarms {
    /// Failure events about members that never block, raised by anybody.
    pub all: u64,
    /// Those raised by members that never block.
    pub healthy: u64,
    /// Datagrams sent.
    pub datagrams: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// What a Threshold run came to, in seconds from the start of the anomaly, one entry a member that blocks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Latencies {
    /// To the first failure event at another member.
    pub first: Vec<f64>,
    /// To the first at a member that does not block.
    pub first_healthy: Vec<f64>,
    /// To the event at all members that do not block.
    pub full: Vec<f64>,
}

/// Counts failure events.
#[derive(Debug, Default)]
struct Counter {
    is_blocked: Vec<bool>,
    alarms: Alarms,
    /// By member that blocks: when whom it was told by.
    told: Vec<Vec<(Instant, Seat)>>,
}

impl Counter {
    fn new() -> Self {
        Self { is_blocked: vec![false; MEMBERS], alarms: Alarms::default(), told: vec![Vec::new(); MEMBERS] }
    }
}

impl Observer<Seal> for Counter {
    fn observe(&mut self, at: Instant, seen: Observation<'_, Seal>) {
        match seen {
            Observation::Sent { bytes, .. } => {
                self.alarms.datagrams += 1;
                self.alarms.bytes += bytes.len() as u64;
            }
            Observation::Event { seat, event: Event::Down { identity }, .. } => {
                let subject = seat_of(identity);
                if self.is_blocked[subject.0] {
                    self.told[subject.0].push((at, seat));
                } else {
                    self.alarms.all += 1;
                    self.alarms.healthy += u64::from(!self.is_blocked[seat.0]);
                }
            }
            _ => {}
        }
    }
}

/// Members that know each other, have been quiet, and of which some will block.
fn prepare(arm: &Arm, cell: Cell) -> (World<Seals, Counter>, Vec<Seat>) {
    let latency = Latency::Uniform(Span::from_micros(100), Span::from_micros(500));
    let weather = Weather { latency, ..Weather::default() };
    let seed = cell.repetition << 40
        | (cell.blocked as u64) << 32
        | cell.duration << 16
        | cell.interval.unwrap_or(0);
    let mut world = World::new(Seals::new(PostcardCodec), seed, weather, Counter::new());
    world.form(MEMBERS, |_| arm.config.clone()).expect("a configuration that was checked");
    world.run_for(QUIET);
    let all: Vec<_> = (0..MEMBERS).map(Seat).collect();
    let blocked = Selection::Any(cell.blocked).draw(world.rng(), &all);
    for seat in &blocked {
        world.observer.is_blocked[seat.0] = true;
    }
    world.observer.alarms = Alarms::default();
    (world, blocked)
}

/// Members block for D, do not for I, and again, until an anomaly ends after two minutes.
pub fn interval(arm: &Arm, cell: Cell) -> Alarms {
    let (mut world, blocked) = prepare(arm, cell);
    let begin = world.now();
    loop {
        for seat in &blocked {
            world.block(*seat);
        }
        world.run_for(Duration::from_millis(cell.duration));
        for seat in &blocked {
            world.resume(*seat);
        }
        if world.now().since(begin) >= LENGTH {
            return world.observer.alarms;
        }
        world.run_for(Duration::from_millis(cell.interval.unwrap_or(0)));
    }
}

/// Members block once for D; until all see each other healthy, or for two minutes.
pub fn threshold(arm: &Arm, cell: Cell) -> Latencies {
    let (mut world, blocked) = prepare(arm, cell);
    let begin = world.now();
    for seat in &blocked {
        world.block(*seat);
    }
    world.run_for(Duration::from_millis(cell.duration));
    for seat in &blocked {
        world.resume(*seat);
    }
    let rest = LENGTH.saturating_sub(world.now().since(begin));
    world.run_until_holds(Duration::from_millis(500), rest, |world| {
        let well = |engine: &haulout::Engine<_>| {
            let gauges = &engine.stats().gauges;
            gauges.members as usize == MEMBERS - 1 && gauges.suspects == 0
        };
        (0..MEMBERS).filter_map(|seat| world.engine(Seat(seat))).all(well)
    });
    let mut latencies = Latencies::default();
    let healthy = MEMBERS - blocked.len();
    for subject in &blocked {
        let told = &world.observer.told[subject.0];
        let seconds = |at: Instant| at.since(begin).as_secs_f64();
        latencies.first.extend(told.first().map(|(at, _)| seconds(*at)));
        let first_healthy = told.iter().find(|(_, by)| !world.observer.is_blocked[by.0]);
        latencies.first_healthy.extend(first_healthy.map(|(at, _)| seconds(*at)));
        let mut by: Vec<_> = told.iter().filter(|(_, by)| !world.observer.is_blocked[by.0]).collect();
        by.sort_by_key(|(at, by)| (*by, *at));
        by.dedup_by_key(|(_, by)| *by);
        if by.len() == healthy {
            latencies.full.extend(by.iter().map(|(at, _)| seconds(*at)).max_by(f64::total_cmp));
        }
    }
    latencies
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_are_those_of_the_paper_and_the_quick_ones_a_part() {
        assert_eq!((interval_cells(false, 10).len(), threshold_cells(false, 10).len()), (4_320, 540));
        let (full, quick) = (interval_cells(false, 1), interval_cells(true, 1));
        assert_eq!(quick.len(), 48);
        assert!(quick.iter().all(|cell| full.contains(cell)));
        assert_eq!(threshold_cells(true, 3).len(), 81);
    }

    #[test]
    fn lifeguard_raises_fewer_alarms_than_swim() {
        let cell = Cell { blocked: 12, duration: 16_384, interval: Some(64), repetition: 0 };
        let (swim, lifeguard) = (interval(&Arm::swim(), cell), interval(&Arm::lifeguard(5, 6), cell));
        assert!(swim.all > 10 * lifeguard.all.max(1), "{swim:?} {lifeguard:?}");
        assert!(swim.healthy <= swim.all);
    }

    #[test]
    fn a_blocked_member_is_detected_after_the_suspicion_and_then_known_to_all() {
        let cell = Cell { blocked: 4, duration: 16_384, interval: None, repetition: 0 };
        let latencies = threshold(&Arm::lifeguard(5, 6), cell);
        assert!(latencies.first.iter().all(|seconds| (10.5..16.4).contains(seconds)), "{latencies:?}");
        assert!(!latencies.full.is_empty() && latencies.full.len() <= latencies.first.len());
    }
}
