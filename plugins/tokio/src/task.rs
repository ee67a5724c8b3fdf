//! The node's task: the one owner of the engine.
//!
//! A turn: wait for something to happen; carry it out; read what has arrived, up to a bound; serve the
//! deadline if it is due; publish the counters. After each mutation the engine is drained once.

use crate::NodeIdentity;
use crate::builder::check_seed;
use crate::clock::Clock;
use crate::command::{Command, JoinReply, SyncReply};
use crate::error::{JoinError, SyncError};
use crate::identity::Routes;
use crate::joins::Joins;
use crate::local::TransportStats;
use crate::lookups::{Found, Lookups};
use crate::seed::Seed;
use crate::shared::{Shared, is_synced};
use crate::trace::Log;
use crate::transport::Transport;
use haulout::broadcast::Broadcasts;
use haulout::codec::Codec;
use haulout::{Engine, Event, Instant, Phase};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::{mpsc, oneshot};

/// Datagrams read before a deadline is served. More than a socket's default buffer holds of small ones, so
/// that after a pause all of them come first; bounded, so that a flood does not keep deadlines from being
/// served.
const BATCH: usize = 512;

/// Errors in a row after which the transport is given a pause.
const PATIENCE: u32 = 8;
const PAUSE: Duration = Duration::from_millis(10);

/// How often the view is held against the engine for members that were forgotten, of which there is no event.
const FORGETTING: Duration = Duration::from_secs(1);

pub(crate) struct Task<I: NodeIdentity, C: Codec<I>, T, B: Broadcasts<I>> {
    pub(crate) engine: Engine<(I, C, B)>,
    pub(crate) transport: T,
    pub(crate) resolver: Routes<I>,
    pub(crate) clock: Clock,
    pub(crate) commands: mpsc::Receiver<Command<I, B>>,
    pub(crate) published: Published<I>,
    pub(crate) seeds: Seeds,
    pub(crate) leaving: Vec<oneshot::Sender<bool>>,
    pub(crate) syncing: Vec<SyncReply>,
    pub(crate) faults: Faults,
    pub(crate) inbox: Box<[u8]>,
    pub(crate) outbox: Box<[u8]>,
    pub(crate) compared: Instant,
}

/// Where joins come from and where their outcomes go.
#[derive(Default)]
pub(crate) struct Seeds {
    joins: Joins,
    lookups: Lookups,
}

/// Errors of the transport, counted and logged.
#[derive(Default)]
pub(crate) struct Faults {
    stats: TransportStats,
    log: Log,
    in_a_row: u32,
}

/// What readers see; streams end when the task does, however it does.
pub(crate) struct Published<I: NodeIdentity>(pub(crate) Arc<Shared<I>>);

impl<I: NodeIdentity> Drop for Published<I> {
    fn drop(&mut self) {
        self.0.subscribers.close();
        self.0.records.changes.close();
    }
}

enum Turn<I: NodeIdentity, B> {
    Received(io::Result<(usize, SocketAddr)>),
    Told(Command<I, B>),
    Resolved(Found),
    Deadline,
    Dropped,
}

