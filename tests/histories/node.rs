//! An engine, and what must hold after everything that it does.

use crate::kind::{Kind, later};
use crate::published::{self, Published};
use core::net::SocketAddr;
use haulout::broadcast::Registry;
use haulout::{Config, Engine, Event, Instant, Phase, State};
use haulout_codec_serde::PostcardCodec;
use std::collections::{BTreeMap, VecDeque};

/// Most bytes of a datagram.
const LIMIT: usize = 1_400;

pub(crate) type Member<I> = Engine<(I, PostcardCodec, Registry<I>)>;

pub(crate) struct Node<I: Kind> {
    pub(crate) engine: Member<I>,
    pub(crate) published: Published<I>,
    /// When the engine's next deadline is, in microseconds.
    pub(crate) due: u64,
    pub(crate) paused_until: u64,
    /// What waits in the socket of one that is paused.
    pub(crate) socket: VecDeque<Vec<u8>>,
    replayed: BTreeMap<I::Addr, (I, State)>,
    held: BTreeMap<I::Addr, (I, u32, State)>,
    own: (I, u32),
    pub(crate) renewals: u64,
    steps: u64,
}

impl<I: Kind> Node<I> {
    pub(crate) fn new(identity: I, config: Config, seed: u64, exact: bool) -> Self {
        let own = (identity.clone(), 0);
        let engine = Engine::new(identity, PostcardCodec, published::registry(), config, seed)
            .expect("the settings are possible");
        let (replayed, held) = (BTreeMap::new(), BTreeMap::new());
        Self {
            engine,
            published: Published::new(exact),
            due: u64::MAX,
            paused_until: 0,
            socket: VecDeque::new(),
            replayed,
            held,
            own,
            renewals: 0,
            steps: 0,
        }
    }

    /// One mutation, then the drain: gives what is sent.
    pub(crate) fn act(
        &mut self,
        now: u64,
        mutate: impl FnOnce(&mut Member<I>, Instant),
    ) -> Vec<(SocketAddr, Vec<u8>)> {
        self.act_and_publish(now, |engine, _, now| mutate(engine, now))
    }

    /// The same, for what publishes.
    pub(crate) fn act_and_publish(
        &mut self,
        now: u64,
        mutate: impl FnOnce(&mut Member<I>, &mut Published<I>, Instant),
    ) -> Vec<(SocketAddr, Vec<u8>)> {
        let now = Instant::from_micros(now);
        mutate(&mut self.engine, &mut self.published, now);
        let mut buf = [0; 2 * LIMIT];
        let mut sent = Vec::new();
        while let Some(transmit) = self.engine.poll_transmit(now, &mut buf) {
            assert!(transmit.len <= LIMIT, "a datagram of {} bytes", transmit.len);
            assert!(self.engine.phase() != Phase::Dormant, "the dormant are silent");
            sent.push((transmit.to, buf[..transmit.len].to_vec()));
            assert!(sent.len() < 1_000, "one call makes no flood");
        }
        let mut has_news = false;
        while let Some(event) = self.engine.poll_event() {
            self.replay(event);
            has_news = true;
        }
        self.steps += 1;
        if has_news || self.steps.is_multiple_of(8) {
            self.published.check(&self.engine);
        }
        self.check();
        self.due = self.engine.poll_timeout().map_or(u64::MAX, Instant::as_micros);
        sent
    }

    fn replay(&mut self, event: Event<I>) {
        self.published.replay(&event, self.engine.identity());
        let members = &mut self.replayed;
        match event {
            Event::Up { identity } => {
                let before = members.insert(identity.addr(), (identity, State::Alive));
                assert!(before.is_none(), "up, but it was there: {before:?}");
            }
            Event::Suspected { identity } => {
                let member = members.get_mut(&identity.addr()).expect("suspected, but not there");
                assert_eq!(*member, (identity, State::Alive), "suspected");
                member.1 = State::Suspect;
            }
            Event::Refuted { identity } => {
                let member = members.get_mut(&identity.addr()).expect("refuted, but not there");
                assert_eq!(*member, (identity, State::Suspect), "refuted");
                member.1 = State::Alive;
            }
            Event::Down { identity } => {
                let member = members.remove(&identity.addr()).expect("down, but not there");
                assert_eq!(member.0, identity, "down");
            }
            Event::Left { identity } => {
                let member = members.remove(&identity.addr());
                assert!(member.is_none_or(|member| member.0 == identity), "left");
            }
            Event::Renewed { old, new } => {
                assert!(new.supersedes(&old), "{new:?} over {old:?}");
                let before = members.insert(new.addr(), (new, State::Alive));
                assert!(before.is_none_or(|before| before.0 == old), "renewed");
            }
            Event::Rejoined { .. } => self.renewals += 1,
            Event::Lagged { .. } => panic!("nobody lags here"),
            _ => {}
        }
    }

    /// What must hold after every step; the engine's own assertions run beside it.
    fn check(&mut self) {
        let members = self.engine.members().map(|m| (m.identity().addr(), (m.identity().clone(), m.state())));
        assert_eq!(self.replayed, members.collect(), "the events, replayed, are the members");
        let all = self.engine.members().chain(self.engine.departed());
        let held: BTreeMap<_, _> =
            all.map(|m| (m.identity().addr(), (m.identity().clone(), m.incarnation(), m.state()))).collect();
        for (key, (identity, incarnation, state)) in &held {
            let Some((old, before, was)) = self.held.get(key) else { continue };
            assert!(old == identity || identity.supersedes(old), "{old:?} gave way to {identity:?}");
            if old == identity {
                let grows = incarnation == before || later::<I>(*incarnation, *before);
                assert!(grows, "the incarnation of {old:?} fell from {before} to {incarnation}");
                let again = !I::RENEWS && incarnation != before;
                let back = !was.is_active() && state.is_active();
                assert!(!back || again, "{old:?} rose from the dead");
                let died = (*was, *state) == (State::Left, State::Down);
                assert!(!died || again, "{old:?} left, and died then");
            }
        }
        self.held = held;
        let own = (self.engine.identity().clone(), self.engine.incarnation());
        let grows = own.0 != self.own.0 || own.1 == self.own.1 || later::<I>(own.1, self.own.1);
        assert!(grows, "our incarnation fell from {} to {}", self.own.1, own.1);
        let forward = own.0 == self.own.0 || own.0.supersedes(&self.own.0);
        assert!(forward || I::IS_SHORT, "we renewed backwards, from {:?} to {:?}", self.own.0, own.0);
        self.own = own;
        let (gauges, limits) = (self.engine.stats().gauges, &self.engine.config().limits);
        assert_eq!(gauges.intents, 0, "everything was sent");
        assert!(gauges.relays <= limits.relays && gauges.departed <= limits.departed);
        assert!(gauges.gossip_backlog as usize <= self.held.len(), "one piece of news a record");
    }

    /// Whether it is, or wants to be, a member.
    pub(crate) fn lives(&self) -> bool {
        !matches!(self.engine.phase(), Phase::Dormant | Phase::Leaving)
    }
}
