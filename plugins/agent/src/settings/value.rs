//! A value as it was written, and what it can be read as.
//!
//! The file has numbers and lists of its own; the environment and `--set` have text only. Both end up
//! here, so a setting is read by one function wherever it comes from.

use crate::offer::Offer;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

/// Keys and values of a table.
pub(crate) type Pairs = Vec<(String, String)>;

/// A value before anybody knows what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Raw {
    /// Text, or anything that came from outside of the file.
    Text(String),
    /// A number of the file.
    Number(i64),
    /// `true` or `false` of the file.
    Switch(bool),
    /// A list of texts.
    List(Vec<String>),
    /// A list of tables, each as its pairs; a list in it is a pair for each of its texts.
    Tables(Vec<Pairs>),
    /// Something that no setting takes, named.
    Other(&'static str),
}

impl fmt::Display for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Switch(on) => write!(f, "{on}"),
            Self::List(items) => write!(f, "{items:?}"),
            Self::Tables(tables) => write!(f, "a list of {} tables", tables.len()),
            Self::Other(what) => f.write_str(what),
        }
    }
}

/// What a value should have been, where it was something else.
pub(crate) type Expected = String;

/// Any text.
pub(crate) fn text(raw: &Raw) -> Result<String, Expected> {
    match raw {
        Raw::Text(text) if !text.is_empty() => Ok(text.clone()),
        _ => Err("a text that is not empty".into()),
    }
}

/// A list of texts; from outside of the file one text, separated by commas or blanks.
pub(crate) fn list(raw: &Raw) -> Result<Vec<String>, Expected> {
    match raw {
        Raw::List(items) => Ok(items.clone()),
        Raw::Text(text) => Ok(words(text)),
        _ => Err("a list of texts such as [\"10.0.0.1:7946\", \"seed.example\"]".into()),
    }
}

fn words(text: &str) -> Vec<String> {
    text.split([',', ' ', '\t', '\n']).filter(|word| !word.is_empty()).map(Into::into).collect()
}

/// Services that the agent offers: texts or tables; from outside of the file one text, a service a line.
pub(crate) fn offers(raw: &Raw) -> Result<Vec<Offer>, Expected> {
    let offers: Vec<Offer> = match raw {
        Raw::List(items) => items.iter().map(|item| item.parse()).collect::<Result<_, _>>()?,
        Raw::Text(text) => {
            let lines = text.lines().filter(|line| !line.trim().is_empty());
            lines.map(str::parse).collect::<Result<_, _>>()?
        }
        Raw::Tables(tables) => {
            tables.iter().map(|pairs| Offer::from_pairs(pairs)).collect::<Result<_, _>>()?
        }
        _ => return Err("a list of services such as [\"web:8080,tag=v2\"], or tables [[services]]".into()),
    };
    for (index, offer) in offers.iter().enumerate() {
        if offers[..index].iter().any(|other| other.instance() == offer.instance()) {
            return Err(format!(
                "services with names of their own; two are {:?}: give one of them another instance=",
                offer.instance()
            ));
        }
    }
    Ok(offers)
}

/// A whole number that fits `T`.
pub(crate) fn number<T: TryFrom<i64>>(raw: &Raw) -> Result<T, Expected> {
    let number = match raw {
        Raw::Number(number) => Some(*number),
        Raw::Text(text) => text.replace('_', "").parse().ok(),
        _ => None,
    };
    number.and_then(|number| T::try_from(number).ok()).ok_or_else(|| "a whole number in its range".into())
}

/// On or off.
pub(crate) fn switch(raw: &Raw) -> Result<bool, Expected> {
    match raw {
        Raw::Switch(on) => Ok(*on),
        Raw::Text(text) if matches!(text.as_str(), "true" | "on") => Ok(true),
        Raw::Text(text) if matches!(text.as_str(), "false" | "off") => Ok(false),
        _ => Err("true or false".into()),
    }
}

/// A length of time with its unit.
pub(crate) fn duration(raw: &Raw) -> Result<Duration, Expected> {
    let read = match raw {
        Raw::Text(text) => parse_duration(text),
        _ => None,
    };
    read.ok_or_else(|| "a time with its unit, such as \"200ms\", \"1.5s\", \"5m\" or \"24h\"".into())
}

/// Reads a number with its unit.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(at);
    let scale = match unit.trim() {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        _ => return None,
    };
    let seconds = number.parse::<f64>().ok()? * scale;
    let micros = Duration::try_from_secs_f64(seconds).ok()?.as_nanos().div_ceil(1_000);
    Some(Duration::from_micros(u64::try_from(micros).ok()?))
}

/// An IP address and a port; `port` where none is written.
pub(crate) fn socket_address(raw: &Raw, port: Option<u16>) -> Result<SocketAddr, Expected> {
    let read = match raw {
        Raw::Text(text) => parse_socket_address(text, port),
        _ => None,
    };
    read.ok_or_else(|| match port {
        Some(_) => {
            "an IP address, with or without a port, such as \"10.0.0.1:7946\" or \"[fd00::1]:7946\"".into()
        }
        None => "an IP address and a port, such as \"10.0.0.1:7946\" or \"[fd00::1]:7946\"".into(),
    })
}

fn parse_socket_address(text: &str, port: Option<u16>) -> Option<SocketAddr> {
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    Some(SocketAddr::new(bare.parse::<IpAddr>().ok()?, port?))
}

/// Anything with a `FromStr` whose error says what is expected.
pub(crate) fn parsed<T: FromStr<Err: fmt::Display>>(raw: &Raw) -> Result<T, Expected> {
    text(raw)?.parse().map_err(|error: T::Err| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Raw {
        Raw::Text(text.into())
    }

    #[test]
    fn a_time_needs_its_unit() {
        assert_eq!(duration(&of("200ms")), Ok(Duration::from_millis(200)));
        assert_eq!(duration(&of("1.5 s")), Ok(Duration::from_millis(1_500)));
        assert_eq!(duration(&of("24h")), Ok(Duration::from_secs(86_400)));
        for wrong in ["", "1", "s", "1 sec", "-1s", "1.2.3s", "1e400s"] {
            assert!(duration(&of(wrong)).is_err(), "{wrong}");
        }
        assert!(duration(&Raw::Number(1)).is_err());
    }

    #[test]
    fn text_from_outside_of_the_file_reads_as_any_kind() {
        assert_eq!(number::<u8>(&of("3")), Ok(3));
        assert_eq!(number::<u32>(&of("65_536")), Ok(65_536));
        assert!(number::<u8>(&of("300")).is_err());
        assert_eq!(switch(&of("off")), Ok(false));
        assert_eq!(list(&of("a:1, b:2 c")), Ok(vec!["a:1".into(), "b:2".into(), "c".into()]));
    }

    #[test]
    fn an_address_takes_the_port_of_another() {
        assert_eq!(socket_address(&of("10.0.0.1"), Some(7)).unwrap().to_string(), "10.0.0.1:7");
        assert_eq!(socket_address(&of("[::1]"), Some(7)).unwrap().to_string(), "[::1]:7");
        assert_eq!(socket_address(&of("[::1]:9"), None).unwrap().to_string(), "[::1]:9");
        assert!(socket_address(&of("10.0.0.1"), None).is_err());
        assert!(socket_address(&of("seed.example:1"), Some(7)).is_err());
    }
}
