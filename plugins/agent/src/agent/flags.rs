//! From the command line of `haulout agent` to its settings.

use crate::cli::AgentArgs;
use crate::exit::Failure;
use crate::settings::{Origin, Problem, Resolved, Sources};

/// The settings of flags, environment and file.
pub(super) fn resolve(args: &AgentArgs) -> Result<Resolved, Failure> {
    sources(args)?.resolve().map_err(|problems| {
        let lines: Vec<_> = problems.iter().map(Problem::to_string).collect();
        Failure::Usage(lines.join("\n"))
    })
}

/// Flags, environment and file of this process.
fn sources(args: &AgentArgs) -> Result<Sources, Failure> {
    let single = [
        ("name", "--name", &args.name),
        ("bind", "--bind", &args.bind),
        ("advertise", "--advertise", &args.advertise),
        ("label", "--label", &args.label),
        ("profile", "--profile", &args.profile),
        ("control", "--control", &args.control),
        ("log.format", "--log-format", &args.log_format),
        ("log.level", "--log-level", &args.log_level),
    ];
    let mut flags: Vec<_> = single
        .into_iter()
        .filter_map(|(key, flag, value)| Some((key.into(), value.clone()?, Origin::Flag(flag.into()))))
        .collect();
    if !args.join.is_empty() {
        flags.push(("join.seeds".into(), args.join.join(","), Origin::Flag("--join".into())));
    }
    if !args.service.is_empty() {
        flags.push(("services".into(), args.service.join("\n"), Origin::Flag("--service".into())));
    }
    for pair in &args.set {
        let (key, value) = pair.split_once('=').ok_or_else(|| {
            Failure::Usage(format!("flag --set {pair}: write a key and its value: --set probe.interval=2s"))
        })?;
        flags.push((key.trim().into(), value.trim().into(), Origin::Flag(format!("--set {}", key.trim()))));
    }
    let environment = std::env::vars_os().filter_map(|(name, value)| {
        // What is not Unicode is no setting of ours.
        Some((name.into_string().ok()?, value.into_string().ok()?))
    });
    Ok(Sources { file: args.config.clone(), environment: environment.collect(), flags })
}
