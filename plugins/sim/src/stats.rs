//! The few statistics that tables need.

/// The value below which such a part of the others lies, 0 to 1, by the nearest rank; `None` of nothing.
pub fn quantile(values: &[f64], part: f64) -> Option<f64> {
    let mut values = values.to_vec();
    let rank = (part * values.len() as f64).ceil() as usize;
    if rank > values.len() || values.is_empty() {
        return None;
    }
    Some(*values.select_nth_unstable_by(rank.max(1) - 1, f64::total_cmp).1)
}

/// Half of the others are below it.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The mean, and the half width of its 95 % interval; zeros of nothing.
pub fn mean(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    if values.is_empty() {
        return (0.0, 0.0);
    }
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    (mean, 1.96 * (variance / n).sqrt())
}

/// The ratio of two sums over independent runs, and the half width of its 95 % interval (delta method).
pub fn ratio(numerators: &[f64], denominators: &[f64]) -> (f64, f64) {
    let ((a, da), (b, db)) = (mean(numerators), mean(denominators));
    if b == 0.0 {
        return (if a == 0.0 { 0.0 } else { f64::INFINITY }, f64::INFINITY);
    }
    let ratio = a / b;
    (ratio, ((da / b).powi(2) + (ratio * db / b).powi(2)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_by_the_nearest_rank() {
        let values = [3.0, 1.0, 2.0, 5.0, 4.0];
        assert_eq!(
            (median(&values), quantile(&values, 0.99), quantile(&values, 0.0)),
            (Some(3.0), Some(5.0), Some(1.0))
        );
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn intervals_shrink_with_the_root_of_the_number() {
        let few: Vec<_> = (0..100).map(|n| f64::from(n % 2)).collect();
        let (value, width) = mean(&few);
        assert!((value - 0.5).abs() < 1e-9 && (width - 0.098).abs() < 0.002, "{width}");
        let (value, width) = ratio(&few, &[2.0; 100]);
        assert!((value - 0.25).abs() < 1e-9 && (width - 0.049).abs() < 0.001, "{width}");
        assert!(ratio(&[0.0], &[0.0]).0.abs() < 1e-9);
    }
}
