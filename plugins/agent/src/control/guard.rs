//! Web pages may send requests to this machine too; none of them is meant to control an agent.

use super::server::problem;
use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{HOST, ORIGIN};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use std::net::IpAddr;

/// Refuses what a browser sends on behalf of a page: requests with an origin, and, over TCP, with the name of
/// another host that leads here.
pub(super) fn against_browsers(router: Router, tcp: bool) -> Router {
    router.layer(from_fn(move |request: Request, next: Next| check(tcp, request, next)))
}

async fn check(tcp: bool, request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if request.headers().contains_key(ORIGIN) || (tcp && !is_this_machine(host)) {
        return problem(
            StatusCode::FORBIDDEN,
            "the control API does not answer web pages: it takes no Origin, and no other host than localhost"
                .into(),
        );
    }
    next.run(request).await
}

fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_few_names() {
        for host in ["localhost", "localhost:7373", "127.0.0.1:7373", "[::1]:7373", "[::1]"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in ["", "example.com", "localhost.example.com", "10.0.0.1:7373", "127.0.0.1.example.com:80"]
        {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
