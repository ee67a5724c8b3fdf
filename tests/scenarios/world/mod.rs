//! A world of real engines in virtual time.
//!
//! A [`World`] owns the engines, a clock and a seeded network. It keeps the engine's contract (one
//! mutation, then drain transmits, then events, then the deadline), and checks after every step that the
//! events replay to what `members()` says and that no datagram exceeds the configured size. The same
//! seed gives the same run; [`World::hash`] is over every datagram and event of it.

mod bench;
mod letter;
mod log;
mod mirror;
mod net;
mod people;
mod published;
mod puppet;
mod rng;
mod seat;
mod stand_in;
mod step;
mod watch;

pub use bench::Bench;
pub use letter::{Letter, write};
pub use log::Mark;
pub use mirror::Mirror;
pub use net::Fate;
pub use people::{EPOCH, Peer, Rover, Seal, Stone, route, rover, seal, seal_at, stone};
pub use published::{NOTES, SHOUTS};
pub use puppet::Doll;
pub use rng::Rng;
pub use seat::{Member, Seat};

use core::net::SocketAddr;
use core::time::Duration;
use haulout::{Config, Engine, Instant};
use log::Log;
use net::Net;
use published::{registry, sign};
use puppet::Puppet;
use seat::{Place, Standing};
use std::collections::{BinaryHeap, HashMap};
use step::Due;

pub const fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

pub const fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// Why a codec cannot read bytes.
pub type WireError<I> = <<I as Peer>::Wire as haulout::codec::Codec<I>>::Error;

/// Who gets the datagrams of an address: whoever bound it last.
#[derive(Clone, Copy, Debug)]
enum Binding {
    Seat(Seat),
    Doll(Doll),
}

pub struct World<I: Peer> {
    /// The network; tests change it as they go.
    pub net: Net<I>,
    /// What engines added from now on are configured with.
    pub config: Config,
    /// Whether engines added from now on publish a note, which [`World::converged`] demands everywhere.
    pub has_notes: bool,
    lives: u32,
    wire: I::Wire,
    seed: u64,
    rng: Rng,
    now: Instant,
    queue: BinaryHeap<Due>,
    scheduled: u64,
    places: Vec<Place<I>>,
    puppets: Vec<Puppet<I>>,
    bindings: HashMap<SocketAddr, Binding>,
    log: Log<I>,
    /// Who answers for puppets.
    stand_ins: Vec<Seat>,
    /// The puppet for which an engine answers now, whom, and from where.
    masked: Option<(Doll, SocketAddr, SocketAddr)>,
    buf: Vec<u8>,
}

