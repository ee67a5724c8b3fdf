//! The agent: a member of a cluster that runs until it is told to stop.

mod board;
mod flags;
mod journal;
mod logging;
mod lossy;
mod name;
mod notices;
mod services;
mod start;
mod watch;

pub(crate) use board::{Board, Place, Row};
pub(crate) use journal::Journal;
pub(crate) use notices::Notices;
pub(crate) use services::{ServiceProblem, Services};

use crate::cli::AgentArgs;
use crate::control::{self, Endpoint};
use crate::exit::{Answer, Failure};
use crate::named_event::NamedEvent;
use crate::settings::Resolved;
use crate::signals::Signals;
use haulout::Named;
use haulout::broadcast::Registry;
use haulout_tokio::{Handle, LeaveError, UserEvents};
use lossy::Loss;
use start::Started;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, watch as watch_channel};

/// Who a member is: its name is the key, its address the route.
pub(crate) type Identity = Named<SocketAddr>;

/// How long an agent tries to say good-bye.
const FAREWELL: Duration = Duration::from_secs(10);
/// How long answers that are under way may take when the agent stops.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// What the control API reads and tells a running agent.
#[derive(Debug)]
pub(crate) struct Agent {
    /// The node.
    pub(crate) handle: Handle<Identity, Registry<Identity>>,
    /// What all members offer.
    pub(crate) board: Arc<Board>,
    /// What this one offers.
    pub(crate) services: Services,
    /// Where named events are sent.
    pub(crate) events: UserEvents<Identity, NamedEvent>,
    /// Those that were received.
    pub(crate) journal: Arc<Journal>,
    /// What does not change while it runs.
    pub(crate) about: About,
    /// What an operator should know.
    notices: Mutex<Notices>,
    /// Who wants the agent to leave; it is answered when that is done.
    leave: mpsc::Sender<oneshot::Sender<control::api::Left>>,
    /// Whether answers that go on have to end.
    stopping: watch_channel::Sender<bool>,
}

/// What does not change while an agent runs.
#[derive(Debug)]
pub(crate) struct About {
    /// The control socket.
    pub(crate) control: Endpoint,
    /// The profile's name.
    pub(crate) profile: &'static str,
    /// Hash of the cluster's label.
    pub(crate) cluster: Option<u32>,
    /// When the agent started, in milliseconds of Unix time.
    pub(crate) started_ms: u64,
}

impl Agent {
    /// What an operator should know.
    pub(crate) fn notices(&self) -> MutexGuard<'_, Notices> {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Becomes true when answers that go on have to end.
    pub(crate) fn stopping(&self) -> watch_channel::Receiver<bool> {
        self.stopping.subscribe()
    }

    /// Leaves the cluster and stops; comes back when it has left.
    pub(crate) async fn leave(&self) -> Option<control::api::Left> {
        let (reply, left) = oneshot::channel();
        self.leave.send(reply).await.ok()?;
        left.await.ok()
    }
}

/// Runs an agent.
pub(crate) async fn run(args: &AgentArgs) -> Result<Answer, Failure> {
    if let Some(parent) = args.end_with_parent {
        end_with_parent(parent).map_err(Failure::Failed)?;
    }
    let Resolved { settings, warnings, .. } = flags::resolve(args)?;
    logging::start(&settings.log);
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    // Before anybody can know this process: a signal never finds it unprepared.
    let mut signals = Signals::listen().map_err(|error| Failure::Failed(error.to_string()))?;
    let loss = Loss { share: args.loss, seed: args.loss_seed };
    let Started { agent, listener, events, mut told } = start::start(&settings, loss).await?;
    let mut watching = tokio::spawn(watch::watch(agent.clone(), events));
    let (stop, stopped) = oneshot::channel::<()>();
    let mut serving = tokio::spawn(control::serve(listener, agent.clone(), async {
        // An error is as good as a word: nobody is left who could say it.
        let _ = stopped.await;
    }));

    let asked = tokio::select! {
        name = signals.next() => {
            tracing::info!("{name} received: leaving; a second signal stops at once");
            None
        }
        asked = told.recv() => {
            tracing::info!("asked to leave");
            asked
        }
        end = &mut serving => return Err(Failure::Failed(format!("the control socket failed: {end:?}"))),
        end = &mut watching => return Err(Failure::Failed(format!("the member's task has ended: {end:?}"))),
    };
    agent.services.stop().await;
    let left = tokio::select! {
        left = farewell(&agent) => left,
        name = signals.next() => {
            return Err(Failure::Failed(format!("{name} received while leaving: stopped at once")));
        }
    };
    for reply in asked.into_iter().chain(std::iter::from_fn(|| told.try_recv().ok())) {
        // Whoever asked may be gone.
        let _ = reply.send(left);
    }
    agent.stopping.send_replace(true);
    let _ = stop.send(());
    let _ = tokio::time::timeout(LAST_ANSWERS, serving).await;
    Ok(Answer::Yes)
}

async fn farewell(agent: &Agent) -> control::api::Left {
    let begun = Instant::now();
    let result = agent.handle.leave(FAREWELL).await;
    let took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    match result {
        Ok(()) => tracing::info!(took_ms, "left the cluster"),
        Err(error @ (LeaveError::TimedOut | LeaveError::Rejoined | LeaveError::Stopped)) => {
            tracing::warn!(took_ms, "stopping without a proper farewell: {error}");
        }
        Err(error) => tracing::warn!(took_ms, "stopping: {error}"),
    }
    control::api::Left { left: result.is_ok(), took_ms }
}

/// Asks the system to end this process with the one that started it.
fn end_with_parent(parent: u32) -> Result<(), String> {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Signal, getppid, set_parent_process_death_signal};
        set_parent_process_death_signal(Some(Signal::KILL)).map_err(|error| error.to_string())?;
        // It may have ended before it could be said.
        let present = getppid().map(|pid| pid.as_raw_nonzero().get().cast_unsigned());
        if present != Some(parent) {
            return Err(format!("process {parent}, which started this one, has ended"));
        }
    }
    let _ = parent;
    Ok(())
}
