//! What the system knows of a process: memory and CPU time, from `/proc`.

use crate::exit::Failure;
use std::time::Duration;

/// Resident memory in bytes: `VmRSS`, shared pages of the program included.
pub(super) fn resident(pid: u32) -> Result<u64, Failure> {
    let status = read(pid, "status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    kib.map(|kib| kib * 1_024).ok_or_else(|| unreadable(pid, "status"))
}

/// CPU time, of the process and of the system on its behalf: to the nanosecond where the kernel counts so,
/// else in ticks of 10 ms, of which an idle agent uses less than one in half a minute.
pub(super) fn cpu_time(pid: u32) -> Result<Duration, Failure> {
    if let Some(nanos) = scheduled(pid) {
        return Ok(Duration::from_nanos(nanos));
    }
    let ticks = ticks(&read(pid, "stat")?).ok_or_else(|| unreadable(pid, "stat"))?;
    Ok(Duration::from_secs(ticks) / u32::try_from(rustix::param::clock_ticks_per_second()).unwrap_or(100))
}

/// The first number of each thread's `schedstat`, together.
fn scheduled(pid: u32) -> Option<u64> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    let of_thread = |thread: std::io::Result<std::fs::DirEntry>| {
        let text = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        text.split_ascii_whitespace().next()?.parse::<u64>().ok()
    };
    threads.map(of_thread).sum()
}

/// The 14th and 15th field together. The second is the name in brackets, which may have anything in it.
fn ticks(stat: &str) -> Option<u64> {
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

fn read(pid: u32, file: &str) -> Result<String, Failure> {
    std::fs::read_to_string(format!("/proc/{pid}/{file}")).map_err(|error| {
        Failure::Failed(format!(
            "cannot read /proc/{pid}/{file}: {error}\n  figures need a system with /proc, such as Linux"
        ))
    })
}

fn unreadable(pid: u32, file: &str) -> Failure {
    Failure::Failed(format!("/proc/{pid}/{file} is not of the form that Linux writes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_blanks_does_no_harm() {
        assert_eq!(ticks("7 (a ) b) S 1 7 7 0 -1 4194560 1 0 0 0 120 34 0 0 20 0 1 0 1"), Some(154));
        assert_eq!(ticks("7 (a) S 1"), None);
    }

    #[test]
    fn this_process_can_be_read() {
        assert!(resident(std::process::id()).unwrap() > 100_000);
        assert!(cpu_time(std::process::id()).is_ok());
    }
}
