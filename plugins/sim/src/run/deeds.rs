//! Carrying out what a scenario says.

use super::Run;
use super::agenda::Task;
use crate::model::{Life, Stocked};
use crate::network::Flap;
use crate::scenario::{Clock, Deed, Selection};
use crate::world::{Seat, Standing};
use haulout::Phase;
use haulout::codec::Codec;

/// Most members that one asks when it joins.
const SEEDS: usize = 3;
/// How far a clock steps back, in seconds.
const BACK: u64 = 500;

impl<I: Stocked<Addr: Send> + 'static, C: Codec<I> + Clone> Run<'_, I, C> {
    pub(super) fn carry_out(&mut self, task: Task) {
        match task {
            Task::Begin(seat) => self.begin(seat),
            Task::Deed(deed) => self.deed(&deed),
            Task::Resume(seats) => seats.into_iter().for_each(|seat| self.world.resume(seat)),
            Task::Churn => self.churn(),
            Task::Restart(seat) => {
                let clock = self.scenario.churn.as_ref().map(|churn| churn.clock).unwrap_or_default();
                self.restart(seat, clock, &Selection::All);
            }
            Task::Publish => self.publish_again(),
            Task::Moment => self.make_known(),
            Task::Sample => self.world.look(|watch, survey| watch.meter.sample(survey)),
            Task::Survey => self.world.look(super::Watch::survey),
        }
    }

    /// Whoever is gone only for a while comes back before the end.
    pub(super) fn finish_restarts(&mut self) {
        for task in self.agenda.rest().collect::<Vec<_>>() {
            if matches!(task, Task::Restart(_) | Task::Begin(_)) {
                self.carry_out(task);
            }
        }
    }

    /// Whoever knows nobody asks everybody.
    pub(super) fn rescue(&mut self) {
        let running: Vec<_> = self.world.running().collect();
        for seat in running.iter().copied() {
            let is_lost = self.world.engine(seat).is_some_and(|engine| {
                engine.phase() == Phase::Joining
                    || (engine.phase() == Phase::Active && engine.stats().gauges.members == 0)
            });
            if is_lost {
                running
                    .iter()
                    .filter(|other| **other != seat)
                    .for_each(|other| self.world.join(seat, *other));
            }
        }
    }

    pub(super) fn set_admission(&mut self, seat: Seat) {
        let refused = self.refused_keys().into_iter().filter(|(observer, _)| *observer == seat);
        let refused: Vec<_> = refused.map(|(_, key)| key).collect();
        if !refused.is_empty() {
            let admits = move |identity: &I| !refused.contains(&identity.addr());
            self.world.act(seat, |engine, _| engine.set_admission(Box::new(admits)));
        }
    }

    fn deed(&mut self, deed: &Deed) {
        match deed {
            Deed::Crash(who) => self.each_running(who, Self::crash),
            Deed::Restart { who, clock, through } => {
                let all: Vec<_> = (0..self.world.seats()).map(Seat).collect();
                for seat in who.draw(self.world.rng(), &all) {
                    self.crash(seat);
                    self.restart(seat, *clock, through);
                }
            }
            Deed::Leave(who) => self.each_running(who, |run, seat| run.world.leave(seat)),
            Deed::Return(who) => self.each_running(who, |run, seat| {
                if run.world.engine(seat).is_some_and(|engine| engine.phase() == Phase::Dormant) {
                    run.join(seat, &Selection::All);
                }
            }),
            Deed::Grow(count) => {
                for _ in 0..*count {
                    let seat = self.world.add_seat();
                    self.boot(Life { seat, key: seat.0 as u32, epoch: self.world.epoch_now() });
                    self.join(seat, &Selection::All);
                }
            }
            Deed::Pause { who, length } => {
                let who = self.stop(who, |run, seat| run.world.pause(seat));
                self.agenda.add(self.world.now() + length.duration(), Task::Resume(who));
            }
            Deed::Block { who, length } => {
                let who = self.stop(who, |run, seat| run.world.block(seat));
                self.agenda.add(self.world.now() + length.duration(), Task::Resume(who));
            }
            Deed::Twin(who) => self.each_running(who, |run, seat| run.spawn(seat, false)),
            Deed::Move(who) => self.each_running(who, |run, seat| run.spawn(seat, true)),
            Deed::Put(who) => self.each_running(who, Self::put_urgent),
            network => self.touch_network(network),
        }
    }

