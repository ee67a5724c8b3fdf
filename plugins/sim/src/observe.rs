//! What can be seen of a run: the history that checkers and meters judge by.
//!
//! Everything here is plain data or behind [`View`], so that a history can be made up, wrongly on purpose:
//! that is how each checker is shown to fail. With `()` as the observer nothing is looked at, and it costs
//! nothing.

use crate::world::{Seat, Standing};
use haulout::broadcast::{Broadcasts, Digest};
use haulout::{Config, Engine, Event, Identity, Instant, Phase, Spec, State, Stats};

/// What a member says of itself and of others.
pub trait View<I: Identity> {
    /// Its identity.
    fn identity(&self) -> &I;
    /// Its incarnation.
    fn incarnation(&self) -> u32;
    /// Where it is in its life.
    fn phase(&self) -> Phase;
    /// What it holds of a key.
    fn held(&self, key: &I::Addr) -> Option<(&I, u32, State)>;
    /// The others that it holds, alive or suspect.
    fn each_member<'a>(&'a self, each: &mut dyn FnMut(&'a I, u32, State));
    /// The digest of the records that it holds, if it holds any.
    fn records(&self) -> Option<u64>;
    /// What it counted.
    fn stats(&self) -> &Stats;
    /// Its settings.
    fn config(&self) -> &Config;
}

impl<S: Spec> View<S::Identity> for Engine<S> {
    fn identity(&self) -> &S::Identity {
        self.identity()
    }

    fn incarnation(&self) -> u32 {
        self.incarnation()
    }

    fn phase(&self) -> Phase {
        self.phase()
    }

    fn held(&self, key: &<S::Identity as Identity>::Addr) -> Option<(&S::Identity, u32, State)> {
        self.member(key).map(|member| (member.identity(), member.incarnation(), member.state()))
    }

    fn each_member<'a>(&'a self, each: &mut dyn FnMut(&'a S::Identity, u32, State)) {
        self.members().for_each(|member| each(member.identity(), member.incarnation(), member.state()));
    }

    fn records(&self) -> Option<u64> {
        self.registry().digest().map(Digest::root)
    }

    fn stats(&self) -> &Stats {
        self.stats()
    }

    fn config(&self) -> &Config {
        self.config()
    }
}

/// A view that is made up.
#[derive(Clone, Debug)]
pub struct Snapshot<I> {
    /// See [`View::identity`].
    pub identity: I,
    /// See [`View::incarnation`].
    pub incarnation: u32,
    /// See [`View::phase`].
    pub phase: Phase,
    /// Everything held, the departed too.
    pub held: Vec<(I, u32, State)>,
    /// See [`View::records`].
    pub records: Option<u64>,
    /// See [`View::stats`].
    pub stats: Stats,
    /// See [`View::config`].
    pub config: Config,
}

impl<I> Snapshot<I> {
    /// An active member that holds nobody.
    pub fn new(identity: I) -> Self {
        Self {
            identity,
            incarnation: 0,
            phase: Phase::Active,
            held: Vec::new(),
            records: Some(0),
            stats: Stats::default(),
            config: Config::lan(),
        }
    }

    /// The same, holding somebody.
    pub fn holding(mut self, identity: I, incarnation: u32, state: State) -> Self {
        self.held.push((identity, incarnation, state));
        self
    }
}

impl<I: Identity> View<I> for Snapshot<I> {
    fn identity(&self) -> &I {
        &self.identity
    }

    fn incarnation(&self) -> u32 {
        self.incarnation
    }

    fn phase(&self) -> Phase {
        self.phase
    }

    fn held(&self, key: &I::Addr) -> Option<(&I, u32, State)> {
        let (identity, incarnation, state) = self.held.iter().find(|(identity, ..)| identity.is_at(key))?;
        Some((identity, *incarnation, *state))
    }

    fn each_member<'a>(&'a self, each: &mut dyn FnMut(&'a I, u32, State)) {
        for (identity, incarnation, state) in self.held.iter().filter(|(.., state)| state.is_active()) {
            each(identity, *incarnation, *state);
        }
    }

