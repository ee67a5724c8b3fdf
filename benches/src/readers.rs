//! What reading costs, and how many read a second, while 10,000 updates a second are applied.
//!
//! Two views are read: the members of a node of `haulout-tokio`, whose engine is told by datagrams that its members
//! are suspect and refute it, in turn; and a directory of `haulout-services`, to which another thread applies the
//! events of an engine, each of which changes a service. One, two and four threads read at random, without a
//! pause; a batch of reads is timed by the clock of the reader's thread, so that a reader that shares its core
//! does not count what others do there. Linux only, as [`driver`](crate::driver) is.

#![expect(clippy::cast_precision_loss, reason = "what is counted in seconds is far below 2⁵²")]

mod members;
mod services;

use nix::time::{ClockId, clock_gettime};
use std::fmt::Write as _;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Updates a second.
const UPDATES: u32 = 10_000;

/// Parts of a second in which they come.
const SLICES: u32 = 200;

/// Readers, and whether updates are applied meanwhile.
const CASES: [(usize, bool); 4] = [(1, false), (1, true), (2, true), (4, true)];

/// The goal for a look-up by name.
const LOOKUP: Duration = Duration::from_micros(1);

/// Reads that are timed together: the clock costs as much as some of them.
const TIMED: usize = 64;

/// A view, what reads it, and what changes it.
trait Subject: Sync {
    /// The kinds of reads.
    fn reads(&self) -> &'static [&'static str];

    /// Reads something, chosen by a random number; how much was found, which is never nothing.
    fn read(&self, kind: usize, random: u64) -> usize;

    /// Makes so many updates be applied.
    fn update(&self, count: u32) -> io::Result<()>;

    /// How many were applied so far.
    fn updated(&self) -> u64;
}

/// What was measured of one kind of reads in one case.
#[derive(Clone, Copy, Debug)]
struct Row {
    kind: &'static str,
    threads: usize,
    updates: f64,
    reads: f64,
    median: Duration,
    slow: Duration,
}

/// All rows.
#[derive(Debug)]
pub struct Measured {
    rows: Vec<Row>,
}

/// Measures every kind of reads in every case, so many rounds of this length.
///
/// # Errors
/// Those of the system.
///
/// # Panics
/// If a read finds nothing, or an update is not applied.
pub fn measure(rounds: usize, length: Duration) -> io::Result<Measured> {
    let mut rows = Vec::new();
    let members = members::Members::new()?;
    all(&members, rounds, length, &mut rows)?;
    members.stop();
    for each in [1, 100] {
        all(&services::Services::new(each), rounds, length, &mut rows)?;
    }
    Ok(Measured { rows })
}

fn all(subject: &impl Subject, rounds: usize, length: Duration, rows: &mut Vec<Row>) -> io::Result<()> {
    for kind in 0..subject.reads().len() {
        for case in CASES {
            let measured: io::Result<Vec<_>> =
                (0..rounds).map(|_| one(subject, kind, case, length)).collect();
            let mut measured = measured?;
            measured.sort_by_key(|row| row.median);
            rows.push(measured[rounds / 2]);
        }
    }
    Ok(())
}

/// One case: readers on threads of their own, this one makes the updates.
fn one(
    subject: &impl Subject,
    kind: usize,
    (threads, updating): (usize, bool),
    length: Duration,
) -> io::Result<Row> {
    let (ending, start, before) = (AtomicBool::new(false), Instant::now(), subject.updated());
    let (mut timed, wall, updates) = std::thread::scope(|scope| {
        let reader = |seed| reader(subject, kind, seed, &ending);
        let readers: Vec<_> = (1..=threads as u64).map(|seed| scope.spawn(move || reader(seed))).collect();
        let done = pace(subject, if updating { UPDATES / SLICES } else { 0 }, length);
        ending.store(true, Ordering::Relaxed);
        let timed: io::Result<Vec<_>> =
            readers.into_iter().map(|reader| reader.join().expect("a reader does not panic")).collect();
        let updates = (subject.updated() - before) as f64;
        done?;
        io::Result::Ok((timed?.concat(), start.elapsed(), updates))
    })?;
    let reads = (timed.len() * TIMED) as f64 / wall.as_secs_f64();
    timed.sort_unstable();
    let [median, slow] = [timed.len() / 2, timed.len() * 99 / 100].map(|place| timed[place] / TIMED as u32);
    let updates = updates / wall.as_secs_f64();
    Ok(Row { kind: subject.reads()[kind], threads, updates, reads, median, slow })
}

/// Makes updates for this long, so many each [`SLICES`]th of a second.
fn pace(subject: &impl Subject, count: u32, length: Duration) -> io::Result<()> {
    let start = Instant::now();
    let mut due = start;
    while start.elapsed() < length {
        if count > 0 {
            subject.update(count)?;
        }
        due += Duration::from_secs(1) / SLICES;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    Ok(())
}

/// Reads until the end; how long each [`TIMED`] reads took.
fn reader(subject: &impl Subject, kind: usize, seed: u64, ending: &AtomicBool) -> io::Result<Vec<Duration>> {
    let clock = || clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(Duration::from);
    let (mut random, mut timed) = (seed.wrapping_mul(0x9e37_79b9_7f4a_7c15), Vec::new());
    while !ending.load(Ordering::Relaxed) {
        let start = clock()?;
        for _ in 0..TIMED {
            // Xorshift: cheap beside what is measured.
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            assert_ne!(std::hint::black_box(subject.read(kind, random)), 0, "what is read is there");
        }
        timed.push(clock()?.saturating_sub(start));
    }
    Ok(timed)
}

impl Measured {
    /// The section of the report.
    pub fn markdown(&self) -> String {
        let mut text = String::from(HEAD);
        text.push_str(
            "| read | threads | updates a second | reads a second | a read takes | goal | 99 % take |\n",
        );
        text.push_str("| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
        for Row { kind, threads, updates, reads, median, slow } in &self.rows {
            let goal = if *kind == services::GOAL { format!("≤ {}", time(LOOKUP)) } else { "–".into() };
            let (median, slow) = (time(*median), time(*slow));
            let _ = writeln!(
                text,
                "| {kind} | {threads} | {updates:.0} | {reads:.0} | {median} | {goal} | ≤ {slow} |"
            );
        }
        text
    }
}

fn time(took: Duration) -> String {
    let nanos = took.as_nanos();
    if nanos < 1_000 { format!("{nanos} ns") } else { format!("{:.1} µs", nanos as f64 / 1e3) }
}

const HEAD: &str = "
## Readers beside 10,000 updates a second

Threads read at random and without a pause what a node and a directory show, while updates are applied: to the node
by datagrams that say of its 1,000 members in turn that they are suspect and that they are not; to the directory by
events that change a service each. `a read takes` is the median over batches of 64, of processor time of the
reader's thread, and `99 %` the time that 99 of 100 batches keep. Four readers, the writer and the node share what
cores there are.

";
