//! Scenarios as text: what reads, and what a mistake is told as.

use super::*;
use crate::network::Latency;

const FIRST: &str = "name = \"x\"\nmembers = 8\nduration = \"60s\"\n";

fn problem(more: &str) -> String {
    format!("{FIRST}{more}").parse::<Scenario>().expect_err("it is wrong").to_string()
}

#[test]
fn what_is_shipped_reads_and_is_what_it_is_called() {
    let all = shipped();
    assert!(all.len() >= 8);
    for (name, text) in all {
        let scenario: Scenario = text.parse().unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(scenario.name, name);
        assert!(!scenario.about.is_empty(), "{name} says what it shows");
    }
}

#[test]
fn what_is_written_reads_as_the_same() {
    for (_, text) in shipped() {
        let scenario: Scenario = text.parse().expect("shipped");
        assert_eq!(scenario.to_toml().parse(), Ok(scenario));
    }
}

#[test]
fn what_is_not_said_has_its_default() {
    let scenario: Scenario = FIRST.parse().expect("a short one");
    assert_eq!(scenario, Scenario::new("x", 8).lasting(Span::from_secs(60)));
}

#[test]
fn every_kind_of_deed_reads() {
    let text = format!(
        "{FIRST}identity = \"named\"\n{}",
        [
            "do.crash = \"any 3\"",
            "do.restart = { who = \"3\", clock = \"back\", through = \"0..2\" }",
            "do.leave = \"1\"",
            "do.return = \"1\"",
            "do.grow = 4",
            "do.pause = { who = \"2\", for = \"5s\" }",
            "do.block = { who = \"2\", for = \"5s\" }",
            "do.split = [\"0..4\", \"4..6\"]",
            "do.cut = { from = \"1\", to = \"2\" }",
            "do.flap = { one = \"1\", other = \"2\", period = \"4s\" }",
            "do.lose_egress = { who = \"1\", rate = \"50%\" }",
            "do.lose_ingress = { who = \"1\", rate = \"50%\" }",
            "do.weather = { loss = \"5%\", latency = { fixed = \"2ms\" } }",
            "do.twin = \"1\"",
            "do.move = \"1\"",
            "do.put = \"1\"",
            "do = \"heal\"",
        ]
        .map(|deed| format!("[[fault]]\nat = \"1s\"\n{deed}\n"))
        .concat()
    );
    let scenario: Scenario = text.parse().expect("all of them");
    assert_eq!(scenario.faults.len(), 17);
    assert_eq!(scenario.faults[16].deed, Deed::Heal);
}

#[test]
fn a_setting_changes_the_profile() {
    let text =
        format!("{FIRST}profile = \"wan\"\nsettings.probe.interval = \"7s\"\nsettings.suspicion.beta = 2\n");
    let config = text.parse::<Scenario>().expect("settings").config();
    assert_eq!((config.probe.interval.as_secs(), config.probe.timeout.as_secs()), (7, 3));
    assert_eq!((config.suspicion.alpha, config.suspicion.beta), (6, 2));
}

#[test]
fn a_mistake_is_told_with_line_and_field() {
    let wrong = problem("[[fault]]\nat = \"1s\"\ndo.crush = \"any 3\"\n");
    assert!(wrong.contains("line 6") && wrong.contains("crush") && wrong.contains("crash"), "{wrong}");
    let wrong = problem("[network]\nlost = \"3%\"\n");
    assert!(wrong.contains("line 5") && wrong.contains("lost"), "{wrong}");
    let wrong = problem("[network]\nloss = \"3\"\n");
    assert!(wrong.contains("line 5") && wrong.contains("write it like"), "{wrong}");
    let wrong = problem("settings.probe.timeout = \"5s\"\n");
    assert!(wrong.contains("settings.probe.timeout") && wrong.contains("line 4"), "{wrong}");
    let wrong = problem("[[fault]]\nat = \"1s\"\ndo = \"heal\"\n[[fault]]\nat = \"2s\"\ndo.crash = \"9\"\n");
    assert!(
        wrong.contains("fault[1].do") && wrong.contains("no member 9") && wrong.contains("line 9"),
        "{wrong}"
    );
}

#[test]
fn what_is_impossible_is_refused() {
    assert!(problem("[[fault]]\nat = \"61s\"\ndo = \"heal\"\n").contains("fault[0].at"));
    assert!(problem("[[fault]]\nat = \"1s\"\ndo.twin = \"1\"\n").contains("named"));
    assert!(problem("[network]\nlatency.uniform = [\"2ms\", \"1ms\"]\n").contains("network.latency"));
    assert!(problem("[churn]\nevery = \"0s\"\ngone = \"1s\"\n").contains("churn.every"));
    let nobody = Scenario::new("x", 0).check().expect_err("nobody");
    assert!(nobody.to_string().contains("members"));
    assert_eq!(
        Scenario::new("x", 1)
            .on(Weather { latency: Latency::Fixed(Span::ZERO), ..Weather::default() })
            .check(),
        Ok(())
    );
}
