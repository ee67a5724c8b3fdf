//! Settings for a cluster that one has in mind, and what they buy.
//!
//! Timings follow from the round trip, helpers from the loss (SWIM §3.1); α is tried in the simulator, with as
//! many members as asked or 1,024, and the quickest that raises no false alarm is recommended. Cost: some
//! seconds of wall time a candidate.

use crate::model::Stock;
use crate::network::{Latency, Weather};
use crate::papers::Seal;
use crate::run::Watch;
use crate::scenario::{Rate, Span};
use crate::world::{Seat, World};
use crate::{parallel, stats};
use core::time::Duration;
use haulout::Config;
use haulout_codec_serde::PostcardCodec;
use rand::RngExt;
use serde::Serialize;
use std::collections::BTreeMap;

/// What one has in mind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wish {
    /// How many members, 2 to 100,000.
    pub members: usize,
    /// How many datagrams are lost.
    pub loss: Rate,
    /// The usual round trip; one of a hundred takes twice as long.
    pub rtt: Span,
    /// A crash is to be known to all within this, if that is asked.
    pub within: Option<Span>,
}

/// Most members that are simulated.
pub const SIMULATED: usize = 1_024;
/// How long each candidate is watched for false alarms.
const WATCHED: Duration = Duration::from_secs(120);
/// Crashes of each candidate of a plan.
const CRASHES: usize = 4;
/// How often a probe may fail by loss alone, at most.
const FALSE_SUSPICION: f64 = 1e-4;

/// What a candidate came to.
#[derive(Clone, Debug, Serialize)]
pub struct Candidate {
    /// α.
    pub alpha: u32,
    /// Median seconds from a crash to the first who declares it.
    pub first: f64,
    /// Median seconds until all know it.
    pub all: f64,
    /// The same for the number of members asked, by the logarithm in the suspicion.
    pub all_at_size: f64,
    /// False alarms, over all observers.
    pub false_alarms: u64,
    /// Suspicions a member and hour, over all observers.
    pub suspicions: f64,
    /// Datagrams a member and second.
    pub datagrams: f64,
    /// Bytes a member and second.
    pub bytes: f64,
}

/// A recommendation.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// The settings that differ from the profile `lan`, as the agent's file has them.
    pub settings: BTreeMap<&'static str, String>,
    /// How many members were simulated.
    pub simulated: usize,
    /// The candidate that is recommended.
    pub chosen: usize,
    /// All of them.
    pub candidates: Vec<Candidate>,
    /// Whether it keeps what was asked.
    pub keeps: bool,
    /// What it comes to, whole.
    #[serde(skip)]
    pub config: Config,
}

/// Plans; `done` is told how many candidates are done.
pub fn plan(wish: Wish, threads: usize, done: impl Fn(usize) + Sync) -> Plan {
    let base = base(wish);
    let alphas: Vec<u32> = vec![2, 3, 4, 6];
    let simulated = wish.members.clamp(3, SIMULATED);
    let simulate = |alpha: &u32| {
        let mut config = base.clone();
        config.suspicion.alpha = *alpha;
        simulate(wish, &config, simulated, CRASHES)
    };
    let candidates = parallel::map(&alphas, threads, simulate, done);
    let limit = wish.within.map_or(f64::INFINITY, |within| within.duration().as_secs_f64());
    // Fewer false alarms first, then quicker.
    let rank = |index: &usize| {
        let candidate = &candidates[*index];
        (candidate.all_at_size > limit, candidate.false_alarms, index.to_owned())
    };
    let chosen = (0..candidates.len()).min_by_key(rank).unwrap_or(0);
    let mut config = base;
    config.suspicion.alpha = candidates[chosen].alpha;
    let keeps = candidates[chosen].all_at_size <= limit;
    Plan { settings: settings(&config), simulated, chosen, candidates, keeps, config }
}

/// What follows without trying.
pub fn base(wish: Wish) -> Config {
    let rtt = wish.rtt.duration();
    let mut config = if rtt > Duration::from_millis(150) { Config::wan() } else { Config::lan() };
    // Above what one round trip in a thousand takes, in steps of 50 ms; a helper's way is two of them.
    config.probe.timeout = steps(rtt * 3, 50).max(Duration::from_millis(200));
    config.probe.interval = steps(config.probe.timeout + rtt * 5, 250).max(Duration::from_secs(1));
    let passes = 1.0 - wish.loss.fraction();
    let (direct, helped) = (1.0 - passes.powi(2), 1.0 - passes.powi(4));
    let enough = |helpers: &u8| direct * helped.powi(i32::from(*helpers)) <= FALSE_SUSPICION;
    config.probe.helpers = (2..=8).find(enough).unwrap_or(8);
    config.gossip.retransmit = if wish.loss.fraction() > 0.1 { 6 } else { 4 };
    config
}

fn steps(length: Duration, millis: u64) -> Duration {
    Duration::from_millis((length.as_millis() as u64).div_ceil(millis) * millis)
}

