//! Service discovery in forty lines: members offer services, and every member finds them.
//!
//! Three nodes on loopback, in one process. Two offer `web`; the third joins last, finds both, and sees one go.
//!
//! ```text
//! cargo run --example service_discovery
//! ```

use haulout::broadcast::Registry;
use haulout::{Config, Renewing};
use haulout_codec_serde::PostcardCodec;
use haulout_services::{Directory, SERVICES, Service, WatchEvent};
use haulout_tokio::{Handle, Node, Stopped};
use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

type Id = Renewing<SocketAddr>;
type Member = Handle<Id, Registry<Id>>;

/// A member that knows the topic of services.
async fn member(seed: Option<SocketAddr>) -> Result<Member, Box<dyn Error>> {
    let builder = Node::builder()
        .bind(([127, 0, 0, 1], 0))
        .identity_with(|address| Renewing::new(address, 1))
        .codec(PostcardCodec)
        .config(Config::local())
        .label("service discovery")
        .broadcasts(Registry::new().record(SERVICES)?);
    Ok(builder.seeds(seed).start().await?)
}

/// Offers a service, for as long as its member is one.
async fn offer(member: &Member, port: u16, tag: &str) -> Result<(), Box<dyn Error>> {
    let service = Service::builder("web", "127.0.0.1", port).tag(tag).build()?;
    member.records(&SERVICES)?.put(service.instance(), &service).await?;
    Ok(())
}

/// Keeps a directory as the member's records are: at first and after a lag by reading all, else by events.
async fn feed(member: Member, directory: Directory<Id>) -> Result<(), Stopped> {
    let mut events = member.events();
    loop {
        let fed = directory.clone();
        member.publish(move |registry, _| fed.resync(registry)).await?;
        while !directory.needs_resync() {
            let Some(event) = events.next().await else { return Ok(()) };
            directory.apply(&event);
        }
    }
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    let first = member(None).await?;
    let second = member(Some(first.bound())).await?;
    offer(&first, 8_001, "v1").await?;
    offer(&second, 8_002, "v2").await?;

    let late = member(Some(first.bound())).await?;
    let directory = Directory::new();
    tokio::spawn(feed(late, directory.clone()));
    let mut watch = directory.watch("web");
    until(&mut watch, || directory.lookup("web").len() == 2).await?;
    for instance in &directory.lookup_tagged("web", "v2") {
        println!("of them with v2: {}", instance.service());
    }

    second.leave(Duration::from_secs(5)).await?;
    until(&mut watch, || directory.lookup_tagged("web", "v2").is_empty()).await?;
    let one = directory.lookup("web").healthy().choose(7).cloned().ok_or("nobody offers web")?;
    println!("to be used: {}", one.service());
    Ok(())
}

/// Prints what changes, until it is as it is waited for.
async fn until(
    watch: &mut haulout_services::Watch<SocketAddr>,
    holds: impl Fn() -> bool,
) -> Result<(), Box<dyn Error>> {
    loop {
        match watch.next().await.ok_or("the directory is gone")? {
            WatchEvent::Snapshot { instances, .. } => println!("{} are there", instances.len()),
            WatchEvent::Added(new) => println!("there is {}", new.service()),
            WatchEvent::Changed { new, .. } => println!("changed: {}", new.service()),
            WatchEvent::Removed(old) => println!("gone is {}", old.service()),
        }
        if holds() {
            return Ok(());
        }
    }
}
