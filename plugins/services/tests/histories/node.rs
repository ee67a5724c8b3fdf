//! A member with a directory, and what must hold whenever it has taken its events.

use crate::naive::{self, Id, Listing};
use core::ops::AddAssign;
use haulout::broadcast::{Registry, Topic};
use haulout::{Config, Engine, Event};
use haulout_codec_serde::PostcardCodec;
use haulout_services::{Directory, SERVICES, Service, Watch, WatchEvent};
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// The topic of services, to a member that puts anything there.
pub(crate) const RAW: Topic<Vec<u8>> = Topic::new(1, "service");

/// How often something happened.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) checked: u64,
    pub(crate) services: u64,
    pub(crate) rejected: u64,
    pub(crate) lagged: u64,
    pub(crate) down: u64,
    pub(crate) left: u64,
    pub(crate) renewed: u64,
    pub(crate) missed: u64,
}

impl Tally {
    pub(crate) fn is_everything(&self) -> bool {
        let Self { checked, services, rejected, lagged, down, left, renewed, missed } = *self;
        ![checked, services, rejected, lagged, down, left, renewed, missed].contains(&0)
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.checked += other.checked;
        self.services += other.services;
        self.rejected += other.rejected;
        self.lagged += other.lagged;
        self.down += other.down;
        self.left += other.left;
        self.renewed += other.renewed;
        self.missed += other.missed;
    }
}

pub(crate) struct Node {
    pub(crate) engine: Engine<(Id, PostcardCodec, Registry<Id>)>,
    pub(crate) directory: Directory<Id>,
    /// A watch of one name, and one of all that is often behind.
    watches: [(Watch<SocketAddr>, Replay); 2],
}

/// What a watch has told: by owner and instance.
type Replay = BTreeMap<(SocketAddr, Box<str>), Service>;

impl Node {
    pub(crate) fn new(identity: Id, raw: bool, seed: u64) -> Self {
        let registry = Registry::new();
        let registry = if raw { registry.record(RAW) } else { registry.record(SERVICES) };
        let mut config = Config::lan();
        // So few that some are missed.
        config.limits.events = 16;
        let engine = Engine::new(identity, PostcardCodec, registry.expect("one topic"), config, seed);
        let directory = Directory::new();
        let watches = [directory.watch("web"), directory.watch_with(None, 2)];
        let engine = engine.expect("the settings are possible");
        Self { engine, directory, watches: watches.map(|watch| (watch, Replay::new())) }
    }

    /// Takes what the engine says, as the documentation of the directory has it, and checks it.
    pub(crate) fn drain(&mut self, tally: &mut Tally) {
        while let Some(event) = self.engine.poll_event() {
            match event {
                Event::Down { .. } => tally.down += 1,
                Event::Left { .. } => tally.left += 1,
                Event::Renewed { .. } => tally.renewed += 1,
                Event::Lagged { .. } => tally.lagged += 1,
                _ => {}
            }
            self.directory.apply(&event);
        }
        if self.directory.needs_resync() {
            self.directory.resync(self.engine.registry());
        }
        naive::check(&self.directory, self.engine.registry());
        tally.checked += 1;
        tally.services += self.directory.len() as u64;
        tally.rejected += self.directory.rejected().len() as u64;
        for (watch, replay) in &mut self.watches {
            while let Some(event) = watch.try_next() {
                tally.missed += replayed(replay, event);
            }
        }
        let [(_, web), (_, all)] = &self.watches;
        assert_eq!(ordered(web), ordered_listing(naive::listed(&self.directory.lookup("web"))));
        assert_eq!(ordered(all), ordered_listing(naive::listed(&self.directory.all())));
    }
}

/// Does what a watch says; each change is one of what was said before. How many it missed.
fn replayed(replay: &mut Replay, event: WatchEvent<SocketAddr>) -> u64 {
    let place = |owner: &SocketAddr, service: &Service| (*owner, service.instance().into());
    match event {
        WatchEvent::Snapshot { instances, missed } => {
            let listing = naive::listed(&instances).into_iter();
            *replay = listing.map(|(owner, service)| (place(&owner, &service), service)).collect();
            return missed;
        }
        WatchEvent::Added(new) => {
            let before = replay.insert(place(new.owner(), &new), new.service().clone());
            assert_eq!(before, None, "it was not there");
        }
        WatchEvent::Changed { old, new } => {
            assert_ne!(old, new, "it has changed");
            let before = replay.insert(place(new.owner(), &new), new.service().clone());
            assert_eq!(before.as_ref(), Some(old.service()), "it was as told");
        }
        WatchEvent::Removed(old) => {
            let before = replay.remove(&place(old.owner(), &old));
            assert_eq!(before.as_ref(), Some(old.service()), "it was as told");
        }
    }
    0
}

fn ordered(replay: &Replay) -> Listing {
    ordered_listing(replay.iter().map(|((owner, _), service)| (*owner, service.clone())).collect())
}

fn ordered_listing(mut listing: Listing) -> Listing {
    listing.sort_by_key(|(owner, service)| (*owner, service.instance().to_owned()));
    listing
}