/// Watches `n` members with these settings for false alarms, then has some of them crash one after another.
pub fn simulate(wish: Wish, config: &Config, n: usize, crashes: usize) -> Candidate {
    let alpha = config.suspicion.alpha;
    let latency = Latency::LogNormal { median: Span::from_micros(wish.rtt.micros() / 2), sigma: 0.3 };
    let weather = Weather { latency, loss: wish.loss, ..Weather::default() };
    let model = Stock::<Seal, _, ()>::new(PostcardCodec);
    let mut world = World::new(model, u64::from(alpha), weather, Watch::new(Vec::new()));
    world.form(n, |_| config.clone()).expect("a plan is possible");
    world.run_for(Duration::from_secs(20));
    world.look(|watch, survey| watch.meter.sample(survey));
    let suspected = world.observer.meter.suspected();
    world.run_for(WATCHED);
    world.look(|watch, survey| watch.meter.sample(survey));
    let suspicions = world.observer.meter.suspected() - suspected;
    let false_alarms = world.observer.meter.false_alarms();
    let known = |world: &World<_, Watch<Seal>>| {
        world.observer.meter.detections().iter().all(|detection| detection.all.is_some())
    };
    // One after the other: whoever crashes before it heard of the last would never know it.
    for _ in 0..crashes.min(n - 2) {
        let pause = world.rng().random_range(3_000_000..4_000_000);
        world.run_for(Duration::from_micros(pause));
        let running: Vec<_> = world.running().collect();
        let seat: Seat = running[world.rng().random_range(0..running.len())];
        world.crash(seat);
        world.run_until_holds(Duration::from_millis(500), Duration::from_secs(300), known);
    }
    let detections = world.observer.meter.detections();
    let seconds = |of: fn(&crate::run::Detection) -> Option<f64>| {
        let values: Vec<_> = detections.iter().filter_map(of).collect();
        stats::median(&values).unwrap_or(f64::INFINITY)
    };
    let all = seconds(|detection| detection.all);
    let sample = world.observer.meter.samples().last();
    let hours = WATCHED.as_secs_f64() / 3_600.0 * n as f64;
    let scale = |n: usize| (n as f64).log10().max(1.0);
    let grown = f64::from(alpha) * config.probe.interval.as_secs_f64() * (scale(wish.members) - scale(n));
    Candidate {
        alpha,
        first: seconds(|detection| detection.first),
        all,
        all_at_size: all + grown,
        false_alarms,
        suspicions: suspicions as f64 / hours,
        datagrams: sample.map_or(0.0, |sample| sample.datagrams),
        bytes: sample.map_or(0.0, |sample| sample.bytes),
    }
}

/// What differs from the profile `lan`, by the names of the agent's file.
fn settings(config: &Config) -> BTreeMap<&'static str, String> {
    let lan = Config::lan();
    let span = |duration: Duration| format!("\"{}\"", Span::from(duration));
    let all = [
        ("probe.interval", span(config.probe.interval), span(lan.probe.interval)),
        ("probe.timeout", span(config.probe.timeout), span(lan.probe.timeout)),
        ("probe.helpers", config.probe.helpers.to_string(), lan.probe.helpers.to_string()),
        ("suspicion.alpha", config.suspicion.alpha.to_string(), lan.suspicion.alpha.to_string()),
        ("suspicion.beta", config.suspicion.beta.to_string(), lan.suspicion.beta.to_string()),
        ("gossip.interval", span(config.gossip.interval), span(lan.gossip.interval)),
        ("gossip.fanout", config.gossip.fanout.to_string(), lan.gossip.fanout.to_string()),
        ("gossip.retransmit", config.gossip.retransmit.to_string(), lan.gossip.retransmit.to_string()),
    ];
    all.into_iter().filter(|(_, is, was)| is != was).map(|(name, is, _)| (name, is)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(members: usize, percent: u32, rtt: u64) -> Wish {
        Wish { members, loss: Rate::percent(percent), rtt: Span::from_millis(rtt), within: None }
    }

    #[test]
    fn timings_follow_the_round_trip_and_helpers_the_loss() {
        let near = base(wish(100, 0, 1));
        assert_eq!((near.probe.timeout.as_millis(), near.probe.interval.as_millis()), (200, 1_000));
        let far = base(wish(100, 5, 300));
        assert_eq!((far.probe.timeout.as_millis(), far.probe.interval.as_millis()), (900, 2_500));
        assert!(near.probe.helpers < far.probe.helpers, "{} {}", near.probe.helpers, far.probe.helpers);
        for loss in [0, 2, 10, 40, 100] {
            assert_eq!(base(wish(10, loss, 2_000)).check(), Ok(()));
        }
    }

    #[test]
    fn what_is_recommended_raises_no_alarm_and_says_how_soon_a_crash_is_known() {
        let plan = plan(wish(40, 2, 40), 2, |_| ());
        let chosen = &plan.candidates[plan.chosen];
        assert_eq!(chosen.false_alarms, 0);
        assert!(chosen.first > 1.0 && chosen.first <= chosen.all && chosen.all < 40.0, "{chosen:?}");
        assert!(plan.keeps && plan.config.check().is_ok());
        assert!(plan.settings.contains_key("probe.timeout"), "{:?}", plan.settings);
    }
}
