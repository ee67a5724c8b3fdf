//! From settings to a running node, every error with what to do about it.

use super::lossy::{Loss, Lossy};
use super::name::default_name;
use super::{About, Agent, Board, Identity, Journal, Notices, Services};
use crate::clock::now_ms;
use crate::control::{Endpoint, Listener, api, socket_of};
use crate::exit::Failure;
use crate::named_event::EVENTS;
use crate::settings::Settings;
use haulout::Name;
use haulout::broadcast::Registry;
use haulout::identity::epoch_from_unix;
use haulout_services::SERVICES;
use haulout_tokio::{Events, Handle, StartError, Udp};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::sync::{mpsc, oneshot, watch};

type Node = Handle<Identity, Registry<Identity>>;

/// An agent that runs, and what comes out of it.
pub(super) struct Started {
    /// The agent.
    pub(super) agent: Arc<Agent>,
    /// Its control socket, not served so far.
    pub(super) listener: Listener,
    /// Every event from the first.
    pub(super) events: Events<Identity>,
    /// Whoever wants it to leave.
    pub(super) told: mpsc::Receiver<oneshot::Sender<api::Left>>,
}

/// Binds both sockets, then starts the node: nobody hears of an agent that cannot run.
pub(super) async fn start(settings: &Settings, loss: Loss) -> Result<Started, Failure> {
    let started_ms = now_ms();
    let udp = Udp::bind(settings.bind)
        .map_err(|source| failed(&StartError::Bind { address: settings.bind, source }, settings))?;
    let bound = haulout_tokio::Transport::local_addr(&udp);
    let name = settings.name.clone().unwrap_or_else(|| default_name(bound.port()));
    let endpoint = settings.control.clone().unwrap_or_else(|| Endpoint::Unix(socket_of(name.as_str())));
    let listener = Listener::bind(&endpoint).await.map_err(|error| Failure::Failed(error.to_string()))?;
    let control = listener.endpoint().map_err(|error| Failure::Failed(error.to_string()))?;

    let (handle, events) =
        node(settings, Lossy::new(udp, loss), name).await.map_err(|error| failed(&error, settings))?;
    let identity = handle.local().identity;
    tracing::info!(
        name = %identity.name(), address = %identity.address(), bind = %bound, control = %control,
        profile = settings.profile.name(), seeds = settings.seeds.len(), "agent started"
    );
    let about = About {
        control,
        profile: settings.profile.name(),
        cluster: settings.config.cluster.map(std::num::NonZeroU32::get),
        started_ms,
    };
    let (leave, told) = mpsc::channel(4);
    let registered = "both topics are registered";
    let (board, journal) = (Arc::new(Board::new()), Arc::new(Journal::new()));
    let records = handle.records(&SERVICES).expect(registered);
    let named = handle.user_events(&EVENTS).expect(registered);
    tokio::spawn(board.clone().follow(records.clone()));
    tokio::spawn(journal.clone().follow(named.stream()));
    let agent = Arc::new(Agent {
        handle,
        services: Services::new(records, board.clone()),
        board,
        events: named,
        journal,
        about,
        notices: Mutex::new(Notices::default()),
        leave,
        stopping: watch::Sender::new(false),
    });
    offer(&agent, settings).await?;
    Ok(Started { agent, listener, events: events.without_broadcasts(), told })
}

/// Publishes the services of the settings.
async fn offer(agent: &Agent, settings: &Settings) -> Result<(), Failure> {
    let home = agent.handle.local().identity.address().ip();
    for offer in &settings.services {
        let failed = |why: String| Failure::Failed(format!("cannot offer {:?}: {why}", offer.instance()));
        let service = offer.service(home).map_err(failed)?;
        agent.services.add(service, offer.check.clone()).await.map_err(|error| failed(error.to_string()))?;
    }
    Ok(())
}

async fn node(
    settings: &Settings,
    udp: Lossy<Udp>,
    name: Name,
) -> Result<(Node, Events<Identity>), StartError> {
    let registry = Registry::new().record(SERVICES).and_then(|registry| registry.event(EVENTS));
    let registry = registry.expect("two topics, two numbers, two names");
    let epoch = epoch_from_unix(now_ms() / 1_000);
    let builder = haulout_tokio::Node::builder()
        .broadcasts(registry)
        .transport(udp)
        .identity_with(move |address: SocketAddr| Identity::new(name, address, epoch))
        .codec(settings.codec)
        .config(settings.config.clone())
        .seeds(settings.seeds.iter().cloned());
    match settings.advertise {
        Some(address) => builder.advertise(address).start_with_events().await,
        None => builder.start_with_events().await,
    }
}

fn failed(error: &StartError, settings: &Settings) -> Failure {
    let advice = match error {
        StartError::Bind { .. } => "\n  --bind IP:PORT says where to listen; port 0 takes any that is free",
        StartError::Wildcard { .. } | StartError::Advertise { .. } => {
            "\n  say how others reach it: --advertise ADDRESS"
        }
        _ if settings.advertise.is_some() => "\n  check --advertise",
        _ => "",
    };
    Failure::Failed(format!("{error}{advice}"))
}
