//! What a node on a UDP socket answers, beside a loop that echoes with the same system calls.
//!
//! Four subjects take turns on one core, and a load generator on another keeps a fixed window of valid pings of
//! listed members outstanding: the node and the bare echo loop, each with a system call a datagram and with one
//! for many. An answer counts if it decodes to the ack of a ping that is outstanding (the echo: to the ping).
//!
//! The figure to go by is answers a second *of processor time of the server's thread*: neither a generator that
//! is slower than the server nor another process on its core can flatter or harm it much. The wall's rate
//! stands beside it. Linux only: affinity, threads' clocks and the whole of 127.0.0.0/8.

#![expect(clippy::cast_precision_loss, reason = "what is counted in seconds is far below 2⁵²")]

mod load;
mod mmsg;
mod server;

pub(crate) use load::Load;
pub(crate) use server::Server;
use std::fmt::Write as _;
use std::io;
use std::time::{Duration, Instant};

/// A handle of a node here.
pub(crate) type Handle = haulout_tokio::Handle<server::Id>;

/// Members that the node holds; the pings come from all of them in turn.
pub const MEMBERS: usize = 1_000;

/// Pings outstanding: below what a socket's default buffer holds, so that none is lost; and one at a time, where
/// nothing can be done for many at once.
pub const WINDOWS: [usize; 2] = [128, 1];

/// Of the node over the echo loop with the same system calls, of answers a second of processor time.
const GOAL: f64 = 0.7;

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A loop of `recv_from` and `send_to`.
    EchoPlain,
    /// A node whose transport takes and sends a datagram a call.
    NodePlain,
    /// A loop of `recvmmsg` and `sendmmsg`.
    EchoBatched,
    /// A node on [`haulout_tokio::Udp`].
    NodeBatched,
}

impl Subject {
    /// All of them, in the order of the report.
    pub const ALL: [Self; 4] = [Self::EchoPlain, Self::NodePlain, Self::EchoBatched, Self::NodeBatched];

    const fn is_echo(self) -> bool {
        matches!(self, Self::EchoPlain | Self::EchoBatched)
    }

    /// The name of its thread, and its word on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::EchoPlain => "echo-plain",
            Self::NodePlain => "node-plain",
            Self::EchoBatched => "echo-batched",
            Self::NodeBatched => "node-batched",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::EchoPlain => "echo, a call a datagram",
            Self::NodePlain => "node, a call a datagram",
            Self::EchoBatched => "echo, a call for many",
            Self::NodeBatched => "node, a call for many",
        }
    }
}

/// What was counted of a subject in one turn.
#[derive(Clone, Copy, Debug)]
struct Count {
    answers: u64,
    wall: Duration,
    processor: Duration,
    lost: u64,
}

impl Count {
    fn a_second(&self) -> f64 {
        self.answers as f64 / self.wall.as_secs_f64()
    }

    fn a_processor_second(&self) -> f64 {
        self.answers as f64 / self.processor.as_secs_f64()
    }
}

/// The counts of all rounds.
#[derive(Debug)]
pub struct Measured {
    /// One of each window.
    windows: [Rounds; WINDOWS.len()],
}

/// A count of each subject a round, in the order of [`Subject::ALL`].
type Rounds = Vec<[Count; Subject::ALL.len()]>;

/// Measures so many rounds, in each of which every subject has a turn of this length.
///
/// # Errors
/// Those of the system: no socket, no affinity.
///
/// # Panics
/// If a node does not take in the generator's members, which no setting of a machine explains.
pub fn measure(rounds: usize, turn: Duration) -> io::Result<Measured> {
    let round = |window| {
        let [a, b, c, d] = Subject::ALL.map(|subject| measure_one(subject, window, turn));
        Ok([a?, b?, c?, d?])
    };
    let [many, one] = WINDOWS.map(|window| (0..rounds).map(|_| round(window)).collect::<io::Result<_>>());
    Ok(Measured { windows: [many?, one?] })
}

