//! Members find each other.

use crate::support::{Lab, code, err, free_address, out, until};
use serde_json::Value;

#[test]
fn agents_that_join_through_one_seed_know_each_other() {
    let lab = Lab::new();
    let a = lab.agent("a", &[]);
    let b = lab.agent("b", &["--join", &a.at()]);
    let c = lab.agent("c", &["--join", &a.at()]);
    lab.until_all_alive(&[&a, &b, &c], 3);
}

#[test]
fn a_seed_may_be_a_host_name() {
    let lab = Lab::new();
    let a = lab.agent("a", &[]);
    let b = lab.agent("b", &["--join", &format!("localhost:{}", a.address.port())]);
    lab.until_all_alive(&[&a, &b], 2);
}

#[test]
fn a_seed_may_come_up_after_those_who_ask_it() {
    let lab = Lab::new();
    let late = free_address();
    let b = lab.agent("b", &["--join", &late.to_string()]);
    until("b has given up waiting", || b.log().contains("does not answer"));
    let a = lab.agent_at("a", late, &[]);
    lab.until_all_alive(&[&a, &b], 2);
}

#[test]
fn join_tells_an_outcome_for_each_address() {
    let lab = Lab::new();
    let a = lab.agent("a", &[]);
    let b = lab.agent("b", &[]);
    let nobody = free_address().to_string();
    let addresses = [b.at(), a.at(), nobody.clone(), "nowhere.invalid".into()];
    let mut args = vec!["join", "--json", "--control", &a.control];
    args.extend(addresses.iter().map(String::as_str));
    let output = lab.run(&args);
    assert_eq!(code(&output), 0, "{output:?}");
    let reply: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(reply["reached"], true);
    let outcomes: Vec<_> =
        reply["results"].as_array().unwrap().iter().map(|result| &result["outcome"]).collect();
    assert_eq!(outcomes, ["reached", "myself", "no_answer", "unresolved"]);
    lab.until_all_alive(&[&a, &b], 2);

    let output = lab.run(&["join", "--control", &a.control, &nobody]);
    assert_eq!(code(&output), 1, "nobody was reached");
    assert!(out(&output).contains("no answer"), "{output:?}");
}

#[test]
fn another_label_is_refused_and_the_reason_is_told() {
    let lab = Lab::new();
    let a = lab.agent("a", &["--label", "orders"]);
    let b = lab.agent("b", &["--label", "billing", "--join", &a.at()]);
    until("b's log tells why", || b.log().contains("it belongs to a cluster with another label"));
    let output = lab.run(&["join", "--json", "--control", &b.control, &a.at()]);
    assert_eq!(code(&output), 1);
    let reply: Value = serde_json::from_slice(&output.stdout).unwrap();
    let result = &reply["results"][0];
    assert_eq!((&result["outcome"], &result["reason"]), (&"refused".into(), &"cluster".into()));
    assert!(result["detail"].as_str().unwrap().contains("--label"), "{result}");
    assert_eq!((lab.members(&a).len(), lab.members(&b).len()), (1, 1));
    assert!(lab.info(&a).unwrap()["dropped"]["cluster"].as_u64().unwrap() > 0);
}

#[test]
fn what_is_no_address_is_said_to_be_none() {
    let lab = Lab::new();
    let a = lab.agent("a", &[]);
    let output = lab.run(&["join", "--control", &a.control, "http://seed.example"]);
    assert_eq!(code(&output), 1);
    assert!(err(&output).contains("10.0.0.1:7946"), "{output:?}");
}

#[test]
fn ipv6_works_alike() {
    let Ok(probe) = std::net::UdpSocket::bind("[::1]:0") else { return };
    let lab = Lab::new();
    let free = probe.local_addr().unwrap();
    drop(probe);
    let a = lab.agent_at("a", free, &[]);
    let b = lab.agent_at("b", "[::1]:0".parse().unwrap(), &["--join", &a.at()]);
    lab.until_all_alive(&[&a, &b], 2);
}

#[test]
fn agents_of_one_wire_meet_and_those_of_another_do_not_read_them() {
    let lab = Lab::new();
    let a = lab.agent("a", &["--codec", "postcard"]);
    let b = lab.agent("b", &["--codec", "postcard", "--join", &a.at()]);
    lab.until_all_alive(&[&a, &b], 2);
    let c = lab.agent("c", &["--codec", "protobuf"]);
    let output = lab.run(&["join", "--control", &c.control, &a.at()]);
    assert_eq!(code(&output), 1, "{output:?}");
    assert!(lab.info(&a).unwrap()["dropped"]["malformed"].as_u64().unwrap() > 0);
    assert_eq!(lab.members(&c).len(), 1);
}
