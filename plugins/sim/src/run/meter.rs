//! What is measured of a run: detection, false alarms, and how things go over time.
//!
//! Cost: O(1) an event; O(members) a sample.

use super::URGENT;
use super::report::{Detection, Sample, Spread};
use crate::observe::{Act, Observation, Survey};
use crate::world::{BEGINNING, Seat};
use haulout::codec::MessageKind;
use haulout::{Event, Identity, Instant, Phase};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A crash under way.
#[derive(Debug)]
struct Crash<I> {
    seat: Seat,
    identity: I,
    at: Instant,
    /// How many are to learn of it.
    observers: usize,
    heard: Vec<Instant>,
}

/// Measures as a run goes.
#[derive(Debug)]
pub struct Meter<I: Identity> {
    live: HashMap<I::Addr, (Seat, I)>,
    disturbed: BTreeSet<Seat>,
    crashes: Vec<Crash<I>>,
    /// `Suspected` events.
    suspected: u64,
    /// False alarms: of members that run undisturbed, told by anybody.
    pub(super) alarms: u64,
    /// Those of them that were told by members that run undisturbed.
    pub(super) healthy_alarms: u64,
    /// Datagrams and bytes that left.
    pub(super) datagrams: u64,
    pub(super) bytes: u64,
    pub(super) samples: Vec<Sample>,
    before: (Instant, u64, u64),
    /// Who was told of which urgent record, by its value: whose, when it was put, the others, the last of them.
    urgent: BTreeMap<Vec<u8>, (Seat, Instant, BTreeSet<Seat>, Instant)>,
    /// What each process had sent, by kind.
    sent: HashMap<Seat, Kinds>,
}

/// Datagrams by kind, as in [`haulout::Traffic`].
type Kinds = [u64; MessageKind::ALL.len()];

impl<I: Identity> Default for Meter<I> {
    fn default() -> Self {
        Self {
            live: HashMap::new(),
            disturbed: BTreeSet::new(),
            crashes: Vec::new(),
            suspected: 0,
            alarms: 0,
            healthy_alarms: 0,
            datagrams: 0,
            bytes: 0,
            samples: Vec::new(),
            before: (BEGINNING, 0, 0),
            urgent: BTreeMap::new(),
            sent: HashMap::new(),
        }
    }
}

impl<I: Identity> Meter<I> {
    /// Something is seen.
    pub fn observe(&mut self, at: Instant, seen: &Observation<'_, I>) {
        match *seen {
            Observation::Sent { bytes, .. } => {
                self.datagrams += 1;
                self.bytes += bytes.len() as u64;
            }
            Observation::Act { seat, act } => self.acted(at, seat, act),
            Observation::Event { seat, event: Event::Rejoined { identity }, .. } => {
                self.live.insert(identity.addr(), (seat, identity.clone()));
            }
            Observation::Event { event: Event::Suspected { .. }, .. } => self.suspected += 1,
            Observation::Event { seat, event: Event::Down { identity }, .. } => self.down(at, seat, identity),
            Observation::Event { seat, event: Event::Published { key, value, .. }, .. }
                if **key == *URGENT.as_bytes() =>
            {
                // Its owner tells it first.
                let first = || (seat, at, BTreeSet::new(), at);
                let (owner, _, told, last) = self.urgent.entry(value.clone()).or_insert_with(first);
                if *owner != seat && told.insert(seat) {
                    *last = at;
                }
            }
            _ => {}
        }
    }

    /// `Suspected` events so far, over all observers.
    pub fn suspected(&self) -> u64 {
        self.suspected
    }

    /// False alarms so far, over all observers.
    pub fn false_alarms(&self) -> u64 {
        self.alarms
    }

