//! Services: offered, listed everywhere, checked by their owner, gone with it.

use crate::support::{Agent, Follower, Lab, code, err, out, text, until};
use serde_json::{Value, json};
use std::net::TcpListener;

impl Lab {
    /// The services that an agent lists.
    fn services(&self, agent: &Agent) -> Vec<Value> {
        let output = self.run(&["services", "--json", "--control", &agent.control]);
        let reply: Value = serde_json::from_slice(&output.stdout).unwrap();
        reply["services"].as_array().unwrap().clone()
    }

    /// Instance and health of each service that an agent lists.
    fn healths(&self, agent: &Agent) -> Vec<(String, String)> {
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        self.services(agent).iter().map(|row| (word(&row["instance"]), word(&row["health"]))).collect()
    }

    fn until_healths(&self, agent: &Agent, expected: &[(&str, &str)]) {
        let expected: Vec<(String, String)> =
            expected.iter().map(|(instance, health)| ((*instance).into(), (*health).into())).collect();
        until(&format!("{} lists {expected:?}", agent.control), || self.healths(agent) == expected);
    }
}

#[test]
fn services_of_flags_and_file_are_listed_everywhere_and_reach_who_joins_last() {
    let lab = Lab::new();
    let fast = std::fs::read_to_string(lab.path("fast.toml")).unwrap();
    let tables = "[[services]]\nname = 'db'\nport = 5432\ntags = ['main', 'eu']\nmeta = { zone = 'x' }\n";
    let file = lab.file("services.toml", &format!("{fast}{tables}"));
    let a = lab.agent("a", &["--service", "web:8080,tag=v2,version=2.1", "--service", "mail:25"]);
    let b = lab.agent("b", &["--join", &a.at(), "--config", text(&file)]);
    let expected = [("db", "passing"), ("mail", "passing"), ("web", "passing")];
    lab.until_healths(&a, &expected);
    lab.until_healths(&b, &expected);
    let late = lab.agent("late", &["--join", &b.at()]);
    lab.until_healths(&late, &expected);

    let rows = lab.services(&late);
    let fields: Vec<&String> = rows[0].as_object().unwrap().keys().collect();
    assert_eq!(
        fields,
        [
            "address", "health", "instance", "member", "meta", "name", "port", "protocol", "self",
            "since_ms", "tags", "version", "weight"
        ]
    );
    assert_eq!(rows[0]["member"], "b");
    assert_eq!((&rows[0]["tags"], &rows[0]["meta"]), (&json!(["eu", "main"]), &json!({"zone": "x"})));
    assert_eq!(
        (&rows[2]["member"], &rows[2]["version"], &rows[2]["port"]),
        (&"a".into(), &"2.1".into(), &8080.into())
    );
    assert_eq!((&rows[2]["address"], &rows[2]["self"]), (&"127.0.0.1".into(), &false.into()));

    let tagged = lab.run(&["services", "--name", "late", "--tag", "eu", "--tag", "main"]);
    assert_eq!(code(&tagged), 0);
    assert!(out(&tagged).contains("db ") && !out(&tagged).contains("web"), "{tagged:?}");
    let none = lab.run(&["services", "--name", "late", "web", "--tag", "v1"]);
    assert_eq!((code(&none), out(&none).as_str()), (1, ""));
}

#[test]
fn services_vanish_with_a_killed_member_and_a_restarted_one_offers_its_own() {
    let lab = Lab::new();
    let a = lab.agent("a", &["--service", "web:1"]);
    let mut b =
        lab.agent("b", &["--join", &a.at(), "--service", "web:2,instance=web-b", "--service", "old:3"]);
    lab.until_healths(&a, &[("old", "passing"), ("web", "passing"), ("web-b", "passing")]);
    let watch = Follower::start(&lab, &["services", "--name", "a", "--watch", "--json"]);
    until("the watch has begun", || watch.lines().len() == 1);
    b.kill();
    lab.until_healths(&a, &[("web", "passing")]);
    let address = b.address;
    drop(b);
    let _again = lab.agent_at("b", address, &["--join", &a.at(), "--service", "web:2,instance=web-b"]);
    lab.until_healths(&a, &[("web", "passing"), ("web-b", "passing")]);

    until("the watch has told all of it", || watch.lines().len() >= 4);
    let told: Vec<Value> = watch.lines().iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&told[0]["change"], told[0]["services"].as_array().unwrap().len()), (&"snapshot".into(), 3));
    let mut gone =
        [&told[1], &told[2]].map(|line| (line["change"].as_str().unwrap(), &line["service"]["instance"]));
    gone.sort_by_key(|(_, instance)| instance.as_str().unwrap());
    assert_eq!(gone, [("removed", &json!("old")), ("removed", &json!("web-b"))]);
    assert_eq!((&told[3]["change"], &told[3]["service"]["instance"]), (&"added".into(), &"web-b".into()));
}

