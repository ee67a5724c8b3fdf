//! The same work done by our engine and by foca 2.0.0 in one process, both with postcard: criterion's times, and the
//! ratios in the end.
//!
//! ```text
//! cargo bench -p haulout-benches --bench peers                              # all, some minutes
//! cargo bench -p haulout-benches --bench peers -- 'ping, ack/.*/1024'       # what matches
//! cargo bench -p haulout-benches --bench peers -- --test                    # does it run?
//! ```
//!
//! At each size the two take turns, operation by operation, so that a busy moment of the machine hits both. Whoever
//! is not selected is not built: to learn 100,000 members takes foca half a minute.

use criterion::{BenchmarkId, Criterion};
use haulout_benches::ours::Ours;
use haulout_benches::peer::Peer;
use haulout_benches::report::{EQUAL, ratio, thousands, time};
use haulout_benches::{Op, SIZES, Subject, WAITING, clock};
use haulout_codec_serde::PostcardCodec;
use std::time::Duration;

/// How a subject that knows so many others is built.
type Build = fn(usize) -> Box<dyn Subject>;

/// Who does it, by its name in criterion.
const PEERS: [(&str, Build); 2] = [
    ("haulout", |size| Box::new(Ours::new(PostcardCodec, size))),
    ("foca", |size| Box::new(Peer::new(size))),
];

/// A line of the table: an operation at a size, and nanoseconds of each that criterion let run.
struct Row {
    op: Op,
    size: usize,
    times: [Option<f64>; PEERS.len()],
}

fn main() {
    // As criterion sees it: `cargo bench` says the one, and `cargo test` does not.
    let is_test =
        !std::env::args().any(|word| word == "--bench") || std::env::args().any(|word| word == "--test");
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800))
        .sample_size(20)
        .configure_from_args();
    let most = if is_test { 1_024 } else { usize::MAX };
    let mut rows = Vec::new();
    for size in SIZES.into_iter().filter(|size| *size <= most) {
        measure(&mut criterion, size, &mut rows);
    }
    criterion.final_summary();
    if !is_test {
        print(&rows);
    }
}

/// Each operation, done by one after the other.
fn measure(criterion: &mut Criterion, size: usize, rows: &mut Vec<Row>) {
    let mut subjects = PEERS.map(|_| None);
    for op in Op::ALL.into_iter().filter(|op| op.fits(size)) {
        let mut row = Row { op, size, times: PEERS.map(|_| None) };
        let mut group = criterion.benchmark_group(op.name());
        for (((name, build), subject), median) in PEERS.iter().zip(&mut subjects).zip(&mut row.times) {
            let mut times = Vec::new();
            group.bench_function(BenchmarkId::new(*name, size), |b| {
                let subject = subject.get_or_insert_with(|| build(size)).as_mut();
                b.iter_custom(|iterations| {
                    let took = clock::iterations(subject, op, iterations);
                    times.push(took.as_secs_f64() * 1e9 / f64::from(iterations as u32));
                    took
                });
            });
            times.sort_by(f64::total_cmp);
            *median = times.get(times.len() / 2).copied();
        }
        group.finish();
        rows.push(row);
    }
}

/// Times and ratios of what both have done.
fn print(rows: &[Row]) {
    println!("{EQUAL}\n");
    println!(
        "Full packets are filled from {} updates that wait. Each time is the median of what",
        thousands(WAITING)
    );
    println!("criterion let run; the ratio is our time over foca's, so that below 1 is faster.\n");
    println!("| operation | members | haulout | foca 2.0.0 | ratio |\n| --- | ---: | ---: | ---: | ---: |");
    for Row { op, size, times } in rows {
        if let [Some(ours), Some(foca)] = *times {
            let (name, size, ratio) = (op.name(), thousands(*size), ratio(ours, foca));
            println!("| {name} | {size} | {} | {} | {ratio} |", time(ours), time(foca));
        }
    }
}
