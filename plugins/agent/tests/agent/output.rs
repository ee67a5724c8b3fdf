//! What is printed: the stable forms, the tables, and readers that go away.

use crate::support::{Lab, code, err, free_address, out, until};
use serde_json::Value;
use std::process::Stdio;

fn fields(value: &Value) -> Vec<&str> {
    let mut fields: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    fields
}

#[test]
fn the_json_of_members_is_stable() {
    let lab = Lab::new();
    let a = lab.agent("a", &[]);
    let b = lab.agent("b", &["--join", &a.at()]);
    lab.until_all_alive(&[&a, &b], 2);
    let output = lab.run(&["members", "--json", "--name", "a"]);
    let reply: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(fields(&reply), ["members", "stale"]);
    assert_eq!(reply["stale"], false);
    let (own, other) = (&reply["members"][0], &reply["members"][1]);
    let always = ["address", "epoch", "incarnation", "name", "self", "since_ms", "state"];
    assert_eq!(fields(other), always);
    assert_eq!(
        fields(own),
        ["address", "epoch", "health", "incarnation", "name", "self", "since_ms", "state"]
    );
    assert_eq!((&own["name"], &own["self"], &own["health"]), (&"a".into(), &true.into(), &0.into()));
    assert_eq!((&other["name"], &other["self"]), (&"b".into(), &false.into()));
    assert_eq!((&other["state"], &other["address"]), (&"alive".into(), &b.at().into()));
    assert!(other["epoch"].is_u64() && other["incarnation"].is_u64());
    assert!(other["since_ms"].as_u64().unwrap() > 1_700_000_000_000, "milliseconds of Unix time");
}

#[test]
fn the_json_of_info_is_stable() {
    let lab = Lab::new();
    let a = lab.agent("a", &["--label", "orders"]);
    let info = lab.info(&a).unwrap();
    let expected = [
        "address",
        "bind",
        "changed_ms",
        "cluster",
        "control",
        "dropped",
        "epoch",
        "health",
        "incarnation",
        "last_equal",
        "members",
        "name",
        "notices",
        "phase",
        "pid",
        "profile",
        "received",
        "sent",
        "stale",
        "started_ms",
        "synced",
        "version",
    ];
    assert_eq!(fields(&info), expected);
    assert_eq!(fields(&info["members"]), ["alive", "down", "left", "suspect"]);
    assert_eq!(fields(&info["received"]), ["bytes", "datagrams"]);
    assert!(info["dropped"]["malformed"].is_u64());
    assert_eq!(info["cluster"].as_str().unwrap().len(), 8);
    assert_eq!(info["phase"], "active");
    assert_eq!((&info["synced"], &info["last_equal"]), (&true.into(), &Value::Null), "{info}");
}

#[test]
fn a_complete_view_is_told_and_with_whom_it_was_found_equal() {
    let lab = Lab::new();
    let a = lab.agent("a", &[]);
    let late = free_address();
    let b = lab.agent("b", &["--join", &late.to_string()]);
    let joining = lab.run(&["info", "--name", "b"]);
    assert!(out(&joining).contains("synced    the view is not complete\n"), "{joining:?}");
    assert_eq!(lab.info(&b).unwrap()["synced"], false);
    assert!(!b.log().contains("synced"), "{}", b.log());
    let join = lab.run(&["join", "--control", &b.control, &a.at()]);
    assert_eq!(code(&join), 0, "{join:?}");

    let mut info = Value::Null;
    until("b has compared its view with a", || {
        info = lab.info(&b).unwrap();
        info["last_equal"].is_object()
    });
    assert_eq!(info["synced"], true, "{info}");
    assert_eq!(fields(&info["last_equal"]), ["at_ms", "with"]);
    assert_eq!(info["last_equal"]["with"], "a");
    assert!(info["last_equal"]["at_ms"].as_u64() >= info["started_ms"].as_u64(), "{info}");
    let complete = lab.run(&["info", "--name", "b"]);
    let line = "synced    the view is complete; it was equal to that of a ";
    assert!(out(&complete).contains(line), "{complete:?}");
    let told = b.log().lines().filter(|line| line.contains(" INFO synced: the view is complete")).count();
    assert_eq!(told, 1, "{}", b.log());
}

#[test]
fn states_can_be_asked_for_and_none_is_a_no() {
    let lab = Lab::new();
    let a = lab.agent("a", &[]);
    let mut b = lab.agent("b", &["--join", &a.at()]);
    lab.until_all_alive(&[&a, &b], 2);
    let none = lab.run(&["members", "--name", "a", "--status", "down,left"]);
    assert_eq!((code(&none), out(&none).as_str()), (1, ""));
    b.kill();
    lab.until_state(&a, "b", "down");
    let down = lab.run(&["members", "--name", "a", "--status", "down"]);
    assert_eq!(code(&down), 0);
    assert!(out(&down).contains("b ") && !out(&down).contains("alive"), "{down:?}");
    let wrong = lab.run(&["members", "--name", "a", "--status", "dead"]);
    assert_eq!(code(&wrong), 2);
    assert!(err(&wrong).contains("alive, suspect, down and left"), "{wrong:?}");
}

#[test]
fn a_pipe_gets_no_colours() {
    let lab = Lab::new();
    let _a = lab.agent("a", &[]);
    for args in [&["members"][..], &["info"], &["--help"]] {
        let output = lab.run(args);
        assert!(!output.stdout.contains(&0x1b), "{output:?}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let lab = Lab::new();
    let _a = lab.agent("a", &[]);
    for args in [&["members"][..], &["info", "--json"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let child = lab.haulout(args).stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!((code(&output), err(&output).as_str()), (0, ""));
    }
}

#[test]
fn usage_errors_are_2() {
    let lab = Lab::new();
    for args in
        [&["memebrs"][..], &["join"], &["members", "--name", "a b"], &["agent", "--set", "probe.interval"]]
    {
        let output = lab.run(args);
        assert_eq!(code(&output), 2, "{args:?}: {output:?}");
    }
}
