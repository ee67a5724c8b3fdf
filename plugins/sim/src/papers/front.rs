//! Which settings are worth having: false positives against the time until everybody knows.
//!
//! Each arm is one point; an arm that is worse in both than another is not worth having. The points of
//! Lifeguard's Table VII, in percent of plain SWIM, are what there is to beat.

use super::Arm;
use super::lifeguard::{Cell, interval, interval_cells, threshold, threshold_cells};
use crate::{parallel, stats};
use serde::Serialize;

/// Lifeguard's Table VII: α, β, median full dissemination and false positives, in percent of plain SWIM.
pub const PUBLISHED: [(u32, u32, f64, f64); 9] = [
    (2, 2, 55.12, 98.37),
    (2, 4, 56.28, 43.64),
    (2, 6, 56.74, 24.16),
    (4, 2, 84.42, 37.72),
    (4, 4, 84.03, 8.04),
    (4, 6, 84.42, 3.18),
    (5, 2, 99.92, 26.61),
    (5, 4, 99.61, 5.43),
    (5, 6, 100.08, 1.53),
];

/// Repetitions of the Threshold experiment, at least.
const THRESHOLDS: u64 = 3;

/// What an arm came to.
#[derive(Clone, Debug, Serialize)]
pub struct Point {
    /// Which.
    pub name: String,
    /// False positives by run, in the order of the cells.
    pub alarms: Vec<f64>,
    /// Those by healthy members.
    pub healthy: Vec<f64>,
    /// Datagrams by run.
    pub datagrams: Vec<f64>,
    /// Seconds to the first detection, all of them.
    pub first: Vec<f64>,
    /// Seconds until all healthy members know, all of them.
    pub full: Vec<f64>,
}

/// One run of the two experiments.
enum Job {
    Interval(usize, Cell),
    Threshold(usize, Cell),
}

enum Outcome {
    Alarms(usize, super::lifeguard::Alarms),
    Latencies(usize, super::lifeguard::Latencies),
}

/// Measures arms over the grids of both experiments, on up to `threads` threads.
pub fn measure(
    arms: &[Arm],
    quick: bool,
    repetitions: u64,
    threads: usize,
    done: impl Fn(usize) + Sync,
) -> Vec<Point> {
    let outcomes = parallel::map(
        &jobs(arms, quick, repetitions),
        threads,
        |job| match *job {
            Job::Interval(arm, cell) => Outcome::Alarms(arm, interval(&arms[arm], cell)),
            Job::Threshold(arm, cell) => Outcome::Latencies(arm, threshold(&arms[arm], cell)),
        },
        done,
    );
    let empty = |arm: &Arm| Point {
        name: arm.name.clone(),
        alarms: Vec::new(),
        healthy: Vec::new(),
        datagrams: Vec::new(),
        first: Vec::new(),
        full: Vec::new(),
    };
    let mut points: Vec<_> = arms.iter().map(empty).collect();
    for outcome in outcomes {
        match outcome {
            Outcome::Alarms(arm, alarms) => {
                points[arm].alarms.push(alarms.all as f64);
                points[arm].healthy.push(alarms.healthy as f64);
                points[arm].datagrams.push(alarms.datagrams as f64);
            }
            Outcome::Latencies(arm, latencies) => {
                points[arm].first.extend(latencies.first);
                points[arm].full.extend(latencies.full);
            }
        }
    }
    points
}

/// How many runs that is.
pub fn runs(arms: &[Arm], quick: bool, repetitions: u64) -> usize {
    jobs(arms, quick, repetitions).len()
}

fn jobs(arms: &[Arm], quick: bool, repetitions: u64) -> Vec<Job> {
    let mut jobs = Vec::new();
    for cell in interval_cells(quick, repetitions) {
        jobs.extend((0..arms.len()).map(|arm| Job::Interval(arm, cell)));
    }
    for cell in threshold_cells(repetitions.max(THRESHOLDS)) {
        jobs.extend((0..arms.len()).map(|arm| Job::Threshold(arm, cell)));
    }
    jobs
}

impl Point {
    /// False positives in percent of another arm's, and the half width of the 95 % interval over runs.
    pub fn alarms_of(&self, baseline: &Self) -> (f64, f64) {
        percent(stats::ratio(&self.alarms, &baseline.alarms))
    }

    /// The same of those by healthy members.
    pub fn healthy_of(&self, baseline: &Self) -> (f64, f64) {
        percent(stats::ratio(&self.healthy, &baseline.healthy))
    }

    /// The same of datagrams.
    pub fn datagrams_of(&self, baseline: &Self) -> (f64, f64) {
        percent(stats::ratio(&self.datagrams, &baseline.datagrams))
    }

    /// Median first detection and median full dissemination, in percent of another arm's.
    pub fn latency_of(&self, baseline: &Self) -> (f64, f64) {
        let of = |mine: &[f64], theirs: &[f64]| match (stats::median(mine), stats::median(theirs)) {
            (Some(mine), Some(theirs)) => mine / theirs * 100.0,
            _ => f64::NAN,
        };
        (of(&self.first, &baseline.first), of(&self.full, &baseline.full))
    }
}

fn percent((ratio, width): (f64, f64)) -> (f64, f64) {
    (ratio * 100.0, width * 100.0)
}
