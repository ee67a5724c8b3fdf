//! A world: real engines, a virtual clock, one queue and a network, and nothing else.
//!
//! It keeps the contract of a host: one mutation, then drain; datagrams before deadlines. There are no
//! threads and no wall clock, and all randomness comes from the seed: seed and inputs determine every byte
//! ([`World::hash`]). Cost: O(1) queue operations a datagram and no allocation, once buffers have grown.

mod form;
mod parcels;
mod place;
mod step;

pub use place::{Seat, Standing};

use crate::log::Log;
use crate::model::{IdentityOf, Life, Model};
use crate::network::{Network, Weather};
use crate::observe::{Act, Observation, Observer, Seen, Survey};
use crate::queue::Queue;
use core::time::Duration;
use haulout::{Config, ConfigError, Engine, Instant, Spec};
use parcels::Parcels;
use place::Place;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use step::Due;

/// When worlds begin; not at the engine's origin, so that nothing leans on it.
pub const BEGINNING: Instant = Instant::from_millis(1_000_000);
/// The epoch of first lives, in seconds; clocks go on from it.
pub const FIRST_EPOCH: u64 = 1_000;

/// Engines of a model on a network, looked at by `O`.
pub struct World<M: Model, O = ()> {
    /// The network; change it between steps.
    pub network: Network,
    /// Who looks on.
    pub observer: O,
    model: M,
    rng: SmallRng,
    now: Instant,
    queue: Queue<Due>,
    places: Vec<Place<M::Spec>>,
    parcels: Parcels,
    log: Log,
    buf: Vec<u8>,
    /// Whether gossip is dropped as it leaves, while a world is formed.
    is_hushed: bool,
}

impl<M: Model, O: Observer<IdentityOf<M>>> World<M, O> {
    /// A world without processes.
    pub fn new(model: M, seed: u64, weather: Weather, observer: O) -> Self {
        Self {
            network: Network::new(weather),
            observer,
            model,
            rng: SmallRng::seed_from_u64(seed),
            now: BEGINNING,
            queue: Queue::new(BEGINNING),
            places: Vec::new(),
            parcels: Parcels::default(),
            log: Log::default(),
            buf: vec![0; 65_535],
            is_hushed: false,
        }
    }

    /// The virtual time.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// How long the world exists.
    pub fn age(&self) -> Duration {
        self.now.since(BEGINNING)
    }

    /// The hash of everything that happened.
    pub fn hash(&self) -> u64 {
        self.log.hash()
    }

    /// The log.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The model.
    pub fn model(&self) -> &M {
        &self.model
    }

    /// The model, to change what later processes are.
    pub fn model_mut(&mut self) -> &mut M {
        &mut self.model
    }

    /// The generator that all randomness of this run comes from.
    pub fn rng(&mut self) -> &mut SmallRng {
        &mut self.rng
    }

    /// How many seats there are, empty ones too.
    pub fn seats(&self) -> usize {
        self.places.len()
    }

    /// The engine in a seat, if a process runs there.
    pub fn engine(&self, seat: Seat) -> Option<&Engine<M::Spec>> {
        self.places.get(seat.0)?.engine.as_ref()
    }

    /// How the process in a seat does; `None` if nobody runs there.
    pub fn standing(&self, seat: Seat) -> Option<Standing> {
        let place = self.places.get(seat.0)?;
        place.engine.is_some().then_some(place.standing)
    }

    /// Who started last in a seat.
    pub fn life(&self, seat: Seat) -> Life {
        self.places[seat.0].life
    }

