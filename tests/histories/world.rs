//! A few processes, an operator without plan, and the end: the network heals.

use crate::forge;
use crate::kind::{Kind, PLACES, route};
use crate::network::{Flight, Network};
use crate::node::{Member, Node};
use crate::published::{Published, are_equal, publish};
use core::net::SocketAddr;
use core::time::Duration;
use haulout::codec::Codec;
use haulout::{Config, Engine, Phase, State};
use haulout_codec_serde::PostcardCodec;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

/// Operations of a history.
const STEPS: u32 = 12;
/// How long the heal may take, in seconds in which nobody is in conflict.
const HEALED: u64 = 120;
/// How long it may take with conflicts, which double their pauses up to an hour and wait for three rounds.
const SETTLED: u64 = 6 * 3_600;
/// How often a twin has moved.
const TWIN: u16 = 5;
const SECOND: u64 = 1_000_000;

pub(crate) struct World<I: Kind> {
    rng: SmallRng,
    now: u64,
    network: Network,
    nodes: Vec<Option<Node<I>>>,
    /// The identity that each place had last.
    last: Vec<I>,
    is_verbose: bool,
    /// The last process has the key of the first.
    has_twin: bool,
    /// Lives that were seen on the wire: forgers use them.
    lives: Vec<(I::Addr, u32)>,
}

impl<I: Kind> World<I> {
    pub(crate) fn new(seed: u64, is_verbose: bool) -> Self {
        let mut rng = SmallRng::seed_from_u64(seed);
        let places = rng.random_range(3..=PLACES);
        let last = (0..places).map(|place| I::make(place, 10, 0)).collect();
        let mut network = Network::default();
        network.loss = [0, 5, 30][rng.random_range(0..3)];
        network.doubled = [0, 10][rng.random_range(0..2)];
        network.late = [0, 5][rng.random_range(0..2)];
        network.damaged = [0, 1, 5][rng.random_range(0..3)];
        let nodes = (0..places).map(|_| None).collect();
        Self { rng, now: SECOND, network, nodes, last, is_verbose, has_twin: false, lives: Vec::new() }
    }

    /// The same, with a second process of the first one's key, at another route.
    pub(crate) fn with_twin(seed: u64, is_verbose: bool) -> Self {
        let mut world = Self::new(seed, is_verbose);
        world.last.push(I::make(0, 10, TWIN));
        world.nodes.push(None);
        world.has_twin = true;
        world
    }

    /// Gives how many seconds the heal took.
    pub(crate) fn run(mut self) -> u64 {
        for place in 0..self.nodes.len() {
            self.begin(place, 10);
        }
        self.pass(2 * SECOND);
        for _ in 0..STEPS {
            self.step();
            let pause = self.rng.random_range(0..2 * SECOND);
            self.pass(pause);
        }
        self.heal()
    }

    fn note(&self, what: impl FnOnce() -> String) {
        if self.is_verbose {
            println!("{:>10} {}", self.now, what());
        }
    }

    fn config() -> Config {
        let mut config = Config::lan();
        config.suspicion.beta = 2;
        config.join.announce_interval = Duration::from_secs(3);
        config
    }

    fn begin(&mut self, place: usize, epoch: u64) {
        let is_twin = self.is_twin(place);
        let identity = if is_twin { I::make(0, epoch, TWIN) } else { I::make(place as u16, epoch, 0) };
        self.last[place] = identity.clone();
        self.nodes[place] =
            Some(Node::new(identity, Self::config(), self.rng.random(), self.network.damaged == 0));
        self.join(place);
    }

    fn is_twin(&self, place: usize) -> bool {
        self.has_twin && place == self.nodes.len() - 1
    }

    /// Asks every place, our own too.
    fn join(&mut self, place: usize) {
        for seed in 0..(self.nodes.len() - usize::from(self.has_twin)) as u16 {
            self.act(place, |engine, now| engine.join(now, route(seed, 0)));
        }
    }

    fn act(&mut self, place: usize, mutate: impl FnOnce(&mut Member<I>, haulout::Instant)) {
        let Some(node) = &mut self.nodes[place] else { return };
        let sent = node.act(self.now, mutate);
        self.carry(place, sent);
    }

    /// Publishes something at random.
    fn publish(&mut self, place: usize) {
        let Some(node) = &mut self.nodes[place] else { return };
        let rng = &mut self.rng;
        let sent = node.act_and_publish(self.now, |engine, published, now| {
            publish(rng, engine, published, now);
        });
        self.carry(place, sent);
    }

    fn carry(&mut self, place: usize, sent: Vec<(SocketAddr, Vec<u8>)>) {
        let Some(node) = &self.nodes[place] else { return };
        self.last[place] = node.engine.identity().clone();
        for (to, bytes) in sent {
            self.overhear(&bytes);
            self.network.send(&mut self.rng, self.now, Flight { from: place as u16, to, bytes });
        }
    }

    /// Whoever listens learns of which life records are.
    fn overhear(&mut self, bytes: &[u8]) {
        let Ok((_, sections)) = <PostcardCodec as Codec<I>>::decode(&PostcardCodec, bytes) else { return };
        let lives = sections.flatten().filter_map(|section| Published::lives(&section));
        for life in lives {
            if !self.lives.contains(&life) {
                self.lives.push(life);
            }
        }
    }

