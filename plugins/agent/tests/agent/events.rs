//! Named events: sent on one agent, received once on each.

use crate::support::{Follower, Lab, code, err, out, until};
use serde_json::{Value, json};
use std::io::Write;
use std::process::Stdio;

fn events(lab: &Lab, name: &str) -> Vec<Value> {
    let output = lab.run(&["events", "--name", name, "--json"]);
    let reply: Value = serde_json::from_slice(&output.stdout).unwrap();
    reply["events"].as_array().unwrap().clone()
}

#[test]
fn an_event_is_received_once_by_everybody_who_is_there() {
    let lab = Lab::new();
    let a = lab.agent("a", &[]);
    let b = lab.agent("b", &["--join", &a.at()]);
    lab.until_all_alive(&[&a, &b], 2);
    let none = lab.run(&["events", "--name", "b"]);
    assert_eq!((code(&none), out(&none).as_str()), (1, ""));
    let follow = Follower::start(&lab, &["events", "--name", "b", "--follow"]);

    let sent = lab.run(&["event", "send", "--name", "a", "deploy", "v2 \"x\""]);
    assert_eq!((code(&sent), out(&sent).as_str()), (0, "sent deploy\n"));
    let mut command = lab.haulout(&["event", "send", "--name", "a", "bytes", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"\xff\x00").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let within = lab.run(&["event", "send", "--name", "a", "end", "--within", "1m", "--json"]);
    assert_eq!(serde_json::from_slice::<Value>(&within.stdout).unwrap(), json!({"sent": true}));

    for name in ["a", "b"] {
        until("all of them are there", || events(&lab, name).len() == 3);
        let mut all = events(&lab, name);
        let numbers: Vec<_> = all.iter().map(|event| event["number"].as_u64().unwrap()).collect();
        assert_eq!(numbers, [1, 2, 3], "as they came");
        all.sort_by_key(|event| event["time"].as_u64().unwrap());
        let words: Vec<(&Value, &Value)> = all.iter().map(|event| (&event["name"], &event["from"])).collect();
        let from = json!("a");
        assert_eq!(
            words,
            [(&json!("deploy"), &from), (&json!("bytes"), &from), (&json!("end"), &from)],
            "at {name}"
        );
        assert_eq!(all[0]["payload"], "v2 \"x\"");
        assert_eq!((&all[1]["payload"], &all[1]["payload_hex"]), (&Value::Null, &"ff00".into()));
        let times: Vec<_> = all.iter().map(|event| event["time"].as_u64().unwrap()).collect();
        assert!(times.is_sorted_by(|a, b| a < b), "{times:?}");
    }
    until("the follower has told all", || follow.lines().len() == 3);
    let mut lines = follow.lines();
    lines.sort();
    assert_eq!(lines, ["bytes from a: 0xff00", "deploy from a: v2 \"x\"", "end from a: "]);
    let only = lab.run(&["events", "--name", "b", "deploy"]);
    assert!(out(&only).contains("deploy") && !out(&only).contains("bytes"), "{only:?}");

    let late = lab.agent("late", &["--join", &a.at()]);
    lab.until_all_alive(&[&late], 3);
    lab.run(&["event", "send", "--name", "late", "hello"]);
    for name in ["a", "b", "late"] {
        until("all have heard the latecomer", || {
            events(&lab, name).iter().any(|event| event["name"] == "hello")
        });
        // What was still being told when it joined, it may have heard; nobody has heard anything twice.
        let mut heard: Vec<String> =
            events(&lab, name).iter().map(|event| format!("{} {}", event["from"], event["time"])).collect();
        heard.sort();
        let all = heard.len();
        heard.dedup();
        assert_eq!(heard.len(), all, "at {name}: {heard:?}");
    }
}

#[test]
fn what_is_no_event_is_refused_with_the_reason() {
    let lab = Lab::new();
    let _a = lab.agent("a", &[]);
    let long = "x".repeat(2_000);
    for (args, said) in [
        (&["event", "send", "a b"][..], "1 to 64 bytes and no white space"),
        (&["event", "send", "deploy", &long], "`limits.value` is 1024"),
    ] {
        let output = lab.run(args);
        assert_eq!(code(&output), 1, "{output:?}");
        assert!(err(&output).contains(said), "{output:?}");
    }
    let usage = lab.run(&["event", "send", "deploy", "--within", "5"]);
    assert_eq!(code(&usage), 2);
    assert!(err(&usage).contains("a time with its unit"), "{usage:?}");
    assert!(events(&lab, "a").is_empty());
}
