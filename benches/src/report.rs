//! `docs/performance.md`: tables with the ratios first, and a plot of cost over size.

use crate::ours::{self, Ours};
use crate::peer::Peer;
use crate::{Fill, Op, SIZES, Subject, clock};
use haulout_codec_protobuf::ProtobufCodec;
use haulout_codec_serde::{BincodeCodec, PostcardCodec};
use plotters::prelude::*;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

/// What was measured of one operation at one size, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    op: Op,
    size: usize,
    postcard: f64,
    bincode: f64,
    protobuf: f64,
    foca: f64,
}

/// The measurements that make the report.
#[derive(Debug, Default)]
pub struct Measured {
    rows: Vec<Row>,
    /// Milliseconds to learn so many members one by one: ours, and foca's.
    learning: Vec<(usize, f64, f64)>,
}

/// Measures everything; `progress` is told of each size.
pub fn measure(sizes: &[usize], progress: impl Fn(usize)) -> Measured {
    let mut all = Measured::default();
    for &size in sizes {
        progress(size);
        let mut peer = Peer::new(size);
        let mut learning: Vec<f64> = (0..5).map(|_| ours::learning(size)).collect();
        learning.sort_by(f64::total_cmp);
        all.learning.push((size, learning[2], peer.learning));
        let mut postcard = Ours::new(PostcardCodec, size);
        let mut bincode = Ours::new(BincodeCodec, size);
        let mut protobuf = Ours::new(ProtobufCodec, size);
        for op in Op::ALL.into_iter().filter(|op| op.fits(size)) {
            // The probe patches the ack's number, which stands elsewhere in protobuf.
            let others = |subject: &mut dyn Subject| {
                if op == Op::Probe { f64::NAN } else { clock::median(subject, op, 15) }
            };
            let (bincode, protobuf) = (others(&mut bincode), others(&mut protobuf));
            // Side by side in time, twice each, so that a busy moment hits both.
            let (mut one, mut two) = (f64::MAX, f64::MAX);
            for _ in 0..2 {
                one = one.min(clock::median(&mut postcard, op, 15));
                two = two.min(clock::median(&mut peer, op, 5));
            }
            all.rows.push(Row { op, size, postcard: one, bincode, protobuf, foca: two });
        }
    }
    all
}

/// Instructions of an operation at each of [`SIZES`], where they could be counted.
pub type Counted = (Op, [Option<usize>; SIZES.len()]);

/// The report as Markdown.
pub fn markdown(measured: &Measured, instructions: &[Counted], machine: &str) -> String {
    let mut text = format!("{HEAD}{EQUAL}{TAIL}\n{machine}\n\n");
    let mut table = |title: &str, of: &dyn Fn(&Row) -> String| {
        let _ = write!(text, "\n## {title}\n\n| operation |");
        for size in SIZES {
            let _ = write!(text, " {} |", thousands(size));
        }
        let _ = write!(text, "\n| --- |{}", " ---: |".repeat(SIZES.len()));
        for op in Op::ALL {
            let _ = write!(text, "\n| {} |", op.name());
            for size in SIZES {
                let row = measured.rows.iter().find(|row| row.op == op && row.size == size);
                let _ = write!(text, " {} |", row.map_or_else(|| "–".into(), of));
            }
        }
        text.push('\n');
    };
    table("Ratio to foca: ours, postcard, over foca's time; below 1 is faster", &|row| {
        ratio(row.postcard, row.foca)
    });
    table("Ours, postcard", &|row| time(row.postcard));
    table("foca 2.0.0, postcard", &|row| time(row.foca));
    table("Ours, bincode", &|row| time(row.bincode));
    table("Ours, protobuf", &|row| time(row.protobuf));
    text.push_str("\n## Learning all members, one update each\n\n| members | ours | foca | ratio |\n");
    text.push_str("| ---: | ---: | ---: | ---: |\n");
    for (size, ours, foca) in &measured.learning {
        let (members, ratio) = (thousands(*size), ours / foca);
        let _ = writeln!(text, "| {members} | {} | {} | {ratio:.4} |", time(ours * 1e6), time(foca * 1e6));
    }
    text + &counts(instructions)
}

