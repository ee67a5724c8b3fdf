//! Checks of services: whether what an agent offers works, as far as its owner can tell.
//!
//! Only the agent that offers a service checks it, and publishes what it finds as the service's health. Cost: one
//! connection or process an interval; health is published when it changes.

mod command;
mod http;
mod judge;

pub(crate) use judge::Judge;

use haulout_services::{Health, Service};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;
use tokio::net::TcpStream;

/// How a service is checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Check {
    /// What is done.
    pub(crate) kind: Kind,
    /// Where, or which command. Empty: the service's own address; a path: at that address.
    #[serde(default)]
    pub(crate) target: String,
    /// From the end of one check to the next, in milliseconds.
    #[serde(default = "interval")]
    pub(crate) interval_ms: u64,
    /// How long one may take, in milliseconds.
    #[serde(default = "timeout")]
    pub(crate) timeout_ms: u64,
    /// So many good ones in a row, and a critical service is passing.
    #[serde(default = "rise")]
    pub(crate) rise: u32,
    /// So many bad ones in a row, and it is critical.
    #[serde(default = "fall")]
    pub(crate) fall: u32,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// A TCP connection is opened.
    Tcp,
    /// `GET`: 200 to 299 is passing, 429 a warning.
    Http,
    /// A command of the shell: exit code 0 is passing, 1 a warning.
    Command,
}

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Passing, warning or critical.
    pub(crate) health: Health,
    /// Why, for people.
    pub(crate) detail: String,
}

fn interval() -> u64 {
    10_000
}

fn timeout() -> u64 {
    3_000
}

fn rise() -> u32 {
    1
}

fn fall() -> u32 {
    2
}

impl Check {
    /// A check with the usual times: every 10 s, 3 s each; once good is good, twice bad is bad.
    pub(crate) fn new(kind: Kind, target: impl Into<String>) -> Self {
        let target = target.into();
        Self { kind, target, interval_ms: interval(), timeout_ms: timeout(), rise: rise(), fall: fall() }
    }

    /// What is wrong with it, if anything.
    pub(crate) fn problem(&self) -> Option<String> {
        let range = |what: &str, value: u64, least: u64, most: u64| {
            let wrong = !(least..=most).contains(&value);
            wrong.then(|| format!("the check's {what} is {value}, and may be {least} to {most}"))
        };
        let target = match self.kind {
            Kind::Tcp if !self.target.is_empty() && host_port(&self.target).is_none() => {
                Some(format!("{:?} is no address and port to check", self.target))
            }
            Kind::Http if !self.target.starts_with('/') && http::authority(&self.target).is_none() => Some(
                format!("{:?} is neither a path nor an address such as http://127.0.0.1:80/", self.target),
            ),
            Kind::Command if self.target.trim().is_empty() => {
                Some("the command of the check is empty".into())
            }
            _ => None,
        };
        target
            .or_else(|| range("interval in ms", self.interval_ms, 100, 86_400_000))
            .or_else(|| range("timeout in ms", self.timeout_ms, 10, 3_600_000))
            .or_else(|| range("rise", self.rise.into(), 1, 100))
            .or_else(|| range("fall", self.fall.into(), 1, 100))
    }

    /// From the end of one check to the next.
    pub(crate) fn interval(&self) -> Duration {
        Duration::from_millis(self.interval_ms)
    }

    /// Checks once. Dropping the future ends whatever it has begun.
    pub(crate) async fn once(&self, service: &Service) -> Finding {
        let timeout = Duration::from_millis(self.timeout_ms);
        let check = async {
            match self.kind {
                Kind::Tcp => tcp(&self.target, service).await,
                Kind::Http => http::check(&self.target, service).await,
                Kind::Command => command::check(&self.target, service).await,
            }
        };
        tokio::time::timeout(timeout, check)
            .await
            .unwrap_or_else(|_| Finding::critical(format!("no answer within {} ms", self.timeout_ms)))
    }
}

/// `tcp`, `http /health`, `command pg_isready -q`.
impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            Kind::Tcp => "tcp",
            Kind::Http => "http",
            Kind::Command => "command",
        })?;
        if self.target.is_empty() { Ok(()) } else { write!(f, " {}", self.target) }
    }
}

impl Finding {
    fn passing(detail: impl Into<String>) -> Self {
        Self { health: Health::Passing, detail: detail.into() }
    }

    fn warning(detail: impl Into<String>) -> Self {
        Self { health: Health::Warning, detail: detail.into() }
    }

    fn critical(detail: impl Into<String>) -> Self {
        Self { health: Health::Critical, detail: detail.into() }
    }
}

async fn tcp(target: &str, service: &Service) -> Finding {
    let own = (service.address(), service.port());
    let (host, port) = host_port(target).unwrap_or(own);
    match TcpStream::connect((host, port)).await {
        Ok(_) => Finding::passing("connected"),
        Err(error) => Finding::critical(format!("cannot connect: {error}")),
    }
}

/// Host and port of `host:port` or `[ip]:port`.
fn host_port(text: &str) -> Option<(&str, u16)> {
    let (host, port) = text.rsplit_once(':')?;
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let host = bare.unwrap_or(host);
    let whole = !host.is_empty() && (bare.is_some() || !host.contains(':'));
    Some((host, port.parse().ok()?)).filter(|_| whole)
}

#[cfg(test)]
mod tests;
