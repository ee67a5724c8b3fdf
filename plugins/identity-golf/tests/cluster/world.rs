//! A few real engines and a network between them, in virtual time. The same steps give the same bytes.

use crate::kinds::Kind;
use haulout::{Config, Engine, Event, Instant, Phase, State};
use haulout_codec_serde::PostcardCodec;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const MS: u64 = 1_000;

pub(crate) type Member<I> = Engine<(I, PostcardCodec, ())>;

struct Flight {
    from: usize,
    to: usize,
    bytes: Vec<u8>,
}

pub(crate) struct World<I: Kind> {
    now: u64,
    nodes: Vec<Option<Member<I>>>,
    /// How many entries each one's table has; all at first.
    tables: Vec<Arc<AtomicUsize>>,
    flights: BTreeMap<(u64, u64), Flight>,
    sent: u64,
    /// Links that are cut, both ways.
    cuts: BTreeSet<(usize, usize)>,
    /// Everything that each place was told, over all of its lives.
    pub(crate) told: Vec<Vec<Event<I>>>,
    /// Datagrams by sender and receiver.
    pub(crate) traffic: BTreeMap<(usize, usize), u64>,
}

impl<I: Kind> World<I> {
    /// Places for this many, all empty.
    pub(crate) fn new(places: usize) -> Self {
        Self {
            now: 1_000 * MS,
            nodes: (0..places).map(|_| None).collect(),
            tables: (0..places).map(|_| Arc::new(AtomicUsize::new(usize::MAX))).collect(),
            flights: BTreeMap::new(),
            sent: 0,
            cuts: BTreeSet::new(),
            told: (0..places).map(|_| Vec::new()).collect(),
            traffic: BTreeMap::new(),
        }
    }

    /// A cluster of this many, each at this epoch, that has met through the first and is at rest.
    pub(crate) fn of(places: usize, epoch: u64) -> Self {
        let mut world = Self::new(places);
        (0..places).for_each(|place| world.boot(place, epoch));
        world.settle(5_000);
        world
    }

    /// Starts a process at a place; it joins through the first place, or, if it is that, the second.
    pub(crate) fn boot(&mut self, place: usize, epoch: u64) {
        self.boot_at(place, epoch, usize::from(place == 0));
    }

    pub(crate) fn boot_at(&mut self, place: usize, epoch: u64, seed: usize) {
        let identity = I::make(place as u8, epoch);
        let mut engine =
            Engine::new(identity, PostcardCodec, (), Config::lan(), self.now + place as u64).unwrap();
        let table = self.tables[place].clone();
        engine.set_reach(Box::new(move |route| I::place_of(route) < table.load(Ordering::Relaxed)));
        self.nodes[place] = Some(engine);
        let seed = I::make(seed as u8, 0).route();
        self.act(
            place,
            |engine, now| if place == 0 { engine.start(now) } else { engine.join(now, seed.clone()) },
        );
        if place == 0 {
            self.act(place, |engine, now| engine.join(now, seed));
        }
    }

    pub(crate) fn crash(&mut self, place: usize) {
        self.nodes[place] = None;
    }

    /// The table of one has this many entries.
    pub(crate) fn know(&mut self, place: usize, entries: usize) {
        self.tables[place].store(entries, Ordering::Relaxed);
    }

    /// Cuts a place off from all others, or joins it to them again.
    pub(crate) fn isolate(&mut self, place: usize, cut: bool) {
        for other in 0..self.nodes.len() {
            self.cut(place, other, cut);
        }
    }

    pub(crate) fn cut(&mut self, a: usize, b: usize, cut: bool) {
        let link = (a.min(b), a.max(b));
        if cut {
            self.cuts.insert(link)
        } else {
            self.cuts.remove(&link)
        };
    }

    pub(crate) fn node(&self, place: usize) -> &Member<I> {
        self.nodes[place].as_ref().unwrap()
    }

    pub(crate) fn identity(&self, place: usize) -> I {
        self.node(place).identity().clone()
    }

    /// What one holds of another.
    pub(crate) fn view(&self, of: usize, place: usize) -> Option<(I, State)> {
        let held = self.node(of).member(&I::make(place as u8, 0).addr())?;
        Some((held.identity().clone(), held.state()))
    }

    pub(crate) fn act<T>(&mut self, place: usize, mutate: impl FnOnce(&mut Member<I>, Instant) -> T) -> T {
        let now = Instant::from_micros(self.now);
        let Some(engine) = &mut self.nodes[place] else { panic!("nobody is at {place}") };
        let result = mutate(engine, now);
        let mut buf = [0; 1_400];
        while let Some(transmit) = engine.poll_transmit(now, &mut buf) {
            let to = I::place_of(&transmit.to);
            *self.traffic.entry((place, to)).or_default() += 1;
            self.sent += 1;
            let flight = Flight { from: place, to, bytes: buf[..transmit.len].to_vec() };
            self.flights.insert((self.now + MS, self.sent), flight);
        }
        while let Some(event) = engine.poll_event() {
            self.told[place].push(event);
        }
        result
    }

    /// Time passes, in milliseconds: datagrams arrive, deadlines are served.
    pub(crate) fn run(&mut self, millis: u64) {
        let end = self.now + millis * MS;
        loop {
            let due = |node: &Member<I>| node.poll_timeout().map(Instant::as_micros);
            let deadline = self.nodes.iter().flatten().filter_map(due).min();
            let arrival = self.flights.keys().next().map(|(at, _)| *at);
            let Some(next) = deadline.into_iter().chain(arrival).min().filter(|at| *at <= end) else { break };
            self.now = self.now.max(next);
            while let Some(flight) = self.flights.first_entry().filter(|flight| flight.key().0 <= self.now) {
                let Flight { from, to, bytes } = flight.remove();
                let link = (from.min(to), from.max(to));
                if !self.cuts.contains(&link) && self.nodes.get(to).is_some_and(Option::is_some) {
                    self.act(to, |engine, now| engine.handle_datagram(now, &bytes)).unwrap();
                }
            }
            for place in 0..self.nodes.len() {
                if self.nodes[place].as_ref().and_then(due).is_some_and(|at| at <= self.now) {
                    self.act(place, Engine::handle_timeout);
                }
            }
        }
        self.now = end;
    }

    /// Everybody who lives is active and sees exactly the others who live, as they are, and alive.
    pub(crate) fn is_agreed(&self) -> bool {
        let live = || self.nodes.iter().flatten();
        live().all(|node| {
            let others = live().filter(|other| other.identity() != node.identity());
            let sees = |other: &Member<I>| {
                let held = node.member(&other.identity().addr());
                held.is_some_and(|held| held.identity() == other.identity() && held.state() == State::Alive)
            };
            node.phase() == Phase::Active
                && node.members().count() == others.clone().count()
                && others.clone().all(sees)
        })
    }

    /// Waits for agreement; gives after how many milliseconds it was there.
    pub(crate) fn settle(&mut self, within: u64) -> u64 {
        for waited in 0..=within / 10 {
            if self.is_agreed() {
                return waited * 10;
            }
            self.run(10);
        }
        panic!("no agreement within {within} ms: {}", self.views());
    }

    fn views(&self) -> String {
        let view = |node: &Member<I>| {
            let held: Vec<_> = node
                .members()
                .chain(node.departed())
                .map(|m| format!("{:?} {}", m.identity(), m.state()))
                .collect();
            format!("\n{:?} {:?}: {}", node.identity(), node.phase(), held.join(", "))
        };
        self.nodes.iter().flatten().map(view).collect()
    }
}
