//! The protocol, without its codec: everything that a decoded datagram, a deadline or a command does.
//!
//! [`Protocol`] groups the state so that each rule borrows the parts it needs; the rules are in the
//! modules below, one concept each. Everything here works on decoded values and cannot fail.

mod answering;
mod apply;
mod conflict;
#[cfg(test)]
mod fixture;
mod gossiping;
mod inbound;
mod invariants;
mod joining;
mod leaving;
mod merge;
mod myself;
mod notices;
mod probing;
mod publishing;
mod reaching;
mod relaying;
mod syncing;
mod time;

pub(crate) use myself::{Life, Myself};
pub(crate) use syncing::MYSELF;

use crate::broadcast::Broadcasts;
use crate::config::Config;
use crate::cookie::Cookies;
use crate::digest::Entry;
use crate::dissemination::{Dissemination, retransmit_limit};
use crate::event::Event;
use crate::events::Events;
use crate::exchange::Exchange;
use crate::health::Health;
use crate::identity::Identity;
use crate::members::{Members, Slot};
use crate::outbox::{Intent, Outbox, Say};
use crate::probe::{Probe, Relays};
use crate::reach::{Horizon, Reach};
use crate::seeds::{Requests, Seeds};
use crate::stats::Stats;
use crate::suspicion::Suspicions;
use crate::time::Instant;
use crate::timers::{Timer, Timers};
use alloc::boxed::Box;
use alloc::vec::Vec;
use notices::Restraint;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

/// Decides whether an unknown identity may enter the table: true lets it in.
pub type Admission<I> = Box<dyn Fn(&I) -> bool + Send>;

/// The state of a member.
pub(crate) struct Protocol<I: Identity, B = ()> {
    pub(crate) config: Config,
    pub(crate) now: Instant,
    pub(crate) rng: SmallRng,
    pub(crate) me: Myself<I>,
    pub(crate) members: Members<I>,
    /// The broadcast plugin.
    pub(crate) broadcasts: B,
    pub(crate) suspicions: Suspicions<I::Addr>,
    pub(crate) news: Dissemination,
    watch: Watch<I>,
    pub(crate) horizon: Horizon<I::Route>,
    pub(crate) exchange: Exchange,
    /// Scratch for the entries of a range.
    pub(crate) ranged: Vec<Entry>,
    meeting: Meeting<I>,
    restraint: Restraint,
    timers: Timers,
    pub(crate) outbox: Outbox<I>,
    pub(crate) events: Events<I>,
    pub(crate) stats: Stats,
}

/// How others are watched.
struct Watch<I: Identity> {
    probe: Option<Probe<I>>,
    relays: Relays<I>,
    health: Health,
    /// Scratch for members drawn at random.
    drawn: Vec<Slot>,
    last_gossip: Option<Instant>,
    /// Since when we do not serve, if we did before.
    paused: Option<Instant>,
    /// Until when a datagram does not ask again whether this process stood still.
    judged_until: Instant,
}

/// How strangers are met.
struct Meeting<I: Identity> {
    seeds: Seeds<I::Route, I::Addr>,
    requests: Requests<I::Route>,
    cookies: Cookies,
    admission: Option<Admission<I>>,
}

impl<I: Identity, B: Broadcasts<I>> Protocol<I, B> {
    /// A dormant member. The configuration was checked.
    pub(crate) fn new(identity: I, broadcasts: B, config: Config, seed: u64) -> Self {
        let mut rng = SmallRng::seed_from_u64(seed);
        let probe = &config.probe;
        Self {
            now: Instant::ZERO,
            me: Myself::new(identity, rng.random()),
            members: Members::new(rng.random()),
            broadcasts,
            suspicions: Suspicions::new(),
            news: Dissemination::new(),
            watch: Watch {
                probe: None,
                relays: Relays::new(config.limits.relays as usize, probe.interval, probe.timeout),
                health: Health::new(probe.health),
                drawn: Vec::new(),
                last_gossip: None,
                paused: None,
                judged_until: Instant::ZERO,
            },
            horizon: Horizon::new(),
            meeting: Meeting {
                seeds: Seeds::new(config.join.announce_interval),
                requests: Requests::new(),
                cookies: Cookies::new((rng.random(), rng.random())),
                admission: None,
            },
            exchange: Exchange::new(&config.sync),
            ranged: Vec::new(),
            restraint: Restraint::new(&config),
            timers: Timers::default(),
            outbox: Outbox::new(config.limits.intents as usize),
            events: Events::new(config.limits.events as usize),
            stats: Stats::default(),
            rng,
            config,
        }
    }

