//! The bounds of a service, and its wire form.

use super::*;
use crate::error::ServiceError;
use crate::v1;
use prost::Message;

fn web() -> ServiceBuilder {
    Service::builder("web", "10.0.0.5", 8080)
}

/// What a builder that must fail says.
fn said(builder: ServiceBuilder) -> String {
    builder.build().expect_err("it breaks a bound").to_string()
}

/// A service with as much of everything as it may have.
fn maximal() -> Service {
    let label = "a".repeat(MAX_LABEL);
    let host = format!("{label}.{label}.{label}.{}", "a".repeat(MAX_ADDRESS - 3 * 64));
    let mut builder = Service::builder(label.clone(), host, u16::MAX)
        .instance(label)
        .protocol("p".repeat(MAX_PROTOCOL))
        .version("v".repeat(MAX_VERSION))
        .weight(u16::MAX)
        .health(Health::Unknown(-1));
    for at in 0..MAX_TAGS {
        builder = builder.tag(format!("{at:0width$}", width = MAX_TAGS_TOGETHER / MAX_TAGS));
    }
    let value = "m".repeat(MAX_META_VALUE);
    builder = builder.meta("00", value);
    let mut left = MAX_META_TOGETHER - MAX_META_VALUE - 2;
    for at in 1..MAX_META {
        let width = left / (MAX_META - at) - 2;
        left -= width + 2;
        builder = builder.meta(format!("{at:02}"), "m".repeat(width));
    }
    builder.build().expect("each part is at its limit, none above")
}

#[test]
fn a_maximal_service_fits_a_record() {
    let service = maximal();
    let bytes = service.to_bytes();
    assert_eq!(service.meta().map(|(key, value)| key.len() + value.len()).sum::<usize>(), MAX_META_TOGETHER);
    assert_eq!(service.address().len(), MAX_ADDRESS);
    assert!(bytes.len() <= MAX_ENCODED, "{} bytes", bytes.len());
    assert_eq!(Service::from_bytes(&bytes), Ok(service));
}

#[test]
fn what_is_not_said_has_its_default() {
    let service = web().build().unwrap();
    assert_eq!((service.name(), service.instance()), ("web", "web"));
    assert_eq!((service.protocol(), service.version(), service.weight()), ("", "", 1));
    assert_eq!((service.tags().len(), service.meta().len(), service.health()), (0, 0, Health::Passing));
    assert_eq!(service.socket_addr(), Some(([10, 0, 0, 5], 8080).into()));
    assert_eq!(service.to_string(), "web/web at 10.0.0.5:8080");
}

#[test]
fn equal_services_are_equal_bytes_whatever_the_order_they_were_said_in() {
    let one = web().tags(["b", "a", "b"]).meta("y", "1").meta("x", "2").build().unwrap();
    let other = web().tags(["a", "b"]).meta("x", "0").meta("x", "2").meta("y", "1").build().unwrap();
    assert_eq!(one, other);
    assert_eq!(one.to_bytes(), other.to_bytes());
    assert_eq!(one.tags().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!((one.meta_value("x"), one.meta_value("z")), (Some("2"), None));
    assert_eq!(one.to_builder().build(), Ok(other));
}

#[test]
fn an_address_is_written_in_one_way() {
    let address = |text: &str| web().address(text).build().map(|service| service.address().to_owned());
    assert_eq!(address("0:0::0001").as_deref(), Ok("::1"));
    assert_eq!(address("db-1.example").as_deref(), Ok("db-1.example"));
    assert_eq!(web().address("::1").build().unwrap().to_string(), "web/web at [::1]:8080");
    for wrong in
        ["10.0.0.300", "010.0.0.1", "10.1", "fe80::1%eth0", "DB.example", "db..example", "-db", "db."]
    {
        let expected = "an IP address without a zone, or a host name in lower case";
        assert_eq!(address(wrong), Err(ServiceError::form(Field::Address, wrong, expected)));
    }
}

#[test]
fn an_error_names_the_field_the_value_and_the_limit() {
    let label = "is not a DNS label in lower case: letters, digits and hyphens, no hyphen at either end";
    for (builder, words) in [
        (Service::builder("", "10.0.0.5", 1), "name is empty".into()),
        (Service::builder("Web", "10.0.0.5", 1), format!("name `Web` {label}")),
        (Service::builder("web-", "10.0.0.5", 1), format!("name `web-` {label}")),
        (web().instance("web_1"), format!("instance `web_1` {label}")),
        (web().address(""), "address is empty".into()),
        (web().port(0), "port 0 is out of range: 1 to 65535".into()),
        (web().protocol("a b"), "protocol `a b` is not letters, digits and `+` `-` `.` `/` `_`".into()),
        (web().version("1\n"), "version `1\\n` is not visible ASCII characters, no spaces".into()),
        (web().tag(""), "tag is empty".into()),
        (web().tag("a,b"), "tag `a,b` is not visible ASCII characters, no spaces, no `,`".into()),
        (web().meta("a=b", ""), "meta key `a=b` is not letters, digits and `-` `.` `/` `_`".into()),
        (web().meta("a", "\0"), "meta value `\\0` is not text without control characters".into()),
        (web().tags((0..17).map(|at| at.to_string())), "17 of tags, 16 at most".into()),
        (
            web().tags(["a", "b", "c", "d", "e", "f"].map(|tag| tag.repeat(32))),
            "all of tags have 192 bytes together, 160 at most".into(),
        ),
        (
            web().meta("a", "x".repeat(128)).meta("b", "y".repeat(128)),
            "all of meta have 258 bytes together, 224 at most".into(),
        ),
    ] {
        assert_eq!(said(builder), words);
    }
    let long = "x".repeat(100);
    let shown = "x".repeat(80);
    assert_eq!(said(web().version(long)), format!("version `{shown}` has 100 bytes, 64 at most"));
}

#[test]
fn what_other_members_wrote_keeps_the_same_bounds() {
    let message = || v1::Service::from(&web().build().unwrap());
    let read = |message: v1::Service| Service::from_bytes(&message.encode_to_vec());
    let range = |field, value, min| Err(ServiceError::Range { field, value, min, max: 65_535 });
    assert_eq!(read(v1::Service { port: 65_536, ..message() }), range(Field::Port, 65_536, 1));
    assert_eq!(read(v1::Service { weight: Some(65_536), ..message() }), range(Field::Weight, 65_536, 0));
    let instance = String::new();
    let empty = ServiceError::Empty { field: Field::Instance };
    assert_eq!(read(v1::Service { instance, ..message() }), Err(empty));
    assert_eq!(Service::from_bytes(&[0xff; 4]), Err(ServiceError::Malformed));
}

#[test]
fn a_weight_of_zero_is_told_from_none() {
    let none = v1::Service { weight: None, ..v1::Service::from(&web().build().unwrap()) };
    assert_eq!(Service::try_from(none).unwrap().weight(), 1);
    let zero = web().weight(0).build().unwrap();
    assert_eq!(Service::from_bytes(&zero.to_bytes()).unwrap().weight(), 0);
}

#[test]
fn the_health_of_a_later_version_and_its_fields_are_no_error() {
    let mut bytes = v1::Service { health: 9, ..v1::Service::from(&web().build().unwrap()) }.encode_to_vec();
    // Field 100, a varint.
    bytes.extend([0xa0, 0x06, 1]);
    let service = Service::from_bytes(&bytes).expect("it is a service all the same");
    assert_eq!(service.health(), Health::Unknown(9));
    assert_eq!(v1::Service::from(&service).health, 9);
}
