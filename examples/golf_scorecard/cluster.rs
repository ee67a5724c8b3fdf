//! A cluster under churn: engines, a network of 1 ms, and who has been told of whom.

use haulout::{Config, ConfigError, Engine, Event, Instant};
use haulout_codec_serde::{PostcardCodec, SerdeIdentity};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

const MS: u64 = 1_000;
const SECOND: u64 = 1_000 * MS;

/// An identity that can be made of a member's number and life, and whose route tells the number.
pub(crate) trait Player: SerdeIdentity {
    fn make(member: u16, life: u64) -> Self;
    fn member(route: &Self::Route) -> usize;
}

/// How large the cluster is, and what befalls it.
pub(crate) struct Game {
    /// Members.
    pub(crate) members: u16,
    /// How many restart at once.
    pub(crate) restarts: u16,
    /// For how long one restarts in every half second.
    pub(crate) churn_seconds: u64,
}

/// What an identity bought.
#[derive(Debug)]
pub(crate) struct Figures {
    /// Milliseconds until 99 in 100 of all who are to be told of a restart were told.
    pub(crate) most_told: u64,
    /// Milliseconds until 999 in 1,000 were.
    pub(crate) nearly_all_told: u64,
    /// Bytes sent by a member in a second of churn, on average.
    pub(crate) bytes: u64,
}

type Member<I> = Engine<(I, PostcardCodec, ())>;

/// A datagram: arrival and number, to whom and what.
type Flight = (u64, u64, usize, Vec<u8>);

struct Cluster<I: Player> {
    now: u64,
    members: Vec<Member<I>>,
    lives: Vec<u64>,
    /// Datagrams by arrival.
    flights: BinaryHeap<Reverse<Flight>>,
    /// When each member's next deadline may be; what is no longer so is passed over.
    deadlines: BinaryHeap<Reverse<(u64, usize)>>,
    datagrams: u64,
    bytes: u64,
    /// Whether an observer is still to be told of the present life of a member, by both.
    untold: Vec<bool>,
    /// How many of these there are.
    waiting: usize,
}

impl Game {
    /// Plays it with identities of one kind.
    pub(crate) fn play<I: Player>(&self) -> Result<Figures, ConfigError> {
        let mut cluster = Cluster::<I>::new(self.members)?;
        let start = cluster.now;
        for place in 1..=usize::from(self.restarts) {
            cluster.restart(place)?;
        }
        let all = cluster.waiting;
        cluster.run_while(|cluster| cluster.waiting > all / 100);
        let most_told = (cluster.now - start) / MS;
        cluster.run_while(|cluster| cluster.waiting > all / 1_000);
        let nearly_all_told = (cluster.now - start) / MS;

        // The last are told by a comparison, sooner or later.
        cluster.run_while(|cluster| cluster.waiting > 0);
        cluster.run(20 * SECOND);
        let before = cluster.bytes;
        for half_second in 0..2 * self.churn_seconds {
            cluster.restart(usize::from(self.members) - 1 - half_second as usize % 64)?;
            cluster.run(SECOND / 2);
        }
        let bytes = (cluster.bytes - before) / u64::from(self.members) / self.churn_seconds;
        Ok(Figures { most_told, nearly_all_told, bytes })
    }
}

impl<I: Player> Cluster<I> {
    /// A cluster that has met through its first member, and is at rest.
    fn new(size: u16) -> Result<Self, ConfigError> {
        let count = usize::from(size);
        let mut cluster = Self {
            now: SECOND,
            members: Vec::new(),
            lives: vec![0; count],
            flights: BinaryHeap::new(),
            deadlines: BinaryHeap::new(),
            datagrams: 0,
            bytes: 0,
            untold: vec![false; count * count],
            waiting: 0,
        };
        for place in 0..count {
            let engine = cluster.process(place)?;
            cluster.members.push(engine);
            cluster.join(place);
            cluster.run(2 * MS);
        }
        cluster.run(30 * SECOND);
        assert!(cluster.members.iter().all(|member| member.members().count() + 1 == count));
        Ok(cluster)
    }

    fn process(&self, place: usize) -> Result<Member<I>, ConfigError> {
        let identity = I::make(place as u16, self.lives[place]);
        Engine::new(identity, PostcardCodec, (), Config::lan(), self.now + place as u64)
    }

    fn join(&mut self, place: usize) {
        let seed = I::make(0, 0).route();
        self.act(place, |engine, now| if place == 0 { engine.start(now) } else { engine.join(now, seed) });
    }

    /// A new process takes the place of one, in its next life; all others are to be told.
    fn restart(&mut self, place: usize) -> Result<(), ConfigError> {
        self.lives[place] += 1;
        self.members[place] = self.process(place)?;
        for observer in (0..self.members.len()).filter(|observer| *observer != place) {
            let untold = &mut self.untold[observer * self.members.len() + place];
            self.waiting += usize::from(!core::mem::replace(untold, true));
        }
        self.join(place);
        Ok(())
    }

    fn act(&mut self, place: usize, mutate: impl FnOnce(&mut Member<I>, Instant)) {
        let now = Instant::from_micros(self.now);
        let engine = &mut self.members[place];
        mutate(engine, now);
        let mut buf = [0; 1_400];
        while let Some(transmit) = engine.poll_transmit(now, &mut buf) {
            self.datagrams += 1;
            self.bytes += transmit.len as u64;
            let datagram = buf[..transmit.len].to_vec();
            self.flights.push(Reverse((self.now + MS, self.datagrams, I::member(&transmit.to), datagram)));
        }
        self.deadlines.extend(engine.poll_timeout().map(|at| Reverse((at.as_micros(), place))));
        while let Some(event) = self.members[place].poll_event() {
            if let Event::Up { identity } | Event::Renewed { new: identity, .. } = event {
                self.told(place, &identity);
            }
        }
    }

    fn told(&mut self, observer: usize, identity: &I) {
        let place = I::member(&identity.route());
        let Some(member) = self.members.get(place) else { return };
        if member.identity() == identity {
            let untold = &mut self.untold[observer * self.lives.len() + place];
            self.waiting -= usize::from(core::mem::replace(untold, false));
        }
    }

    /// When something happens next.
    fn next(&self) -> Option<u64> {
        let arrival = self.flights.peek().map(|Reverse((at, ..))| *at);
        let deadline = self.deadlines.peek().map(|Reverse((at, _))| *at);
        arrival.into_iter().chain(deadline).min()
    }

    /// One datagram arrives, or one deadline is served.
    fn step(&mut self, at: u64) {
        self.now = self.now.max(at);
        if self.flights.peek().is_some_and(|Reverse((arrival, ..))| *arrival <= self.now) {
            let Some(Reverse((_, _, to, datagram))) = self.flights.pop() else { return };
            if to < self.members.len() {
                // Among engines of one build all is readable; what is for an earlier life is refused.
                self.act(to, |engine, now| drop(engine.handle_datagram(now, &datagram)));
            }
        } else if let Some(Reverse((due, place))) = self.deadlines.pop()
            && self.members[place].poll_timeout().is_some_and(|at| at.as_micros() == due)
        {
            self.act(place, Engine::handle_timeout);
        }
    }

    fn run(&mut self, micros: u64) {
        let end = self.now + micros;
        while let Some(at) = self.next().filter(|at| *at <= end) {
            self.step(at);
        }
        self.now = end;
    }

    fn run_while(&mut self, holds: impl Fn(&Self) -> bool) {
        while holds(self)
            && let Some(at) = self.next()
        {
            self.step(at);
        }
    }
}
