//! `sim swarm`: many seeds, and what is needed to replay each failure.

use super::{CliError, SwarmArgs, json, progress};
use crate::parallel;
use crate::swarm::{Failure, swarm};
use serde::Serialize;
use std::io::Write;
use std::time::Instant;

#[derive(Serialize)]
struct Told<'a> {
    seed: u64,
    replay: String,
    violations: &'a [crate::checkers::Violation],
    smallest: String,
}

pub(super) fn execute(args: &SwarmArgs, out: &mut dyn Write) -> Result<bool, CliError> {
    let threads = args.threads.unwrap_or_else(parallel::cores);
    let count = args.seeds.end - args.seeds.start;
    let bar = progress::bar(count, "seeds");
    let began = Instant::now();
    // An engine that finds its own invariants broken is told below, with the rest.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let failures = swarm(args.seeds.clone(), threads, |done| bar.set_position(done as u64));
    std::panic::set_hook(hook);
    bar.finish_and_clear();
    let told: Vec<_> = failures.iter().map(told).collect();
    if args.json {
        json(out, &told)?;
        return Ok(failures.is_empty());
    }
    for failure in told {
        writeln!(out, "seed {} FAILED", failure.seed)?;
        for violation in failure.violations {
            writeln!(out, "  {violation}")?;
        }
        writeln!(out, "  again: {}", failure.replay)?;
        writeln!(out, "  smallest scenario that fails the same way:\n{}", failure.smallest)?;
    }
    let took = began.elapsed().as_secs_f64();
    writeln!(out, "{count} seeds, {} failed, {took:.1} s", failures.len())?;
    Ok(failures.is_empty())
}

fn told(failure: &Failure) -> Told<'_> {
    Told {
        seed: failure.seed,
        replay: failure.replay(),
        violations: &failure.violations,
        smallest: failure.smallest.to_toml(),
    }
}