impl<I, C, T, B> Task<I, C, T, B>
where
    I: NodeIdentity,
    C: Codec<I> + Send + 'static,
    T: Transport,
    B: Broadcasts<I> + Send + 'static,
{
    /// Runs until the last handle is dropped.
    pub(crate) async fn run(mut self, seeds: Vec<Seed>) {
        if seeds.is_empty() {
            self.engine.start(self.clock.now());
            self.drain().await;
        }
        for seed in seeds {
            self.join(seed, None).await;
        }
        loop {
            self.publish();
            match self.wait().await {
                Turn::Received(result) => self.receive(result).await,
                Turn::Told(command) => self.obey(command).await,
                Turn::Resolved(found) => self.join_found(found).await,
                Turn::Deadline => {}
                Turn::Dropped => return,
            }
            self.read_waiting().await;
            self.serve_deadline().await;
        }
    }

    async fn wait(&mut self) -> Turn<I, B> {
        let deadline = self.engine.poll_timeout();
        let timer = tokio::time::sleep_until(self.clock.at(deadline.unwrap_or_default()));
        tokio::select! {
            result = self.transport.recv(&mut self.inbox) => Turn::Received(result),
            command = self.commands.recv() => command.map_or(Turn::Dropped, Turn::Told),
            found = self.seeds.lookups.next(|to| {
                self.transport.reaches(to) && self.resolver.route_at(to).is_some()
            }) => Turn::Resolved(found),
            () = timer, if deadline.is_some() => Turn::Deadline,
        }
    }

    /// What waits in the socket is older than any deadline that is due: it comes first.
    async fn read_waiting(&mut self) {
        for _ in 0..BATCH {
            match self.transport.try_recv(&mut self.inbox) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                result => self.receive(result).await,
            }
            if self.faults.in_a_row > PATIENCE {
                return;
            }
        }
    }

    async fn serve_deadline(&mut self) {
        let now = self.clock.now();
        if self.engine.poll_timeout().is_some_and(|deadline| deadline <= now) {
            self.engine.handle_timeout(now);
            self.drain().await;
        }
    }

    async fn receive(&mut self, result: io::Result<(usize, SocketAddr)>) {
        match result {
            Ok((len, from)) => {
                self.faults.in_a_row = 0;
                if let Err(error) = self.engine.handle_datagram(self.clock.now(), &self.inbox[..len]) {
                    self.faults.log.refused(&error, from, len);
                }
                self.drain().await;
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => {
                self.faults.stats.receive_errors += 1;
                self.faults.log.transport("receiving", &error);
                self.faults.in_a_row += 1;
                if self.faults.in_a_row > PATIENCE {
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn obey(&mut self, command: Command<I, B>) {
        match command {
            Command::Join { seed, reply } => self.join(seed, reply).await,
            Command::Leave { reply } => {
                self.leaving.push(reply);
                self.seeds.joins.cancel();
                self.seeds.lookups.cancel();
                self.engine.leave(self.clock.now());
                self.drain().await;
            }
            Command::Replace { identity, reply } => {
                let result = self.engine.replace_identity(self.clock.now(), identity);
                self.drain().await;
                let _ = reply.send(result);
            }
            Command::Compare { peer } => {
                if let Some(route) = self.resolver.route_at(peer) {
                    self.engine.sync_with(self.clock.now(), &route);
                    self.drain().await;
                }
            }
            Command::AwaitSynced { reply } => {
                self.syncing.retain(|reply| !reply.is_closed());
                self.syncing.push(reply);
                self.settle_synced();
            }
            Command::Publish { work } => {
                let now = self.clock.now();
                let answer = self.engine.broadcasts(now).with(work);
                self.drain().await;
                answer();
            }
            Command::Refresh { reply } => {
                self.published.0.follow_all(&self.engine);
                let _ = reply.send(());
            }
        }
    }

    async fn join(&mut self, seed: Seed, reply: Option<JoinReply>) {
        if let Err(error) = check_seed(&seed, &*self.resolver) {
            tracing::debug!(%error, "seed not asked");
            if let Some(reply) = reply {
                // A caller that no longer waits is no concern of ours.
                let _ = reply.send(Err(JoinError::Seed(error)));
            }
            return;
        }
        match seed {
            Seed::Address(address) => {
                let found = Found { seed, addresses: vec![address], replies: reply.into_iter().collect() };
                self.join_found(found).await;
            }
            Seed::Host { name, port } => self.seeds.lookups.add(name, port, reply),
        }
    }

    async fn join_found(&mut self, found: Found) {
        for reply in found.replies {
            self.seeds.joins.wait(found.seed.clone(), found.addresses.clone(), reply);
        }
        for address in found.addresses {
            if let Some(route) = self.resolver.route_at(address) {
                self.engine.join(self.clock.now(), route);
                self.drain().await;
            }
        }
    }

    /// Carries out what the engine wants after a mutation.
    async fn drain(&mut self) {
        while let Some(transmit) = self.engine.poll_transmit(self.clock.now(), &mut self.outbox) {
            // The engine sends to nobody whose route is unknown.
            let Some(to) = self.resolver.resolve(&transmit.to) else { continue };
            if let Err(error) = self.transport.send(&self.outbox[..transmit.len], to).await {
                self.faults.stats.send_errors += 1;
                self.faults.log.transport("sending", &error);
            }
        }
        while let Some(event) = self.engine.poll_event() {
            self.take(&event);
        }
        self.settle_leave();
        self.settle_synced();
    }

    fn take(&mut self, event: &Event<I>) {
        if let Event::Seed { route, outcome } = event
            && let Some(address) = self.resolver.resolve(route)
        {
            self.seeds.joins.outcome(address, *outcome);
            self.seeds.lookups.outcome(address, *outcome);
        }
        self.published.0.follow(&self.engine, event);
        let gone = matches!(event, Event::Down { .. } | Event::Left { .. });
        if gone && self.engine.phase() == Phase::Active && self.engine.members().next().is_none() {
            self.seeds.lookups.alone();
        }
    }

    fn settle_leave(&mut self) {
        let phase = self.engine.phase();
        if phase != Phase::Leaving {
            for reply in self.leaving.drain(..) {
                let _ = reply.send(phase == Phase::Dormant);
            }
        }
    }

    fn settle_synced(&mut self) {
        let outcome = if is_synced(&self.engine) {
            Ok(())
        } else if self.engine.phase() == Phase::Dormant && !self.seeds.lookups.is_searching() {
            Err(SyncError::Left)
        } else {
            return;
        };
        for reply in self.syncing.drain(..) {
            let _ = reply.send(outcome);
        }
    }

    fn publish(&mut self) {
        let Self { engine, published: Published(shared), faults, .. } = self;
        shared.follow_local(engine);
        shared.count(|stats| {
            if stats.engine.last_equal != engine.stats().last_equal {
                stats.last_equal_at = Some(SystemTime::now());
            }
            stats.engine.clone_from(engine.stats());
            stats.engine.gauges.health = engine.health();
            stats.transport = faults.stats;
        });
        let now = self.clock.now();
        if now.since(self.compared) >= FORGETTING {
            self.compared = now;
            let gauges = &engine.stats().gauges;
            if shared.view.len() != (gauges.members + gauges.departed) as usize {
                shared.follow_all(engine);
            }
        }
    }
}
