//! Runs a scenario in two phases: safety under faults, then heal, and demand that all views become equal.
//!
//! ```
//! use haulout_sim::run::{Options, run};
//! use haulout_sim::scenario::{Deed, Scenario, Span};
//!
//! let scenario = Scenario::new("one crashes", 8)
//!     .at(Span::from_secs(5), Deed::Crash(3.into()))
//!     .lasting(Span::from_secs(60));
//! let report = run(&scenario, Options::default())?;
//! assert!(report.holds(), "{:?}", report.violations);
//! assert!(report.detections[0].all.is_some_and(|seconds| seconds < 30.0));
//! # Ok::<(), haulout_sim::scenario::ScenarioError>(())
//! ```

mod agenda;
mod deeds;
mod meter;
mod publishing;
mod report;
mod watch;

pub use meter::Meter;
pub use report::{Detection, Report, Sample, Spread};
pub use watch::{Narrator, Watch};

use crate::checkers::{
    Accuracy, Completeness, ConstantLoad, Convergence, MomentsOnce, NoGhosts, RecordsEverywhere, ToldInTime,
    always,
};
use crate::model::{Kept, Life, Stock, Stocked};
use crate::observe::Seen;
use crate::scenario::{Formation, Identities, Scenario, ScenarioError, Wire};
use crate::world::{Seat, World};
use agenda::{Agenda, Task};
use core::time::Duration;
use haulout::codec::Codec;
use haulout::{Config, Fixed, Instant, Named, Renewing};
use haulout_codec_serde::{BincodeCodec, PostcardCodec};
use rand::RngExt;
use std::collections::BTreeSet;
use std::net::SocketAddrV4;

/// How a scenario is run.
#[derive(Default)]
pub struct Options<'a> {
    /// Leaves the checkers out: only what is measured counts.
    pub unchecked: bool,
    /// Told how far the faults have come, 0 to 1.
    pub progress: Option<&'a mut dyn FnMut(f64)>,
    /// Told everything that happens.
    pub narrator: Option<Narrator>,
}

impl core::fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Options").field("unchecked", &self.unchecked).finish_non_exhaustive()
    }
}

/// Pauses between two looks while views are awaited to be equal.
const LOOK: Duration = Duration::from_millis(100);
/// Samples of a run.
const SAMPLES: u64 = 240;

/// The key of the records that `do.put` publishes.
pub(crate) const URGENT: &str = "urgent";

type Route = SocketAddrV4;

/// Runs a scenario. An error says what in it is impossible.
pub fn run(scenario: &Scenario, options: Options<'_>) -> Result<Report, ScenarioError> {
    scenario.check()?;
    Ok(match scenario.codec {
        Wire::Postcard => match scenario.identity {
            #[cfg(feature = "golf")]
            Identities::Golfed => with::<crate::model::Golfed, _>(scenario, PostcardCodec, options),
            identity => stock(identity, scenario, PostcardCodec, options),
        },
        Wire::Bincode => stock(scenario.identity, scenario, BincodeCodec, options),
        #[cfg(feature = "protobuf")]
        Wire::Protobuf => stock(scenario.identity, scenario, haulout_codec_protobuf::ProtobufCodec, options),
    })
}

