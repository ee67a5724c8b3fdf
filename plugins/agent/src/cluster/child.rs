//! A process that ends with its owner, and the signals that it is sent.

use rustix::process::{Pid, Signal, kill_process};
use std::io;
use std::process::{Child as Process, Command, ExitStatus};

/// A child process. Dropping it kills it, whatever state it is in, and waits for its end.
///
/// Its number stays its own until it has been waited for, so no signal hits another process.
#[derive(Debug)]
pub(crate) struct Child {
    process: Process,
    kept: bool,
}

impl Child {
    /// Starts a process.
    pub(crate) fn spawn(command: &mut Command) -> io::Result<Self> {
        Ok(Self { process: command.spawn()?, kept: false })
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Sends it a signal; an error if it has ended.
    pub(crate) fn signal(&mut self, signal: Signal) -> io::Result<()> {
        if self.ended()?.is_some() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "the process has ended"));
        }
        Ok(kill_process(Pid::from_child(&self.process), signal)?)
    }

    /// Kills it and waits for its end.
    pub(crate) fn kill(&mut self) -> io::Result<()> {
        self.process.kill()?;
        self.process.wait().map(drop)
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        self.process.try_wait()
    }

    /// Lets it live on when this is dropped.
    pub(crate) fn keep(&mut self) {
        self.kept = true;
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if !self.kept {
            // It may have ended by itself.
            let _ = self.kill();
        }
    }
}
