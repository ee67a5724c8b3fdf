//! How long a datagram is under way.

use crate::scenario::Span;
use core::time::Duration;
use rand::RngExt;
use rand::rngs::SmallRng;
use serde::{Deserialize, Serialize};

/// A distribution of one-way delays.
///
/// In a file: `{ fixed = "1ms" }`, `{ uniform = ["1ms", "3ms"] }`,
/// `{ log_normal = { median = "20ms", sigma = 0.5 } }`,
/// `{ regions = [["1ms", "40ms"], ["40ms", "1ms"]] }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Latency {
    /// Always the same.
    Fixed(Span),
    /// Anything between the two, equally likely.
    Uniform(Span, Span),
    /// exp(N(ln median, sigma²)), cut at fifty times the median.
    LogNormal {
        /// Half of the datagrams are faster.
        median: Span,
        /// 0 to 2. At 0.5 one of a hundred takes 3.2 times the median.
        sigma: f64,
    },
    /// Seat `s` is in region `s % rows`; row and column say how long from one region to the other, ± 10 %.
    Regions(Vec<Vec<Span>>),
}

impl Latency {
    /// One delay from one seat to another.
    pub fn draw(&self, rng: &mut SmallRng, from: usize, to: usize) -> Duration {
        match self {
            Self::Fixed(span) => span.duration(),
            Self::Uniform(low, high) => between(rng, low.micros(), high.micros()),
            Self::LogNormal { median, sigma } => {
                let factor = libm::exp(sigma * normal(rng)).min(50.0);
                median.duration().mul_f64(factor)
            }
            Self::Regions(matrix) => {
                let micros = matrix[from % matrix.len()][to % matrix.len()].micros();
                between(rng, micros - micros / 10, micros + micros / 10)
            }
        }
    }

    /// The longest delay that is not rare: what bounds are computed with.
    pub fn usual_longest(&self) -> Duration {
        match self {
            Self::Fixed(span) | Self::Uniform(_, span) => span.duration(),
            Self::LogNormal { median, sigma } => median.duration().mul_f64(libm::exp(3.0 * sigma).min(50.0)),
            Self::Regions(matrix) => {
                matrix.iter().flatten().map(|span| span.duration().mul_f64(1.1)).max().unwrap_or_default()
            }
        }
    }

    /// What is wrong with it, if anything.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        match self {
            Self::Uniform(low, high) if low > high => Some("the first of `uniform` is the lower one"),
            Self::LogNormal { sigma, .. } if !(0.0..=2.0).contains(sigma) => Some("`sigma` is from 0 to 2"),
            Self::Regions(matrix)
                if matrix.is_empty() || matrix.iter().any(|row| row.len() != matrix.len()) =>
            {
                Some("`regions` is a square of at least one row")
            }
            _ => None,
        }
    }
}

impl Default for Latency {
    /// 0.5 to 1.5 ms.
    fn default() -> Self {
        Self::Uniform(Span::from_micros(500), Span::from_micros(1_500))
    }
}

fn between(rng: &mut SmallRng, low: u64, high: u64) -> Duration {
    Duration::from_micros(rng.random_range(low..=high))
}

/// A standard normal, by Box and Muller.
fn normal(rng: &mut SmallRng) -> f64 {
    let u = 1.0 - rng.random::<f64>();
    let v = rng.random::<f64>();
    libm::sqrt(-2.0 * libm::log(u)) * libm::cos(core::f64::consts::TAU * v)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    fn delays(latency: &Latency, from: usize, to: usize) -> Vec<u64> {
        let mut rng = SmallRng::seed_from_u64(7);
        let mut delays: Vec<_> =
            (0..10_001).map(|_| latency.draw(&mut rng, from, to).as_micros() as u64).collect();
        delays.sort_unstable();
        delays
    }

    #[test]
    fn each_distribution_has_the_middle_that_it_says() {
        let ms = Span::from_millis;
        assert!(delays(&Latency::Fixed(ms(3)), 0, 1).iter().all(|delay| *delay == 3_000));
        let uniform = delays(&Latency::Uniform(ms(1), ms(3)), 0, 1);
        assert!((1_950..2_050).contains(&uniform[5_000]) && uniform[0] >= 1_000 && uniform[10_000] <= 3_000);
        let tail = delays(&Latency::LogNormal { median: ms(20), sigma: 0.5 }, 0, 1);
        assert!((19_000..21_000).contains(&tail[5_000]), "{}", tail[5_000]);
        assert!((58_000..70_000).contains(&tail[9_900]), "{}", tail[9_900]);
        let regions = Latency::Regions(vec![vec![ms(1), ms(40)], vec![ms(60), ms(1)]]);
        assert!((39_000..41_000).contains(&delays(&regions, 2, 3)[5_000]));
        assert!((59_000..61_000).contains(&delays(&regions, 1, 0)[5_000]));
    }

    #[test]
    fn what_cannot_be_drawn_from_is_named() {
        let ms = Span::from_millis;
        assert!(Latency::Uniform(ms(3), ms(1)).problem().is_some());
        assert!(Latency::Regions(vec![vec![ms(1)], vec![ms(1)]]).problem().is_some());
        assert!(Latency::LogNormal { median: ms(1), sigma: 9.0 }.problem().is_some());
        assert_eq!(Latency::default().problem(), None);
    }
}
