//! Everything at once, then peace: whatever happened, one view is left, and it stays.

use crate::world::{EPOCH, Mark, Peer, Rng, Seat, World, ms, route, rover, seal_at, secs, stone};
use haulout::codec::Update;
use haulout::{Config, Event, Phase, State};

/// Storms of each kind; `HAULOUT_STORMS` in the environment asks for more.
pub fn storms() -> u64 {
    std::env::var("HAULOUT_STORMS").ok().and_then(|text| text.parse().ok()).unwrap_or(20)
}

/// A world in which things go wrong at random.
struct Chaos<I: Peer> {
    w: World<I>,
    rng: Rng,
    /// Who is at a seat that starts anew, at an epoch.
    make: fn(usize, u64) -> I,
    paused: Vec<Seat>,
    starved: Vec<Seat>,
    seats: usize,
}

impl<I: Peer> Chaos<I> {
    fn new(seed: u64, seats: usize, make: fn(usize, u64) -> I) -> Self {
        let mut config = Config::lan();
        if seed % 3 == 1 {
            config.join.forget_after = secs(30);
        }
        let w = World::of(seed, config, (0..seats).map(|n| make(n, EPOCH)));
        let rng = Rng::new(w.seed());
        Self { w, rng, make, paused: Vec::new(), starved: Vec::new(), seats }
    }

    fn any(&mut self) -> Seat {
        Seat(self.rng.below(self.seats as u64) as usize)
    }

    fn is_running(&self, seat: Seat) -> bool {
        self.w.running().contains(&seat)
    }

    fn is_still(&self, seat: Seat) -> bool {
        self.paused.contains(&seat) || self.starved.contains(&seat)
    }

    /// One thing that goes wrong, and some time.
    fn harm(&mut self) {
        let seat = self.any();
        match self.rng.below(12) {
            0 | 1 => self.crash(seat),
            2 | 3 => self.restart(seat),
            4 => self.pause_or_resume(seat),
            5 => self.starve_or_feed(seat),
            6 => self.split(),
            7 => self.w.net.heal(),
            8 => self.weather(),
            9 => self.leave_or_return(seat),
            10 => self.forge(seat),
            _ => {}
        }
        let wait = if self.rng.chance(200) {
            self.rng.between(secs(5), secs(40))
        } else {
            self.rng.between(ms(5), secs(2))
        };
        self.w.run_for(wait);
    }

    fn crash(&mut self, seat: Seat) {
        if self.is_running(seat) && self.w.running().len() > 2 {
            self.paused.retain(|s| *s != seat);
            self.starved.retain(|s| *s != seat);
            self.w.crash(seat);
        }
    }

    fn restart(&mut self, seat: Seat) {
        if self.is_running(seat) {
            return;
        }
        let age = self.w.now().since(haulout::Instant::ZERO).as_secs();
        let epoch = match self.rng.below(4) {
            0 => EPOCH - 500,
            1 => EPOCH,
            _ => EPOCH + age,
        };
        self.w.restart(seat, (self.make)(seat.0, epoch));
        let through = self.any();
        self.w.join(seat, route(through.0));
        self.w.join(seat, route(0));
    }

    fn pause_or_resume(&mut self, seat: Seat) {
        if self.paused.contains(&seat) {
            self.paused.retain(|s| *s != seat);
            self.w.resume(seat);
        } else if self.is_running(seat) && !self.is_still(seat) {
            self.paused.push(seat);
            self.w.pause(seat);
        }
    }

    fn starve_or_feed(&mut self, seat: Seat) {
        if self.starved.contains(&seat) {
            self.starved.retain(|s| *s != seat);
            self.w.feed(seat);
        } else if self.is_running(seat) && !self.is_still(seat) {
            self.starved.push(seat);
            self.w.starve(seat);
        }
    }

    fn split(&mut self) {
        let (mut one, mut other) = (Vec::new(), Vec::new());
        for n in 0..self.seats {
            if self.rng.chance(500) { one.push(Seat(n)) } else { other.push(Seat(n)) }
        }
        self.w.split(&one, &other);
    }

