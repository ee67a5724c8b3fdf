//! Settings: where they come from, and what is said of wrong ones.

use crate::support::{Lab, code, err, free_address, out, text};
use std::process::Stdio;

#[test]
fn flags_win_over_the_environment_which_wins_over_the_file() {
    let lab = Lab::new();
    let file = lab.file("a.toml", "name = 'from-file'\nlabel = 'file'\nprofile = 'local'\n");
    let control = lab.path("a.sock");
    let bind = free_address().to_string();
    let args = [
        "agent",
        "--config",
        text(&file),
        "--bind",
        &bind,
        "--control",
        text(&control),
        "--name",
        "from-flag",
    ];
    let mut agent = lab
        .haulout(&args)
        .env("HAULOUT_NAME", "from-env")
        .env("HAULOUT_PROFILE", "wan")
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut info = serde_json::Value::Null;
    crate::support::until("it answers", || {
        let output = lab.run(&["info", "--json", "--control", text(&control)]);
        info = serde_json::from_slice(&output.stdout).unwrap_or_default();
        !info.is_null()
    });
    agent.kill().unwrap();
    agent.wait().unwrap();
    assert_eq!(info["name"], "from-flag");
    assert_eq!(info["profile"], "wan");
    assert!(info["cluster"].is_string(), "the label of the file");
}

#[test]
fn an_unknown_key_is_told_with_its_line_and_the_nearest_known_one() {
    let lab = Lab::new();
    let file = lab.file("a.toml", "name = 'a'\n\n[probe]\nintervall = '1s'\n");
    let output = lab.run(&["agent", "--config", text(&file)]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("a.toml, line 4: unknown key `probe.intervall`"), "{output:?}");
    assert!(err(&output).contains("did you mean `probe.interval`?"), "{output:?}");
}

#[test]
fn a_bad_value_is_told_wherever_it_stands() {
    let lab = Lab::new();
    let environment = lab.haulout(&["agent"]).env("HAULOUT_PROBE_INTERVAL", "fast").output().unwrap();
    assert_eq!(code(&environment), 2);
    assert!(err(&environment).contains("environment variable HAULOUT_PROBE_INTERVAL"), "{environment:?}");
    let flag = lab.run(&["agent", "--profile", "moon"]);
    assert_eq!(code(&flag), 2);
    assert!(err(&flag).contains("flag --profile") && err(&flag).contains("lan, wan or local"), "{flag:?}");
    let missing = lab.run(&["agent", "--config", "/nowhere/a.toml"]);
    assert_eq!(code(&missing), 2);
    assert!(err(&missing).contains("/nowhere/a.toml"), "{missing:?}");
}

#[test]
fn check_tells_everything_that_is_wrong_with_a_file() {
    let lab = Lab::new();
    let good = lab.path("fast.toml");
    let output = lab.run(&["config", "check", text(&good)]);
    assert_eq!(code(&output), 0, "{output:?}");
    assert!(out(&output).contains("good") && out(&output).contains("HAULOUT_PROBE_INTERVAL"), "{output:?}");
    let bad = lab.file("bad.toml", "nam = 'a'\nprofile = 'moon'\n[gossip]\nfanout = 300\n");
    let output = lab.run(&["config", "check", text(&bad)]);
    assert_eq!(code(&output), 1);
    for word in
        ["line 1: unknown key `nam`", "line 2: `profile` cannot be", "line 4: `gossip.fanout` cannot be 300"]
    {
        assert!(out(&output).contains(word), "{word}: {output:?}");
    }
}

#[test]
fn a_port_that_is_taken_is_told_with_what_to_do() {
    let lab = Lab::new();
    let a = lab.agent("a", &[]);
    let output = lab.run(&["agent", "--name", "b", "--bind", &a.at()]);
    assert_eq!(code(&output), 1);
    assert!(err(&output).contains(&a.at()) && err(&output).contains("--bind"), "{output:?}");
    assert!(!lab.path("haulout").join("b.sock").exists(), "nothing is left behind");
}

#[test]
fn a_wildcard_needs_an_address_to_advertise() {
    let lab = Lab::new();
    let output = lab.run(&["agent", "--bind", "0.0.0.0:7946"]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("--advertise"), "{output:?}");

    let a = lab.agent_at("a", "0.0.0.0:0".parse().unwrap(), &["--advertise", "127.0.0.1"]);
    let info = lab.info(&a).unwrap();
    let address = info["address"].as_str().unwrap();
    assert!(address.starts_with("127.0.0.1:") && !address.ends_with(":0"), "{info}");
    assert!(info["bind"].as_str().unwrap().starts_with("0.0.0.0:"), "{info}");
}

#[test]
fn an_agent_without_a_name_is_called_after_host_and_port() {
    let lab = Lab::new();
    let control = lab.path("a.sock");
    let mut agent = lab
        .haulout(&["agent", "--bind", "127.0.0.1:0", "--control", text(&control)])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut info = serde_json::Value::Null;
    crate::support::until("it answers", || {
        let output = lab.run(&["info", "--json", "--control", text(&control)]);
        info = serde_json::from_slice(&output.stdout).unwrap_or_default();
        !info.is_null()
    });
    agent.kill().unwrap();
    agent.wait().unwrap();
    let port = info["address"].as_str().unwrap().rsplit_once(':').unwrap().1;
    assert!(info["name"].as_str().unwrap().ends_with(&format!("-{port}")), "{info}");
}

#[test]
fn a_mistyped_variable_is_warned_of_and_does_no_harm() {
    let lab = Lab::new();
    // A control socket that cannot be had ends it at once; the warning comes before that.
    let a = lab
        .haulout(&["agent", "--name", "a", "--bind", "127.0.0.1:0", "--control", "/nowhere/a.sock"])
        .env("HAULOUT_PROBE_INTERVALL", "1s")
        .output()
        .unwrap();
    assert_eq!(code(&a), 1);
    assert!(err(&a).contains("did you mean HAULOUT_PROBE_INTERVAL?"), "{a:?}");
}
