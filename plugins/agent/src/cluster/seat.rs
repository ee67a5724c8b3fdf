//! One agent of a cluster: its place, its process and a connection to it.

use super::child::Child;
use crate::control::{Client, Endpoint};
use crate::exit::Failure;
use rustix::process::Signal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long one answer may take before the agent counts as silent.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long something may take that is more than an answer.
const LONG_PATIENCE: Duration = Duration::from_secs(20);

/// The pause between two looks at a process that is about to end.
const PAUSE: Duration = Duration::from_millis(10);

/// A place for an agent; the agent may come and go.
#[derive(Debug)]
pub(crate) struct Seat {
    name: String,
    address: SocketAddr,
    seed: Option<SocketAddr>,
    control: Endpoint,
    log: PathBuf,
    mortal: bool,
    /// What it offers.
    service: Option<String>,
    child: Option<Child>,
    client: Option<Client>,
}

impl Seat {
    pub(super) fn new(
        name: String,
        address: SocketAddr,
        seed: Option<SocketAddr>,
        directory: &Path,
        mortal: bool,
    ) -> Self {
        let control = Endpoint::Unix(directory.join(format!("{name}.sock")));
        let log = directory.join(format!("{name}.log"));
        Self { name, address, seed, control, log, mortal, service: None, child: None, client: None }
    }

    /// The agent's name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The agent's address.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The agent's control socket.
    pub(crate) fn control(&self) -> &Endpoint {
        &self.control
    }

    /// The agent's log.
    pub(crate) fn log(&self) -> &Path {
        &self.log
    }

    /// The agent's process, if it runs.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Has the agent offer a service from its next start on.
    pub(crate) fn offer(&mut self, service: String) {
        self.service = Some(service);
    }

    /// Starts the agent, anew if it ran before.
    pub(crate) fn start(&mut self) -> Result<(), Failure> {
        let failed = |error| Failure::Failed(format!("cannot start {}: {error}", self.name));
        let mut command = self.command().map_err(failed)?;
        let child = Child::spawn(&mut command).map_err(failed)?;
        (self.client, self.child) = (None, Some(child));
        Ok(())
    }

    fn command(&self) -> io::Result<Command> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args([
            "agent",
            "--name",
            &self.name,
            "--bind",
            &self.address.to_string(),
            "--profile",
            "lan",
        ]);
        command.args(["--control", &self.control.to_string()]);
        if let Some(seed) = self.seed {
            command.args(["--join", &seed.to_string()]);
        }
        if let Some(service) = &self.service {
            command.args(["--service", service]);
        }
        if self.mortal {
            command.args(["--end-with-parent", &std::process::id().to_string()]);
        }
        // What the user has set for agents of her own is not for these.
        for (variable, _) in std::env::vars_os() {
            if variable.to_string_lossy().starts_with("HAULOUT_") {
                command.env_remove(variable);
            }
        }
        // A group of its own: an interrupt typed at the terminal is for this process, which ends its agents.
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        Ok(command)
    }

    /// Sends the agent a signal.
    pub(crate) fn signal(&mut self, signal: Signal) -> Result<(), Failure> {
        let name = &self.name;
        let child = self.child.as_mut().ok_or_else(|| Failure::Failed(format!("{name} does not run")))?;
        child.signal(signal).map_err(|error| Failure::Failed(format!("cannot signal {name}: {error}")))
    }

    /// Kills the agent with SIGKILL.
    pub(crate) fn kill(&mut self) {
        (self.client, self.child) = (None, None);
    }

    /// Waits until the agent has ended by itself, and kills it if it does not.
    pub(crate) async fn end(&mut self) {
        let deadline = Instant::now() + LONG_PATIENCE;
        while let Some(child) = &mut self.child {
            if matches!(child.ended(), Ok(None)) && Instant::now() < deadline {
                tokio::time::sleep(PAUSE).await;
            } else {
                self.kill();
            }
        }
    }

    /// Tells the agent to do something, over a connection of its own.
    pub(crate) async fn tell<T: DeserializeOwned>(&mut self, path: &str, body: &impl Serialize) -> Option<T> {
        let client = Client::connect(&self.control).await.ok()?;
        client.patience(LONG_PATIENCE).post(path, body).await.ok()
    }

    /// Asks the agent; `None` while it does not answer. The connection is kept.
    pub(crate) async fn get<T: DeserializeOwned>(&mut self, path: &str) -> Option<T> {
        let client = match &mut self.client {
            Some(client) => client,
            none => none.insert(Client::connect(&self.control).await.ok()?.patience(PATIENCE)),
        };
        let reply = client.get(path).await.ok();
        if reply.is_none() {
            self.client = None;
        }
        reply
    }

    /// Lets the agent live on when this is dropped.
    pub(super) fn keep(&mut self) {
        if let Some(child) = &mut self.child {
            child.keep();
        }
    }
}
