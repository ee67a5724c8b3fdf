//! The layers, and what is said of wrong settings.

use super::value::Raw;
use super::*;
use std::path::Path;
use std::time::Duration;

/// The instances that an agent offers.
fn offered(sources: &Sources) -> Vec<String> {
    let services = sources.resolve().unwrap().settings.services;
    services.iter().map(|offer| offer.service([10, 0, 0, 1].into()).unwrap().to_string()).collect()
}

fn sources(file: Option<&Path>, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Sources {
    Sources {
        file: file.map(Into::into),
        environment: environment.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        flags: flags
            .iter()
            .map(|(path, value)| ((*path).into(), (*value).into(), Origin::Flag(format!("--{path}"))))
            .collect(),
    }
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

fn only_problem(sources: &Sources) -> String {
    let problems = sources.resolve().unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems[0].to_string()
}

#[test]
fn flags_win_over_the_environment_which_wins_over_the_file() {
    let file = file("name = 'file'\nbind = '127.0.0.1:1'\nadvertise = '10.0.0.1:1'\n");
    let environment = [("HAULOUT_NAME", "environment"), ("HAULOUT_BIND", "127.0.0.1:2")];
    let resolved = sources(Some(file.path()), &environment, &[("name", "flag")]).resolve().unwrap();
    assert_eq!(resolved.settings.name.unwrap().as_str(), "flag");
    assert_eq!(resolved.settings.bind.port(), 2);
    assert_eq!(resolved.settings.advertise.unwrap().to_string(), "10.0.0.1:1");
}

#[test]
fn single_values_lie_over_the_profile_wherever_each_was_written() {
    let file = file("[probe]\ninterval = '7s'\n");
    let settings = sources(Some(file.path()), &[], &[("profile", "wan")]).resolve().unwrap().settings;
    assert_eq!(settings.config.probe.interval, Duration::from_secs(7));
    assert_eq!(settings.config.probe.timeout, Config::wan().probe.timeout);
}

#[test]
fn what_anti_entropy_may_cost_is_set_like_everything_else() {
    let file = file("[sync]\nshortest = '100ms'\nlongest = '2s'\n[limits]\nanswers_per_peer = 64\n");
    let environment = [("HAULOUT_SYNC_BYTES_PER_SECOND", "500")];
    let flags = [("sync.burst", "16384"), ("limits.answers_per_second", "128")];
    let config = sources(Some(file.path()), &environment, &flags).resolve().unwrap().settings.config;
    let (sync, limits) = (config.sync, config.limits);
    assert_eq!((sync.shortest, sync.longest), (Duration::from_millis(100), Duration::from_secs(2)));
    assert_eq!((sync.bytes_per_second, sync.burst), (500, 16_384));
    assert_eq!((limits.answers_per_second, limits.answers_per_peer), (128, 64));
}

#[test]
fn a_label_becomes_the_cluster() {
    let settings = sources(None, &[("HAULOUT_LABEL", "orders")], &[]).resolve().unwrap().settings;
    assert_eq!(settings.config.cluster, Config::lan().with_label("orders").cluster);
}

#[test]
fn an_advertised_address_takes_the_port_that_is_bound() {
    let flags = [("advertise", "10.0.0.7"), ("bind", "0.0.0.0:9000")];
    let settings = sources(None, &[], &flags).resolve().unwrap().settings;
    assert_eq!(settings.advertise.unwrap().to_string(), "10.0.0.7:9000");
}

#[test]
fn a_bad_value_says_where_it_is_and_what_is_expected() {
    let file = file("\n[gossip]\nfanout = 'many'\n");
    let problem = only_problem(&sources(Some(file.path()), &[], &[]));
    assert!(
        problem.ends_with(
            ", line 3: `gossip.fanout` cannot be \"many\"\n  expected: a whole number in its range"
        )
    );
    let problem = only_problem(&sources(None, &[("HAULOUT_PROBE_INTERVAL", "1")], &[]));
    assert!(
        problem.starts_with("environment variable HAULOUT_PROBE_INTERVAL: `probe.interval` cannot be \"1\"")
    );
}

#[test]
fn an_impossible_combination_names_the_field_that_was_not_set() {
    let problem = only_problem(&sources(None, &[], &[("probe.interval", "200ms")]));
    assert!(problem.starts_with("`probe.timeout` must be above zero and below probe.interval"), "{problem}");
    assert!(problem.contains("profile lan"), "{problem}");
}

#[test]
fn a_wildcard_needs_an_address_that_others_can_reach() {
    let problem = only_problem(&sources(None, &[], &[("bind", "0.0.0.0:7946")]));
    assert!(problem.contains("--advertise"), "{problem}");
}

#[test]
fn an_unknown_key_of_a_flag_is_an_error_too() {
    let problem = only_problem(&sources(None, &[], &[("probe.intervall", "1s")]));
    assert!(problem.ends_with("did you mean `probe.interval`?"), "{problem}");
}

#[test]
fn every_key_takes_a_value_and_says_what_it_expects() {
    for key in schema::KEYS {
        let mut settings = sources(None, &[], &[]).resolve().unwrap().settings;
        let expected = (key.apply)(&mut settings, &Raw::Other("a table")).unwrap_err();
        assert!(!expected.is_empty(), "{}", key.path);
    }
}

#[test]
fn levels_of_the_log_are_levels() {
    for good in ["info", "debug", "off", "warn,haulout=trace"] {
        assert!(good.parse::<LogLevel>().is_ok(), "{good}");
    }
    for bad in ["loud", "info,haulout=loud", ""] {
        assert!(bad.parse::<LogLevel>().is_err(), "{bad}");
    }
}

#[test]
fn services_are_texts_or_tables_and_a_flag_replaces_them() {
    let texts = file("services = ['web:80,tag=v2', 'db:5432']\n");
    assert_eq!(
        offered(&sources(Some(texts.path()), &[], &[])),
        ["web/web at 10.0.0.1:80", "db/db at 10.0.0.1:5432"]
    );
    let tables = file(
        "[[services]]\nname = 'web'\nport = 80\ntags = ['a', 'b']\nmeta = { zone = 'x' }\ncheck = 'tcp'\n\
         interval = '1s'\n[[services]]\nname = 'web'\nport = 81\ninstance = 'web-2'\n",
    );
    let resolved = sources(Some(tables.path()), &[], &[]).resolve().unwrap();
    let [web, second] = &resolved.settings.services[..] else { panic!("{resolved:?}") };
    assert_eq!((&web.tags[..], web.meta.len()), (&["a".into(), "b".into()][..], 1));
    assert_eq!(web.check.as_ref().unwrap().interval_ms, 1_000);
    assert_eq!(second.instance(), "web-2");
    let environment = [("HAULOUT_SERVICES", "db:1\nmail:2")];
    assert_eq!(offered(&sources(Some(tables.path()), &environment, &[])).len(), 2);
    let flags = [("services", "mail:25")];
    assert_eq!(offered(&sources(Some(tables.path()), &environment, &flags)), ["mail/mail at 10.0.0.1:25"]);
}

#[test]
fn a_wrong_service_is_told_with_its_place() {
    let wrong = file("name = 'a'\n[[services]]\nname = 'web'\nport = 'http'\n");
    let problem = only_problem(&sources(Some(wrong.path()), &[], &[]));
    assert!(problem.contains(", line 2: `services` cannot be a list of 1 tables"), "{problem}");
    assert!(problem.contains("the port \"http\" is no number"), "{problem}");
    let twice = only_problem(&sources(None, &[], &[("services", "web:1\nweb:2")]));
    assert!(twice.contains("two are \"web\": give one of them another instance="), "{twice}");
}
