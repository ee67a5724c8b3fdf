//! The services that a directory shows.

use haulout::{Event, Renewing};
use haulout_services::{Directory, SERVICES, Service};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

/// Services of all names together.
const SERVICES_HELD: usize = 10_000;

/// The kind of reads that has a goal.
pub(super) const GOAL: &str = "`Directory::lookup(name)`, 10,000 names";

pub(super) struct Services {
    directory: Directory<Renewing<SocketAddr>>,
    names: Vec<String>,
    /// Two events for each service, which change it into each other.
    events: Vec<[Event<Renewing<SocketAddr>>; 2]>,
    /// Instances of a name.
    each: usize,
    applied: AtomicU64,
}

impl Services {
    /// A directory of 10,000 services, so many of each name.
    pub(super) fn new(each: usize) -> Self {
        let names: Vec<_> = (0..SERVICES_HELD / each).map(|n| format!("service-{n}")).collect();
        let events: Vec<_> = (0..SERVICES_HELD)
            .map(|n| ["1.0.0", "1.0.1"].map(|version| event(n, &names[n / each], version)))
            .collect();
        let directory = Directory::new();
        for [event, _] in &events {
            directory.apply(event);
        }
        assert_eq!((directory.len(), directory.names().len()), (SERVICES_HELD, names.len()));
        Self { directory, names, events, each, applied: AtomicU64::new(0) }
    }
}

/// What member `n` says of its service.
fn event(n: usize, name: &str, version: &str) -> Event<Renewing<SocketAddr>> {
    let owner = SocketAddr::from(([10, 1, (n >> 8) as u8, n as u8], 7946));
    let service = Service::builder(name, owner.ip().to_string(), 8_080)
        .protocol("grpc")
        .version(version)
        .tags(["blue", "eu"])
        .build()
        .expect("it is within the bounds");
    let (key, value) = (service.instance().into(), service.to_bytes());
    Event::Published { owner, topic: SERVICES.id(), key, value }
}

impl super::Subject for Services {
    fn reads(&self) -> &'static [&'static str] {
        if self.each == 1 { &[GOAL] } else { &["`Directory::lookup(name)`, 100 names of 100 instances"] }
    }

    fn read(&self, _: usize, random: u64) -> usize {
        let found = self.directory.lookup(&self.names[random as usize % self.names.len()]);
        assert_eq!(found.len(), self.each);
        found.len()
    }

    fn update(&self, count: u32) -> io::Result<()> {
        for _ in 0..count {
            let turn = self.applied.fetch_add(1, Ordering::Relaxed) as usize;
            // A stride that shares no factor with them leads through all.
            let (service, pass) = (turn * 7_919 % SERVICES_HELD, turn / SERVICES_HELD);
            self.directory.apply(&self.events[service][(pass + 1) % 2]);
        }
        Ok(())
    }

    fn updated(&self) -> u64 {
        self.applied.load(Ordering::Relaxed)
    }
}
