//! Intervals by resampling runs (the bootstrap): no distribution is assumed, and arms are compared run by run,
//! since the same combination has the same seed in every arm.
//!
//! Where a combination was run five times and more, runs are drawn within their combination, as the grid is
//! fixed and only repetitions are chance; where it was not, from all runs, which gives wider intervals.

use super::lifeguard::Cell;
use crate::stats;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use std::collections::BTreeMap;

/// Resamples.
const DRAWS: usize = 1_000;
/// Repetitions from which on runs are drawn within their combination.
const ENOUGH: usize = 5;

/// A figure and its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// The interval's lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// Which runs may stand for each other.
#[derive(Clone, Debug)]
pub struct Strata(Vec<Vec<usize>>);

impl Strata {
    /// Those of runs with these cells.
    pub fn of(cells: &[Cell]) -> Self {
        let mut by: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (index, cell) in cells.iter().enumerate() {
            by.entry((cell.blocked, cell.duration, cell.interval)).or_default().push(index);
        }
        if by.values().all(|runs| runs.len() >= ENOUGH) {
            Self(by.into_values().collect())
        } else {
            Self(vec![(0..cells.len()).collect()])
        }
    }

    /// Whether runs are drawn within their combination.
    pub fn are_combinations(&self) -> bool {
        self.0.len() > 1
    }

    /// What `figure` makes of all runs, and of resamples of them. Cost: a thousand times that of `figure`.
    pub fn estimate(&self, figure: impl Fn(&[usize]) -> f64) -> Estimate {
        let mut runs: Vec<usize> = self.0.iter().flatten().copied().collect();
        let value = figure(&runs);
        let mut rng = SmallRng::seed_from_u64(1);
        let mut values = Vec::with_capacity(DRAWS);
        for _ in 0..DRAWS {
            runs.clear();
            for stratum in self.0.iter().filter(|stratum| !stratum.is_empty()) {
                runs.extend(stratum.iter().map(|_| stratum[rng.random_range(0..stratum.len())]));
            }
            values.push(figure(&runs));
        }
        values.retain(|value| !value.is_nan());
        let end = |part| stats::quantile(&values, part).unwrap_or(f64::NAN);
        Estimate { value, low: end(0.025), high: end(0.975) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(repetitions: u64) -> Vec<Cell> {
        let cell = |repetition, blocked| Cell { blocked, duration: 128, interval: None, repetition };
        (0..repetitions).flat_map(|repetition| [1, 32].map(|blocked| cell(repetition, blocked))).collect()
    }

    fn mean_of(cells: &[Cell]) -> Estimate {
        Strata::of(cells).estimate(|runs| {
            runs.iter().map(|run| cells[*run].blocked as f64).sum::<f64>() / runs.len() as f64
        })
    }

    #[test]
    fn what_differs_by_combination_alone_is_exact_once_it_was_repeated() {
        let Estimate { value, low, high } = mean_of(&cells(5));
        assert!([value, low, high].iter().all(|mean| (mean - 16.5).abs() < 1e-9), "{low} {value} {high}");
    }

    #[test]
    fn with_few_repetitions_combinations_are_chance_too() {
        let Estimate { value, low, high } = mean_of(&cells(4));
        // Eight runs of 1 or 32: a standard error of 15.5 / √8 = 5.5.
        assert!((value - 16.5).abs() < 1e-9 && (4.0..8.0).contains(&low) && (25.0..29.0).contains(&high));
        assert!(!Strata::of(&cells(4)).are_combinations() && Strata::of(&cells(5)).are_combinations());
    }
}