    /// One operation at random.
    fn step(&mut self) {
        let place = self.rng.random_range(0..self.nodes.len());
        let operation = self.rng.random_range(0..28);
        self.note(|| format!("operation {operation} at {place}"));
        match operation {
            0 => self.nodes[place] = None,
            1..=3 => {
                let last = self.last[place].epoch();
                let epoch = [last + 3, last, last.saturating_sub(3)][self.rng.random_range(0..3)];
                self.begin(place, epoch);
            }
            4 => self.act(place, Engine::leave),
            5 | 6 => self.join(place),
            7 | 8 => {
                let until = self.now + [SECOND / 3, 4 * SECOND, 40 * SECOND][self.rng.random_range(0..3)];
                if let Some(node) = &mut self.nodes[place] {
                    node.paused_until = until;
                }
            }
            9 => {
                let (epoch, moves) = (self.last[place].epoch() + 1, self.rng.random_range(0..3));
                let identity = if self.is_twin(place) {
                    I::make(0, epoch, TWIN)
                } else {
                    I::make(place as u16, epoch, moves)
                };
                // In a conflict the rival may be newer still, and identities that cannot renew stay.
                self.act(place, |engine, now| {
                    let _refused = engine.replace_identity(now, identity);
                });
            }
            10 => self.network.sides = core::array::from_fn(|_| self.rng.random_range(0..2)),
            11 => self.network.sides = [0; 16],
            12 => self.act(place, |engine, _| engine.handle_timeout(haulout::Instant::ZERO)),
            13..=20 => self.publish(place),
            _ => self.forge(place),
        }
    }

    /// A forged datagram arrives, from a member, from whoever it says, or twice.
    fn forge(&mut self, place: usize) {
        for _ in 0..self.rng.random_range(1..4) {
            let source = self.rng.random_range(0..2 * self.last.len());
            let source = self.last.get(source).cloned();
            let to = self.last[place].clone();
            let bytes = forge::datagram(&mut self.rng, &self.last, &self.lives, source.as_ref(), &to);
            self.deliver(place, bytes);
        }
    }

    fn deliver(&mut self, place: usize, bytes: Vec<u8>) {
        let now = self.now;
        let Some(node) = &mut self.nodes[place] else { return };
        if node.paused_until > now {
            node.socket.push_back(bytes);
            return;
        }
        // Damaged and misdirected ones are refused.
        self.act(place, |engine, now| {
            let _refused = engine.handle_datagram(now, &bytes);
        });
    }

    /// Time passes: datagrams arrive, deadlines are served.
    fn pass(&mut self, span: u64) {
        let (end, mut rounds) = (self.now + span, 0);
        loop {
            let mut next = self.network.next().unwrap_or(u64::MAX);
            for node in self.nodes.iter().flatten() {
                next = next.min(node.due.max(node.paused_until));
                if !node.socket.is_empty() {
                    next = next.min(node.paused_until);
                }
            }
            if next > end {
                break;
            }
            rounds = if next > self.now { 0 } else { rounds + 1 };
            assert!(rounds < 1_000, "time stands still");
            self.now = self.now.max(next);
            while let Some(flight) = self.network.arrived(self.now) {
                if let Some(place) = self.place_of(flight.to) {
                    self.deliver(place, flight.bytes);
                }
            }
            for place in 0..self.nodes.len() {
                self.wake(place);
            }
        }
        self.now = end;
    }

    /// Who is bound to a route: where it says that it is, and where it was at first.
    fn place_of(&self, to: SocketAddr) -> Option<usize> {
        let places = self.last.len() - usize::from(self.has_twin);
        let bound = self.last.iter().position(|identity| identity.route() == to);
        bound.or_else(|| (0..places).find(|place| route(*place as u16, 0) == to))
    }

    /// Drains the socket of one that was paused, then serves its deadlines.
    fn wake(&mut self, place: usize) {
        while let Some(node) = &mut self.nodes[place] {
            if node.paused_until > self.now {
                return;
            }
            let Some(bytes) = node.socket.pop_front() else { break };
            self.deliver(place, bytes);
        }
        let due = |world: &Self| world.nodes[place].as_ref().map_or(u64::MAX, |node| node.due);
        let (before, now) = (due(self), self.now);
        if before <= now {
            self.act(place, Engine::handle_timeout);
            let next = due(self);
            assert!(next > now, "{now}: due at {before}, served, and due again at {next}:{}", self.views());
        }
    }

    fn heal(mut self) -> u64 {
        self.network.heal();
        for node in self.nodes.iter_mut().flatten() {
            node.paused_until = node.paused_until.min(self.now);
        }
        self.note(|| "heal".into());
        let mut calm = 0;
        for _ in 0..SETTLED {
            if self.is_agreed() && self.holds_the_same() {
                if self.now.is_multiple_of(20) {
                    self.stays_quiet();
                }
                return calm;
            }
            let in_conflict = |node: &Node<I>| node.engine.phase() == Phase::Conflict;
            calm += u64::from(!self.nodes.iter().flatten().any(in_conflict));
            assert!(calm < HEALED, "no agreement within {HEALED} calm seconds:{}", self.views());
            self.pass(SECOND);
        }
        panic!("no agreement within {SETTLED} s:{}", self.views());
    }

