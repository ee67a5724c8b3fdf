//! Members of three languages, as processes.

use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take, on a machine that is busy with other tests.
pub(crate) const PATIENCE: Duration = Duration::from_secs(45);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Rust,
    Python,
    Go,
}

struct Member {
    language: Language,
    process: Child,
    address: String,
    /// Commands to a member in Python or Go, and what it answers.
    talk: Option<(ChildStdin, Receiver<Value>)>,
}

pub(crate) struct Lab {
    folder: tempfile::TempDir,
    program: PathBuf,
    python: PathBuf,
    go_member: PathBuf,
    members: BTreeMap<String, Member>,
}

impl Lab {
    /// `None`, said aloud, if something is missing that nobody requires.
    pub(crate) fn new() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
        let program = variable("HAULOUT_PROGRAM").unwrap_or_else(built);
        let python = variable("HAULOUT_PYTHON").unwrap_or_else(|| "python3".into());
        let go_member = folder.path().join("haulout-member");
        let missing = [
            (program.exists(), "the program haulout: cargo build -p haulout-agent"),
            (succeeds(Command::new(&python).args(["-c", "import google.protobuf"])), "Python with protobuf"),
            (build_go(&go_member), "Go, or its modules"),
        ];
        if let Some((_, what)) = missing.iter().find(|(there, _)| !there) {
            assert!(variable("HAULOUT_REQUIRE_INTEROP").is_none(), "missing: {what}");
            println!("skipped; missing: {what}");
            return None;
        }
        Some(Self { folder, program, python, go_member, members: BTreeMap::new() })
    }

    /// Three agents, two members in Python and two in Go, each with a service of its name.
    pub(crate) fn cluster(&mut self, loss: f64) {
        let seed = self.start("rust-1", Language::Rust, None, loss);
        for name in ["rust-2", "rust-3"] {
            self.start(name, Language::Rust, Some(&seed), loss);
        }
        for (name, language) in [
            ("python-1", Language::Python),
            ("python-2", Language::Python),
            ("go-1", Language::Go),
            ("go-2", Language::Go),
        ] {
            self.start(name, language, Some(&seed), loss);
        }
    }

    /// Starts a member; its address.
    fn start(&mut self, name: &str, language: Language, seed: Option<&str>, loss: f64) -> String {
        let address = free_address();
        let mut command = match language {
            Language::Rust => Command::new(&self.program),
            Language::Python => Command::new(&self.python),
            Language::Go => Command::new(&self.go_member),
        };
        match language {
            Language::Rust => command.arg("agent").arg("--control").arg(self.control(name)),
            Language::Python => command.current_dir(sources("python")).args(["-m", "haulout_member"]),
            Language::Go => &mut command,
        };
        if language == Language::Rust && loss > 0.0 {
            // Comparisons get lost as well: they come sooner, so that being found equal does not take half a minute.
            command.args(["--set", "sync.shortest=1s", "--set", "sync.longest=3s"]);
        }
        let (loss, draws) = (loss.to_string(), self.members.len().to_string());
        command.args(["--loss", &loss, "--loss-seed", &draws]);
        command.args(["--name", name, "--bind", &address, "--service", &format!("{name}:8080")]);
        if let Some(seed) = seed {
            command.args(["--join", seed]);
        }
        for (variable, _) in std::env::vars().filter(|(variable, _)| variable.starts_with("HAULOUT_")) {
            command.env_remove(variable);
        }
        let process = command.stderr(Stdio::null()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut process = process.unwrap_or_else(|error| panic!("{name}: {error}"));
        let talk = (language != Language::Rust).then(|| listen(&mut process));
        let member = Member { language, process, address: address.clone(), talk };
        self.members.insert(name.into(), member);
        self.until(PATIENCE, "it answers", |lab| lab.view(name).contains_key(name));
        address
    }

    fn control(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.sock"))
    }

    /// What an agent prints as JSON; `Null` if that fails.
    fn agent(&self, name: &str, command: &str) -> Value {
        let mut program = Command::new(&self.program);
        let output = program.args([command, "--json", "--control"]).arg(self.control(name)).output();
        output.ok().and_then(|output| serde_json::from_slice(&output.stdout).ok()).unwrap_or_default()
    }

    pub(crate) fn info(&self, name: &str) -> Value {
        self.agent(name, "info")
    }

    /// What a member in Python or Go answers to a command; `Null` if it does not.
    fn ask(&mut self, name: &str, command: &str) -> Value {
        let Some((stdin, answers)) = self.members.get_mut(name).and_then(|member| member.talk.as_mut())
        else {
            return Value::Null;
        };
        if writeln!(stdin, "{command}").is_err() {
            return Value::Null;
        }
        let deadline = Instant::now() + Duration::from_secs(5);
        while let Ok(said) = answers.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            if said["kind"] == command {
                return said;
            }
        }
        Value::Null
    }

    /// Name to state, as a member sees it, itself included.
    pub(crate) fn view(&mut self, name: &str) -> BTreeMap<String, String> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
        if self.members[name].language == Language::Rust {
            let rows = self.agent(name, "members");
            let rows = rows["members"].as_array().cloned().unwrap_or_default();
            return rows.iter().map(|row| (text(&row["name"]), text(&row["state"]))).collect();
        }
        let rows = self.ask(name, "members");
        let Some(rows) = rows["members"].as_array() else { return BTreeMap::new() };
        let others = rows.iter().map(|row| (text(&row["member"]["name"]), text(&row["state"])));
        others.chain([(name.to_string(), "alive".into())]).collect()
    }

    /// The names of all services that a member knows, in order.
    pub(crate) fn services(&mut self, name: &str) -> Vec<String> {
        let told = match self.members[name].language {
            Language::Rust => self.agent(name, "services"),
            _ => self.ask(name, "services"),
        };
        let told = told["services"].as_array().cloned().unwrap_or_default();
        let mut names: Vec<_> = told.iter().filter_map(|it| it["name"].as_str().map(String::from)).collect();
        names.sort();
        names
    }

    /// The digests of both planes, of a member that tells them.
    pub(crate) fn digest(&mut self, name: &str) -> Option<(String, String)> {
        let told = self.ask(name, "digest");
        Some((told["members"].as_str()?.into(), told["records"].as_str()?.into()))
    }

    /// How many datagrams a member has refused.
    pub(crate) fn refused(&mut self, name: &str) -> Option<u64> {
        if self.members[name].language == Language::Rust {
            let dropped = &self.info(name)["dropped"];
            return Some(dropped["malformed"].as_u64()? + dropped["sealed"].as_u64()?);
        }
        self.ask(name, "dropped")["malformed"].as_u64()
    }

    /// Where a member listens.
    pub(crate) fn address(&self, name: &str) -> &str {
        &self.members[name].address
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.members.keys().cloned().collect()
    }

    /// Whether every member sees every member alive, and nobody else.
    pub(crate) fn complete(&mut self) -> bool {
        let names = self.names();
        let expected: BTreeMap<_, _> = names.iter().map(|name| (name.clone(), "alive".to_string())).collect();
        names.iter().all(|name| self.view(name) == expected)
    }

    /// Whether every other member sees one in a state.
    pub(crate) fn everywhere(&mut self, name: &str, state: &str) -> bool {
        self.everywhere_but(name, state, &[])
    }

    pub(crate) fn everywhere_but(&mut self, name: &str, state: &str, but: &[&str]) -> bool {
        let asked: Vec<_> =
            self.names().into_iter().filter(|other| other != name && !but.contains(&&**other)).collect();
        asked.iter().all(|other| self.view(other).get(name).is_some_and(|found| found == state))
    }

    /// Kills a member; it is not asked any more.
    pub(crate) fn kill(&mut self, name: &str) {
        let mut member = self.members.remove(name).expect("it is there");
        member.process.kill().expect("it runs");
        member.process.wait().expect("it ends");
    }

    /// Has a member leave, and waits for its end.
    pub(crate) fn leave(&mut self, name: &str) {
        self.signal(name, "TERM");
        let mut member = self.members.remove(name).expect("it is there");
        assert!(member.process.wait().expect("it ends").success(), "{name} ends as it should");
    }

    pub(crate) fn signal(&self, name: &str, signal: &str) {
        let id = self.members[name].process.id().to_string();
        assert!(succeeds(Command::new("kill").args(["-s", signal, &id])), "{name} gets its signal");
    }

    /// Waits until a condition holds; how long that took.
    pub(crate) fn until(
        &mut self,
        patience: Duration,
        what: &str,
        mut holds: impl FnMut(&mut Self) -> bool,
    ) -> Duration {
        let start = Instant::now();
        while !holds(self) {
            assert!(start.elapsed() < patience, "not within {patience:?}: {what}");
            thread::sleep(Duration::from_millis(20));
        }
        start.elapsed()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        for member in self.members.values_mut() {
            // It may have ended by itself.
            let _ = member.process.kill();
            let _ = member.process.wait();
        }
    }
}

/// The program that cargo built beside this test.
fn built() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    test.ancestors().nth(2).unwrap_or(Path::new(".")).join("haulout")
}

fn sources(language: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(language)
}

fn build_go(into: &Path) -> bool {
    let mut go = Command::new("go");
    succeeds(go.current_dir(sources("go")).args(["build", "-o"]).arg(into).arg("./cmd/haulout-member"))
}

fn succeeds(command: &mut Command) -> bool {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn free_address() -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    socket.local_addr().expect("a bound socket has an address").to_string()
}

fn listen(process: &mut Child) -> (ChildStdin, Receiver<Value>) {
    let (say, said) = channel();
    let stdout = process.stdout.take().expect("it is piped");
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let _ = say.send(serde_json::from_str(&line).unwrap_or_default());
        }
    });
    (process.stdin.take().expect("it is piped"), said)
}
