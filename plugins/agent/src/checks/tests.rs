//! What checks find, on real sockets and processes.

use super::*;
use std::net::SocketAddr;
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn service(at: SocketAddr) -> Service {
    Service::builder("web", at.ip().to_string(), at.port()).build().unwrap()
}

async fn find(check: Check, service: &Service) -> Finding {
    assert_eq!(check.problem(), None);
    check.once(service).await
}

/// Answers one request with a status.
async fn answering(status: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4_096];
        let read = stream.read(&mut request).await.unwrap();
        assert!(request[..read].starts_with(b"GET /health HTTP/1.1\r\n"));
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
    });
    address
}

#[tokio::test]
async fn a_port_where_somebody_listens_is_passing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let here = listener.local_addr().unwrap();
    assert_eq!(find(Check::new(Kind::Tcp, ""), &service(here)).await.health, Health::Passing);
    drop(listener);
    let gone = find(Check::new(Kind::Tcp, ""), &service(here)).await;
    assert_eq!(gone.health, Health::Critical);
    assert!(gone.detail.starts_with("cannot connect"), "{gone:?}");
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let check = Check::new(Kind::Tcp, elsewhere.local_addr().unwrap().to_string());
    assert_eq!(find(check, &service(here)).await.health, Health::Passing);
}

#[tokio::test]
async fn the_status_of_http_is_the_health() {
    for (status, health) in [
        ("200 OK", Health::Passing),
        ("204 No Content", Health::Passing),
        ("429 Too Many Requests", Health::Warning),
        ("503 Service Unavailable", Health::Critical),
        ("302 Found", Health::Critical),
    ] {
        let at = answering(status).await;
        let found = find(Check::new(Kind::Http, "/health"), &service(at)).await;
        assert_eq!(found.health, health, "{status}: {found:?}");
        assert!(found.detail.contains(&status[..3]), "{found:?}");
    }
    let (at, elsewhere) = (answering("200 OK").await, answering("200 OK").await);
    let check = Check::new(Kind::Http, format!("http://{elsewhere}/health"));
    assert_eq!(find(check, &service(at)).await.health, Health::Passing);
}

#[tokio::test]
async fn the_exit_code_of_a_command_is_the_health() {
    let service = service(([127, 0, 0, 1], 80).into());
    for (command, health) in [
        ("true", Health::Passing),
        ("exit 1", Health::Warning),
        ("exit 2", Health::Critical),
        ("kill -9 $$", Health::Critical),
        (
            "test $SERVICE_NAME-$SERVICE_INSTANCE-$SERVICE_ADDRESS-$SERVICE_PORT = web-web-127.0.0.1-80",
            Health::Passing,
        ),
    ] {
        let found = find(Check::new(Kind::Command, command), &service).await;
        assert_eq!(found.health, health, "{command}: {found:?}");
    }
}

#[tokio::test]
async fn what_takes_too_long_is_critical_and_ends_with_all_that_it_started() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("pid");
    let command = format!("sleep 600 & echo $! > {}; sleep 600", file.display());
    let check = Check { timeout_ms: 400, ..Check::new(Kind::Command, command) };
    let begun = Instant::now();
    let found = find(check, &service(([127, 0, 0, 1], 80).into())).await;
    assert_eq!(found, Finding::critical("no answer within 400 ms"));
    assert!(begun.elapsed() < Duration::from_secs(60));
    let pid: i32 = std::fs::read_to_string(&file).unwrap().trim().parse().unwrap();
    let child = rustix::process::Pid::from_raw(pid).unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with(['Z', 'X'])))
    {
        assert!(Instant::now() < deadline, "{child:?} runs on");
        tokio::task::yield_now().await;
    }
}

#[test]
fn impossible_checks_say_what_is_wrong() {
    let tcp = |change: fn(&mut Check)| {
        let mut check = Check::new(Kind::Tcp, "");
        change(&mut check);
        check.problem().unwrap()
    };
    assert!(tcp(|check| check.interval_ms = 1).contains("interval in ms is 1, and may be 100 to"));
    assert!(tcp(|check| check.timeout_ms = 0).contains("timeout"));
    assert!(tcp(|check| check.rise = 0).contains("rise is 0, and may be 1 to 100"));
    assert!(tcp(|check| check.target = "nowhere".into()).contains("\"nowhere\" is no address"));
    assert!(Check::new(Kind::Http, "health").problem().unwrap().contains("neither a path nor"));
    assert!(Check::new(Kind::Command, " ").problem().unwrap().contains("empty"));
    assert_eq!(Check::new(Kind::Http, "http://[::1]:80/x").problem(), None);
    assert_eq!(http::authority("http://seal.example/a/b"), Some(("seal.example:80".into(), "/a/b")));
}
