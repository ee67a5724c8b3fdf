//! A member in ten lines: what a program on tokio copies to become part of a cluster.
//!
//! Two nodes on loopback, in one process. They meet, the second leaves, and the first hears of it.
//!
//! ```text
//! cargo run --example embed
//! ```

use haulout::identity::epoch_from_unix;
use haulout::{Config, Event, Renewing};
use haulout_codec_serde::PostcardCodec;
use haulout_tokio::{Events, Handle, Node, StartError};
use std::error::Error;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

type Id = Renewing<SocketAddr>;

/// The part to copy: bind an address, name a seed, and read the events.
async fn member(seed: Option<SocketAddr>) -> Result<(Handle<Id>, Events<Id>), StartError> {
    let unix = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Node::builder()
        .bind(([127, 0, 0, 1], 0))
        .identity_with(move |address| Renewing::new(address, epoch_from_unix(unix.as_secs())))
        .codec(PostcardCodec)
        .config(Config::local())
        .label("embed")
        .seeds(seed)
        .start_with_events()
        .await
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    let (first, mut told_first) = member(None).await?;
    let (second, mut told_second) = member(Some(first.bound())).await?;

    until("first", &mut told_first, |event| matches!(event, Event::Up { .. })).await?;
    until("second", &mut told_second, |event| matches!(event, Event::Up { .. })).await?;
    for member in second.members() {
        println!("the second lists {} as {}", member.identity, member.state);
    }

    second.leave(Duration::from_secs(5)).await?;
    until("first", &mut told_first, |event| matches!(event, Event::Left { .. })).await?;
    println!("the first lists {} others", first.members().len());
    Ok(())
}

/// Prints events up to the one that is waited for.
async fn until(
    who: &str,
    events: &mut Events<Id>,
    awaited: impl Fn(&Event<Id>) -> bool,
) -> Result<(), Box<dyn Error>> {
    while let Some(event) = events.next().await {
        println!("{who:<6}  {event}");
        if awaited(&event) {
            return Ok(());
        }
    }
    Err("the node stopped".into())
}
