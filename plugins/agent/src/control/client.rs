//! One kept-alive connection to an agent's control socket.

use super::Endpoint;
use super::api;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum ClientError {
    /// Nobody listens there.
    Absent(io::Error),
    /// Somebody listens and does not answer.
    Silent(Duration),
    /// The connection broke, or what came is no answer of an agent.
    Broken(String),
    /// The agent said no.
    Refused(String),
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent(error) => write!(f, "nobody listens there ({error})"),
            Self::Silent(waited) => {
                write!(f, "no answer within {} s: the process is frozen, or very busy", waited.as_secs())
            }
            Self::Broken(what) => write!(f, "what listens there does not answer like an agent: {what}"),
            Self::Refused(why) => f.write_str(why),
        }
    }
}

/// A connection to an agent.
#[derive(Debug)]
pub(crate) struct Client {
    sender: SendRequest<Full<Bytes>>,
    patience: Duration,
}

impl Client {
    /// Connects. Must run within a tokio runtime.
    pub(crate) async fn connect(endpoint: &Endpoint) -> Result<Self, ClientError> {
        match endpoint {
            Endpoint::Unix(path) => {
                Self::over(UnixStream::connect(path).await.map_err(ClientError::Absent)?).await
            }
            Endpoint::Tcp(address) => {
                let stream = TcpStream::connect(address).await.map_err(ClientError::Absent)?;
                stream.set_nodelay(true).map_err(ClientError::Absent)?;
                Self::over(stream).await
            }
        }
    }

    async fn over(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Result<Self, ClientError> {
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(broken)?;
        tokio::spawn(connection);
        Ok(Self { sender, patience: Duration::from_secs(5) })
    }

    /// Sets how long an answer may take; 5 s at first.
    pub(crate) fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Asks for something.
    pub(crate) async fn get<T: DeserializeOwned>(&mut self, path: &str) -> Result<T, ClientError> {
        self.send(Method::GET, path, Bytes::new()).await
    }

    /// Wants something done.
    pub(crate) async fn post<T: DeserializeOwned>(
        &mut self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        let body = serde_json::to_vec(body).map_err(broken)?;
        self.send(Method::POST, path, body.into()).await
    }

    /// Asks for something that goes on: an answer of one JSON object a line.
    pub(crate) async fn follow(mut self, path: &str) -> Result<Lines, ClientError> {
        let patience = self.patience;
        let begin = self.begin(Method::GET, path, Bytes::new());
        let response = tokio::time::timeout(patience, begin).await;
        let response = response.map_err(|_| ClientError::Silent(patience))??;
        if response.status().is_success() {
            return Ok(Lines { body: response.into_body(), read: Vec::new(), _sender: self.sender });
        }
        Err(refused(&response.into_body().collect().await.map_err(broken)?.to_bytes()))
    }

    async fn send<T: DeserializeOwned>(
        &mut self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<T, ClientError> {
        let answer = tokio::time::timeout(self.patience, self.exchange(method, path, body)).await;
        let (good, bytes) = answer.map_err(|_| ClientError::Silent(self.patience))??;
        if good {
            return serde_json::from_slice(&bytes).map_err(broken);
        }
        Err(refused(&bytes))
    }

    async fn exchange(
        &mut self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<(bool, Bytes), ClientError> {
        let response = self.begin(method, path, body).await?;
        let good = response.status().is_success();
        Ok((good, response.into_body().collect().await.map_err(broken)?.to_bytes()))
    }

    async fn begin(
        &mut self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<Response<Incoming>, ClientError> {
        self.sender.ready().await.map_err(broken)?;
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, "localhost")
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(body))
            .map_err(broken)?;
        self.sender.send_request(request).await.map_err(broken)
    }
}

/// An answer that goes on.
#[derive(Debug)]
pub(crate) struct Lines {
    body: Incoming,
    read: Vec<u8>,
    /// The connection stays open as long as this is there.
    _sender: SendRequest<Full<Bytes>>,
}

impl Lines {
    /// The next line, however long it takes; `None` when the agent has ended the answer, or its life.
    pub(crate) async fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, ClientError> {
        loop {
            if let Some(end) = self.read.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.read.drain(..=end).collect();
                return serde_json::from_slice(&line).map(Some).map_err(broken);
            }
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    if let Some(data) = frame.data_ref() {
                        self.read.extend_from_slice(data);
                    }
                }
                // An agent that is killed ends it like this.
                Some(Err(_)) | None => return Ok(None),
            }
        }
    }
}

/// What an answer that is no success says.
fn refused(bytes: &[u8]) -> ClientError {
    match serde_json::from_slice::<api::Error>(bytes) {
        Ok(error) => ClientError::Refused(error.error),
        Err(_) => ClientError::Broken(String::from_utf8_lossy(bytes).chars().take(200).collect()),
    }
}

fn broken(error: impl fmt::Display) -> ClientError {
    ClientError::Broken(error.to_string())
}
