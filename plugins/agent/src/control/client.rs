//! One kept-alive connection to an agent's control socket.

use super::Endpoint;
use super::api;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request};
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
        match serde_json::from_slice::<api::Error>(&bytes) {
            Ok(error) => Err(ClientError::Refused(error.error)),
            Err(_) => Err(ClientError::Broken(String::from_utf8_lossy(&bytes).chars().take(200).collect())),
        }
    }

    async fn exchange(
        &mut self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<(bool, Bytes), ClientError> {
        self.sender.ready().await.map_err(broken)?;
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, "localhost")
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(body))
            .map_err(broken)?;
        let response = self.sender.send_request(request).await.map_err(broken)?;
        let good = response.status().is_success();
        Ok((good, response.into_body().collect().await.map_err(broken)?.to_bytes()))
    }
}

fn broken(error: impl fmt::Display) -> ClientError {
    ClientError::Broken(error.to_string())
}
