//! The demo and the figures, as they are run from the README.

use crate::support::{Lab, code, err, out, until};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

#[test]
fn the_demo_tells_its_story_and_every_step_holds() {
    let lab = Lab::new();
    let output = lab.run(&["demo", "--members", "4"]);
    assert_eq!(code(&output), 0, "{}\n{}", out(&output), err(&output));
    let story = out(&output);
    for word in [
        "everybody knows everybody",
        "killed",
        "frozen",
        "back by itself",
        "no ghost",
        "vanished with it",
        "joined last",
        "left, not as down",
    ] {
        assert!(story.contains(word), "{word}: {story}");
    }
    assert!(story.contains("All 10 steps held"), "{story}");
    assert!(!story.contains('\r') && !story.contains('\u{1b}'), "piped, it is plain lines: {story}");
}

#[test]
fn the_demo_needs_three() {
    let output = Lab::new().run(&["demo", "--members", "2"]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("at least 3"), "{output:?}");
}

#[test]
fn an_interrupted_demo_takes_its_agents_with_it() {
    let lab = Lab::new();
    let mut demo = lab.haulout(&["demo"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines();
    let killed = lines.find(|line| line.as_ref().unwrap().contains("SIGKILL"));
    assert!(killed.is_some());
    let agents = children(demo.id());
    assert!(agents.len() >= 4, "{agents:?}");
    kill_process(Pid::from_child(&demo), Signal::INT).unwrap();
    let mut said = String::new();
    demo.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(demo.wait().unwrap().code(), Some(1));
    assert!(said.contains("SIGINT"), "{said}");
    for agent in agents {
        assert!(has_ended(agent), "{agent:?} runs on");
    }
}

#[test]
fn a_killed_demo_takes_its_agents_with_it() {
    let lab = Lab::new();
    let mut demo = lab.haulout(&["demo", "--members", "3"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("SIGKILL")));
    let agents = children(demo.id());
    assert!(!agents.is_empty());
    demo.kill().unwrap();
    demo.wait().unwrap();
    for agent in agents {
        until("the agent has ended", || has_ended(agent));
    }
}

#[test]
fn a_kept_cluster_can_be_talked_to_and_stopped_as_is_said() {
    let lab = Lab::new();
    let output = lab.run(&["demo", "--members", "3", "--keep"]);
    let said = out(&output);
    let pids: Vec<Pid> =
        after(&said, "  kill ").split(' ').map(|pid| Pid::from_raw(pid.parse().unwrap()).unwrap()).collect();
    let control = after(&said, " members --control ").to_owned();
    let members = lab.run(&["members", "--control", &control, "--status", "alive"]);
    for pid in &pids {
        // Those that have ended by then are as good.
        let _ = kill_process(*pid, Signal::TERM);
    }
    for pid in pids {
        until("it is stopped", || has_ended(pid));
    }
    std::fs::remove_dir_all(after(&said, "  rm -r ")).unwrap();
    assert_eq!(code(&output), 0, "{said}");
    assert_eq!(code(&members), 0, "{members:?}");
}

#[test]
fn figures_print_goals_beside_what_was_measured() {
    let lab = Lab::new();
    let output = lab.run(&[
        "figures",
        "--members",
        "5",
        "--rounds",
        "2",
        "--kills",
        "1",
        "--window",
        "2",
        "--services",
        "3",
    ]);
    let said = out(&output);
    assert!(code(&output) <= 1, "{said}\n{}", err(&output));
    for word in
        ["worst of 2 rounds", "resident memory", "CPU of an idle agent", "median of 3", "median of 1", "GOAL"]
    {
        assert!(said.contains(word), "{word}: {said}");
    }
}

/// What stands after a text, to the end of its line.
fn after<'a>(said: &'a str, text: &str) -> &'a str {
    let (_, rest) = said.split_once(text).unwrap_or_else(|| panic!("{text:?} is not in {said}"));
    rest.lines().next().unwrap().trim()
}

/// The processes that a process has started.
fn children(parent: u32) -> Vec<Pid> {
    let tasks = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap();
    tasks.split_whitespace().map(|pid| Pid::from_raw(pid.parse().unwrap()).unwrap()).collect()
}

/// Whether a process is gone, or waits only for somebody to ask how it ended.
fn has_ended(process: Pid) -> bool {
    let stat =
        std::fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero())).unwrap_or_default();
    stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with(['Z', 'X']))
}