    /// The samples so far.
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// Takes a sample of all processes.
    pub fn sample(&mut self, survey: &Survey<'_, I>) {
        let serves = |phase| matches!(phase, Phase::Active | Phase::Joining);
        let serving: Vec<_> = survey.processes.iter().filter(|p| serves(p.view.phase())).collect();
        let n = serving.len();
        let gauges = || serving.iter().map(|process| &process.view.stats().gauges);
        let known: u64 = gauges().map(|gauges| u64::from(gauges.members)).sum();
        let pairs = (n * n.saturating_sub(1)) as f64;
        let (at, datagrams, bytes) =
            core::mem::replace(&mut self.before, (survey.at, self.datagrams, self.bytes));
        let member_seconds = survey.at.since(at).as_secs_f64() * n as f64;
        let rate = |now: u64, before: u64| {
            if member_seconds > 0.0 { (now - before) as f64 / member_seconds } else { 0.0 }
        };
        let kinds = self.kinds(survey, member_seconds);
        self.samples.push(Sample {
            seconds: survey.at.since(BEGINNING).as_secs_f64(),
            members: n,
            known: if pairs > 0.0 { (known as f64 / pairs).min(1.0) } else { 1.0 },
            suspects: gauges().map(|gauges| u64::from(gauges.suspects)).sum(),
            false_alarms: self.alarms,
            datagrams: rate(self.datagrams, datagrams),
            bytes: rate(self.bytes, bytes),
            kinds,
        });
    }

    /// What was sent since the sample before, a member and second, by kind.
    fn kinds(&mut self, survey: &Survey<'_, I>, member_seconds: f64) -> BTreeMap<String, f64> {
        let mut sums = Kinds::default();
        let sent: HashMap<_, _> =
            survey.processes.iter().map(|p| (p.seat, p.view.stats().sent.messages)).collect();
        for (seat, now) in &sent {
            let Some(before) = self.sent.get(seat) else { continue };
            // Who was started anew counts from zero.
            let each = sums.iter_mut().zip(now.iter().zip(before));
            each.for_each(|(sum, (now, before))| *sum += now.saturating_sub(*before));
        }
        self.sent = sent;
        let named = MessageKind::ALL.iter().zip(sums).filter(|(_, sum)| *sum > 0);
        named.map(|(kind, sum)| (kind.to_string(), sum as f64 / member_seconds)).collect()
    }

    /// How each crash was detected.
    pub fn detections(&self) -> Vec<Detection> {
        let seconds = |crash: &Crash<I>, at: Instant| at.since(crash.at).as_secs_f64();
        let detection = |crash: &Crash<I>| Detection {
            member: crash.seat.0,
            first: crash.heard.first().map(|at| seconds(crash, *at)),
            all: crash.heard.get(crash.observers.saturating_sub(1)).map(|at| seconds(crash, *at)),
        };
        self.crashes.iter().map(detection).collect()
    }

    /// How the records of `do.put` became known.
    pub fn spreads(&self) -> Vec<Spread> {
        let spread = |(owner, put, told, last): &(Seat, Instant, BTreeSet<Seat>, Instant)| Spread {
            member: owner.0,
            told: told.len(),
            last: last.since(*put).as_secs_f64(),
        };
        self.urgent.values().map(spread).collect()
    }

    fn acted(&mut self, at: Instant, seat: Seat, act: &Act<I>) {
        match act {
            Act::Started(identity) => {
                self.live.insert(identity.addr(), (seat, identity.clone()));
                self.disturbed.remove(&seat);
            }
            Act::Crashed(identity) => {
                self.live.remove(&identity.addr());
                let observers = self.live.values().filter(|(at, _)| !self.disturbed.contains(at)).count();
                let identity = identity.clone();
                self.crashes.push(Crash { seat, identity, at, observers, heard: Vec::new() });
            }
            Act::Leaving(identity) => drop(self.live.remove(&identity.addr())),
            Act::Stopped => drop(self.disturbed.insert(seat)),
            Act::Resumed => drop(self.disturbed.remove(&seat)),
            Act::Network => {}
        }
    }

    fn down(&mut self, at: Instant, seat: Seat, identity: &I) {
        if let Some(crash) = self.crashes.iter_mut().rev().find(|crash| crash.identity == *identity) {
            crash.heard.push(at);
            return;
        }
        let lives = |(at, live): &&(Seat, I)| live == identity && !self.disturbed.contains(at);
        if self.live.get(&identity.addr()).as_ref().is_some_and(lives) {
            self.alarms += 1;
            self.healthy_alarms += u64::from(!self.disturbed.contains(&seat));
        }
    }
}
