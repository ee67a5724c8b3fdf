//! A seed: where a cluster may be found, as an address or as a host name.

use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// Where to look for a member: `10.0.0.1:7946`, `[2001:db8::1]:7946` or `db-1.example:7946`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Seed {
    /// A literal address.
    Address(SocketAddr),
    /// A host name, which may lead to any number of addresses, other ones each time.
    Host {
        /// The name.
        name: String,
        /// The port, the same at each of its addresses.
        port: u16,
    },
}

/// Why a text is not a [`Seed`], or the seed none of this cluster; the caller is to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedError {
    /// The text.
    pub seed: String,
    /// What is wrong with it and what is needed.
    pub problem: &'static str,
}

impl fmt::Display for SeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed `{}`: {}", self.seed, self.problem)
    }
}

impl std::error::Error for SeedError {}

impl From<Infallible> for SeedError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl FromStr for Seed {
    type Err = SeedError;

    fn from_str(text: &str) -> Result<Self, SeedError> {
        parse(text).map_err(|problem| SeedError { seed: text.into(), problem })
    }
}

impl TryFrom<&str> for Seed {
    type Error = SeedError;

    fn try_from(text: &str) -> Result<Self, SeedError> {
        text.parse()
    }
}

impl TryFrom<String> for Seed {
    type Error = SeedError;

    fn try_from(text: String) -> Result<Self, SeedError> {
        text.parse()
    }
}

impl TryFrom<&String> for Seed {
    type Error = SeedError;

    fn try_from(text: &String) -> Result<Self, SeedError> {
        text.parse()
    }
}

impl From<SocketAddr> for Seed {
    fn from(address: SocketAddr) -> Self {
        Self::Address(address)
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Host { name, port } => write!(f, "{name}:{port}"),
        }
    }
}

fn parse(text: &str) -> Result<Seed, &'static str> {
    const NO_PORT: &str = "has no port: write host:port, 10.0.0.1:7946 or [2001:db8::1]:7946";
    if let Ok(address) = text.parse::<SocketAddr>() {
        return match (address.ip().is_unspecified(), address.port()) {
            (true, _) => Err("is a wildcard, to which nothing can be sent: write a member's own address"),
            (_, 0) => Err("has port 0, to which nothing can be sent"),
            _ => Ok(Seed::Address(address)),
        };
    }
    if text.parse::<IpAddr>().is_ok() {
        return Err(NO_PORT);
    }
    let (name, port) = text.rsplit_once(':').ok_or(NO_PORT)?;
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || "/[]:@".contains(c)) {
        return Err("is neither host:port nor an address; an IPv6 address is put in brackets");
    }
    match port.parse() {
        Ok(0) | Err(_) => Err("has no port from 1 to 65535 after its last colon"),
        Ok(port) => Ok(Seed::Host { name: name.into(), port }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_host_names_are_told_apart() {
        assert_eq!("127.0.0.1:7".parse(), Ok(Seed::Address(([127, 0, 0, 1], 7).into())));
        assert!(matches!("[::1]:7".parse(), Ok(Seed::Address(SocketAddr::V6(_)))));
        assert_eq!("db-1.example:7946".parse(), Ok(Seed::Host { name: "db-1.example".into(), port: 7946 }));
    }

    #[test]
    fn what_nothing_can_be_sent_to_is_refused_with_advice() {
        for (text, word) in [
            ("", "no port"),
            ("db-1", "no port"),
            ("10.0.0.1", "no port"),
            ("::1", "no port"),
            ("db-1:", "no port from"),
            ("db-1:0", "no port from"),
            ("db-1:99999", "no port from"),
            (":7946", "neither"),
            ("http://db-1:80", "neither"),
            ("fe80::1::2:7", "neither"),
            ("0.0.0.0:7946", "wildcard"),
            ("10.0.0.1:0", "port 0"),
        ] {
            let error = text.parse::<Seed>().unwrap_err();
            assert!(error.problem.contains(word), "{text}: {error}");
        }
    }
}
