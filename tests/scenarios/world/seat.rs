//! A place in the world: an address, and the process that runs there, if one does.

use super::mirror::Mirror;
use super::people::Peer;
use core::net::SocketAddr;
use haulout::broadcast::Registry;
use haulout::{Engine, Instant};

/// The engine of a world.
pub type Member<I> = Engine<(I, <I as Peer>::Wire, Registry<I>)>;

/// Names a place. Whoever restarts at the same address sits in the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Seat(pub usize);

/// How a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Running,
    /// It stands still: what arrives waits in the socket, deadlines pass.
    Paused,
    /// It blocks before sending and after receiving while its timers run (Lifeguard §II).
    Starved,
}

/// Datagrams that a socket holds for a process that does not read; those that come later are lost.
pub(super) const SOCKET_QUEUE: usize = 256;

pub(super) struct Place<I: Peer> {
    pub(super) engine: Option<Member<I>>,
    pub(super) route: SocketAddr,
    pub(super) standing: Standing,
    pub(super) inbox: Vec<Vec<u8>>,
    pub(super) outbox: Vec<(SocketAddr, Vec<u8>)>,
    pub(super) mirror: Mirror<I>,
    /// Whether somebody fetches its events.
    pub(super) consumed: bool,
    pub(super) woken: Option<Instant>,
    pub(super) sent: Traffic,
    pub(super) steps: u64,
}

/// What left a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    pub datagrams: u64,
    pub bytes: u64,
}

impl<I: Peer> Place<I> {
    pub(super) fn new(engine: Member<I>, route: SocketAddr) -> Self {
        Self {
            engine: Some(engine),
            route,
            standing: Standing::Running,
            inbox: Vec::new(),
            outbox: Vec::new(),
            mirror: Mirror::new(),
            consumed: true,
            woken: None,
            sent: Traffic::default(),
            steps: 0,
        }
    }

    /// Holds the mirror against the engine; large views in every eighth quiet step only, since each costs
    /// a pass over the table.
    pub(super) fn check(&mut self, news: bool) {
        self.steps += 1;
        if !self.consumed || !(news || self.mirror.len() <= 16 || self.steps.is_multiple_of(8)) {
            return;
        }
        if let Some(engine) = &self.engine {
            assert!(
                self.mirror.equals(engine.members()),
                "replaying the events of {:?} gives {:?}, and it holds {:?}",
                engine.identity(),
                self.mirror,
                engine.members().collect::<Vec<_>>(),
            );
            self.mirror.check_records(engine.registry());
        }
    }
}
