//! Building a node: what it must have is in the types, the rest has defaults.

use crate::NodeIdentity;
use crate::batch::{Inbox, Outbox};
use crate::clock::Clock;
use crate::command::COMMANDS;
use crate::error::StartError;
use crate::events::Events;
use crate::handle::Handle;
use crate::identity::{IdentityFrom, Make, Routes};
use crate::seed::{Seed, SeedError};
use crate::shared::Shared;
use crate::task::{Faults, Published, Seeds, Task};
use crate::transport::Transport;
use crate::udp::Udp;
use haulout::broadcast::Broadcasts;
use haulout::codec::Codec;
use haulout::identity::{Direct, Resolver};
use haulout::{Config, Engine, Identity, Instant};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// A member of a cluster: an engine, a transport and the task between them. See [`Node::builder`].
#[derive(Debug)]
pub enum Node {}

impl Node {
    /// A node needs an [identity](Builder::identity), a [codec](Builder::codec) and an address to
    /// [bind](Builder::bind); [`Builder::start`] is there once it has all three.
    pub fn builder() -> Builder<NoIdentity, NoCodec, NoTransport> {
        Builder {
            broadcasts: Box::new(()),
            identity: NoIdentity,
            codec: NoCodec,
            transport: NoTransport,
            options: Options {
                advertise: None,
                seeds: Vec::new(),
                config: Config::default(),
                label: None,
                rng_seed: None,
            },
        }
    }
}

/// Call [`Builder::identity`] or [`Builder::identity_with`].
#[derive(Debug)]
pub struct NoIdentity;

/// Call [`Builder::codec`].
#[derive(Debug)]
pub struct NoCodec;

/// Call [`Builder::bind`] or [`Builder::transport`].
#[derive(Debug)]
pub struct NoTransport;

/// A UDP socket is bound to this address when the node starts.
#[derive(Debug)]
pub struct Bind(SocketAddr);

/// A node in the making.
#[derive(Debug)]
pub struct Builder<I, C, T, B = ()> {
    /// Apart: a registry is large, and this is moved into futures.
    broadcasts: Box<B>,
    identity: I,
    codec: C,
    transport: T,
    options: Options,
}

#[derive(Debug)]
struct Options {
    advertise: Option<SocketAddr>,
    seeds: Vec<Result<Seed, SeedError>>,
    config: Config,
    label: Option<String>,
    rng_seed: Option<u64>,
}

impl<I, C, T, B> Builder<I, C, T, B> {
    /// The identity, ready made; its route is where others send.
    pub fn identity<J>(self, identity: J) -> Builder<IdentityFrom<J>, C, T, B>
    where
        J: NodeIdentity + Identity<Route = SocketAddr>,
    {
        self.identity_from(Make::Ready(identity), Arc::new(Direct))
    }

    /// The identity, made of the advertised address once that is known: after binding port 0, for example.
    pub fn identity_with<J>(
        self,
        make: impl FnOnce(SocketAddr) -> J + Send + 'static,
    ) -> Builder<IdentityFrom<J>, C, T, B>
    where
        J: NodeIdentity + Identity<Route = SocketAddr>,
    {
        self.identity_from(Make::With(Box::new(make)), Arc::new(Direct))
    }

    /// An identity whose route is not a socket address, ready made, and what maps such routes to addresses.
    ///
    /// A member whose route the resolver does not know, or not yet, is held and relayed like any other, but
    /// not spoken to, see [`Engine::set_reach`]. Seeds are given by their addresses as ever; one at which no
    /// member can be is refused.
    pub fn resolved_identity<J: NodeIdentity>(
        self,
        identity: J,
        resolver: impl Resolver<J::Route> + Send + Sync + 'static,
    ) -> Builder<IdentityFrom<J>, C, T, B> {
        self.identity_from(Make::Ready(identity), Arc::new(resolver))
    }

