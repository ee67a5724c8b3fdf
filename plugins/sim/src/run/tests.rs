//! Whole runs: each asserts what a scenario must end with.

use super::*;
use crate::scenario::{Checks, Deed, Fault, Records, Selection, Span, shipped};

fn shipped_as(name: &str) -> Scenario {
    let (_, text) = shipped().into_iter().find(|(shipped, _)| *shipped == name).expect(name);
    text.parse().expect(name)
}

fn holds(scenario: &Scenario) -> Report {
    let report = run(scenario, Options::default()).expect("a scenario that can be run");
    assert!(report.holds(), "{} with seed {}: {:#?}", scenario.name, scenario.seed, report.violations);
    report
}

#[test]
fn the_same_scenario_is_the_same_run_bit_for_bit() {
    let mut scenario = shipped_as("lossy");
    (scenario.members, scenario.duration) = (12, Span::from_secs(60));
    scenario.faults.clear();
    let scenario = scenario.at(Span::from_secs(3), Deed::Crash(Selection::Any(2)));
    let (first, second) = (holds(&scenario), holds(&scenario));
    assert_eq!((first.hash, first.entries), (second.hash, second.entries));
    let other = holds(&scenario.seeded(1));
    assert_ne!(first.samples.last(), other.samples.last());
}

#[test]
fn whether_anybody_looks_changes_nothing() {
    let scenario = Scenario::new("x", 10).at(Span::from_secs(5), Deed::Crash(3.into()));
    let unchecked = run(&scenario, Options { unchecked: true, ..Options::default() }).expect("it runs");
    assert_eq!(holds(&scenario).hash, unchecked.hash);
}

#[test]
fn a_calm_cluster_raises_no_alarm() {
    let mut scenario = shipped_as("calm");
    scenario.members = 32;
    let report = holds(&scenario);
    assert_eq!((report.false_alarms, report.members), (0, 32));
    assert!(report.samples.iter().all(|sample| sample.known > 0.999));
}

#[test]
fn a_crash_is_measured_from_the_first_to_the_last_who_knows() {
    let mut scenario = shipped_as("crash");
    scenario.members = 64;
    let report = holds(&scenario);
    let [detection] = report.detections[..] else { panic!("one crash: {:?}", report.detections) };
    let (first, all) = (detection.first.expect("somebody"), detection.all.expect("all"));
    assert!(first > 4.0 && first <= all && all < 25.0, "{first} {all}");
    assert_eq!(report.members, 63);
}

#[test]
fn members_that_start_together_are_complete() {
    let mut scenario = shipped_as("mass-join");
    scenario.members = 64;
    let report = holds(&scenario);
    let complete = report.samples.iter().find(|sample| sample.members == 64 && sample.known >= 1.0);
    assert!(complete.is_some_and(|sample| sample.seconds < 3.0), "{complete:?}");
}

#[test]
fn a_partition_with_a_dead_seed_heals() {
    let mut scenario = shipped_as("partition");
    scenario.members = 16;
    scenario.faults[0].deed = Deed::Split(vec![Selection::Range(0, 8)]);
    holds(&scenario);
}

#[test]
fn a_process_that_stood_still_for_ten_minutes_is_back() {
    holds(&shipped_as("frozen"));
}

#[test]
fn a_restart_with_any_clock_is_back() {
    let mut scenario = shipped_as("restart");
    scenario.members = 30;
    assert_eq!(holds(&scenario).members, 30);
}

#[test]
fn a_mass_restart_is_complete_although_accusations_are_lost() {
    let mut scenario = shipped_as("lost-accusations");
    (scenario.members, scenario.duration) = (24, Span::from_secs(60));
    scenario.faults[1].deed = Deed::Restart {
        who: Selection::Range(0, 12),
        clock: crate::scenario::Clock::Right,
        through: Selection::All,
    };
    assert_eq!(holds(&scenario).members, 24);
}

#[test]
fn many_restarts_leave_one_entry_a_member() {
    let mut scenario = shipped_as("restarts");
    (scenario.members, scenario.duration) = (24, Span::from_secs(60));
    scenario.settings.limits.members = Some(24);
    assert_eq!(holds(&scenario).members, 24);
}

#[test]
fn twins_end_as_one_member() {
    assert_eq!(holds(&shipped_as("twins")).members, 12);
}

#[test]
fn members_that_come_and_go_stay_known() {
    let mut scenario = shipped_as("churn");
    (scenario.members, scenario.duration) = (20, Span::from_secs(100));
    assert_eq!(holds(&scenario).members, 20);
}

#[test]
fn members_that_cannot_renew_come_back_too() {
    let mut scenario = shipped_as("restart");
    scenario.members = 30;
    scenario.identity = Identities::Fixed;
    scenario.codec = Wire::Bincode;
    assert_eq!(holds(&scenario).members, 30);
}

#[test]
fn whoever_leaves_and_returns_in_the_same_second_is_a_member() {
    let scenario = Scenario::new("x", 8)
        .at(Span::from_secs(5), Deed::Leave(3.into()))
        .at(Span::from_millis(5_900), Deed::Return(3.into()))
        .at(Span::from_secs(6), Deed::Grow(2));
    assert_eq!(holds(&scenario).members, 10);
}

