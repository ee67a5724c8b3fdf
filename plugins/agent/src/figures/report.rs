//! Samples, and the table of what was measured beside what is to be reached.

use crate::exit::{Answer, Failure};
use crate::table::{BAD, Cell, GOOD, Table};
use std::io::Write;

/// Measurements of one thing.
#[derive(Clone, Debug, Default)]
pub(super) struct Samples(Vec<f64>);

impl Samples {
    /// Adds one.
    pub(super) fn push(&mut self, sample: f64) {
        self.0.push(sample);
        self.0.sort_by(f64::total_cmp);
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The largest.
    pub(super) fn max(&self) -> f64 {
        self.0.last().copied().unwrap_or(f64::NAN)
    }

    /// The mean.
    #[expect(clippy::cast_precision_loss, reason = "there are few of them")]
    pub(super) fn mean(&self) -> f64 {
        self.0.iter().sum::<f64>() / self.0.len() as f64
    }

    /// The smallest sample that at least this share of all do not exceed.
    #[expect(clippy::cast_precision_loss, clippy::cast_sign_loss, reason = "a share of few samples")]
    pub(super) fn quantile(&self, share: f64) -> f64 {
        let rank = (self.0.len() as f64 * share).ceil().max(1.0) as usize;
        self.0.get(rank - 1).copied().unwrap_or(f64::NAN)
    }
}

/// One line of the table.
#[derive(Clone, Debug)]
pub(super) struct Figure {
    what: String,
    measured: f64,
    goal: f64,
    unit: &'static str,
    beside: String,
}

impl Figure {
    /// What was measured, and the most that it may be.
    pub(super) fn new(what: String, measured: f64, goal: f64, unit: &'static str, beside: String) -> Self {
        Self { what, measured, goal, unit, beside }
    }

    /// Whether the goal is reached; not so if nothing was measured.
    fn is_reached(&self) -> bool {
        self.measured <= self.goal
    }
}

/// Prints the table; the answer is no if a goal is missed.
pub(super) fn print(figures: &[Figure]) -> Result<Answer, Failure> {
    let mut out = anstream::stdout();
    let mut table = Table::new(&["WHAT", "MEASURED", "GOAL", "", "BESIDE"]);
    for figure in figures {
        let (word, style) = if figure.is_reached() { ("reached", GOOD) } else { ("MISSED", BAD) };
        table.row([
            figure.what.clone().into(),
            format!("{:.3} {}", figure.measured, figure.unit).into(),
            format!("{} {}", figure.goal, figure.unit).into(),
            Cell::styled(word, style),
            figure.beside.clone().into(),
        ]);
    }
    writeln!(out)?;
    table.print(&mut out)?;
    Ok(if figures.iter().all(Figure::is_reached) { Answer::Yes } else { Answer::No })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_samples() {
        let mut samples = Samples::default();
        (1..=10).rev().for_each(|sample| samples.push(f64::from(sample)));
        let shown = [samples.quantile(0.5), samples.quantile(0.9), samples.max(), samples.mean()];
        assert_eq!(shown.map(|sample| sample.to_string()), ["5", "9", "10", "5.5"]);
        assert!(Samples::default().quantile(0.5).is_nan());
    }

    #[test]
    fn a_goal_without_a_measurement_is_missed() {
        assert!(!Figure::new(String::new(), f64::NAN, 1.0, "s", String::new()).is_reached());
    }
}
