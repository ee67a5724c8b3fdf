//! A check by HTTP: the status says how the service is.

use super::{Finding, host_port};
use haulout_services::Service;
use http_body_util::Empty;
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::handshake;
use hyper::header::{HOST, USER_AGENT};
use hyper_util::rt::TokioIo;
use std::net::IpAddr;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// Host with port, and path, of a plain HTTP address.
pub(super) fn authority(target: &str) -> Option<(String, &str)> {
    let rest = target.strip_prefix("http://")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let with_port = if host_port(authority).is_some() { authority.into() } else { format!("{authority}:80") };
    host_port(&with_port)?;
    Some((with_port, if path.is_empty() { "/" } else { path }))
}

pub(super) async fn check(target: &str, service: &Service) -> Finding {
    let own = match service.ip() {
        Some(IpAddr::V6(ip)) => format!("[{ip}]:{}", service.port()),
        _ => format!("{}:{}", service.address(), service.port()),
    };
    let (host, path) = authority(target).unwrap_or((own, target));
    match status(&host, path).await {
        Ok(status @ 200..300) => Finding::passing(format!("HTTP {status}")),
        Ok(429) => Finding::warning("HTTP 429: too many requests"),
        Ok(status) => Finding::critical(format!("HTTP {status}")),
        Err(error) => Finding::critical(error),
    }
}

async fn status(authority: &str, path: &str) -> Result<u16, String> {
    let broken = |error: hyper::Error| format!("no HTTP there: {error}");
    let address = host_port(authority).ok_or("no address to check")?;
    let stream = TcpStream::connect(address).await.map_err(|error| format!("cannot connect: {error}"))?;
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let _connection = Aborted(tokio::spawn(connection));
    let request = Request::get(path)
        .header(HOST, authority)
        .header(USER_AGENT, concat!("haulout/", env!("CARGO_PKG_VERSION")))
        .body(Empty::<Bytes>::new())
        .map_err(|error| format!("no such path: {error}"))?;
    Ok(sender.send_request(request).await.map_err(broken)?.status().as_u16())
}

/// A task that ends with what started it.
struct Aborted(JoinHandle<Result<(), hyper::Error>>);

impl Drop for Aborted {
    fn drop(&mut self) {
        self.0.abort();
    }
}
