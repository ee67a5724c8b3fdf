//! Addresses of members as people write them: with or without a port.

use haulout_tokio::Seed;
use std::net::{IpAddr, SocketAddr};

/// The port that is meant where none is written.
pub(crate) const DEFAULT_PORT: u16 = 7946;

/// Reads an address or host name; [`DEFAULT_PORT`] where it has no port.
pub(crate) fn read(text: &str) -> Result<Seed, String> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    if let Ok(ip) = bare.parse::<IpAddr>() {
        return read(&SocketAddr::new(ip, DEFAULT_PORT).to_string());
    }
    let with_port =
        if text.contains(':') || text.is_empty() { text.into() } else { format!("{text}:{DEFAULT_PORT}") };
    with_port.parse().map_err(|_| {
        format!("members' addresses such as 10.0.0.1:7946, [fd00::1]:7946 or seed.example, not {text:?}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_may_be_left_out() {
        for (text, meant) in [
            ("10.0.0.1", "10.0.0.1:7946"),
            ("10.0.0.1:9", "10.0.0.1:9"),
            ("fd00::1", "[fd00::1]:7946"),
            ("[fd00::1]", "[fd00::1]:7946"),
            ("seed.example", "seed.example:7946"),
            (" seed.example:9 ", "seed.example:9"),
        ] {
            assert_eq!(read(text).unwrap().to_string(), meant);
        }
        for wrong in ["", "a:b:c", "0.0.0.0", "seed.example:0", "http://seed.example"] {
            assert!(read(wrong).unwrap_err().contains("such as"), "{wrong}");
        }
    }
}