/// The table of instructions.
fn counts(instructions: &[Counted]) -> String {
    let mut text = String::from("\n## Instructions of an operation, postcard\n\n");
    if instructions.iter().all(|(_, counts)| counts.iter().all(Option::is_none)) {
        return text + "They are counted by `valgrind --tool=callgrind`, which was not found.\n";
    }
    text.push_str("Counted by `valgrind --tool=callgrind`, which no noise touches; what the bench does is counted too.\n");
    let _ = write!(text, "\n| operation |");
    for size in SIZES {
        let _ = write!(text, " {} |", thousands(size));
    }
    let _ = write!(text, "\n| --- |{}", " ---: |".repeat(SIZES.len()));
    for (op, counts) in instructions {
        let _ = write!(text, "\n| {} |", op.name());
        for count in counts {
            let cell = count.map_or_else(|| "–".into(), thousands);
            let _ = write!(text, " {cell} |");
        }
    }
    text.push('\n');
    text
}

const HEAD: &str = "\
# Performance

This page is what one command makes:

```text
cargo run --release -p haulout-benches
```

All times up to the last two sections are of an operation, in the median of fifteen runs (foca: five), of the better
of two rounds in one process. ";

/// How the two subjects are given equal work, and where their work differs.
pub const EQUAL: &str = "\
Identities are IPv4 addresses; ours carry an epoch of four bytes, foca's a counter of 16
bits. Senders and subjects are drawn at random over the whole table; 16,384 datagrams (65,536 at 100,000 members) lie
one after the other, as in a socket's buffers. Every operation is drained as a host drains it, and what it writes is
checked: each ping is answered, each full packet is full. foca goes on looking for a smaller update while a packet has
room, so its packets are measured twice: with a limit that the last update fills to the byte, and with one five bytes
higher; ours end at 1,400 bytes in both. foca's runtime copies what it sends into one buffer and
drops all else. A gossip round of ours includes a probe now and then, because deadlines are served as they fall due;
the probe cycle is measured with postcard alone. foca probes its list in order and looks a member up from the front:
few probes in a large cluster meet only its front, so the ratio of the probe cycle flatters foca there.";

const TAIL: &str = " The release
profile of this workspace holds: no LTO, the usual sixteen codegen units.

![Time of a ping and its ack over the size of the cluster](performance.svg)
";

/// Ours over foca's, with digits that say something.
pub fn ratio(ours: f64, foca: f64) -> String {
    let ratio = ours / foca;
    if ratio < 0.1 { format!("{ratio:.4}") } else { format!("{ratio:.2}") }
}

/// A number with commas.
pub fn thousands(mut number: usize) -> String {
    let mut parts = Vec::new();
    while number >= 1_000 {
        parts.push(format!("{:03}", number % 1_000));
        number /= 1_000;
    }
    parts.push(number.to_string());
    parts.reverse();
    parts.join(",")
}

/// A time of so many nanoseconds, with its unit.
pub fn time(nanos: f64) -> String {
    match nanos {
        n if n.is_nan() => "–".into(),
        n if n < 1e3 => format!("{n:.0} ns"),
        n if n < 1e6 => format!("{:.2} µs", n / 1e3),
        n if n < 1e9 => format!("{:.1} ms", n / 1e6),
        n => format!("{:.1} s", n / 1e9),
    }
}

/// The flatness plot: both axes logarithmic.
pub fn plot(measured: &Measured, file: &Path) -> Result<(), Box<dyn Error>> {
    let root = SVGBackend::new(file, (900, 480)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .margin(16)
        .x_label_area_size(44)
        .y_label_area_size(70)
        .caption("Time an operation takes over the size of the cluster", ("sans-serif", 20))
        .build_cartesian_2d((10.0..130_000.0).log_scale(), (50.0..5e6).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("members")
        .y_desc("an operation takes")
        .x_label_formatter(&|members| format!("{members:.0}"))
        .y_label_formatter(&|nanos| time(*nanos))
        .draw()?;
    let ops = [(Op::Ping, 0), (Op::PingKnown, 1), (Op::FullAck(Fill::Short), 2), (Op::Apply, 3)];
    for (op, color) in ops {
        let color = Palette99::pick(color).mix(1.0);
        for (subject, of) in [("ours", true), ("foca", false)] {
            let points: Vec<_> = measured
                .rows
                .iter()
                .filter(|row| row.op == op)
                .map(|row| (f64::from(row.size as u32), if of { row.postcard } else { row.foca }))
                .collect();
            let style = if of { color.stroke_width(3) } else { color.stroke_width(1) };
            let series =
                chart.draw_series(LineSeries::new(points, style).point_size(if of { 4 } else { 2 }))?;
            series
                .label(format!("{}: {subject}", op.name()))
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
        }
    }
    let position = SeriesLabelPosition::UpperLeft;
    chart.configure_series_labels().position(position).background_style(WHITE).border_style(BLACK).draw()?;
    root.present()?;
    Ok(())
}
