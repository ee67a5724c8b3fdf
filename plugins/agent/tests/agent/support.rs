//! Agents, the command line, and waiting.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Timings at which a member is found down within about a second.
const FAST: &str = r#"
[probe]
interval = "200ms"
timeout = "100ms"

[gossip]
interval = "50ms"

[join]
timeout = "2s"
announce_interval = "500ms"
"#;

/// How long anything may take, on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(30);

/// A runtime directory of its own, in which a test's agents live.
pub(crate) struct Lab {
    directory: tempfile::TempDir,
}

impl Lab {
    pub(crate) fn new() -> Self {
        let lab = Self { directory: tempfile::tempdir().unwrap() };
        lab.file("fast.toml", FAST);
        lab
    }

    /// A path in the directory.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file into the directory.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The program, in this directory and without settings from outside.
    pub(crate) fn haulout(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_haulout"));
        for (variable, _) in std::env::vars() {
            if variable.starts_with("HAULOUT_") {
                command.env_remove(variable);
            }
        }
        let directory = self.directory.path();
        command.env("XDG_RUNTIME_DIR", directory).env("TMPDIR", directory).env_remove("NO_COLOR");
        command.args(args).stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.haulout(args).output().unwrap()
    }

    /// Starts an agent at a free port, and waits until it answers.
    pub(crate) fn agent(&self, name: &str, args: &[&str]) -> Agent {
        self.agent_at(name, free_address(), args)
    }

    /// Starts an agent at an address, and waits until it answers.
    pub(crate) fn agent_at(&self, name: &str, address: SocketAddr, args: &[&str]) -> Agent {
        let socket = self.path("haulout").join(format!("{name}.sock"));
        let control = option(args, "--control").unwrap_or_else(|| socket.to_str().unwrap());
        let log = self.path(&format!("{name}-{}.log", address.port()));
        let config = self.path("fast.toml");
        let bind = address.to_string();
        let mut command = self.haulout(&["agent", "--name", name, "--bind", &bind]);
        if option(args, "--config").is_none() {
            command.arg("--config").arg(config);
        }
        let file = File::options().create(true).append(true).open(&log).unwrap();
        let process = command.args(args).stdout(Stdio::null()).stderr(file).spawn().unwrap();
        let agent = Agent { process, address, control: control.into(), log };
        until(&format!("{name} answers"), || self.info(&agent).is_some());
        agent
    }

    /// What an agent says of itself; `None` while it does not answer.
    pub(crate) fn info(&self, agent: &Agent) -> Option<Value> {
        self.json(&["info", "--json", "--control", &agent.control])
    }

    /// The members that an agent lists.
    pub(crate) fn members(&self, agent: &Agent) -> Vec<Value> {
        let reply = self.json(&["members", "--json", "--control", &agent.control]);
        reply.map(|reply| reply["members"].as_array().unwrap().clone()).unwrap_or_default()
    }

    /// The row of one member in an agent's list, `Null` if there is none.
    pub(crate) fn row(&self, agent: &Agent, name: &str) -> Value {
        let rows: Vec<_> = self.members(agent).into_iter().filter(|row| row["name"] == name).collect();
        assert!(rows.len() <= 1, "listed twice: {rows:?}");
        rows.into_iter().next().unwrap_or_default()
    }

    /// Waits until an agent lists a member in a state; its row.
    pub(crate) fn until_state(&self, agent: &Agent, name: &str, state: &str) -> Value {
        let mut row = Value::Null;
        until(&format!("{name} is {state}"), || {
            row = self.row(agent, name);
            row["state"] == state
        });
        row
    }

    /// Waits until each of some agents lists exactly that many members, all alive.
    pub(crate) fn until_all_alive(&self, agents: &[&Agent], count: usize) {
        for agent in agents {
            until(&format!("{} lists {count}, all alive", agent.control), || {
                let rows = self.members(agent);
                rows.len() == count && rows.iter().all(|row| row["state"] == "alive")
            });
        }
    }

    fn json(&self, args: &[&str]) -> Option<Value> {
        let output = self.run(args);
        output.status.success().then(|| serde_json::from_slice(&output.stdout).unwrap())
    }
}

/// A running agent. Dropping it kills it.
pub(crate) struct Agent {
    process: Child,
    pub(crate) address: SocketAddr,
    pub(crate) control: String,
    log: PathBuf,
}

impl Agent {
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.process), signal).unwrap();
    }

    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Waits until it has ended.
    pub(crate) fn end(&mut self) -> ExitStatus {
        let mut status = None;
        until("the agent has ended", || {
            status = self.process.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap()
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// The address as an argument.
    pub(crate) fn at(&self) -> String {
        self.address.to_string()
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            eprintln!("---- {}\n{}", self.log.display(), self.log());
        }
    }
}

/// Waits for a condition.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "within {PATIENCE:?} it did not come true that {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// An address that was free a moment ago.
pub(crate) fn free_address() -> SocketAddr {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// The code of a command that ended by itself.
pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or_else(|| panic!("ended by a signal: {output:?}"))
}

pub(crate) fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A path as an argument.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn option<'a>(args: &[&'a str], flag: &str) -> Option<&'a str> {
    let at = args.iter().position(|arg| *arg == flag)?;
    Some(args[at + 1])
}

/// A command that goes on, and the lines that it has printed so far. Dropping it kills it.
pub(crate) struct Follower {
    process: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Follower {
    pub(crate) fn start(lab: &Lab, args: &[&str]) -> Self {
        let mut command = lab.haulout(args);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (lines, out) = (Arc::new(Mutex::new(Vec::new())), process.stdout.take().unwrap());
        let read = lines.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                read.lock().unwrap().push(line);
            }
        });
        Self { process, lines }
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    /// How it has ended, and what it said on standard error.
    pub(crate) fn end(&mut self) -> (ExitStatus, String) {
        let mut status = None;
        until("the follower has ended", || {
            status = self.process.try_wait().unwrap();
            status.is_some()
        });
        let mut said = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (status.unwrap(), said)
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