#[test]
fn services_are_added_judged_and_removed_by_command() {
    let lab = Lab::new();
    let a = lab.agent("a", &[]);
    let b = lab.agent("b", &["--join", &a.at()]);
    let added = lab.run(&["service", "add", "--name", "b", "web:8080,tag=v2", "--json"]);
    assert_eq!(code(&added), 0, "{added:?}");
    let reply: Value = serde_json::from_slice(&added.stdout).unwrap();
    assert_eq!((&reply["service"]["member"], &reply["service"]["self"]), (&"b".into(), &true.into()));
    lab.until_healths(&a, &[("web", "passing")]);

    let judged = lab.run(&["service", "health", "--name", "b", "web", "warning"]);
    assert!(code(&judged) == 0 && out(&judged).contains("warning"), "{judged:?}");
    lab.until_healths(&a, &[("web", "warning")]);

    let replaced = lab.run(&["service", "add", "--name", "b", "web:9090"]);
    assert!(out(&replaced).contains("127.0.0.1:9090"), "{replaced:?}");
    until("a lists the new port", || lab.services(&a)[0]["port"] == 9090);

    let elsewhere = lab.run(&["service", "remove", "--name", "a", "web"]);
    assert_eq!(code(&elsewhere), 1);
    assert!(err(&elsewhere).contains("this agent offers no service \"web\""), "{elsewhere:?}");
    let removed = lab.run(&["service", "remove", "--name", "b", "web"]);
    assert_eq!((code(&removed), out(&removed).as_str()), (0, "removed web\n"));
    until("a lists none", || lab.services(&a).is_empty());
    assert!(lab.services(&b).is_empty());
}

#[test]
fn the_health_of_a_service_is_what_its_check_finds() {
    let lab = Lab::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let service = format!("web:{port},check=tcp,interval=100ms,rise=2,fall=2");
    let file = lab.path("healthy");
    let command = format!("job:1,interval=100ms,command=test -e {}", text(&file));
    let a = lab.agent("a", &["--service", &service, "--service", &command]);
    let b = lab.agent("b", &["--join", &a.at()]);
    lab.until_healths(&b, &[("job", "warning"), ("web", "passing")]);

    drop(listener);
    std::fs::write(&file, "").unwrap();
    lab.until_healths(&b, &[("job", "passing"), ("web", "critical")]);
    let rows = lab.services(&a);
    let checked = &rows[1]["checked"];
    assert_eq!(
        (&checked["kind"], &checked["interval_ms"], &checked["rise"]),
        (&"tcp".into(), &100.into(), &2.into())
    );
    assert_eq!(checked["last"]["health"], "critical");
    assert!(checked["last"]["detail"].as_str().unwrap().starts_with("cannot connect"), "{checked}");
    assert_eq!(lab.services(&b)[1].get("checked"), None, "only its owner checks it");
    let table = lab.run(&["services", "--name", "a", "web"]);
    assert!(out(&table).contains("critical (cannot connect"), "{table:?}");

    let judged = lab.run(&["service", "health", "--name", "a", "web", "passing"]);
    assert_eq!(code(&judged), 1);
    assert!(err(&judged).contains("what its check finds"), "{judged:?}");
    assert!(a.log().contains("health changed"), "{}", a.log());

    let _listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    lab.until_healths(&b, &[("job", "passing"), ("web", "passing")]);
}

#[test]
#[cfg(target_os = "linux")] // it looks processes up in /proc
fn what_a_check_has_started_ends_with_the_agent() {
    let lab = Lab::new();
    let file = lab.path("pid");
    let command = format!("job:1,timeout=60m,command=sleep 3600 & echo $! > {}; wait", text(&file));
    let mut a = lab.agent("a", &["--service", &command]);
    until("the command runs", || std::fs::read_to_string(&file).is_ok_and(|pid| pid.ends_with('\n')));
    let stat = format!("/proc/{}/stat", std::fs::read_to_string(&file).unwrap().trim());
    assert!(std::fs::exists(&stat).unwrap());
    a.signal(rustix::process::Signal::TERM);
    assert_eq!(a.end().code(), Some(0));
    until("the command has ended", || {
        let stat = std::fs::read_to_string(&stat).unwrap_or_default();
        stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with(['Z', 'X']))
    });
}

#[test]
fn what_cannot_be_offered_is_refused_with_the_reason() {
    let lab = Lab::new();
    let usage = lab.run(&["agent", "--service", "web:8080,colour=red"]);
    assert_eq!(code(&usage), 2);
    assert!(err(&usage).contains("flag --service: `services` cannot be"), "{usage:?}");
    assert!(err(&usage).contains("a service has no \"colour\"; it has name, port"), "{usage:?}");
    let add = lab.run(&["service", "add", "web"]);
    assert_eq!(code(&add), 2);
    assert!(err(&add).contains("such as web:8080"), "{add:?}");

    let _a = lab.agent("a", &["--set", "limits.records_per_owner=1", "--service", "web:1"]);
    let full = lab.run(&["service", "add", "--name", "a", "db:2"]);
    assert_eq!(code(&full), 1);
    assert!(err(&full).contains("there are 1 records, which is the limit: remove one first"), "{full:?}");
    let listed = lab.run(&["services", "--name", "a"]);
    assert!(out(&listed).contains("web") && !out(&listed).contains("db"), "{listed:?}");
}

#[test]
fn a_watch_ends_with_the_agent_and_holds_it_up_no_longer() {
    let lab = Lab::new();
    let mut a = lab.agent("a", &["--service", "web:1"]);
    let mut watch = Follower::start(&lab, &["services", "--name", "a", "--watch"]);
    until("the watch shows the table", || watch.lines().len() == 2);
    a.signal(rustix::process::Signal::TERM);
    assert_eq!(a.end().code(), Some(0));
    let (status, said) = watch.end();
    assert_eq!(status.code(), Some(1));
    assert!(said.contains("has stopped"), "{said}");
}
