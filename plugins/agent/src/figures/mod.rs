//! `haulout figures`: convergence, memory, CPU and detection time of a cluster of agents on this machine.
//!
//! The agents' own clocks are read, not the time of asking: they note when they saw a change, and are asked
//! about it afterwards. While CPU is measured nobody asks them anything.

mod measure;
mod process;
mod report;

use crate::cli::FiguresArgs;
use crate::exit::{Answer, Failure};
use crate::signals::interrupted;
use crate::voice::Voice;
use measure::Measured;
use report::Figure;

/// Measures and prints all figures; the answer is no if a goal is missed.
pub(crate) async fn run(args: &FiguresArgs) -> Result<Answer, Failure> {
    let mut voice = Voice::new();
    let measured = tokio::select! {
        measured = measure::all(args, &mut voice) => measured,
        name = interrupted() => Err(Failure::Failed(format!("{name}: the agents are stopped, and so is this"))),
    };
    voice.hush();
    report::print(&figures(args, &measured?))
}

fn figures(args: &FiguresArgs, measured: &Measured) -> Vec<Figure> {
    let Measured { convergence, memory, cpu, service, detection, false_alarms } = measured;
    let n = args.members;
    vec![
        Figure::new(
            format!("{n} agents know each other, worst of {} rounds", convergence.len()),
            convergence.max() / 1_000.0,
            1.0,
            "s",
            format!("median {:.2}", convergence.quantile(0.5) / 1_000.0),
        ),
        Figure::new(
            "resident memory of an agent, largest".into(),
            memory.max() / 1_000_000.0,
            8.0,
            "MB",
            format!("median {:.2}", memory.quantile(0.5) / 1_000_000.0),
        ),
        Figure::new(
            format!("CPU of an idle agent, mean over {} s", args.window),
            cpu.mean() * 100.0,
            0.2,
            "% of a core",
            format!("largest {:.3}", cpu.max() * 100.0),
        ),
        Figure::new(
            format!("a service offered by one of {n} is listed by all, median of {}", service.len()),
            service.quantile(0.5) / 1_000.0,
            1.0,
            "s",
            format!("largest {:.3}", service.max() / 1_000.0),
        ),
        Figure::new(
            format!("SIGKILL: all others know, median of {}", detection.len()),
            detection.quantile(0.5) / 1_000.0,
            7.5,
            "s",
            format!("90th percentile {:.2}, {false_alarms} false alarms", detection.quantile(0.9) / 1_000.0),
        ),
    ]
}