/// Has a subject answer for this long, for a profiler to look at; answers a processor second.
///
/// # Errors
/// As of [`measure`].
pub fn run(subject: Subject, length: Duration) -> io::Result<f64> {
    Ok(measure_one(subject, WINDOWS[0], length)?.a_processor_second())
}

/// On a thread of its own, which stays on its core.
fn measure_one(subject: Subject, window: usize, turn: Duration) -> io::Result<Count> {
    let pinned = std::thread::spawn(move || measure_pinned(subject, window, turn));
    pinned.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn measure_pinned(subject: Subject, window: usize, turn: Duration) -> io::Result<Count> {
    let (one, other) = server::cores()?;
    let mut load = Load::new(window)?;
    let server = Server::start(subject, Some(one), load.seed())?;
    server::pin(other)?;
    load.aim(server.address(), subject.is_echo());
    if let Some(node) = server.node() {
        load.join(node)?;
    }
    load.warm_up(Duration::from_millis(100), || {
        server.node().is_none_or(|node| node.stats().engine.gauges.gossip_backlog == 0)
    })?;
    let (start, processor, lost) = (Instant::now(), server.processor_time()?, load.lost());
    let answers = load.run(turn)?;
    let (wall, processor) = (start.elapsed(), server.processor_time()?.saturating_sub(processor));
    server.stop();
    Ok(Count { answers, wall, processor, lost: load.lost() - lost })
}

/// The median of what is said of each round.
fn median(rounds: &Rounds, of: impl Fn(&[Count]) -> f64) -> f64 {
    let mut all: Vec<f64> = rounds.iter().map(|round| of(round)).collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

impl Measured {
    /// The section of the report.
    pub fn markdown(&self) -> String {
        let mut text = String::from(HEAD);
        let _ = write!(text, "{} rounds.\n\n", self.windows[0].len());
        text.push_str(
            "| ratio, of answers a processor second | 128 outstanding | goal | one outstanding |\n",
        );
        text.push_str("| --- | ---: | ---: | ---: |\n");
        let ratios = [
            ("node / echo, a call a datagram", 1, 0, "–".to_string()),
            ("node / echo, a call for many", 3, 2, format!("≥ {GOAL:.2}")),
            ("node, a call for many / node, a call a datagram", 3, 1, "–".into()),
            ("node, a call for many / echo, a call a datagram", 3, 0, "–".into()),
        ];
        for (name, over, under, goal) in ratios {
            let ratio =
                |round: &[Count]| round[over].a_processor_second() / round[under].a_processor_second();
            let [many, one] = [0, 1].map(|window| median(&self.windows[window], ratio));
            let _ = writeln!(text, "| {name} | {many:.2} | {goal} | {one:.2} |");
        }
        for (rounds, window) in self.windows.iter().zip(WINDOWS) {
            table(&mut text, rounds, window);
        }
        text
    }
}

fn table(text: &mut String, rounds: &Rounds, window: usize) {
    let _ = write!(text, "\n| {window} outstanding | answers a processor second | an answer takes |");
    text.push_str(" answers a second | pings lost |\n| --- | ---: | ---: | ---: | ---: |\n");
    for (at, subject) in Subject::ALL.into_iter().enumerate() {
        let rate = median(rounds, |round| round[at].a_processor_second());
        let wall = median(rounds, |round| round[at].a_second());
        let lost: u64 = rounds.iter().map(|round| round[at].lost).sum();
        let took = 1e6 / rate;
        let _ = writeln!(text, "| {} | {rate:.0} | {took:.2} µs | {wall:.0} | {lost} |", subject.name());
    }
}

const HEAD: &str = "
## What a node answers over loopback UDP, on one core

A node of `haulout-tokio` on 127.0.0.1, on a runtime of one thread that is pinned to one core, holds 1,000 members.
A generator on another core keeps 128 of their pings outstanding, or one, and counts the acks, each of which it
decodes. Beside it a bare loop echoes the same pings with the same system calls: that is the limit. The four
take turns of the same length in one process; a processor second is one of the server's thread, what the kernel
does in its name included. A lone datagram takes the plain calls on either path of the node. Medians of ";