/// With an identity of the engine's own; golfed ones speak only postcard.
fn stock<C>(identity: Identities, scenario: &Scenario, codec: C, options: Options<'_>) -> Report
where
    C: Codec<Renewing<Route>> + Codec<Fixed<Route>> + Codec<Named<Route>> + Clone,
{
    match identity {
        Identities::Fixed => with::<Fixed<Route>, _>(scenario, codec, options),
        Identities::Named => with::<Named<Route>, _>(scenario, codec, options),
        Identities::Renewing => with::<Renewing<Route>, _>(scenario, codec, options),
        // Its golfed identities were taken before, and `check` refuses them with other codecs.
        #[cfg(feature = "golf")]
        Identities::Golfed => with::<Renewing<Route>, _>(scenario, codec, options),
    }
}

fn with<I, C>(scenario: &Scenario, codec: C, options: Options<'_>) -> Report
where
    I: Stocked<Addr: Send> + 'static,
    C: Codec<I> + Clone,
{
    Run::<I, C>::new(scenario, codec).go(options)
}

/// A run under way.
struct Run<'s, I: Stocked, C: Codec<I> + Clone> {
    scenario: &'s Scenario,
    world: World<Stock<I, C, Kept<I>>, Watch<I>>,
    agenda: Agenda,
    /// Who differs, by the index of the variant.
    variants: Vec<Vec<Seat>>,
    /// Who refuses whom.
    refusals: BTreeSet<(Seat, Seat)>,
    /// The number of the last value that was published.
    published: u64,
}

impl<'s, I: Stocked<Addr: Send> + 'static, C: Codec<I> + Clone> Run<'s, I, C> {
    fn new(scenario: &'s Scenario, codec: C) -> Self {
        let watch = Watch::new(Vec::new());
        let mut world = World::new(Stock::new(codec), scenario.seed, scenario.network.clone(), watch);
        let seats: Vec<_> = (0..scenario.members).map(Seat).collect();
        let (mut variants, mut refusals) = (Vec::new(), BTreeSet::new());
        for variant in &scenario.variants {
            let who = variant.who.draw(world.rng(), &seats);
            if let Some(refused) = &variant.refuses {
                let refused = refused.draw(world.rng(), &seats);
                let pairs =
                    who.iter().flat_map(|observer| refused.iter().map(|subject| (*observer, *subject)));
                refusals.extend(pairs.filter(|(observer, subject)| observer != subject));
            }
            for seat in &who {
                world.model_mut().keep(*seat, variant.keeps);
            }
            variants.push(who);
        }
        Self { scenario, world, agenda: Agenda::default(), variants, refusals, published: 0 }
    }

    fn go(mut self, mut options: Options<'_>) -> Report {
        if let Some(narrator) = options.narrator.take() {
            self.world.observer.narrate(narrator);
        }
        let convergence = Convergence::except(self.refused_keys());
        if !options.unchecked {
            self.arm_checkers(&convergence);
        }
        self.gather();
        let (begin, length) = (self.world.now(), self.scenario.duration.duration());
        self.schedule(begin);
        let end = begin + length;
        while let Some((at, task)) = self.agenda.next(end) {
            self.world.run_until(at);
            self.carry_out(task);
            if let Some(progress) = &mut options.progress {
                progress(at.since(begin).as_secs_f64() / length.as_secs_f64().max(1e-6));
            }
        }
        self.world.run_until(end);
        self.heal();
        let recovered = self.recover(&convergence);
        self.world.look(Watch::conclude);
        self.report(recovered)
    }

    fn arm_checkers(&mut self, convergence: &Convergence) {
        let (scenario, checks) = (self.scenario, &self.scenario.checks);
        let config = scenario.config();
        let mut checkers = always();
        let bound = Completeness::<I>::bound(&config, scenario.members, false);
        let bound = checks.complete_within.map_or(bound, crate::scenario::Span::duration);
        checkers.push(Box::new(Completeness::new(bound)));
        if let Some(budget) = checks.false_alarms {
            checkers.push(Box::new(Accuracy::new(budget)));
        }
        if let Some(budget) = checks.load {
            checkers.push(Box::new(ConstantLoad::new(budget, config.probe.interval)));
        }
        if let Some(bound) = checks.told_within {
            checkers.push(Box::new(ToldInTime::new(bound.duration())));
        }
        if scenario.moments.is_some() {
            checkers.push(Box::new(MomentsOnce::new()));
        }
        if checks.convergence {
            checkers.push(Box::new(convergence.clone()));
            checkers.push(Box::new(NoGhosts::new()));
            if scenario.records.is_some() {
                checkers.push(Box::new(RecordsEverywhere::new()));
            }
        }
        self.world.observer.set(checkers);
    }

    /// The cluster comes about.
    fn gather(&mut self) {
        let n = self.scenario.members;
        match self.scenario.formation {
            Formation::Formed => {
                let configs: Vec<_> = (0..n).map(|seat| self.config_of(Seat(seat))).collect();
                self.world.form(n, |seat| configs[seat.0].clone()).expect("a scenario that was checked");
                (0..n).for_each(|seat| self.set_admission(Seat(seat)));
            }
            Formation::JoinOver(span) => {
                let now = self.world.now();
                for seat in 0..n {
                    self.world.add_seat();
                    let after = if seat == 0 { 0 } else { self.world.rng().random_range(0..=span.micros()) };
                    self.agenda.add(now + Duration::from_micros(after), Task::Begin(Seat(seat)));
                }
            }
        }
    }

    /// Everything that is known beforehand.
    fn schedule(&mut self, begin: Instant) {
        let scenario = self.scenario;
        for fault in &scenario.faults {
            self.agenda.add(begin + fault.at.duration(), Task::Deed(fault.deed.clone()));
        }
        if let Some(churn) = &scenario.churn {
            self.agenda.add(begin + churn.from.duration().max(churn.every.duration()), Task::Churn);
        }
        if let Some(records) = &scenario.records {
            self.publish_first();
            if let Some(every) = records.every {
                self.agenda.add(begin + every.duration(), Task::Publish);
            }
        }
        if let Some(moments) = &scenario.moments {
            self.agenda.add(begin + moments.every.duration(), Task::Moment);
        }
        let length = scenario.duration.duration();
        let pause = (length / SAMPLES as u32).max(LOOK);
        self.agenda.repeat(begin, pause, begin + length, &Task::Sample);
        let interval = scenario.config().probe.interval.max(Duration::from_secs(1));
        self.agenda.repeat(begin + interval, interval, begin + length, &Task::Survey);
    }

    /// The faults end: the network is as it was, whoever stood still goes on, and whoever knows nobody, which
    /// nobody could find either, asks everybody again.
    fn heal(&mut self) {
        self.finish_restarts();
        self.world.network.heal(self.scenario.network.clone());
        self.world.network_changed();
        for seat in 0..self.world.seats() {
            self.world.resume(Seat(seat));
        }
        self.rescue();
    }

    /// Waits until all views are equal and all is told; how long it took.
    fn recover(&mut self, convergence: &Convergence) -> Option<Duration> {
        let (limit, has_hooks) = (self.scenario.settle.duration(), !self.refusals.is_empty());
        let quiet = |world: &World<Stock<I, C, Kept<I>>, Watch<I>>| {
            let survey = world.survey();
            let gauges = |member: &Seen<'_, I>| member.view.stats().gauges;
            let told = survey
                .members()
                .all(|member| gauges(member).gossip_backlog == 0 && gauges(member).broadcast_backlog == 0);
            let mut records = survey.members().filter_map(|member| member.view.records());
            let first = records.next();
            let is_one = has_hooks || records.all(|root| Some(root) == first);
            told && is_one && convergence.missing(&survey).is_ok() && NoGhosts::ghost(&survey).is_ok()
        };
        let recovered = self.world.run_until_holds(LOOK, limit, quiet);
        // Where some refuse others, digests never are equal; records are repaired by comparisons all the same.
        if has_hooks && self.scenario.records.is_some() {
            self.world.run_for((self.scenario.config().sync.longest * 8).min(limit));
        }
        // What was under way during the faults may still arrive; it must change nothing for good.
        self.world.run_for(Duration::from_secs(20).min(limit));
        if recovered.is_some() {
            self.world.run_until_holds(LOOK, limit, quiet);
        }
        self.world.look(|watch, survey| watch.meter.sample(survey));
        recovered
    }

    fn report(self, recovered: Option<Duration>) -> Report {
        let meter = &self.world.observer.meter;
        Report {
            scenario: self.scenario.name.clone(),
            seed: self.scenario.seed,
            members: self.world.survey().members().count(),
            seconds: self.world.age().as_secs_f64(),
            hash: format!("{:016x}", self.world.hash()),
            entries: self.world.log().entries(),
            datagrams: meter.datagrams,
            bytes: meter.bytes,
            detections: meter.detections(),
            spreads: meter.spreads(),
            false_alarms: meter.alarms,
            healthy_false_alarms: meter.healthy_alarms,
            recovered_after: recovered.map(|span| span.as_secs_f64()),
            violations: self.world.observer.violations().to_vec(),
            samples: meter.samples.clone(),
        }
    }

    /// Who refuses whom, by key.
    fn refused_keys(&self) -> Vec<(Seat, I::Addr)> {
        let key = |subject: Seat| I::of(Life { seat: subject, key: subject.0 as u32, epoch: 0 }).addr();
        self.refusals.iter().map(|(observer, subject)| (*observer, key(*subject))).collect()
    }

    /// The settings of a seat.
    fn config_of(&self, seat: Seat) -> Config {
        let mut config = self.scenario.config();
        for (variant, who) in self.scenario.variants.iter().zip(&self.variants) {
            if who.contains(&seat) {
                variant.settings.apply(&mut config);
            }
        }
        config
    }
}

#[cfg(test)]
mod tests;