#[test]
fn a_hook_that_refuses_somebody_is_no_failure() {
    let text = "name = \"x\"\nmembers = 6\nduration = \"30s\"\nformation.join_over = \"1s\"\n\
                [[variant]]\nwho = \"1\"\nrefuses = \"4\"\n";
    let scenario: Scenario = text.parse().expect("a scenario");
    holds(&scenario);
}

#[test]
fn hooks_that_keep_members_from_being_introduced_are_no_failure() {
    let refusing = "[[variant]]\nwho = \"any 3\"\nrefuses = \"any 2\"\n";
    for (seed, more) in [
        (172, format!("members = 4\nduration = \"1s\"\nformation.join_over = \"1931ms\"\n{refusing}")),
        (
            10_309,
            format!(
                "members = 4\nidentity = \"named\"\nprofile = \"local\"\nduration = \"111s\"\n{refusing}\
                 [churn]\nevery = \"4324ms\"\ngone = \"14224ms\"\n"
            ),
        ),
    ] {
        let text = format!("name = \"x\"\nseed = {seed}\nsettle = \"400s\"\n{more}");
        holds(&text.parse().expect("a scenario"));
    }
}

#[test]
fn a_scenario_that_cannot_recover_in_time_is_told() {
    let mut scenario =
        Scenario::new("x", 8).at(Span::from_secs(1), Deed::Split(vec![Selection::Range(0, 4)]));
    (scenario.duration, scenario.settle) = (Span::from_secs(60), Span::from_millis(50));
    let report = run(&scenario, Options::default()).expect("it runs");
    assert_eq!(report.recovered_after, None);
    assert!(
        report.violations.iter().any(|violation| violation.theorem.contains("everybody holds everybody"))
    );
}

#[test]
fn a_scenario_without_checks_demands_nothing_of_the_end() {
    let mut scenario =
        Scenario::new("x", 8).at(Span::from_secs(1), Deed::Split(vec![Selection::Range(0, 4)]));
    (scenario.duration, scenario.settle) = (Span::from_secs(60), Span::from_millis(50));
    scenario.checks = Checks { convergence: false, ..Checks::default() };
    let report = run(&scenario, Options::default()).expect("it runs");
    assert!(!report.violations.iter().any(|violation| violation.theorem.contains("everybody holds")));
}

#[test]
fn records_of_members_that_come_and_go_are_everywhere_in_the_end() {
    let mut scenario = shipped_as("records");
    (scenario.members, scenario.duration) = (12, Span::from_secs(60));
    holds(&scenario);
}

#[test]
fn a_small_record_is_known_at_once_while_many_large_ones_wait() {
    let mut scenario = shipped_as("urgent");
    (scenario.members, scenario.duration) = (12, Span::from_secs(10));
    scenario.records = Some(Records { each: 12, every: None, bytes: 1_000 });
    for (fault, at) in scenario.faults.iter_mut().zip([2, 4]) {
        *fault = Fault { at: Span::from_secs(at), deed: Deed::Put(Selection::Any(1)) };
    }
    let spreads = holds(&scenario).spreads;
    assert!(spreads.len() == 2 && spreads.iter().all(|spread| spread.told == 11), "{spreads:?}");
}

#[test]
fn many_records_that_are_put_at_once_are_everywhere_in_the_end() {
    let mut scenario = shipped_as("many-records");
    scenario.members = 12;
    assert!(holds(&scenario).recovered_after.is_some());
}

#[test]
fn starved_members_accuse_nobody_with_lifeguard_and_many_without() {
    let mut scenario = shipped_as("starved");
    (scenario.members, scenario.duration) = (32, Span::from_secs(40));
    scenario.faults.truncate(1);
    assert_eq!(holds(&scenario).false_alarms, 0);
    scenario.settings.probe.health = Some(false);
    (scenario.settings.suspicion.dynamic, scenario.settings.suspicion.buddy) = (Some(false), Some(false));
    let report = run(&scenario, Options::default()).expect("it runs");
    assert!(report.false_alarms > 30, "{}", report.false_alarms);
    assert!(report.violations.iter().any(|violation| violation.theorem.contains("false alarms")));
}

#[test]
fn members_that_hear_each_other_only_through_others_stay_members() {
    let mut scenario = shipped_as("one-way");
    scenario.duration = Span::from_secs(120);
    holds(&scenario);
}

#[test]
fn two_members_detect_a_crash_within_ten_seconds() {
    holds(&shipped_as("pair"));
}

#[test]
fn joiners_that_are_killed_leave_no_ghost() {
    assert_eq!(holds(&shipped_as("killed-joiner")).members, 20);
}

#[test]
fn when_a_third_is_gone_the_others_find_all_of_it_at_a_bounded_load() {
    let mut scenario = shipped_as("third-gone");
    scenario.members = 60;
    assert_eq!(holds(&scenario).members, 42);
}
