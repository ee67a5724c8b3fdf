//! Which settings are worth having: false positives against the time until everybody knows.
//!
//! Each arm is one point; an arm that is worse in both than another is not worth having. The points of
//! Lifeguard's Table VII, in percent of plain SWIM, are what there is to beat.

use super::Arm;
use super::lifeguard::{Alarms, Cell, Latencies, interval, interval_cells, threshold, threshold_cells};
use super::resample::{Estimate, Strata};
use crate::{parallel, stats};
use serde::{Deserialize, Serialize};

/// Repetitions of the Threshold experiment, at least.
const THRESHOLDS: u64 = 3;

/// What an arm came to, by run; the runs of all arms are of the same cells in the same order.
#[derive(Clone, Debug, Serialize)]
pub struct Point {
    /// Which.
    pub name: String,
    /// Runs of the Interval experiment.
    pub alarms: Vec<(Cell, Alarms)>,
    /// Runs of the Threshold experiment.
    pub latencies: Vec<(Cell, Latencies)>,
}

/// One run of one of the two experiments: which arm, and which combination.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// The arm's place.
    pub arm: usize,
    /// The combination: of the Interval experiment, if it has an interval.
    pub cell: Cell,
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// Of the Interval experiment.
    Alarms(Alarms),
    /// Of the Threshold experiment.
    Latencies(Latencies),
}

impl Job {
    /// Runs it.
    pub fn run(self, arms: &[Arm]) -> Outcome {
        let (arm, cell) = (&arms[self.arm], self.cell);
        if cell.interval.is_some() {
            Outcome::Alarms(interval(arm, cell))
        } else {
            Outcome::Latencies(threshold(arm, cell))
        }
    }
}

/// The runs of both grids: those of the Threshold experiment, which are short, and then arm by arm.
pub fn jobs(arms: usize, quick: bool, repetitions: u64) -> Vec<Job> {
    let thresholds = threshold_cells(quick, repetitions.max(THRESHOLDS));
    let intervals = interval_cells(quick, repetitions);
    let of = |cells: Vec<Cell>| {
        (0..arms).flat_map(move |arm| cells.clone().into_iter().map(move |cell| Job { arm, cell }))
    };
    of(thresholds).chain(of(intervals)).collect()
}

/// Measures arms on up to `threads` threads. `work` runs a job, or knows what it came to.
pub fn measure(
    arms: &[Arm],
    jobs: &[Job],
    threads: usize,
    work: impl Fn(Job) -> Outcome + Sync,
    done: impl Fn(usize) + Sync,
) -> Vec<Point> {
    let outcomes = parallel::map(jobs, threads, |job| work(*job), done);
    let empty = |arm: &Arm| Point { name: arm.name.clone(), alarms: Vec::new(), latencies: Vec::new() };
    let mut points: Vec<_> = arms.iter().map(empty).collect();
    for (job, outcome) in jobs.iter().zip(outcomes) {
        match outcome {
            Outcome::Alarms(alarms) => points[job.arm].alarms.push((job.cell, alarms)),
            Outcome::Latencies(latencies) => points[job.arm].latencies.push((job.cell, latencies)),
        }
    }
    points
}

impl Point {
    /// The sum of something over the runs of the Interval experiment.
    pub fn sum(&self, what: fn(&Alarms) -> u64) -> u64 {
        self.alarms.iter().map(|(_, alarms)| what(alarms)).sum()
    }

    /// That sum in percent of another arm's.
    pub fn sum_of(&self, baseline: &Self, what: fn(&Alarms) -> u64) -> Estimate {
        let sum = |point: &Self, runs: &[usize]| -> u64 {
            runs.iter().filter_map(|run| point.alarms.get(*run)).map(|(_, alarms)| what(alarms)).sum()
        };
        let cells: Vec<_> = self.alarms.iter().map(|(cell, _)| *cell).collect();
        Strata::of(&cells).estimate(|runs| percent(sum(self, runs) as f64, sum(baseline, runs) as f64))
    }

    /// A quantile of latencies of the Threshold experiment, in seconds; not a number of none.
    pub fn latency(&self, what: fn(&Latencies) -> &[f64], part: f64) -> f64 {
        let all: Vec<usize> = (0..self.latencies.len()).collect();
        self.latency_in(&all, what, part)
    }

    /// That quantile in percent of another arm's.
    pub fn latency_of(&self, baseline: &Self, what: fn(&Latencies) -> &[f64], part: f64) -> Estimate {
        let cells: Vec<_> = self.latencies.iter().map(|(cell, _)| *cell).collect();
        Strata::of(&cells).estimate(|runs| {
            percent(self.latency_in(runs, what, part), baseline.latency_in(runs, what, part))
        })
    }

    fn latency_in(&self, runs: &[usize], what: fn(&Latencies) -> &[f64], part: f64) -> f64 {
        let values: Vec<f64> = runs
            .iter()
            .filter_map(|run| self.latencies.get(*run))
            .flat_map(|(_, latencies)| what(latencies).iter().copied())
            .collect();
        stats::quantile(&values, part).unwrap_or(f64::NAN)
    }
}

fn percent(part: f64, whole: f64) -> f64 {
    part / whole * 100.0
}