impl<I: Peer> World<I> {
    /// An empty world. `HAULOUT_SEED` in the environment takes the place of `seed`.
    pub fn new(seed: u64, config: Config) -> Self {
        let seed = std::env::var("HAULOUT_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(seed);
        Self {
            net: Net::new(),
            config,
            has_notes: true,
            lives: 0,
            wire: I::wire(),
            seed,
            rng: Rng::new(seed),
            // Not at the origin, so that no test leans on it.
            now: Instant::from_millis(1_000_000),
            queue: BinaryHeap::new(),
            scheduled: 0,
            places: Vec::new(),
            puppets: Vec::new(),
            bindings: HashMap::new(),
            log: Log::new(),
            stand_ins: Vec::new(),
            masked: None,
            buf: vec![0; 65_535],
        }
    }

    /// A world in which these identities have met through the first, and are at rest.
    pub fn of(seed: u64, config: Config, identities: impl IntoIterator<Item = I>) -> Self {
        Self::new(seed, config).with(identities)
    }

    /// The same, without the notes that are in play everywhere else.
    pub fn plain(seed: u64, config: Config, identities: impl IntoIterator<Item = I>) -> Self {
        let mut world = Self::new(seed, config);
        world.has_notes = false;
        world.with(identities)
    }

    fn with(self, identities: impl IntoIterator<Item = I>) -> Self {
        let mut world = self;
        for identity in identities {
            let seat = world.add(identity);
            if seat.0 == 0 { world.start(seat) } else { world.join(seat, world.route(Seat(0))) }
        }
        world.within(Duration::from_secs(10), "the cluster forms", Self::converged);
        world.run_for(Duration::from_secs(5));
        assert!(world.converged(), "a cluster that has formed stays so");
        world
    }

    /// Adds a dormant engine at its identity's route.
    pub fn add(&mut self, identity: I) -> Seat {
        let route = identity.route();
        let engine = self.engine(identity);
        let seat = Seat(self.places.len());
        self.places.push(Place::new(engine, route));
        self.bindings.insert(route, Binding::Seat(seat));
        seat
    }

    fn engine(&mut self, identity: I) -> Member<I> {
        let seed = self.rng.next();
        let engine = Engine::new(identity, I::wire(), registry(), self.config.clone(), seed);
        let mut engine = engine.expect("tests configure what is possible");
        if self.has_notes {
            self.lives += 1;
            sign(&mut engine, self.now, self.lives);
        }
        engine
    }

    pub fn start(&mut self, seat: Seat) {
        self.act(seat, Engine::start);
    }

    pub fn join(&mut self, seat: Seat, seed: SocketAddr) {
        self.act(seat, |engine, now| engine.join(now, seed));
    }

    pub fn leave(&mut self, seat: Seat) {
        self.act(seat, Engine::leave);
    }

    /// The process is gone; what it had sent is under way.
    pub fn crash(&mut self, seat: Seat) {
        let place = self.place_mut(seat);
        place.engine = None;
        place.inbox.clear();
        place.outbox.clear();
        place.standing = Standing::Running;
        place.woken = None;
    }

    /// A new, dormant process in the seat of one that crashed, at its identity's route.
    pub fn restart(&mut self, seat: Seat, identity: I) {
        assert!(self.place(seat).engine.is_none(), "crash it first");
        let route = identity.route();
        let engine = self.engine(identity);
        let traffic = self.place(seat).sent;
        *self.place_mut(seat) = Place { sent: traffic, ..Place::new(engine, route) };
        self.bindings.insert(route, Binding::Seat(seat));
    }

    /// The process stands still from now on.
    pub fn pause(&mut self, seat: Seat) {
        self.place_mut(seat).standing = Standing::Paused;
    }

    /// The process goes on: first with what its socket holds, then with its deadline.
    pub fn resume(&mut self, seat: Seat) {
        assert_eq!(self.place(seat).standing, Standing::Paused, "pause it first");
        self.place_mut(seat).standing = Standing::Running;
        self.read_inbox(seat);
        self.wake(seat);
        self.reschedule(seat);
    }

    /// The process goes on, and its socket lost what it held.
    pub fn resume_with_an_empty_socket(&mut self, seat: Seat) {
        self.place_mut(seat).inbox.clear();
        self.resume(seat);
    }

    /// The process blocks before sending and after receiving from now on; its timers run.
    pub fn starve(&mut self, seat: Seat) {
        self.place_mut(seat).standing = Standing::Starved;
    }

    /// The process sends what it held back, then reads what its socket holds.
    pub fn feed(&mut self, seat: Seat) {
        assert_eq!(self.place(seat).standing, Standing::Starved, "starve it first");
        self.place_mut(seat).standing = Standing::Running;
        let from = self.place(seat).route;
        for (to, bytes) in core::mem::take(&mut self.place_mut(seat).outbox) {
            self.carry(from, to, &bytes);
        }
        self.read_inbox(seat);
    }

    /// Whether somebody fetches the events of a member.
    pub fn consume_events(&mut self, seat: Seat, consumed: bool) {
        self.place_mut(seat).consumed = consumed;
    }

    /// Nothing crosses between the two groups from now on.
    pub fn split(&mut self, one: &[Seat], other: &[Seat]) {
        let routes = |seats: &[Seat]| seats.iter().map(|seat| self.route(*seat)).collect::<Vec<_>>();
        let (one, other) = (routes(one), routes(other));
        self.net.split(&[&one, &other]);
    }

    /// Nothing goes from one member to the other from now on; the way back stays open.
    pub fn cut(&mut self, from: Seat, to: Seat) {
        let (from, to) = (self.route(from), self.route(to));
        self.net.cut(from, to);
    }

    fn place(&self, seat: Seat) -> &Place<I> {
        &self.places[seat.0]
    }

    fn place_mut(&mut self, seat: Seat) -> &mut Place<I> {
        &mut self.places[seat.0]
    }
}

impl<I: Peer> Drop for World<I> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let test = std::thread::current().name().unwrap_or("").to_owned();
            eprintln!(
                "world: seed {seed}, {at:?} after its start; replay with\n  \
                 HAULOUT_SEED={seed} cargo test -p haulout --test scenarios {test} -- --exact",
                seed = self.seed,
                at = self.now.since(Instant::from_millis(1_000_000)),
            );
        }
    }
}
