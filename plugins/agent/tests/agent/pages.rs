//! The simulator begins itself anew for large memory pages, and nobody can tell but by its environment.
//!
//! The scenario is a named pipe: once it has a reader, the program has long decided how it runs, and waits.

use crate::support::{Lab, code, err, out, text, until};
use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat, open};
use std::fs::File;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, Output, Stdio};

const TUNABLES: &str = "GLIBC_TUNABLES";
const SCENARIO: &str = "name = \"piped\"\nmembers = 4\nduration = \"1s\"\n";

/// A process, ended by its id however the test ends.
struct Process(Option<Child>);

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// How `sim run` looks from outside while it waits for its scenario, and how it ends once it has it.
struct Seen {
    words: Vec<String>,
    /// The settings of the allocator in its environment, each time that they are there.
    tunables: Vec<String>,
    output: Output,
}

/// Runs a scenario under another name, with these settings of the allocator.
fn run(lab: &Lab, scenario: &str, tunables: Option<&str>) -> Seen {
    let pipe = lab.path("scenario.toml");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let mut command = lab.haulout(&["sim", "run", text(&pipe), "--seed", "7", "--json"]);
    command.arg0("another name").env_remove(TUNABLES).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(tunables) = tunables {
        command.env(TUNABLES, tunables);
    }
    let mut process = Process(Some(command.spawn().unwrap()));
    let child = process.0.as_mut().unwrap();
    let mut writer = None;
    until("it reads its scenario", || {
        assert!(child.try_wait().unwrap().is_none(), "it has ended before it read");
        // It can be opened only while somebody reads.
        writer = open(&pipe, OFlags::WRONLY | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty()).ok();
        writer.is_some()
    });
    let list = |name: &str| -> Vec<String> {
        let bytes = std::fs::read(format!("/proc/{}/{name}", child.id())).unwrap();
        let parts = bytes.split(|byte| *byte == 0).filter(|part| !part.is_empty());
        parts.map(|part| String::from_utf8_lossy(part).into_owned()).collect()
    };
    let words = list("cmdline");
    let value = |line: String| Some(line.strip_prefix(TUNABLES)?.strip_prefix('=')?.to_owned());
    let tunables = list("environ").into_iter().filter_map(value).collect();
    File::from(writer.unwrap()).write_all(scenario.as_bytes()).unwrap();
    Seen { words, tunables, output: process.0.take().unwrap().wait_with_output().unwrap() }
}

#[test]
fn a_simulation_asks_for_large_pages_under_its_own_name_and_arguments() {
    let lab = Lab::new();
    let seen = run(&lab, SCENARIO, None);
    assert_eq!(seen.tunables, ["glibc.malloc.hugetlb=1"]);
    let pipe = lab.path("scenario.toml");
    assert_eq!(seen.words, ["another name", "sim", "run", text(&pipe), "--seed", "7", "--json"]);
    assert_eq!(code(&seen.output), 0, "{}", err(&seen.output));
    let report: serde_json::Value = serde_json::from_str(&out(&seen.output)).unwrap();
    assert_eq!((report["scenario"].as_str(), report["seed"].as_u64()), (Some("piped"), Some(7)));
    assert_eq!(err(&seen.output), "");
}

#[test]
fn a_simulation_that_fails_has_the_same_code_and_words() {
    let seen = run(&Lab::new(), "members = 4\n", None);
    assert_eq!(seen.tunables, ["glibc.malloc.hugetlb=1"]);
    assert_eq!((code(&seen.output), out(&seen.output).as_str()), (2, ""));
    assert!(err(&seen.output).starts_with("haulout: "), "{}", err(&seen.output));
}

#[test]
fn whoever_has_chosen_how_memory_is_taken_keeps_it() {
    for chosen in ["glibc.malloc.tcache_count=4", ""] {
        let seen = run(&Lab::new(), SCENARIO, Some(chosen));
        assert_eq!(seen.tunables, [chosen]);
        assert_eq!(seen.words[0], "another name");
        assert_eq!(code(&seen.output), 0, "{}", err(&seen.output));
    }
}
