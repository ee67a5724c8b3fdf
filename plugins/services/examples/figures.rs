//! What a directory costs, by the number of instances of one name:
//! `cargo run --release -p haulout-services --example figures`.

use haulout::{Event, Identity, Renewing};
use haulout_services::{Directory, SERVICES, Service, Watch};
use std::hint::black_box;
use std::net::SocketAddr;
use std::time::Instant;

type Id = Renewing<SocketAddr>;

/// Each figure is the least of so many.
const TRIES: u32 = 5;

/// A service of one of many members.
fn published(at: u32, weight: u16) -> Event<Id> {
    let [_, a, b, c] = at.to_be_bytes();
    let owner = Id::new(([10, a, b, c], 7946).into(), 1).addr();
    let builder = Service::builder("web", owner.ip().to_string(), 8080).tags(["eu", "v2"]).weight(weight);
    let service = builder.build().expect("within the bounds");
    Event::Published {
        owner,
        topic: SERVICES.id(),
        key: service.instance().into(),
        value: service.to_bytes(),
    }
}

/// The least nanoseconds of one of `count` calls, of all tries.
fn least(count: u32, mut call: impl FnMut(u32)) -> f64 {
    let mut least = f64::MAX;
    for _ in 0..TRIES {
        let begun = Instant::now();
        (0..count).for_each(&mut call);
        least = least.min(begun.elapsed().as_secs_f64() * 1e9 / f64::from(count));
    }
    least
}

/// A member says another weight: nanoseconds a change, with what is to be done after each.
fn changes(directory: &Directory<Id>, instances: u32, mut then: impl FnMut()) -> f64 {
    const CHANGES: u32 = 512;
    let mut least = f64::MAX;
    for weight in 2..2 + TRIES as u16 {
        let step = (instances / CHANGES).max(1);
        let events: Vec<_> = (0..CHANGES.min(instances)).map(|at| published(at * step, weight)).collect();
        let begun = Instant::now();
        for event in &events {
            directory.apply(event);
            then();
        }
        least = least.min(begun.elapsed().as_secs_f64() * 1e9 / f64::from(events.len() as u32));
    }
    least
}

fn main() {
    println!("nanoseconds, the least of {TRIES} averages; instances of one name, two tags each\n");
    println!(
        "| instances | look-up | with a tag | choice by weight | by key | change | change, 8 watches | change and look-up |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for instances in [10, 100, 1_000, 10_000] {
        let directory = Directory::<Id>::new();
        (0..instances).for_each(|at| directory.apply(&published(at, 1)));
        let lookup = least(100_000, |_| _ = black_box(directory.lookup(black_box("web"))));
        let tagged = least(100_000, |_| _ = black_box(directory.lookup_tagged(black_box("web"), "v2")));
        let web = directory.lookup("web");
        let spread = |at: u32| u64::from(at).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let chosen = least(100_000, |at| _ = black_box(web.choose(spread(at))));
        let by_key = least(1_000_000 / instances, |at| _ = black_box(web.by_key(at.to_le_bytes())));
        let change = changes(&directory, instances, || {});
        let read = changes(&directory, instances, || _ = black_box(directory.lookup("web")));
        let mut eight: Vec<Watch<_>> = (0..8).map(|_| directory.watch("web")).collect();
        for watch in &mut eight {
            watch.try_next().expect("a snapshot");
        }
        let watched = changes(&directory, instances, || {});
        println!(
            "| {instances} | {lookup:.0} | {tagged:.0} | {chosen:.0} | {by_key:.0} | {change:.0} | {watched:.0} | {read:.0} |"
        );
    }
}
