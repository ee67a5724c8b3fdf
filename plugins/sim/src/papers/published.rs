//! What Lifeguard's paper prints, to be shown beside what is measured.

/// A configuration of Tables IV to VI, α 5, and β 6 where the timeout is dynamic.
#[derive(Clone, Copy, Debug)]
pub struct Configuration {
    /// The name of the arm here.
    pub name: &'static str,
    /// Table IV: FP and FP-, in percent of SWIM.
    pub alarms: (f64, f64),
    /// Table V, in seconds: first detection and full dissemination, each median, 99 % and 99.9 %.
    pub latency: [f64; 6],
    /// Table VI: messages and bytes, in percent of SWIM.
    pub load: (f64, f64),
}

const fn configuration(
    name: &'static str,
    alarms: (f64, f64),
    latency: [f64; 6],
    load: (f64, f64),
) -> Configuration {
    Configuration { name, alarms, latency, load }
}

/// Tables IV, V and VI.
pub const CONFIGURATIONS: [Configuration; 5] = [
    configuration(
        "SWIM (α 5, β 1)",
        (100.0, 100.0),
        [12.44, 16.96, 19.40, 12.90, 16.93, 20.17],
        (100.0, 100.0),
    ),
    configuration("LHA-Probe", (67.72, 32.88), [12.42, 17.75, 20.10, 12.90, 17.98, 20.56], (98.46, 90.03)),
    configuration(
        "LHA-Suspicion",
        (3.00, 6.71),
        [12.42, 17.47, 25.41, 12.89, 17.33, 23.80],
        (111.31, 106.52),
    ),
    configuration(
        "Buddy System",
        (94.08, 44.57),
        [12.45, 17.12, 19.16, 12.92, 17.18, 19.81],
        (100.07, 99.01),
    ),
    configuration(
        "Lifeguard α 5, β 6",
        (1.53, 1.89),
        [12.45, 17.90, 21.20, 12.91, 18.05, 21.68],
        (110.59, 97.97),
    ),
];

/// A point of Table VII, in percent of SWIM.
#[derive(Clone, Copy, Debug)]
pub struct Tuned {
    /// α.
    pub alpha: u32,
    /// β.
    pub beta: u32,
    /// First detection: median, 99 %, 99.9 %.
    pub first: [f64; 3],
    /// Full dissemination, likewise.
    pub full: [f64; 3],
    /// FP and FP-.
    pub alarms: (f64, f64),
}

const fn tuned(alpha: u32, beta: u32, first: [f64; 3], full: [f64; 3], alarms: (f64, f64)) -> Tuned {
    Tuned { alpha, beta, first, full, alarms }
}

/// Table VII.
pub const TUNED: [Tuned; 9] = [
    tuned(2, 2, [53.14, 69.81, 76.08], [55.12, 73.07, 76.20], (98.37, 31.15)),
    tuned(2, 4, [54.10, 72.88, 75.41], [56.28, 76.96, 75.11], (43.64, 22.47)),
    tuned(2, 6, [54.34, 75.53, 80.36], [56.74, 79.15, 78.58], (24.16, 13.65)),
    tuned(4, 2, [82.96, 94.28, 99.07], [84.42, 97.05, 92.17], (37.72, 20.29)),
    tuned(4, 4, [83.04, 96.17, 93.71], [84.03, 96.69, 95.14], (8.04, 9.50)),
    tuned(4, 6, [83.12, 96.82, 94.69], [84.42, 96.52, 92.71], (3.18, 4.83)),
    tuned(5, 2, [99.76, 104.95, 112.32], [99.92, 105.73, 107.64], (26.61, 15.38)),
    tuned(5, 4, [99.52, 102.71, 111.44], [99.61, 105.08, 107.93], (5.43, 5.05)),
    tuned(5, 6, [100.08, 105.54, 109.28], [100.08, 106.62, 107.49], (1.53, 1.89)),
];