    /// The codec, the same on every member.
    pub fn codec<D>(self, codec: D) -> Builder<I, D, T, B> {
        Builder {
            broadcasts: self.broadcasts,
            identity: self.identity,
            codec,
            transport: self.transport,
            options: self.options,
        }
    }

    /// The address of a UDP socket; port 0 lets the system choose. A wildcard (`0.0.0.0`, `[::]`) needs an
    /// address to [advertise](Builder::advertise).
    pub fn bind(self, address: impl Into<SocketAddr>) -> Builder<I, C, Bind, B> {
        self.transport(Bind(address.into()))
    }

    /// Another transport, or a socket that is bound already.
    pub fn transport<U>(self, transport: U) -> Builder<I, C, U, B> {
        Builder {
            broadcasts: self.broadcasts,
            identity: self.identity,
            codec: self.codec,
            transport,
            options: self.options,
        }
    }

    /// What members publish beside who is alive: a [`Registry`](haulout::broadcast::Registry) of typed records
    /// and user events, or a plugin of your own. Default: nothing; what others publish is not kept.
    ///
    /// Members with different topics share a cluster: what is not registered here is kept and told on.
    pub fn broadcasts<P>(self, plugin: P) -> Builder<I, C, T, P> {
        Builder {
            broadcasts: Box::new(plugin),
            identity: self.identity,
            codec: self.codec,
            transport: self.transport,
            options: self.options,
        }
    }

    /// The address under which other members reach this node, where it differs from the one that it binds;
    /// port 0 stands for the bound port. Default: the bound address.
    pub fn advertise(mut self, address: impl Into<SocketAddr>) -> Self {
        self.options.advertise = Some(address.into());
        self
    }

    /// Adds a member to ask first, as an address or as `host:port`. A node without seeds is a cluster of its
    /// own, which others may join.
    ///
    /// Seeds that name each other find each other, and a node may be among its own seeds, so all members
    /// can be given the same ones.
    pub fn seed<S: TryInto<Seed, Error: Into<SeedError>>>(self, seed: S) -> Self {
        self.seeds([seed])
    }

    /// Adds several; see [`seed`](Builder::seed).
    pub fn seeds<S: TryInto<Seed, Error: Into<SeedError>>>(
        mut self,
        seeds: impl IntoIterator<Item = S>,
    ) -> Self {
        self.options.seeds.extend(seeds.into_iter().map(|seed| seed.try_into().map_err(Into::into)));
        self
    }

    /// The cluster's label: any text, the same on every member. Default: that of the configuration, which
    /// has none by default.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.options.label = Some(label.into());
        self
    }

    /// The engine's settings. Default: [`Config::lan`].
    pub fn config(mut self, config: Config) -> Self {
        self.options.config = config;
        self
    }

    /// The seed of the engine's random numbers. Default: from the system. For tests.
    pub fn rng_seed(mut self, seed: u64) -> Self {
        self.options.rng_seed = Some(seed);
        self
    }

    fn identity_from<J: NodeIdentity>(
        self,
        make: Make<J>,
        resolver: Routes<J>,
    ) -> Builder<IdentityFrom<J>, C, T, B> {
        let identity = IdentityFrom { make, resolver, admission: None };
        Builder {
            broadcasts: self.broadcasts,
            identity,
            codec: self.codec,
            transport: self.transport,
            options: self.options,
        }
    }
}

impl<I: NodeIdentity, C, T, B> Builder<IdentityFrom<I>, C, T, B> {
    /// Whom to take in: asked about each identity of an unknown key, quickly, within the node's task.
    /// Default: everyone.
    pub fn admission(mut self, admit: impl Fn(&I) -> bool + Send + 'static) -> Self {
        self.identity.admission = Some(Box::new(admit));
        self
    }
}

