//! The node's task: the one owner of the engine.
//!
//! A turn: wait for something to happen; carry it out; read what has arrived, up to a bound; serve the
//! deadline if it is due; send; publish the counters. After each mutation the engine is drained once: events go to
//! their readers at once, datagrams to an outbox, which is sent at the end of the turn and whenever it is full.
//!
//! The clock is read once for the datagrams of one call, after they were taken: an answer never seems to come
//! before its question, and its round trip is measured up to the moment at which it was read. What is sent bears
//! the time of the mutation that it comes of, so that a round trip also holds the microseconds that a datagram
//! spends in the outbox.

use crate::NodeIdentity;
use crate::batch::{Inbox, Outbox};
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
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Sleep;

/// Datagrams read before a deadline is served, or up to a batch more. More than a socket's default buffer holds of
/// small ones, so that after a pause all of them come first; bounded, so that a flood keeps neither deadlines nor
/// commands from being served.
const MOST: usize = 512;

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
    pub(crate) inbox: Inbox,
    pub(crate) outbox: Outbox,
    /// Set to the engine's deadline as of the last wait.
    pub(crate) timer: Pin<Box<Sleep>>,
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
    Received,
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
            let now = self.clock.now();
            self.engine.start(now);
            self.drain(now).await;
        }
        for seed in seeds {
            self.join(seed, None).await;
        }
        loop {
            self.settle().await;
            self.publish();
            match self.wait().await {
                Turn::Received => self.receive().await,
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
        if let Some(deadline) = deadline.map(|deadline| self.clock.at(deadline))
            && deadline != self.timer.deadline()
        {
            self.timer.as_mut().reset(deadline);
        }
        self.inbox.clear();
        tokio::select! {
            () = self.transport.recv_many(&mut self.inbox) => Turn::Received,
            command = self.commands.recv() => command.map_or(Turn::Dropped, Turn::Told),
            found = self.seeds.lookups.next(|to| {
                self.transport.reaches(to) && self.resolver.route_at(to).is_some()
            }) => Turn::Resolved(found),
            () = &mut self.timer, if deadline.is_some() => Turn::Deadline,
        }
    }

    /// What waits in the socket is older than any deadline that is due: it comes first.
    async fn read_waiting(&mut self) {
        let mut taken = 0;
        while taken < MOST {
            self.inbox.clear();
            self.transport.try_recv_many(&mut self.inbox);
            taken += self.inbox.len();
            let may_go_on = self.inbox.may_go_on();
            self.receive().await;
            if !may_go_on || self.faults.in_a_row > PATIENCE {
                return;
            }
        }
    }

    async fn serve_deadline(&mut self) {
        let now = self.clock.now();
        if self.engine.poll_timeout().is_some_and(|deadline| deadline <= now) {
            self.engine.handle_timeout(now);
            self.drain(now).await;
        }
    }

    /// Hands what is in the inbox to the engine.
    async fn receive(&mut self) {
        let now = self.clock.now();
        for place in 0..self.inbox.len() {
            match self.inbox.get(place) {
                Some(Ok((datagram, from))) => {
                    self.faults.in_a_row = 0;
                    if let Err(error) = self.engine.handle_datagram(now, datagram) {
                        self.faults.log.refused(&error, from, datagram.len());
                    }
                    self.drain(now).await;
                }
                Some(Err(error)) if error.kind() != io::ErrorKind::WouldBlock => {
                    self.faults.stats.receive_errors += 1;
                    self.faults.log.transport("receiving", error);
                    self.faults.in_a_row += 1;
                }
                Some(Err(_)) | None => {}
            }
        }
        if self.faults.in_a_row > PATIENCE {
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn obey(&mut self, command: Command<I, B>) {
        match command {
            Command::Join { seed, reply } => self.join(seed, reply).await,
            Command::Leave { reply } => {
                self.leaving.push(reply);
                self.seeds.joins.cancel();
                self.seeds.lookups.cancel();
                let now = self.clock.now();
                self.engine.leave(now);
                self.drain(now).await;
            }
            Command::Replace { identity, reply } => {
                let now = self.clock.now();
                let result = self.engine.replace_identity(now, identity);
                self.drain(now).await;
                self.settle().await;
                let _ = reply.send(result);
            }
            Command::Compare { peer } => {
                if let Some(route) = self.resolver.route_at(peer) {
                    let now = self.clock.now();
                    self.engine.sync_with(now, &route);
                    self.drain(now).await;
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
                self.drain(now).await;
                self.settle().await;
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
        let now = self.clock.now();
        for address in found.addresses {
            if let Some(route) = self.resolver.route_at(address) {
                self.engine.join(now, route);
                self.drain(now).await;
            }
        }
    }

    /// Takes what the engine wants to say after a mutation: datagrams to the outbox, events to the readers.
    async fn drain(&mut self, now: Instant) {
        while let Some(transmit) = self.engine.poll_transmit(now, self.outbox.room()) {
            // The engine sends to nobody whose route is unknown.
            let Some(to) = self.resolver.resolve(&transmit.to) else { continue };
            self.outbox.push(transmit.len, to);
            if self.outbox.is_full() {
                self.send().await;
            }
        }
        while let Some(event) = self.engine.poll_event() {
            self.take(&event);
        }
    }

    async fn send(&mut self) {
        for error in self.transport.send_many(&self.outbox).await {
            self.faults.stats.send_errors += 1;
            self.faults.log.transport("sending", &error);
        }
        self.outbox.clear();
    }

    /// Sends what is in the outbox, then answers those who waited for it.
    async fn settle(&mut self) {
        if !self.outbox.is_empty() {
            self.send().await;
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
