//! `haulout events`: what an agent has received lately, and from now on.

use super::print_json;
use super::target::{connect, ended, failure};
use crate::cli::EventsArgs;
use crate::clock::since_ms;
use crate::control::api::{self, Event, EventLine, Events};
use crate::exit::{Answer, Failure};
use crate::table::{BOLD, Cell, DOUBTFUL, Table, ago};
use std::io::Write;

/// Characters of a payload that a table or a line shows.
const SHOWN: usize = 200;

/// Lists events; the answer is no if there are none.
pub(crate) async fn events(args: &EventsArgs, out: &mut impl Write) -> Result<Answer, Failure> {
    let wanted = |event: &Event| args.event.as_ref().is_none_or(|name| event.name == *name);
    let (mut client, endpoint) = connect(&args.target).await?;
    if !args.follow {
        let mut reply: Events = client.get(api::EVENTS).await.map_err(|error| failure(&endpoint, &error))?;
        reply.events.retain(wanted);
        if args.json {
            print_json(out, &reply)?;
        } else {
            print(&reply.events, out)?;
        }
        return Ok(if reply.events.is_empty() { Answer::No } else { Answer::Yes });
    }
    let mut lines = client.follow(api::EVENTS_WATCH).await.map_err(|error| failure(&endpoint, &error))?;
    while let Some(line) = lines.next().await.map_err(|error| failure(&endpoint, &error))? {
        if matches!(&line, EventLine::Event(event) if !wanted(event)) {
            continue;
        }
        if args.json {
            let line = serde_json::to_string(&line).map_err(|error| Failure::Failed(error.to_string()))?;
            writeln!(out, "{line}")?;
        } else {
            tell(&line, out)?;
        }
        out.flush()?;
    }
    Err(ended(&endpoint))
}

fn print(events: &[Event], out: &mut impl Write) -> Result<(), Failure> {
    let mut table = Table::new(&["EVENT", "FROM", "AGO", "TIME", "PAYLOAD"]);
    for event in events {
        table.row([
            Cell::styled(event.name.clone(), BOLD),
            event.from.clone().into(),
            ago(since_ms(event.at_ms)).into(),
            event.time.to_string().into(),
            payload(event).into(),
        ]);
    }
    if events.is_empty() { Ok(()) } else { Ok(table.print(out)?) }
}

fn tell(line: &EventLine, out: &mut impl Write) -> Result<(), Failure> {
    match line {
        EventLine::Event(event) => {
            let (name, from) = (&event.name, &event.from);
            writeln!(out, "{BOLD}{name}{BOLD:#} from {from}: {}", payload(event))?;
        }
        EventLine::Missed { missed } => {
            writeln!(out, "{DOUBTFUL}{missed} events were missed here{DOUBTFUL:#}")?
        }
    }
    Ok(())
}

/// The payload on one line, not all of it if it is long.
fn payload(event: &Event) -> String {
    let whole = match (&event.payload, &event.payload_hex) {
        (Some(text), _) => text.escape_debug().to_string().replace("\\\"", "\"").replace("\\'", "'"),
        (None, Some(digits)) => format!("0x{digits}"),
        (None, None) => String::new(),
    };
    match whole.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &whole[..end]),
        None => whole,
    }
}