    fn records(&self) -> Option<u64> {
        self.records
    }

    fn stats(&self) -> &Stats {
        &self.stats
    }

    fn config(&self) -> &Config {
        &self.config
    }
}

/// What was done to a process or to the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act<I> {
    /// A process started with this identity.
    Started(I),
    /// The process with this identity is gone, without a word.
    Crashed(I),
    /// It was told to leave.
    Leaving(I),
    /// It stands still, or blocks, from now on.
    Stopped,
    /// It goes on.
    Resumed,
    /// Something changed in the network, for better or worse.
    Network,
}

/// One thing that is seen.
#[derive(Clone, Copy)]
pub enum Observation<'a, I: Identity> {
    /// Something was done to a seat.
    Act {
        /// To whom; the seat 0 where it is the network's.
        seat: Seat,
        /// What.
        act: &'a Act<I>,
    },
    /// A datagram left a seat.
    Sent {
        /// Whose.
        seat: Seat,
        /// For whom.
        to: Seat,
        /// Its bytes.
        bytes: &'a [u8],
        /// Most bytes that it may have.
        budget: usize,
    },
    /// An engine told an event.
    Event {
        /// Whose.
        seat: Seat,
        /// What it told.
        event: &'a Event<I>,
        /// What it holds after the whole step.
        view: &'a dyn View<I>,
    },
    /// An engine has taken a step and was drained.
    Stepped {
        /// Whose.
        seat: Seat,
        /// What it holds.
        view: &'a dyn View<I>,
    },
}

impl<I: Identity> core::fmt::Debug for Observation<'_, I> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Act { seat, act } => write!(f, "{seat}: {act:?}"),
            Self::Sent { seat, to, bytes, .. } => write!(f, "{seat}: {} bytes to {to}", bytes.len()),
            Self::Event { seat, event, .. } => write!(f, "{seat}: {event:?}"),
            Self::Stepped { seat, .. } => write!(f, "{seat}: stepped"),
        }
    }
}

/// A process as it is seen from outside.
#[derive(Clone, Copy)]
pub struct Seen<'a, I: Identity> {
    /// Where it runs.
    pub seat: Seat,
    /// How it does.
    pub standing: Standing,
    /// Datagrams that left the seat since the beginning.
    pub sent: u64,
    /// What it says.
    pub view: &'a dyn View<I>,
}

impl<I: Identity> core::fmt::Debug for Seen<'_, I> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} {:?}: {:?}", self.seat, self.standing, self.view.identity())
    }
}

/// All processes at one instant.
pub struct Survey<'a, I: Identity> {
    /// When.
    pub at: Instant,
    /// Those that run, in the order of their seats.
    pub processes: Vec<Seen<'a, I>>,
}

impl<'a, I: Identity> Survey<'a, I> {
    /// How many processes take part: those that are dormant or in conflict answer nobody.
    pub fn taking_part(&self) -> usize {
        let answers = |phase| !matches!(phase, Phase::Dormant | Phase::Conflict);
        self.processes.iter().filter(|process| answers(process.view.phase())).count()
    }

    /// Those that run undisturbed and take part: active, or alone and still asking their seeds.
    pub fn members(&self) -> impl Iterator<Item = &Seen<'a, I>> {
        let alone = self.taking_part() == 1;
        self.processes.iter().filter(move |process| {
            let phase = process.view.phase();
            process.standing == Standing::Running
                && (phase == Phase::Active || (alone && phase == Phase::Joining))
        })
    }
}

impl<I: Identity> core::fmt::Debug for Survey<'_, I> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} processes at {:?}", self.processes.len(), self.at)
    }
}

/// Looks at a run as it goes.
pub trait Observer<I: Identity> {
    /// Whether it looks at anything at all.
    const LOOKS: bool = true;

    /// Something is seen.
    fn observe(&mut self, at: Instant, seen: Observation<'_, I>);
}

/// Looks at nothing.
impl<I: Identity> Observer<I> for () {
    const LOOKS: bool = false;

    fn observe(&mut self, _at: Instant, _seen: Observation<'_, I>) {}
}
