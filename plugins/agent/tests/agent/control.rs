//! The control socket: who may use it, and what happens when nobody serves it.

use crate::support::{Lab, code, err, free_address, text, until};
use rustix::process::Signal;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

#[test]
fn without_an_agent_the_code_is_3_and_the_command_that_starts_one_is_told() {
    let lab = Lab::new();
    let nobody = free_tcp_address();
    let tcp = format!("tcp:{nobody}");
    let path = lab.path("nobody.sock");
    let cases: [(&[&str], &str); 4] = [
        (&["members"], "haulout agent --bind 127.0.0.1:7946"),
        (&["info", "--name", "seal"], "haulout agent --name seal --bind 127.0.0.1:7946"),
        (&["leave", "--control", &tcp], &format!("--control {tcp}")),
        (&["join", "--control", text(&path), "127.0.0.1"], &format!("--control {}", text(&path))),
    ];
    for (args, start) in cases {
        let output = lab.run(args);
        assert_eq!(code(&output), 3, "{args:?}: {output:?}");
        assert!(err(&output).contains("start one with: haulout agent"), "{output:?}");
        assert!(err(&output).contains(start), "{output:?}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn what_a_killed_agent_left_is_refused_with_3_and_replaced_by_the_next() {
    let lab = Lab::new();
    let mut a = lab.agent("a", &[]);
    a.kill();
    assert!(Path::new(&a.control).exists());
    let output = lab.run(&["info", "--name", "a"]);
    assert_eq!(code(&output), 3);
    assert!(err(&output).contains("Connection refused"), "{output:?}");
    let a = lab.agent("a", &[]);
    assert!(lab.info(&a).is_some());
}

#[test]
fn a_live_socket_is_not_taken_away() {
    let lab = Lab::new();
    let a = lab.agent("a", &[]);
    let output = lab.run(&["agent", "--name", "a", "--bind", &free_address().to_string()]);
    assert_eq!(code(&output), 1);
    assert!(err(&output).contains("running here already"), "{output:?}");
    assert!(err(&output).contains("--name"), "{output:?}");
    assert!(lab.info(&a).is_some(), "the first one is as it was");
}

#[test]
fn a_file_that_is_no_socket_is_not_removed() {
    let lab = Lab::new();
    let file = lab.file("precious.txt", "precious");
    let output =
        lab.run(&["agent", "--name", "a", "--bind", &free_address().to_string(), "--control", text(&file)]);
    assert_eq!(code(&output), 1);
    assert!(err(&output).contains("is no socket"), "{output:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious");
}

#[test]
fn the_only_agent_is_meant_and_of_several_one_must_be_named() {
    let lab = Lab::new();
    let _a = lab.agent("a", &[]);
    assert_eq!(code(&lab.run(&["info"])), 0);
    let b = lab.agent("b", &[]);
    let output = lab.run(&["info"]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("--name a") && err(&output).contains("--name b"), "{output:?}");
    let output = lab.haulout(&["info", "--json"]).env("HAULOUT_CONTROL", &b.control).output().unwrap();
    assert_eq!(code(&output), 0);
    let info: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(info["name"], "b");
}

#[test]
fn socket_and_directory_are_private() {
    let lab = Lab::new();
    let a = lab.agent("a", &[]);
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(Path::new(&a.control)), 0o600);
    assert_eq!(mode(&lab.path("haulout")), 0o700);
}

#[test]
fn a_frozen_agent_is_told_from_an_absent_one() {
    let lab = Lab::new();
    let a = lab.agent("a", &[]);
    a.signal(Signal::STOP);
    let output = lab.run(&["info", "--name", "a"]);
    assert_eq!(code(&output), 3);
    assert!(err(&output).contains("frozen"), "{output:?}");
    a.signal(Signal::CONT);
    until("it answers again", || lab.info(&a).is_some());
}

#[test]
fn tcp_serves_this_machine_and_no_web_page() {
    let lab = Lab::new();
    let address = free_tcp_address();
    let control = format!("tcp:{address}");
    let a = lab.agent("a", &["--control", &control]);
    assert_eq!(lab.info(&a).unwrap()["control"], control);
    assert!(http(address, "GET /v1/info HTTP/1.1\r\nHost: localhost\r\n").starts_with("HTTP/1.1 200"));
    let page = http(address, "GET /v1/info HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n");
    assert!(page.starts_with("HTTP/1.1 403"), "{page}");
    let rebound = http(address, "GET /v1/info HTTP/1.1\r\nHost: evil.example\r\n");
    assert!(rebound.starts_with("HTTP/1.1 403"), "{rebound}");
}

/// Whoever could have it run would be the agent's user.
const COMMAND: &str = r#"{"name": "job", "port": 1, "check": {"kind": "command", "target": "true"}}"#;

#[test]
fn errors_of_the_api_are_json_and_say_what_to_do() {
    let lab = Lab::new();
    let address = free_tcp_address();
    let _a = lab.agent("a", &["--control", &format!("tcp:{address}")]);
    let host = "HTTP/1.1\r\nHost: localhost\r\n";
    let post = |path: &str, body: &str, status: &'static str, word: &'static str| {
        (format!("POST {path} {host}Content-Length: {}\r\n\r\n{body}", body.len()), status, word)
    };
    for (request, status, word) in [
        (format!("GET /v1/nothing {host}"), "404", "/v1/members"),
        (format!("POST /v1/members {host}"), "405", "GET is for /v1/members"),
        (format!("POST /v1/join {host}Content-Length: 2\r\n\r\n{{}}"), "400", "addresses"),
        post("/v1/services", "{}", "400", "missing field `name`"),
        post(
            "/v1/services",
            r#"{"name": "web", "port": 80, "colour": "red"}"#,
            "400",
            "unknown field `colour`",
        ),
        post("/v1/services", r#"{"name": "Web", "port": 80}"#, "400", "name `Web` is not"),
        post(
            "/v1/services",
            r#"{"name": "web", "port": 80, "check": {"kind": "tcp", "rise": 0}}"#,
            "400",
            "rise",
        ),
        post("/v1/services", COMMAND, "403", "not taken over TCP"),
        post("/v1/services/remove", r#"{"instance": "web"}"#, "404", "offers no service"),
        post("/v1/services/health", r#"{"instance": "web", "health": "fine"}"#, "400", "passing"),
        post("/v1/events", r#"{"name": "a b"}"#, "400", "no white space"),
        post("/v1/events", r#"{"name": "a", "payload_hex": "0"}"#, "400", "two hexadecimal digits"),
        (format!("POST /v1/join {host}Content-Length: 16\r\n\r\n{{\"addresses\":[]}}"), "400", "from 1 to"),
    ] {
        let answer = http(address, &request);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{request}: {answer}");
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        let body: serde_json::Value =
            serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"));
        assert!(body["error"].as_str().unwrap().contains(word), "{body}");
    }
}

#[test]
fn other_machines_are_kept_out() {
    let lab = Lab::new();
    let output = lab.run(&["agent", "--control", "tcp:0.0.0.0:7373"]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("loopback"), "{output:?}");
}

/// Sends the head of a request, with or without its end, and reads all of the answer.
fn http(address: SocketAddr, head: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let (head, body) = head.split_once("\r\n\r\n").unwrap_or((head.trim_end(), ""));
    write!(stream, "{head}\r\nConnection: close\r\n\r\n{body}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn free_tcp_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
