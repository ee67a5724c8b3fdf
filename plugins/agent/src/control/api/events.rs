//! The forms that are about named events.

use crate::named_event::NamedEvent;
use serde::{Deserialize, Serialize};

/// `GET`: the events that the agent received lately; `POST`: send one, a [`SendEvent`].
pub(crate) const EVENTS: &str = "/v1/events";
/// `GET`: the same, then every one that comes, one [`EventLine`] a line.
pub(crate) const EVENTS_WATCH: &str = "/v1/events/watch";

/// Answer of [`EVENTS`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Events {
    /// The last 256 at most, oldest first.
    pub(crate) events: Vec<Event>,
}

/// A named event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Event {
    /// Counted by this agent since its start, from 1.
    pub(crate) number: u64,
    /// When this agent received it, in milliseconds of Unix time.
    pub(crate) at_ms: u64,
    /// What it is called.
    pub(crate) name: String,
    /// The member that sent it.
    pub(crate) from: String,
    /// Its Lamport time: later than that of whatever its sender had heard of before it.
    pub(crate) time: u64,
    /// What belongs to it, if that is text; else `null`.
    pub(crate) payload: Option<String>,
    /// What belongs to it in hexadecimal digits, if it is no text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) payload_hex: Option<String>,
}

impl Event {
    /// An event as it was received.
    pub(crate) fn new(number: u64, at_ms: u64, from: String, time: u64, event: &NamedEvent) -> Self {
        let text = std::str::from_utf8(event.payload()).ok();
        let payload_hex = text.is_none().then(|| hex(event.payload()));
        Self {
            number,
            at_ms,
            name: event.name().into(),
            from,
            time,
            payload: text.map(Into::into),
            payload_hex,
        }
    }
}

/// A line of [`EVENTS_WATCH`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum EventLine {
    /// An event.
    Event(Event),
    /// So many are missing here: whoever reads this, or the agent, was too slow.
    Missed {
        /// How many.
        missed: u64,
    },
}

/// Request of a `POST` to [`EVENTS`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SendEvent {
    /// What it is called: 1 to 64 bytes without white space.
    pub(crate) name: String,
    /// What belongs to it, as text.
    #[serde(default)]
    pub(crate) payload: Option<String>,
    /// The same in hexadecimal digits, if it is no text.
    #[serde(default)]
    pub(crate) payload_hex: Option<String>,
    /// Delivered only within so many milliseconds; for ever, if nothing is said.
    #[serde(default)]
    pub(crate) ttl_ms: Option<u64>,
}

impl SendEvent {
    /// The bytes that belong to it.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>, String> {
        match (&self.payload, &self.payload_hex) {
            (Some(_), Some(_)) => Err("give payload or payload_hex, not both".into()),
            (None, Some(digits)) => {
                unhex(digits).ok_or_else(|| "payload_hex has two hexadecimal digits a byte".into())
            }
            (payload, None) => Ok(payload.clone().unwrap_or_default().into_bytes()),
        }
    }
}

/// Answer of a `POST` to [`EVENTS`].
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Sent {
    /// Whether it is on its way: always, or there is an error instead.
    pub(crate) sent: bool,
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    if digits.len() % 2 != 0 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_hexadecimal() {
        let bytes = vec![0, 0xff, 0x7f];
        let event = Event::new(1, 2, "a".into(), 3, &NamedEvent::new("x", bytes.clone()).unwrap());
        assert_eq!((event.payload, event.payload_hex.as_deref()), (None, Some("00ff7f")));
        let send = SendEvent { payload_hex: Some("00FF7f".into()), ..SendEvent::default() };
        assert_eq!(send.bytes(), Ok(bytes));
        for wrong in ["0", "0g", "+1"] {
            let send = SendEvent { payload_hex: Some(wrong.into()), ..SendEvent::default() };
            assert!(send.bytes().is_err(), "{wrong}");
        }
    }
}
