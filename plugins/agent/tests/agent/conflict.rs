//! Two agents of one name.

use crate::support::{Lab, out, until};
use serde_json::Value;

fn notice(info: &Value, kind: &str) -> Value {
    let notices = info["notices"].as_array().unwrap();
    notices.iter().find(|notice| notice["kind"] == kind).cloned().unwrap_or_default()
}

#[test]
fn of_two_agents_with_one_name_both_say_so_and_the_loser_comes_back_when_the_winner_is_gone() {
    let lab = Lab::new();
    let c = lab.agent("c", &[]);
    let elsewhere = lab.path("first.sock");
    let first = lab.agent("twin", &["--join", &c.at(), "--control", elsewhere.to_str().unwrap()]);
    lab.until_all_alive(&[&c, &first], 2);
    // The later start wins: its epoch is newer, or it renews past what it meets while it joins.
    let mut second = lab.agent("twin", &["--join", &c.at()]);
    until("the first has lost", || lab.info(&first).unwrap()["phase"] == "conflict");
    until("c knows the second", || lab.row(&c, "twin")["address"] == second.at());

    let lost = notice(&lab.info(&first).unwrap(), "conflict");
    assert!(lost["message"].as_str().unwrap().contains(&second.at()), "{lost}");
    assert!(lost["advice"].as_str().unwrap().contains("--name"), "{lost}");
    assert!(first.log().contains("another agent has taken the name twin"), "{}", first.log());
    let human = out(&lab.run(&["info", "--control", &first.control]));
    assert!(human.contains("conflict") && human.contains(&second.at()), "{human}");
    assert!(out(&lab.run(&["members", "--control", &first.control])).contains("the list is old"));

    until("the second is told of its rival", || notice(&lab.info(&second).unwrap(), "rival") != Value::Null);
    let rival = notice(&lab.info(&second).unwrap(), "rival");
    assert!(rival["message"].as_str().unwrap().contains(&first.at()), "{rival}");
    assert!(second.log().contains("another agent uses this one's name"), "{}", second.log());

    second.kill();
    until("the first is back", || lab.info(&first).unwrap()["phase"] == "active");
    until("c knows the first again", || lab.row(&c, "twin")["address"] == first.at());
    lab.until_all_alive(&[&c, &first], 2);
    assert_eq!(notice(&lab.info(&first).unwrap(), "conflict"), Value::Null, "it is over");
}
