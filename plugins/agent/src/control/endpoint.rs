//! The address of a control socket: a path, or `tcp:` and an address of this machine.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

/// Where an agent is controlled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// A Unix socket at this path.
    Unix(PathBuf),
    /// A TCP port of this machine.
    Tcp(SocketAddr),
}

impl FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = "a path such as /run/haulout/a.sock, or tcp: and an address of this machine, such as \
                        tcp:127.0.0.1:7373";
        match text.strip_prefix("tcp:") {
            Some(address) => match address.parse::<SocketAddr>() {
                Ok(address) if address.ip().is_loopback() => Ok(Self::Tcp(address)),
                Ok(_) => {
                    Err("a loopback address: the control API asks nobody who he is, so other machines must \
                              not reach it (127.0.0.1 or [::1]; tunnel to it if you need it from afar)"
                        .into())
                }
                Err(_) => Err(expected.into()),
            },
            None if text.is_empty() => Err(expected.into()),
            None => Ok(Self::Unix(text.strip_prefix("unix:").unwrap_or(text).into())),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "{}", path.display()),
            Self::Tcp(address) => write!(f, "tcp:{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_read_again() {
        for text in ["/run/haulout/a.sock", "tcp:127.0.0.1:7373", "tcp:[::1]:7373", "relative.sock"] {
            assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), text);
        }
        assert_eq!("unix:/a".parse(), Ok(Endpoint::Unix("/a".into())));
    }

    #[test]
    fn other_machines_are_kept_out() {
        assert!("tcp:0.0.0.0:7373".parse::<Endpoint>().unwrap_err().contains("loopback"));
        assert!("tcp:10.0.0.1:7373".parse::<Endpoint>().unwrap_err().contains("loopback"));
        assert!("tcp:seed.example".parse::<Endpoint>().is_err());
        assert!("".parse::<Endpoint>().is_err());
    }
}