    /// The seats in which a process runs.
    pub fn running(&self) -> impl Iterator<Item = Seat> + '_ {
        let runs = |place: &Place<M::Spec>| place.engine.is_some();
        self.places.iter().enumerate().filter(move |(_, place)| runs(place)).map(|(seat, _)| Seat(seat))
    }

    /// The epoch that a process has that starts now with a clock that is right.
    pub fn epoch_now(&self) -> u64 {
        FIRST_EPOCH + self.age().as_secs()
    }

    /// All processes as they are now.
    pub fn survey(&self) -> Survey<'_, IdentityOf<M>> {
        survey(&self.places, self.now)
    }

    /// Has the observer look at all processes.
    pub fn look<R>(&mut self, look: impl FnOnce(&mut O, &Survey<'_, IdentityOf<M>>) -> R) -> R {
        let Self { places, now, observer, .. } = self;
        look(observer, &survey(places, *now))
    }

    /// Adds a seat in which nobody runs yet.
    pub fn add_seat(&mut self) -> Seat {
        let seat = Seat(self.places.len());
        self.places.push(Place::new(seat));
        seat
    }

    /// Starts a dormant process in an empty seat, with a key of its own or another seat's.
    pub fn boot(&mut self, life: Life, config: Config) -> Result<(), ConfigError> {
        let identity = self.model.identity(life);
        let seed = self.rng.random();
        let engine = self.model.engine(identity.clone(), config, seed)?;
        self.places[life.seat.0].boot(engine, life);
        self.acted(life.seat, &Act::Started(identity), 1);
        Ok(())
    }

    /// Makes a process active without seeds.
    pub fn start(&mut self, seat: Seat) {
        self.act(seat, Engine::start);
    }

    /// Asks the process in seat `through` to take this one in.
    pub fn join(&mut self, seat: Seat, through: Seat) {
        let route = self.model.route(through);
        self.act(seat, |engine, now| engine.join(now, route));
    }

    /// Tells a process to leave.
    pub fn leave(&mut self, seat: Seat) {
        let Some(engine) = self.engine(seat) else { return };
        let act = Act::Leaving(engine.identity().clone());
        self.acted(seat, &act, 2);
        self.act(seat, Engine::leave);
    }

    /// The process is gone without a word; what it had sent is under way.
    pub fn crash(&mut self, seat: Seat) {
        let Some(engine) = self.places[seat.0].engine.take() else { return };
        self.places[seat.0].empty(&mut self.parcels);
        self.acted(seat, &Act::Crashed(engine.identity().clone()), 3);
    }

    /// The process stands still: what arrives waits in its socket, deadlines pass.
    pub fn pause(&mut self, seat: Seat) {
        self.stop(seat, Standing::Paused);
    }

    /// The process blocks just before sending and just after receiving; its timers run (Lifeguard §V).
    pub fn block(&mut self, seat: Seat) {
        self.stop(seat, Standing::Blocked);
    }

    /// A process that was paused or blocked goes on: what it held back leaves, what waited is read, and then
    /// its deadlines are served.
    pub fn resume(&mut self, seat: Seat) {
        let place = &mut self.places[seat.0];
        if place.engine.is_none() || place.standing == Standing::Running {
            return;
        }
        place.standing = Standing::Running;
        let held = core::mem::take(&mut place.held);
        let inbox = core::mem::take(&mut place.inbox);
        self.acted(seat, &Act::Resumed, 4);
        for parcel in held {
            self.release(parcel);
        }
        for parcel in inbox {
            self.receive(seat, parcel);
        }
        self.wake(seat);
    }

    /// Tells the observer that the network was changed.
    pub fn network_changed(&mut self) {
        self.acted(Seat(0), &Act::Network, 5);
    }

    fn stop(&mut self, seat: Seat, standing: Standing) {
        let place = &mut self.places[seat.0];
        if place.engine.is_some() && place.standing == Standing::Running {
            place.standing = standing;
            self.acted(seat, &Act::Stopped, 6);
        }
    }

    fn acted(&mut self, seat: Seat, act: &Act<IdentityOf<M>>, code: u64) {
        self.log.act(self.now, seat.0, code);
        if O::LOOKS {
            self.observer.observe(self.now, Observation::Act { seat, act });
        }
    }
}

fn survey<S: Spec>(places: &[Place<S>], at: Instant) -> Survey<'_, S::Identity> {
    let processes = places.iter().enumerate().filter_map(|(seat, place)| {
        let view = place.engine.as_ref()?;
        Some(Seen { seat: Seat(seat), standing: place.standing, sent: place.sent, view })
    });
    Survey { at, processes: processes.collect() }
}

impl<M: Model, O> core::fmt::Debug for World<M, O> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("World")
            .field("now", &self.now)
            .field("seats", &self.places.len())
            .field("due", &self.queue.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
