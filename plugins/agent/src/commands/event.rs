//! `haulout event send`: something has happened, and every member hears of it.

use super::print_json;
use super::target::{connect, failure};
use crate::cli::{EventArgs, EventCommand, SendArgs};
use crate::control::api::{self, SendEvent, Sent};
use crate::exit::{Answer, Failure};
use std::io::{Read, Write};

/// Bytes that are read of standard input: more than any payload may have.
const LONGEST: u64 = 64 * 1_024;

/// Sends an event.
pub(crate) async fn event(args: &EventArgs, out: &mut impl Write) -> Result<Answer, Failure> {
    let EventCommand::Send(args) = &args.command;
    send(args, out).await
}

async fn send(args: &SendArgs, out: &mut impl Write) -> Result<Answer, Failure> {
    let (payload, payload_hex) = payload(&args.payload)?;
    let ttl_ms = args.within.map(|ttl| u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX));
    let request = SendEvent { name: args.event.clone(), payload, payload_hex, ttl_ms };
    let (mut client, endpoint) = connect(&args.target).await?;
    let reply: Sent = client.post(api::EVENTS, &request).await.map_err(|error| failure(&endpoint, &error))?;
    if args.json {
        print_json(out, &reply)?;
    } else {
        writeln!(out, "sent {}", args.event)?;
    }
    Ok(Answer::Yes)
}

/// As text if it is text, else as hexadecimal digits.
fn payload(text: &str) -> Result<(Option<String>, Option<String>), Failure> {
    if text != "-" {
        return Ok((Some(text.into()), None));
    }
    let mut bytes = Vec::new();
    std::io::stdin()
        .take(LONGEST)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::Failed(format!("cannot read standard input: {error}")))?;
    Ok(match String::from_utf8(bytes) {
        Ok(text) => (Some(text), None),
        Err(error) => (None, Some(api::hex(error.as_bytes()))),
    })
}
