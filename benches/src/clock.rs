//! Times one operation of one subject.

use crate::{Op, Subject};
use std::time::{Duration, Instant};

/// Nanoseconds an operation took in the median of some runs.
pub fn median(subject: &mut dyn Subject, op: Op, samples: usize) -> f64 {
    subject.prepare(op);
    subject.run(op);
    let mut all: Vec<f64> = (0..samples)
        .map(|_| {
            subject.prepare(op);
            time(subject, op).as_secs_f64() * 1e9 / f64::from(subject.operations(op) as u32)
        })
        .collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

/// One run.
pub fn time(subject: &mut dyn Subject, op: Op) -> Duration {
    let start = Instant::now();
    std::hint::black_box(subject.run(op));
    start.elapsed()
}

/// What so many operations took, as criterion asks for it: in whole runs, scaled.
pub fn iterations(subject: &mut dyn Subject, op: Op, iterations: u64) -> Duration {
    let operations = subject.operations(op) as u64;
    let runs = iterations.div_ceil(operations);
    let mut took = Duration::ZERO;
    for _ in 0..runs {
        subject.prepare(op);
        took += time(subject, op);
    }
    let done = u128::from(runs * operations);
    Duration::from_nanos((took.as_nanos() * u128::from(iterations) / done) as u64)
}