    pub(crate) fn set_admission(&mut self, hook: Admission<I>) {
        self.meeting.admission = Some(hook);
    }

    pub(crate) fn set_reach(&mut self, hook: Reach<I::Route>) {
        self.horizon.set(hook);
    }

    pub(crate) fn health(&self) -> u8 {
        self.watch.health.score()
    }

    /// Members, oneself included.
    pub(crate) fn size(&self) -> usize {
        self.members.len() + 1
    }

    /// Transmissions of a piece of news, at the present size.
    pub(crate) fn retransmit_limit(&self) -> u8 {
        retransmit_limit(self.config.gossip.retransmit, self.size())
    }

    fn event(&mut self, event: Event<I>) {
        crate::trace::event(&self.me.identity, &event);
        if !self.events.push(event) {
            self.stats.dropped.events += 1;
        }
    }

    /// Queues a datagram; one that is shed for it, or whose route is out of reach, is counted, and voids its
    /// probe if it is a ping.
    #[inline]
    fn send(&mut self, intent: Intent<I>) {
        if self.may_send(&intent.to) {
            self.outbox.push(intent);
        } else {
            self.send_or_lose(intent);
        }
    }

    #[inline]
    fn may_send(&self, to: &I::Route) -> bool {
        self.horizon.covers(to) && !self.outbox.is_full()
    }

    /// Queues a datagram to a member; news travels along.
    #[expect(clippy::inline_always, reason = "every ping is answered here")]
    #[inline(always)]
    fn send_to(&mut self, slot: Slot, say: Say<I>) {
        let (identity, dst) = self.members.receiver(slot);
        let to = identity.route();
        // Intents are large: this one is written where it stays.
        if self.may_send(&to) {
            self.outbox.push(Intent { to, dst, slot: Some(slot), cookie: None, say });
        } else {
            self.send_or_lose(Intent { to, dst, slot: Some(slot), cookie: None, say });
        }
    }

    #[inline(never)]
    fn send_or_lose(&mut self, intent: Intent<I>) {
        let lost = if self.horizon.covers(&intent.to) {
            let Some(shed) = self.outbox.shed_for(intent) else { return };
            self.stats.dropped.shed += 1;
            shed
        } else {
            self.stats.dropped.unreachable += 1;
            intent
        };
        if let Say::Ping { number } = lost.say
            && self.watch.probe.as_ref().is_some_and(|probe| probe.number == number)
        {
            self.void_probe();
        }
    }

    /// A number for a request, from one space for all kinds.
    fn next_number(&mut self) -> u16 {
        self.me.number = self.me.number.wrapping_add(1);
        self.me.number
    }

    /// Queues what is held of a member for gossip.
    fn tell(&mut self, slot: Slot) {
        self.news.queue(slot, &mut self.members);
        self.arm_gossip();
    }

    /// Starts probing when there is somebody to probe.
    fn arm_probe(&mut self) {
        if self.me.is_serving() && self.members.len() > 0 && !self.timers.is_set(Timer::Probe) {
            let interval = self.config.probe.interval.as_micros() as u64;
            let delay = core::time::Duration::from_micros(self.rng.random_range(0..interval));
            self.timers.set(Timer::Probe, self.now + delay);
        }
    }

    /// Brings the gauges up to date, and checks the invariants in debug builds.
    #[inline]
    pub(crate) fn settle(&mut self) {
        let gauges = &mut self.stats.gauges;
        gauges.members = self.members.len() as u32;
        gauges.suspects = self.suspicions.len() as u32;
        gauges.departed = self.members.departed().len() as u32;
        gauges.relays = self.watch.relays.len() as u32;
        gauges.health = self.watch.health.score();
        self.settle_sent();
    }

    /// The same after a datagram was written, which changes less.
    #[inline]
    pub(crate) fn settle_sent(&mut self) {
        let gauges = &mut self.stats.gauges;
        gauges.gossip_backlog = self.news.len();
        gauges.intents = self.outbox.len() as u32;
        self.broadcasts.gauge(gauges);
        if cfg!(debug_assertions) {
            self.check_invariants();
        }
    }
}