    fn touch_network(&mut self, deed: &Deed) {
        let all: Vec<_> = (0..self.world.seats()).map(Seat).collect();
        let mut draw = |who: &Selection| who.draw(self.world.rng(), &all);
        match deed {
            Deed::Split(sides) => {
                let mut side_of = vec![0; all.len()];
                for (side, who) in sides.iter().enumerate() {
                    for seat in draw(who) {
                        side_of[seat.0] = side as u8 + 1;
                    }
                }
                self.world.network.links.split(side_of);
            }
            Deed::Cut { from, to } => {
                let (from, to) = (draw(from), draw(to));
                let pairs = from.iter().flat_map(|from| to.iter().map(move |to| (from.0, to.0)));
                pairs.for_each(|(from, to)| self.world.network.links.cut(from, to));
            }
            Deed::Flap { one, other, period } => {
                let (one, other) = (draw(one), draw(other));
                let pairs = one.iter().flat_map(|one| other.iter().map(move |other| (one.0, other.0)));
                for (one, other) in pairs.filter(|(one, other)| one != other) {
                    self.world.network.links.flap(Flap { one, other, period: *period });
                }
            }
            Deed::LoseEgress { who, rate } => {
                for seat in draw(who) {
                    self.world.network.links.lose_egress(seat.0, *rate);
                }
            }
            Deed::LoseIngress { who, rate } => {
                for seat in draw(who) {
                    self.world.network.links.lose_ingress(seat.0, *rate);
                }
            }
            Deed::Weather(weather) => self.world.network.weather = weather.clone(),
            Deed::Heal => self.world.network.heal(self.scenario.network.clone()),
            _ => return,
        }
        self.world.network_changed();
    }

    fn each_running(&mut self, who: &Selection, deed: impl Fn(&mut Self, Seat)) {
        let running: Vec<_> = self.world.running().collect();
        for seat in who.draw(self.world.rng(), &running) {
            deed(self, seat);
        }
    }

    /// Stops those of them that run undisturbed; who they are.
    fn stop(&mut self, who: &Selection, stop: impl Fn(&mut Self, Seat)) -> Vec<Seat> {
        let undisturbed: Vec<_> = self
            .world
            .running()
            .filter(|seat| self.world.standing(*seat) == Some(Standing::Running))
            .collect();
        let who = who.draw(self.world.rng(), &undisturbed);
        for seat in &who {
            stop(self, *seat);
        }
        who
    }

    fn begin(&mut self, seat: Seat) {
        if self.has_lived(seat) {
            return;
        }
        self.boot(Life { seat, key: seat.0 as u32, epoch: self.world.epoch_now() });
        if seat.0 == 0 { self.world.start(seat) } else { self.world.join(seat, Seat(0)) }
    }

    /// Whether a process ever ran there: a seat may wait for its first one.
    fn has_lived(&self, seat: Seat) -> bool {
        self.world.life(seat).epoch > 0
    }

    fn boot(&mut self, life: Life) {
        let config = self.config_of(life.seat);
        self.world.boot(life, config).expect("a scenario that was checked");
        self.set_admission(life.seat);
    }

    fn crash(&mut self, seat: Seat) {
        self.world.crash(seat);
    }

    fn churn(&mut self) {
        let Some(churn) = &self.scenario.churn else { return };
        let running: Vec<_> = self.world.running().collect();
        // The last two stay, or there would be nobody to come back to.
        if running.len() > 2 {
            for seat in Selection::Any(1).draw(self.world.rng(), &running) {
                self.world.crash(seat);
                self.agenda.add(self.world.now() + churn.gone.duration(), Task::Restart(seat));
            }
        }
        let next = self.world.now() + churn.every.duration();
        let until = churn.until.unwrap_or(self.scenario.duration);
        if next.since(crate::world::BEGINNING) <= until.duration() {
            self.agenda.add(next, Task::Churn);
        }
    }

    fn restart(&mut self, seat: Seat, clock: Clock, through: &Selection) {
        if self.world.engine(seat).is_some() || !self.has_lived(seat) {
            return;
        }
        let before = self.world.life(seat);
        let epoch = match clock {
            Clock::Right => self.world.epoch_now(),
            Clock::Still => before.epoch,
            Clock::Back => before.epoch.saturating_sub(BACK).max(1),
        };
        self.boot(Life { epoch, ..before });
        self.join(seat, through);
    }

    /// Another process of a member's key at an address of its own, instead of it or beside it.
    fn spawn(&mut self, of: Seat, moves: bool) {
        let key = self.world.life(of).key;
        if moves {
            self.world.crash(of);
        }
        let seat = self.world.add_seat();
        self.boot(Life { seat, key, epoch: self.world.epoch_now() });
        self.join(seat, &Selection::All);
    }

    fn join(&mut self, seat: Seat, through: &Selection) {
        let others: Vec<_> = self.world.running().filter(|other| *other != seat).collect();
        let through = through.draw(self.world.rng(), &others);
        let seeds = Selection::Any(SEEDS).draw(self.world.rng(), &through);
        if seeds.is_empty() {
            self.world.start(seat);
        }
        for seed in seeds {
            self.world.join(seat, seed);
        }
    }
}
