//! A check by a command of the shell: its exit code says how the service is.
//!
//! Invariant: when the check is over, however it ends, so are all processes that it has started and that are
//! still of its process group.

use super::Finding;
use haulout_services::Service;
use rustix::process::{Pid, Signal, kill_process_group};
use std::process::Stdio;
use tokio::process::{Child, Command};

pub(super) async fn check(command: &str, service: &Service) -> Finding {
    let mut shell = Command::new("/bin/sh");
    shell.arg("-c").arg(command);
    shell.env("SERVICE_NAME", service.name()).env("SERVICE_INSTANCE", service.instance());
    shell.env("SERVICE_ADDRESS", service.address()).env("SERVICE_PORT", service.port().to_string());
    // A group of its own, so that what it starts ends with it.
    shell.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut group = match shell.kill_on_drop(true).spawn() {
        Ok(child) => Group::of(child),
        Err(error) => return Finding::critical(format!("cannot run it: {error}")),
    };
    match group.shell.wait().await.map(|status| status.code()) {
        Ok(Some(0)) => Finding::passing("exit code 0"),
        Ok(Some(1)) => Finding::warning("exit code 1"),
        Ok(Some(code)) => Finding::critical(format!("exit code {code}")),
        Ok(None) => Finding::critical("ended by a signal"),
        Err(error) => Finding::critical(format!("cannot wait for it: {error}")),
    }
}

/// A shell and what it has started.
struct Group {
    shell: Child,
}

impl Group {
    fn of(shell: Child) -> Self {
        Self { shell }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // As long as the shell has not been waited for, its number is its own, and that of the group.
        let pid = self.shell.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        if let Some(pid) = pid {
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}
