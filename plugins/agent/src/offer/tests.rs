//! Every form that an offer is written in.

use super::*;
use crate::checks::Kind;

fn read(text: &str) -> Offer {
    text.parse().unwrap()
}

fn wrong(text: &str) -> String {
    text.parse::<Offer>().unwrap_err()
}

fn home() -> IpAddr {
    [10, 0, 0, 5].into()
}

#[test]
fn a_name_and_a_port_are_enough() {
    let service = read("web:8080").service(home()).unwrap();
    assert_eq!(service.to_string(), "web/web at 10.0.0.5:8080");
    assert_eq!((service.weight(), service.health()), (1, Health::Passing));
}

#[test]
fn all_that_can_be_said_is_read() {
    let offer = read(
        "web:8080,instance=web-1,address=fd00::1,protocol=http,version=2.1,weight=5,tag=v2,tag=eu,meta.zone=a b",
    );
    let service = offer.service(home()).unwrap();
    assert_eq!(service.to_string(), "web/web-1 at [fd00::1]:8080");
    assert_eq!((service.protocol(), service.version(), service.weight()), ("http", "2.1", 5));
    assert_eq!(service.tags().collect::<Vec<_>>(), ["eu", "v2"]);
    assert_eq!(service.meta_value("zone"), Some("a b"));
}

#[test]
fn checks_are_read_with_their_times_and_begin_critical() {
    let offer = read("web:8080,check=http:/health,interval=2s,timeout=500ms,rise=2,fall=3");
    let check = offer.check.clone().unwrap();
    assert_eq!((check.kind, check.target.as_str()), (Kind::Http, "/health"));
    assert_eq!((check.interval_ms, check.timeout_ms, check.rise, check.fall), (2_000, 500, 2, 3));
    assert_eq!(offer.service(home()).unwrap().health(), Health::Critical);
    for (text, kind, target) in [
        ("web:1,check=tcp", Kind::Tcp, ""),
        ("web:1,check=tcp:127.0.0.1:2", Kind::Tcp, "127.0.0.1:2"),
        ("web:1,check=http", Kind::Http, "/"),
        ("web:1,check=http://127.0.0.1:2/x", Kind::Http, "http://127.0.0.1:2/x"),
        ("web:1,interval=1s,command=test a,b = a,b", Kind::Command, "test a,b = a,b"),
    ] {
        let check = read(text).check.unwrap();
        assert_eq!((check.kind, check.target.as_str()), (kind, target), "{text}");
    }
}

#[test]
fn what_is_wrong_is_said() {
    for (text, said) in [
        ("web", "begins with its name and port, such as web:8080, not \"web\""),
        ("web:http", "the port \"http\" is no number"),
        ("Web:80", "name `Web` is not"),
        ("web:0", "port 0 is out of range"),
        ("web:80,v2", "such as tag=v2, not \"v2\""),
        ("web:80,colour=red", "no \"colour\"; it has name, port"),
        ("web:80,interval=1s", "interval is for a check"),
        ("web:80,check=tcp,interval=1", "interval is a time such as 10s, not \"1\""),
        ("web:80,check=icmp", "check is tcp,"),
        ("web:80,check=tcp,rise=0", "rise is 0, and may be 1 to 100"),
    ] {
        let error = wrong(text);
        assert!(error.contains(said), "{text}: {error}");
    }
}

#[test]
fn json_reads_as_the_text_does() {
    let offer = read("web:8080,tag=v2,check=http:/health");
    let json = serde_json::to_string(&offer).unwrap();
    assert_eq!(serde_json::from_str::<Offer>(&json).unwrap(), offer);
    let short =
        r#"{"name": "web", "port": 8080, "tags": ["v2"], "check": {"kind": "http", "target": "/health"}}"#;
    assert_eq!(serde_json::from_str::<Offer>(short).unwrap(), offer);
    assert!(serde_json::from_str::<Offer>(r#"{"name": "web", "port": 1, "colour": "red"}"#).is_err());
}