    fn weather(&mut self) {
        self.w.net.loss = self.rng.below(300) as u32;
        self.w.net.duplication = self.rng.below(200) as u32;
        self.w.net.latency.1 = self.rng.between(ms(3), ms(400));
    }

    fn leave_or_return(&mut self, seat: Seat) {
        if !self.is_running(seat) || self.is_still(seat) {
            return;
        }
        if self.w.member(seat).phase() == Phase::Dormant {
            let through = self.any();
            self.w.join(seat, route(through.0));
        } else {
            self.w.leave(seat);
        }
    }

    /// A lie about a member, told by another.
    fn forge(&mut self, to: Seat) {
        let (about, from) = (self.any(), self.any());
        if !self.is_running(to)
            || self.is_still(to)
            || from == to
            || self.w.member(to).phase() == Phase::Dormant
        {
            return;
        }
        let Some(held) = self.w.held(to, &(self.make)(about.0, 0).addr()) else { return };
        let state = [State::Alive, State::Suspect, State::Down, State::Left][self.rng.below(4) as usize];
        let lie = Update::new(held.identity().clone(), self.rng.below(4) as u32, state);
        let teller = self.w.held(to, &(self.make)(from.0, 0).addr()).map(|held| held.identity().clone());
        if let Some(teller) = teller {
            self.w.whisper(&teller, to, &[lie]);
        }
    }

    /// Nothing goes wrong any more; whoever has left is asked to return.
    fn peace(&mut self) {
        self.w.net.heal();
        (self.w.net.loss, self.w.net.duplication) = (0, 0);
        self.w.net.latency.1 = ms(3);
        for seat in core::mem::take(&mut self.paused) {
            self.w.resume(seat);
        }
        for seat in core::mem::take(&mut self.starved) {
            self.w.feed(seat);
        }
        let running = self.w.running();
        for seat in &running {
            let phase = self.w.member(*seat).phase();
            // One that knows nobody could not be found by anybody either.
            let lost = self.w.member(*seat).members().count() == 0 && phase == Phase::Active;
            if lost || matches!(phase, Phase::Dormant | Phase::Leaving | Phase::Joining) {
                for through in running.iter().filter(|through| *through != seat) {
                    let way = self.w.route(*through);
                    self.w.join(*seat, way);
                }
            }
        }
    }
}

/// A storm, then one view of those who are left, within three minutes, and for good.
fn ends_in_one_view<I: Peer>(seed: u64, seats: usize, make: fn(usize, u64) -> I) {
    let mut chaos = Chaos::new(seed, seats, make);
    for _ in 0..80 {
        chaos.harm();
    }
    chaos.peace();
    let w = &mut chaos.w;
    let all_is_well = |w: &World<I>| {
        w.converged() && w.running().iter().all(|seat| w.member(*seat).phase() == Phase::Active)
    };
    // What was under way in the storm may still arrive.
    w.run_for(secs(60));
    // A conflict that was none ends with a round, and their pauses double.
    w.within(secs(900), "one view is left", all_is_well);
    let mark: Mark = w.mark();
    w.run_for(secs(60));
    assert!(all_is_well(w), "{}", w.describe());
    let news =
        |event: &Event<I>| matches!(event, Event::Up { .. } | Event::Down { .. } | Event::Renewed { .. });
    let changes = w.count(mark, news);
    assert_eq!(changes, 0, "{:?}", w.events(mark));
}

#[test]
fn a_storm_over_renewing_members_ends_in_one_view() {
    for seed in 0..storms() {
        ends_in_one_view(seed, 4 + seed as usize % 6, seal_at);
    }
}

#[test]
fn a_storm_over_members_that_cannot_renew_ends_in_one_view() {
    for seed in 0..storms() {
        ends_in_one_view(seed, 4 + seed as usize % 6, |n, _| stone(n));
    }
}

#[test]
fn a_storm_over_named_members_ends_in_one_view() {
    for seed in 0..storms() {
        ends_in_one_view(seed, 4 + seed as usize % 6, |n, epoch| rover(&format!("m{n}"), n, epoch));
    }
}
