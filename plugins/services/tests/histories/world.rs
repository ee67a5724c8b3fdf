//! A few members, in virtual time, and what happens to them.

use crate::naive::{Id, NAMES, TAGS, listed, read};
use crate::network::Network;
use crate::node::{Node, RAW, Tally};
use haulout::{Engine, Instant, Phase};
use haulout_codec_serde::PostcardCodec;
use haulout_services::{Health, SERVICES, Service, ServiceRecords};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use std::net::SocketAddr;

const PLACES: usize = 4;
/// The member that puts anything under the topic of services, as one in another language may.
const RAW_PLACE: usize = PLACES - 1;
const STEPS: u32 = 60;
const MILLISECOND: u64 = 1_000;
const SECOND: u64 = 1_000 * MILLISECOND;

type Seal = Engine<(Id, PostcardCodec, haulout::broadcast::Registry<Id>)>;

pub(crate) struct World {
    rng: SmallRng,
    now: u64,
    network: Network,
    nodes: Vec<Option<Node>>,
    epoch: u64,
    tally: Tally,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = SmallRng::seed_from_u64(seed);
        let mut network = Network::default();
        network.loss = [0, 5, 20][rng.random_range(0..3)];
        let nodes = (0..PLACES).map(|_| None).collect();
        Self { rng, now: SECOND, network, nodes, epoch: 0, tally: Tally::default() }
    }

    /// A whole history; it ends with everybody there and all directories equal.
    pub(crate) fn run(mut self) -> Tally {
        for place in 0..PLACES {
            self.begin(place);
        }
        for _ in 0..STEPS {
            self.step();
            let wait = [20 * MILLISECOND, 400 * MILLISECOND, 12 * SECOND][self.rng.random_range(0..100) / 45];
            self.advance(wait);
            for place in 0..PLACES {
                if self.rng.random_range(0..3) == 0 {
                    self.drain(place);
                }
            }
        }
        self.network.loss = 0;
        self.network.sides = [0; 8];
        for place in 0..PLACES {
            let is_there = |node: &Node| node.engine.phase() == Phase::Active;
            if !self.nodes[place].as_ref().is_some_and(is_there) {
                self.begin(place);
            }
        }
        self.converge();
        self.tally
    }

    fn converge(&mut self) {
        for _ in 0..300 {
            self.advance(SECOND);
            (0..PLACES).for_each(|place| self.drain(place));
            let mut nodes = self.nodes.iter().flatten();
            let first = nodes.next().expect("all are there");
            let equal = |node: &Node| node.directory.all() == first.directory.all();
            if nodes.all(equal) && first.engine.members().count() == PLACES - 1 {
                return;
            }
        }
        let all: Vec<_> = self.nodes.iter().flatten().map(|node| listed(&node.directory.all())).collect();
        panic!("after five minutes they still differ: {all:#?}");
    }

    /// One thing at random.
    fn step(&mut self) {
        let place = self.rng.random_range(0..PLACES);
        match self.rng.random_range(0..100) {
            0..50 => self.put(place),
            50..62 => {
                let instance = self.instance();
                self.publish(place, |engine, now| match place {
                    RAW_PLACE => engine.broadcasts(now).records(&RAW)?.remove(instance),
                    _ => engine.broadcasts(now).records(&SERVICES)?.deregister(instance),
                });
            }
            62..74 if place != RAW_PLACE => {
                let (instance, health) = (self.instance(), self.health());
                self.publish(place, |engine, now| {
                    engine.broadcasts(now).records(&SERVICES)?.set_health(instance, health)
                });
            }
            74..80 => self.nodes[place] = None,
            80..84 => self.act(place, Engine::leave),
            84..88 => {
                self.epoch += 1;
                let identity = Id::new(address(place), self.epoch);
                // An engine that is dormant, or has renewed by itself, may refuse.
                self.act(place, |engine, now| _ = engine.replace_identity(now, identity));
            }
            88..92 => self.network.sides[place] ^= 1,
            _ => self.begin(place),
        }
    }

    fn put(&mut self, place: usize) {
        let service = self.service();
        if place != RAW_PLACE {
            return self.publish(place, |engine, now| {
                engine.broadcasts(now).records(&SERVICES)?.register(&service).map(|()| true)
            });
        }
        let key = self.instance();
        let value = if self.rng.random_range(0..4) == 0 { vec![0xff; 3] } else { service.to_bytes() };
        self.publish(place, |engine, now| {
            engine.broadcasts(now).records(&RAW)?.put(key, &value).map(|()| true)
        });
    }

    fn publish(
        &mut self,
        place: usize,
        publish: impl FnOnce(&mut Seal, Instant) -> Result<bool, haulout::CommandError>,
    ) {
        self.act(place, |engine, now| _ = publish(engine, now).expect("within the limits"));
    }

    fn service(&mut self) -> Service {
        let name = NAMES[self.rng.random_range(0..NAMES.len())];
        let builder = Service::builder(name, "10.0.0.1", 80).instance(self.instance());
        let tags = TAGS.into_iter().filter(|_| self.rng.random_range(0..2) == 0);
        let builder = builder.tags(tags.collect::<Vec<_>>());
        let builder = builder.weight(self.rng.random_range(0..3)).health(self.health());
        builder.build().expect("within the bounds")
    }

    fn instance(&mut self) -> &'static str {
        ["a", "b", "c", "d"][self.rng.random_range(0..4)]
    }

    fn health(&mut self) -> Health {
        [Health::Passing, Health::Warning, Health::Critical, Health::Unknown(9)][self.rng.random_range(0..4)]
    }

    /// A new process at a place, whatever was there before; or the one that is there joins again.
    fn begin(&mut self, place: usize) {
        let leaves = |node: &Node| node.engine.phase() != Phase::Active;
        if self.nodes[place].is_none() || self.nodes[place].as_ref().is_some_and(leaves) {
            self.epoch += 1;
            let identity = Id::new(address(place), self.epoch);
            self.nodes[place] = Some(Node::new(identity, place == RAW_PLACE, self.rng.random()));
        }
        self.act(place, |engine, now| {
            engine.start(now);
            (0..PLACES).filter(|other| *other != place).for_each(|other| engine.join(now, address(other)));
        });
    }

    fn drain(&mut self, place: usize) {
        if let Some(node) = &mut self.nodes[place] {
            node.drain(&mut self.tally);
            assert_eq!(listed(&node.directory.all()), read(node.engine.registry()).0);
        }
    }

    /// One mutation of the engine at a place, if there is one, and what it sends.
    fn act(&mut self, place: usize, mutate: impl FnOnce(&mut Seal, Instant)) {
        let Some(node) = &mut self.nodes[place] else { return };
        let now = Instant::from_micros(self.now);
        mutate(&mut node.engine, now);
        let mut buf = [0; 1_400];
        while let Some(transmit) = node.engine.poll_transmit(now, &mut buf) {
            let to = usize::from(transmit.to.port() - 1);
            self.network.send(&mut self.rng, self.now, (place, to), buf[..transmit.len].to_vec());
        }
    }

    /// Time goes by: datagrams arrive, deadlines come.
    fn advance(&mut self, wait: u64) {
        let until = self.now + wait;
        loop {
            let due = |node: &Node| node.engine.poll_timeout().map(Instant::as_micros);
            let deadlines = self.nodes.iter().enumerate();
            let deadline = deadlines.filter_map(|(place, node)| Some((due(node.as_ref()?)?, place))).min();
            match (self.network.next(), deadline) {
                (Some(at), deadline) if at <= until && deadline.is_none_or(|(due, _)| at <= due) => {
                    self.now = self.now.max(at);
                    let (place, bytes) = self.network.take().expect("one arrives");
                    self.act(place, |engine, now| _ = engine.handle_datagram(now, &bytes));
                }
                (_, Some((due, place))) if due <= until => {
                    self.now = self.now.max(due);
                    self.act(place, Engine::handle_timeout);
                }
                _ => break,
            }
        }
        self.now = until;
    }
}

fn address(place: usize) -> SocketAddr {
    ([10, 0, 0, 1], place as u16 + 1).into()
}