    /// Nobody has anything left to say but probes, announces and their answers.
    fn stays_quiet(&mut self) {
        // Datagrams that are late by 15 s, forged suspicions and old seeds come to an end first.
        self.pass(60 * SECOND);
        let loud = |nodes: &[Option<Node<I>>]| -> Vec<_> {
            let noise = |node: &Node<I>| {
                let sent = &node.engine.stats().sent;
                let notices = sent.of(haulout::codec::MessageKind::YouAreDown);
                (notices, sent.of(haulout::codec::MessageKind::Gossip), node.renewals)
            };
            nodes.iter().flatten().map(noise).collect()
        };
        let before = loud(&self.nodes);
        self.pass(10 * SECOND);
        assert_eq!(before, loud(&self.nodes), "notices, gossip and renewals go on:{}", self.views());
        assert!(self.is_agreed() && self.holds_the_same(), "the agreement does not last:{}", self.views());
        let backlog = |node: &Node<I>| {
            let gauges = node.engine.stats().gauges;
            gauges.gossip_backlog + gauges.broadcast_backlog
        };
        assert!(self.nodes.iter().flatten().filter(|n| n.lives()).all(|n| backlog(n) == 0), "news is left");
    }

    /// One of two processes with one key is a member, and the other knows that it is not; whatever happens
    /// between them later, nothing changes.
    pub(crate) fn run_with_twin(mut self) {
        for place in 0..self.nodes.len() {
            self.begin(place, 10);
        }
        for _ in 0..STEPS / 2 {
            self.step();
            self.pass(SECOND);
        }
        // Two alone would have nobody to tell the one of the other.
        for place in 0..self.nodes.len() {
            let is_member =
                self.nodes[place].as_ref().is_some_and(|node| node.engine.phase() == Phase::Active);
            if place == 0 || self.is_twin(place) || !is_member {
                let epoch = self.last[place].epoch() + 1;
                self.begin(place, epoch);
            }
        }
        self.network.heal();
        self.nodes.iter_mut().flatten().for_each(|node| node.paused_until = 0);
        let loser = |world: &Self| {
            let of = |at: usize| world.nodes[at].as_ref().map(|node| node.engine.phase() == Phase::Conflict);
            [of(0), of(world.nodes.len() - 1)]
        };
        let has_one = |world: &Self| loser(world).iter().filter(|it| **it == Some(true)).count() == 1;
        for _ in 0..SETTLED {
            if has_one(&self) && self.is_agreed() {
                break;
            }
            self.pass(SECOND);
        }
        assert!(has_one(&self) && self.is_agreed(), "two processes of one key do not agree:{}", self.views());
        self.pass(60 * SECOND);
        let before = loser(&self);
        self.pass(300 * SECOND);
        assert_eq!(before, loser(&self), "the key changes hands:{}", self.views());
        assert!(self.is_agreed(), "the agreement does not last:{}", self.views());
    }

    /// Everybody who lives sees exactly the others who live, as they are.
    fn is_agreed(&self) -> bool {
        let counts =
            |node: &&Node<I>| node.lives() && !(self.has_twin && node.engine.phase() == Phase::Conflict);
        let live = || self.nodes.iter().flatten().filter(counts);
        let mut identities: Vec<_> = live().map(|node| node.engine.identity().clone()).collect();
        identities.sort_by_key(haulout::Identity::addr);
        let alone = identities.len() == 1;
        live().all(|node| {
            let phase = node.engine.phase();
            let mut seen: Vec<_> = node.engine.members().collect();
            seen.sort_by_key(|member| member.identity().addr());
            let others = identities.iter().filter(|identity| *identity != node.engine.identity());
            (phase == Phase::Active || alone && phase == Phase::Joining)
                && seen.iter().all(|member| member.state() == State::Alive)
                && seen.iter().map(|member| member.identity()).eq(others)
        })
    }

    /// Everybody who lives holds what everybody who lives has published, and nothing else.
    fn holds_the_same(&self) -> bool {
        are_equal(&self.nodes.iter().flatten().filter(|node| node.lives()).collect::<Vec<_>>())
    }

    fn views(&self) -> String {
        let view = |node: &Node<I>| {
            let engine = &node.engine;
            let members = engine.members().chain(engine.departed());
            let members: Vec<_> = members
                .map(|m| format!("\n    {:?} @{} {}", m.identity(), m.incarnation(), m.state()))
                .collect();
            let (me, phase, health) = (engine.identity(), engine.phase(), engine.health());
            let (own, records) = (&node.published.own, node.published.shown());
            format!(
                "\n  {me:?} @{} {phase:?} health {health}:{}\n   put {own:?}, holds{records}",
                engine.incarnation(),
                members.concat()
            )
        };
        self.nodes.iter().flatten().map(view).collect()
    }
}