impl<I, C, B> Builder<IdentityFrom<I>, C, Bind, B>
where
    I: NodeIdentity,
    C: Codec<I> + Send + 'static,
    B: Broadcasts<I> + Send + 'static,
{
    /// Binds the socket and starts the node's task on the present tokio runtime, which needs its I/O and
    /// time drivers. Seeds are asked afterwards: their outcomes are events.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub async fn start(self) -> Result<Handle<I, B>, StartError> {
        self.start_with_events().await.map(|(handle, _)| handle)
    }

    /// Like [`start`](Builder::start), with a stream that holds every event from the first.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub async fn start_with_events(self) -> Result<(Handle<I, B>, Events<I>), StartError> {
        self.options.config.check()?;
        let Bind(address) = self.transport;
        let udp = Udp::bind(address).map_err(|source| StartError::Bind { address, source })?;
        self.transport(udp).start_with_events().await
    }
}

impl<I, C, T, B> Builder<IdentityFrom<I>, C, T, B>
where
    I: NodeIdentity,
    C: Codec<I> + Send + 'static,
    T: Transport,
    B: Broadcasts<I> + Send + 'static,
{
    /// Starts the node's task on the present tokio runtime, which needs its time driver. Seeds are asked
    /// afterwards: their outcomes are events.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub async fn start(self) -> Result<Handle<I, B>, StartError> {
        self.start_with_events().await.map(|(handle, _)| handle)
    }

    /// Like [`start`](Builder::start), with a stream that holds every event from the first.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    #[expect(clippy::unused_async, reason = "other transports, and what a node does first, may wait")]
    pub async fn start_with_events(self) -> Result<(Handle<I, B>, Events<I>), StartError> {
        let Self { broadcasts, identity, codec, transport, options } = self;
        let IdentityFrom { make, resolver, admission } = identity;
        let seeds = options.seeds.into_iter().collect::<Result<Vec<_>, _>>()?;
        seeds.iter().try_for_each(|seed| check_seed(seed, &*resolver))?;
        let config = match options.label {
            Some(label) => options.config.with_label(&label),
            None => options.config,
        };
        let bound = transport.local_addr();
        let identity = make.identity(&resolver, bound, options.advertise)?;
        let (longest_sent, longest_received) = (config.limits.datagram_sent, config.limits.datagram_received);
        let rng_seed = options.rng_seed.unwrap_or_else(rand::random);
        let mut engine = Engine::new(identity, codec, *broadcasts, config, rng_seed)?;
        let table = resolver.clone();
        engine.set_reach(Box::new(move |route| table.resolve(route).is_some()));
        if let Some(admission) = admission {
            engine.set_admission(admission);
        }

        let (commands, told) = mpsc::channel(COMMANDS);
        let shared = Arc::new(Shared::new(&engine));
        let handle = Handle { commands, shared: shared.clone(), bound, resolver: resolver.clone() };
        let events = handle.events();
        let task = Task {
            engine,
            transport,
            resolver: resolver.clone(),
            clock: Clock::new(),
            commands: told,
            published: Published(shared),
            seeds: Seeds::default(),
            leaving: Vec::new(),
            syncing: Vec::new(),
            faults: Faults::default(),
            // One more than is taken, so that a longer datagram is known by its length.
            inbox: Inbox::new(longest_received as usize + 1),
            outbox: Outbox::new(longest_sent as usize),
            timer: Box::pin(tokio::time::sleep(Duration::ZERO)),
            compared: Instant::ZERO,
        };
        tokio::spawn(task.run(seeds));
        Ok((handle, events))
    }
}

/// A literal address must be one at which a member can be.
pub(crate) fn check_seed<R>(seed: &Seed, resolver: &(impl Resolver<R> + ?Sized)) -> Result<(), SeedError> {
    let problem = "is an address that no member of this cluster has: the resolver knows no route to it";
    match seed {
        Seed::Address(address) if resolver.route_at(*address).is_none() => {
            Err(SeedError { seed: seed.to_string(), problem })
        }
        _ => Ok(()),
    }
}
