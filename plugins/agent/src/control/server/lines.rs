//! Answers that go on: one JSON object a line, until the reader goes away or the agent stops.
//!
//! Whoever reads slowly holds up only its own answer: a few lines wait for it, then its writer does.

use crate::agent::Agent;
use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_core::Stream;
use serde::Serialize;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;

/// Lines that may wait for a reader.
const WAITING: usize = 16;

/// Where lines are written.
#[derive(Debug)]
pub(super) struct Lines(mpsc::Sender<Bytes>);

/// The reader has gone away.
#[derive(Debug)]
pub(super) struct Gone;

impl Lines {
    /// Writes a line, when there is room for it.
    pub(super) async fn put(&self, value: &impl Serialize) -> Result<(), Gone> {
        let mut line = serde_json::to_vec(value).map_err(|_| Gone)?;
        line.push(b'\n');
        self.0.send(line.into()).await.map_err(|_| Gone)
    }
}

/// An answer whose lines `write` writes.
pub(super) fn answer<F>(agent: &Agent, write: impl FnOnce(Lines) -> F) -> Response
where
    F: Future<Output = Result<(), Gone>> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(WAITING);
    let writing = write(Lines(sender.clone()));
    let mut stopping = agent.stopping();
    tokio::spawn(async move {
        tokio::select! {
            _ = writing => {}
            () = sender.closed() => {}
            _ = stopping.wait_for(|stops| *stops) => {}
        }
    });
    ([(CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(Chunks(receiver))).into_response()
}

struct Chunks(mpsc::Receiver<Bytes>);

impl Stream for Chunks {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx).map(|chunk| chunk.map(Ok))
    }
}
