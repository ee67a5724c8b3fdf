//! Named events: user events that programs and people send by name, with a payload.
//!
//! On the wire they are the protobuf message `haulout.v1.NamedEvent` (`proto/haulout/v1/named_event.proto`),
//! under the topic 2, `event`.

use haulout::broadcast::Topic;
use prost::Message;

/// The generated message; `tests/agent/generated.rs` makes it again from the schema and compares.
mod v1 {
    #![expect(unreachable_pub, reason = "generated code, documented by the schema")]
    include!("generated/haulout.v1.rs");
}

/// The topic of named events.
pub(crate) const EVENTS: Topic<NamedEvent> = Topic::with(2, "event", encode, decode);

/// Most bytes of a name.
const LONGEST: usize = 64;

/// A named event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedEvent {
    name: String,
    payload: Vec<u8>,
}

impl NamedEvent {
    /// An event of this name, if it is one; else what a name is.
    pub(crate) fn new(name: &str, payload: Vec<u8>) -> Result<Self, String> {
        let clean = !name.contains(|c: char| c.is_whitespace() || c.is_control());
        if !(1..=LONGEST).contains(&name.len()) || !clean {
            return Err(format!(
                "the name of an event has 1 to {LONGEST} bytes and no white space: {name:?}"
            ));
        }
        Ok(Self { name: name.into(), payload })
    }

    /// What it is called.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whatever belongs to it.
    pub(crate) fn payload(&self) -> &[u8] {
        &self.payload
    }
}

fn encode(event: &NamedEvent, out: &mut Vec<u8>) -> Result<(), &'static str> {
    let message = v1::NamedEvent { name: event.name.clone(), payload: event.payload.clone() };
    message.encode(out).map_err(|_| "does not encode")
}

fn decode(bytes: &[u8]) -> Result<NamedEvent, &'static str> {
    let message = v1::NamedEvent::decode(bytes).map_err(|_| "not a message haulout.v1.NamedEvent")?;
    NamedEvent::new(&message.name, message.payload).map_err(|_| "not the name of an event")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_reads_as_it_was_written_and_its_bytes_are_those_of_the_schema() {
        let event = NamedEvent::new("deploy", vec![0, 255]).unwrap();
        let encoded = EVENTS.encode(&event).unwrap();
        assert_eq!(encoded.bytes(), b"\x0a\x06deploy\x12\x02\x00\xff");
        assert_eq!(EVENTS.decode(encoded.bytes()), Ok(event));
    }

    #[test]
    fn names_are_short_words_also_on_the_wire() {
        for wrong in ["", "a b", "a\n", &"x".repeat(65)] {
            assert!(NamedEvent::new(wrong, Vec::new()).unwrap_err().contains("1 to 64 bytes"));
        }
        assert!(EVENTS.decode(b"\x0a\x03a b").is_err());
        assert!(EVENTS.decode(b"\x0a\xff").is_err());
    }
}
