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
fn a_mistake_is_told_in_words_of_the_file() {
    let wrong = |text: &str| text.parse::<Scenario>().expect_err("it is wrong").to_string();
    for members in ["\"eight\"", "-8", "2.5"] {
        let wrong = wrong(&format!("name = \"x\"\nmembers = {members}\nduration = \"60s\"\n"));
        assert!(wrong.contains("line 2") && wrong.ends_with("expected a whole number, 0 or more"), "{wrong}");
    }
    for (line, expected) in [
        ("settle = 5", "expected a length of time in quotes, like \"20ms\""),
        ("network.loss = 0.02", "expected a rate in quotes, like \"2%\""),
        (
            "fault = [{ at = \"1s\", do.crash = 3 }]",
            "expected members in quotes, like \"3\", \"0..8\" or \"any 5\"",
        ),
        (
            "fault = [{ at = \"1s\", do.crash = \"3\", do.leave = \"2\" }]",
            "say one of them; a second deed is a [[fault]] of its own",
        ),
        ("settings.probe.helpers = 300", "expected a whole number from 0 to 255"),
        ("network.latency.log_normal = { median = \"1ms\", sigma = \"x\" }", "expected a number"),
    ] {
        let wrong = problem(&format!("{line}\n"));
        assert!(wrong.contains("line 4") && wrong.ends_with(expected), "{wrong}");
    }
}

#[test]
fn the_line_is_that_of_the_field_in_a_table_of_its_own_too() {
    let line = |more: &str, expected: &str| {
        let wrong = problem(more);
        assert!(wrong.ends_with(expected), "{wrong}");
    };
    line("[network]\nloss = \"1%\"\nlatency.uniform = [\"2ms\", \"1ms\"]\n", "(line 6)");
    line("[network.latency]\nuniform = [\"2ms\", \"1ms\"]\n", "(line 4)");
    line("[settings.gossip]\ninterval = \"1s\"\n[settings.probe]\ninterval = \"0s\"\n", "(line 7)");
    line("[settings]\nprobe.interval = \"0s\"\n", "(line 5)");
    line("[churn]\ngone = \"1s\"\nevery = \"0s\"\n", "(line 6)");
}

#[test]
fn nobody_is_on_two_sides_and_no_more_are_drawn_than_there_are() {
    let fault = |deed: &str| format!("[[fault]]\nat = \"1s\"\n{deed}\n");
    let wrong = problem(&fault("do.split = [\"0..4\", \"5\", \"2..6\"]"));
    assert_eq!(wrong, "field `fault[0].do`: member 2 cannot be on two sides; name it once (line 6)");
    let wrong = problem(&fault("do.crash = \"any 9\""));
    assert_eq!(wrong, "field `fault[0].do`: `any 9` are more than there are: 8 (line 6)");
    let grown = format!("{FIRST}{}{}", fault("do.grow = 1"), fault("do.crash = \"any 9\""));
    assert!(grown.parse::<Scenario>().is_ok());
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
