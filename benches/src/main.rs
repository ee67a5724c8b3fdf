//! Measures the hot path and writes `docs/performance.md`.
//!
//! ```text
//! cargo run --release -p haulout-benches               # everything, some minutes
//! cargo run --release -p haulout-benches -- driver     # that section alone, to the screen
//! cargo run --release -p haulout-benches -- readers
//! cargo run --release -p haulout-benches -- driver node-batched # ten seconds of a subject, for a profiler
//! cargo run --release -p haulout-benches -- count ping 1024 # an operation for callgrind to count
//! ```

use haulout::codec::Codec;
use haulout_benches::ours::{Node, Ours};
use haulout_benches::{Fill, Op, SIZES, Subject, report};
use haulout_codec_protobuf::ProtobufCodec;
use haulout_codec_serde::{BincodeCodec, PostcardCodec};
use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

/// Runs of an operation that are counted.
const RUNS: usize = 4;

/// Operations whose instructions are counted.
const COUNTED: [Op; 6] = [Op::Ping, Op::PingKnown, Op::FullAck(Fill::Exact), Op::Apply, Op::Probe, Op::Feed];

/// Turns of each subject of the driver's section.
#[cfg(target_os = "linux")]
const ROUNDS: usize = 9;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        [] => everything(),
        ["driver"] => show(driver()),
        ["driver", subject] => show(drive(subject)),
        ["readers"] => show(readers()),
        ["count", word, size] => count(PostcardCodec, word, size),
        ["count", word, size, "bincode"] => count(BincodeCodec, word, size),
        ["count", word, size, "protobuf"] => count(ProtobufCodec, word, size),
        _ => Err("usage: haulout-benches [driver [SUBJECT] | readers | count OPERATION MEMBERS [bincode | protobuf]]".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What a node answers, beside an echo loop.
#[cfg(target_os = "linux")]
fn driver() -> io::Result<String> {
    eprintln!("measuring the driver");
    Ok(haulout_benches::driver::measure(ROUNDS, Duration::from_millis(500))?.markdown())
}

#[cfg(target_os = "linux")]
fn readers() -> io::Result<String> {
    eprintln!("measuring readers");
    Ok(haulout_benches::readers::measure(3, Duration::from_millis(300))?.markdown())
}

/// One subject for ten seconds, for a profiler to look at.
#[cfg(target_os = "linux")]
fn drive(word: &str) -> io::Result<String> {
    use haulout_benches::driver::{Subject, run};
    let subject = Subject::ALL.into_iter().find(|subject| subject.word() == word);
    let rate = run(subject.ok_or(io::ErrorKind::NotFound)?, Duration::from_secs(10))?;
    Ok(format!("{rate:.0} answers a processor second\n"))
}

#[cfg(not(target_os = "linux"))]
fn driver() -> io::Result<String> {
    Ok("\n## What a node answers over loopback UDP, on one core\n\nMeasured on Linux only.\n".into())
}

#[cfg(not(target_os = "linux"))]
fn readers() -> io::Result<String> {
    Ok("\n## Readers beside 10,000 updates a second\n\nMeasured on Linux only.\n".into())
}

#[cfg(not(target_os = "linux"))]
fn drive(_: &str) -> io::Result<String> {
    Err(io::ErrorKind::Unsupported.into())
}

fn show(section: io::Result<String>) -> Result<(), Box<dyn Error>> {
    print!("{}", section?);
    Ok(())
}

fn everything() -> Result<(), Box<dyn Error>> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let measured = report::measure(&SIZES, |size| eprintln!("measuring {size} members"));
    eprintln!("counting instructions");
    let instructions: Vec<_> =
        COUNTED.into_iter().map(|op| (op, SIZES.map(|size| counted(op, size)))).collect();
    report::plot(&measured, &docs.join("performance.svg"))?;
    let mut text = report::markdown(&measured, &instructions, &machine());
    text += &driver()?;
    text += &readers()?;
    std::fs::write(docs.join("performance.md"), &text)?;
    print!("{text}");
    Ok(())
}

/// Runs an operation, and nothing else that callgrind would count.
fn count<C: Codec<Node> + Clone>(codec: C, word: &str, size: &str) -> Result<(), Box<dyn Error>>
where
    (Node, C, ()): haulout::Spec<Identity = Node, Codec = C, Broadcasts = ()>,
{
    let op = Op::ALL.into_iter().find(|op| op.word() == word);
    let op = op.filter(|op| COUNTED.contains(op)).ok_or_else(|| {
        let words: Vec<_> = COUNTED.into_iter().map(Op::word).collect();
        format!("there is no operation `{word}` to count; there are {}", words.join(", "))
    })?;
    let size = size.parse().map_err(|error| format!("`{size}` members: {error}"))?;
    let mut subject = Ours::new(codec, size);
    for _ in 0..RUNS {
        subject.prepare(op);
        std::hint::black_box(subject.run(op));
    }
    println!("{}", RUNS * subject.operations(op));
    Ok(())
}

/// Instructions an operation, if it fits the cluster and valgrind is there.
fn counted(op: Op, size: usize) -> Option<usize> {
    if !op.fits(size) {
        return None;
    }
    let out: PathBuf = std::env::temp_dir().join(format!("haulout-benches-{}", std::process::id()));
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--toggle-collect=*haulout_benches*Subject*run*"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(std::env::current_exe().ok()?)
        .args(["count", op.word(), &size.to_string()])
        .output()
        .ok()?;
    let _ = std::fs::remove_file(out);
    let text = String::from_utf8_lossy(&output.stderr);
    let total: usize = text.lines().find_map(|line| line.split("Collected :").nth(1))?.trim().parse().ok()?;
    let operations: usize = String::from_utf8_lossy(&output.stdout).trim().parse().ok()?;
    Some((total + operations / 2) / operations)
}

fn machine() -> String {
    let first = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).lines().next()?.trim().to_string())
    };
    let cpu = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split(':').nth(1)?.trim().to_string())
    });
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!(
        "Machine: {}, {cores} cores; {}; haulout {}, foca 2.0.0, {}.",
        cpu.unwrap_or_else(|| "a processor that does not tell its name".into()),
        first("uname", &["-sr"]).unwrap_or_else(|| std::env::consts::OS.into()),
        env!("CARGO_PKG_VERSION"),
        first("rustc", &["--version"]).unwrap_or_else(|| "an unknown compiler".into()),
    )
}
