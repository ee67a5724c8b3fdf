//! Where and how an agent is looked at and told what to do: HTTP with JSON over a local socket.

pub(crate) mod api;
mod client;
mod endpoint;
mod guard;
mod listener;
mod place;
mod server;
mod view;

pub(crate) use client::{Client, ClientError};
pub(crate) use endpoint::Endpoint;
pub(crate) use listener::Listener;
pub(crate) use place::{agent_of, runtime_directory, socket_of, sockets};
pub(crate) use server::serve;
