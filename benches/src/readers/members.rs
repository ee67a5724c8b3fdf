//! The members that a node shows.

use super::Subject;
use crate::driver::{Load, MEMBERS, Server, Subject as Answering};
use std::io;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How long the last updates may take to arrive.
const PATIENCE: Duration = Duration::from_secs(5);

/// Without another update for as long as this, all have been counted.
const SETTLING: Duration = Duration::from_millis(50);

pub(super) struct Members {
    server: Server,
    /// Who tells the node what becomes of its members.
    load: Mutex<Load>,
    keys: Vec<std::net::SocketAddr>,
}

impl Members {
    pub(super) fn new() -> io::Result<Self> {
        let mut load = Load::new(1)?;
        let server = Server::start(Answering::NodeBatched, None, load.seed())?;
        load.aim(server.address(), false);
        load.join(server.node().ok_or_else(|| io::Error::other("a node has a handle"))?)?;
        let members = Self { server, keys: load.keys(), load: Mutex::new(load) };
        // What it was told while it joined is not to be counted later: once it shows a change, that is behind it.
        members.update(1)?;
        let mut before = members.updated();
        loop {
            std::thread::sleep(SETTLING);
            let now = members.updated();
            if now == before {
                return Ok(members);
            }
            before = now;
        }
    }

    pub(super) fn stop(self) {
        self.server.stop();
    }

    fn node(&self) -> &crate::driver::Handle {
        self.server.node().expect("it is a node")
    }

    fn received(&self) -> u64 {
        self.node().stats().engine.received.updates
    }
}

impl Subject for Members {
    fn reads(&self) -> &'static [&'static str] {
        &["`Handle::member(key)` of 1,000", "`Handle::members()`, all 1,000"]
    }

    fn read(&self, kind: usize, random: u64) -> usize {
        match kind {
            0 => usize::from(self.node().member(&self.keys[random as usize % MEMBERS]).is_some()),
            _ => self.node().members().len(),
        }
    }

    fn update(&self, count: u32) -> io::Result<()> {
        self.load.lock().expect("nobody panics under it").change(count)
    }

    /// Waits until the node shows what it was told last.
    fn updated(&self) -> u64 {
        let (start, told) = (Instant::now(), self.load.lock().expect("nobody panics under it").last_change());
        while let Some((key, state, incarnation)) = told {
            let seen = self.node().member(&key).expect("it is a member");
            if (seen.state, seen.incarnation) == (state, incarnation) {
                break;
            }
            assert!(start.elapsed() < PATIENCE, "not applied: {told:?}, but {seen:?}");
            std::thread::sleep(Duration::from_millis(1));
        }
        self.received()
    }
}
