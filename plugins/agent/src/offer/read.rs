//! Reading an offer: `web:8080,tag=v2,check=http:/health`, or the pairs of a table.

use super::Offer;
use crate::checks::{Check, Kind};
use crate::settings::parse_duration;
use std::net::Ipv4Addr;
use std::str::FromStr;

/// What may be said of a service.
const KEYS: &str = "name, port, instance, address, protocol, version, weight, tag, meta.KEY, check, command, \
                    interval, timeout, rise and fall";

/// `NAME:PORT`, then `KEY=VALUE` after commas; a `command` is the last, and has the rest for itself.
impl FromStr for Offer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (head, mut rest) = text.split_once(',').unwrap_or((text, ""));
        let (name, port) = head.split_once(':').ok_or_else(|| {
            format!("a service begins with its name and port, such as web:8080, not {head:?}")
        })?;
        let mut pairs = vec![("name".into(), name.into()), ("port".into(), port.into())];
        while !rest.is_empty() {
            let (pair, next) = match rest.split_once(',') {
                Some(split) if !rest.trim_start().starts_with("command=") => split,
                _ => (rest, ""),
            };
            let (key, value) = pair.split_once('=').ok_or_else(|| {
                format!("after {name}:{port} there are keys and values, such as tag=v2, not {pair:?}")
            })?;
            pairs.push((key.trim().into(), value.into()));
            rest = next;
        }
        Self::from_pairs(&pairs)
    }
}

impl Offer {
    /// The offer that these pairs say.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn from_pairs(pairs: &[(String, String)]) -> Result<Self, String> {
        let mut offer = Self { weight: 1, ..Self::default() };
        let mut times = Vec::new();
        for (key, value) in pairs {
            let number = |what: &str| format!("the {what} {value:?} is no number in its range");
            match key.as_str() {
                "name" => offer.name.clone_from(value),
                "port" => offer.port = value.parse().map_err(|_| number("port"))?,
                "instance" => offer.instance = Some(value.clone()),
                "address" => offer.address = Some(value.clone()),
                "protocol" => offer.protocol.clone_from(value),
                "version" => offer.version.clone_from(value),
                "weight" => offer.weight = value.parse().map_err(|_| number("weight"))?,
                "tag" | "tags" => offer.tags.push(value.clone()),
                "check" => offer.check = Some(check(value)?),
                "command" => offer.check = Some(Check::new(Kind::Command, value.trim())),
                "interval" | "timeout" | "rise" | "fall" => times.push((key, value)),
                key => match key.strip_prefix("meta.") {
                    Some(fact) => drop(offer.meta.insert(fact.into(), value.clone())),
                    None => return Err(format!("a service has no {key:?}; it has {KEYS}")),
                },
            }
        }
        for (key, value) in times {
            let check = offer.check.as_mut();
            let check =
                check.ok_or_else(|| format!("{key} is for a check, and there is none: add check=tcp"))?;
            set(check, key, value)?;
        }
        // Where it is at home is not known yet; what else is wrong with it is.
        offer.service(Ipv4Addr::LOCALHOST.into())?;
        Ok(offer)
    }
}

fn set(check: &mut Check, key: &str, value: &str) -> Result<(), String> {
    let time = || {
        let time =
            parse_duration(value).ok_or_else(|| format!("{key} is a time such as 10s, not {value:?}"))?;
        Ok::<_, String>(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    };
    let count = || value.parse().map_err(|_| format!("{key} is a number such as 2, not {value:?}"));
    match key {
        "interval" => check.interval_ms = time()?,
        "timeout" => check.timeout_ms = time()?,
        "rise" => check.rise = count()?,
        _ => check.fall = count()?,
    }
    Ok(())
}

/// `tcp`, `tcp:127.0.0.1:5432`, `http:/health`, `http://127.0.0.1:8080/health`.
fn check(text: &str) -> Result<Check, String> {
    match text.split_once(':') {
        None if text == "tcp" => Ok(Check::new(Kind::Tcp, "")),
        None if text == "http" => Ok(Check::new(Kind::Http, "/")),
        Some(("tcp", target)) => Ok(Check::new(Kind::Tcp, target)),
        Some(("http", target)) if target.starts_with("//") => Ok(Check::new(Kind::Http, text)),
        Some(("http", path)) => Ok(Check::new(Kind::Http, path)),
        _ => Err(format!(
            "check is tcp, tcp:ADDRESS:PORT, http:/PATH or http://ADDRESS:PORT/PATH, not {text:?}; for a command \
             write command=COMMAND"
        )),
    }
}
