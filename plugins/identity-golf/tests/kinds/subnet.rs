//! Places in a subnet.

use crate::samples::{place, reads_as, renewed, update};
use haulout::Identity;
use haulout::identity::Resolver;
use haulout_identity_golf::{
    Course, CourseError, Network, NetworkError, OutOfRange, ParseError, Spot, SubnetId,
};
use std::net::SocketAddr;

fn at(address: &str) -> SocketAddr {
    address.parse().unwrap()
}

fn network(text: &str) -> Network {
    text.parse().unwrap()
}

/// Both ways, and through an identity.
fn goes_both_ways<const P: u32>(course: &Course, address: &str, number: u128) {
    let spot: Spot<P> = course.spot(at(address)).unwrap();
    assert_eq!(spot.number(), number, "{address}");
    assert_eq!(course.address(spot), Ok(at(address)));
    let id: SubnetId<P, 16> = course.identity(at(address), 7).unwrap();
    assert_eq!((id.spot(), id.addr(), id.route(), id.epoch()), (spot, spot, spot, 7));
    assert_eq!(course.resolve(&id.route()), Some(at(address)));
    assert_eq!(Resolver::<Spot<P>>::route_at(course, at(address)), Some(spot));
}

#[test]
fn addresses_of_the_course_go_both_ways() {
    let course = Course::new(network("10.20.0.0/16"), 7946).unwrap();
    assert_eq!(course.bits(), 16);
    goes_both_ways::<16>(&course, "10.20.0.0:7946", 0);
    goes_both_ways::<16>(&course, "10.20.1.2:7946", 258);
    goes_both_ways::<16>(&course, "10.20.255.255:7946", 0xffff);
    goes_both_ways::<20>(&course, "10.20.255.255:7946", 0xffff);
    let course = Course::new(network("fd00:20::/64"), 1).unwrap();
    goes_both_ways::<64>(&course, "[fd00:20::ffff:ffff:ffff:ffff]:1", u128::from(u64::MAX));
    let course = Course::new(network("0.0.0.0/0"), 7946).unwrap();
    goes_both_ways::<32>(&course, "255.1.2.3:7946", 0xff01_0203);
    let course = Course::with_ports(network("192.0.2.7/32"), 7000, 8).unwrap();
    goes_both_ways::<8>(&course, "192.0.2.7:7255", 255);
}

#[test]
fn a_few_bits_of_port_tell_members_of_one_host_apart() {
    let course = Course::with_ports(network("10.20.0.0/24"), 7000, 3).unwrap();
    assert_eq!(course.bits(), 11);
    goes_both_ways::<11>(&course, "10.20.0.5:7000", 5 << 3);
    goes_both_ways::<11>(&course, "10.20.0.5:7007", 5 << 3 | 7);
    let ports = |address| CourseError::Port { address, first: 7000, last: 7007 };
    for off in ["10.20.0.5:6999", "10.20.0.5:7008"] {
        assert_eq!(course.spot::<11>(at(off)), Err(ports(at(off))));
    }
    assert!(Course::with_ports(network("10.0.0.0/8"), 1, 15).is_ok());
    assert!(Course::with_ports(network("10.0.0.0/8"), 1 << 15, 15).is_ok());
    for (first, bits) in [(0, 0), (65_535, 1), (2, 16), (1, 17), (1, u32::MAX)] {
        let refused = Course::with_ports(network("10.0.0.0/8"), first, bits);
        assert_eq!(refused, Err(CourseError::Ports { first, bits }));
    }
}

#[test]
fn what_is_off_the_course_is_refused_with_the_reason() {
    let course = Course::new(network("10.20.0.0/16"), 7946).unwrap();
    let off = |address: &str| course.spot::<16>(at(address)).unwrap_err().to_string();
    assert_eq!(off("10.21.1.2:7946"), "10.21.1.2:7946 is off the course: not in 10.20.0.0/16");
    assert_eq!(off("10.20.1.2:7947"), "10.20.1.2:7947 is off the course: its port is 7946");
    assert_eq!(
        off("[::ffff:10.20.1.2]:7946"),
        "[::ffff:10.20.1.2]:7946 is off the course: not in 10.20.0.0/16"
    );
    assert_eq!(course.spot::<15>(at("10.20.0.1:7946")), Err(CourseError::Narrow { needs: 16, has: 15 }));
    let spot = Spot::<20>::new(1 << 16).unwrap();
    assert_eq!(course.address(spot), Err(CourseError::Spot { spot: 1 << 16, limit: 0xffff }));
    assert_eq!(course.resolve(&spot), None);
    let epoch = OutOfRange { field: "epoch", value: 16, limit: 15 };
    assert_eq!(course.identity::<16, 4>(at("10.20.0.1:7946"), 16), Err(CourseError::Epoch(epoch)));
}

#[test]
fn networks_are_checked_and_read_as_they_are_written() {
    for text in ["10.20.0.0/16", "0.0.0.0/0", "fd00:20::/64", "::1/128"] {
        assert_eq!(network(text).to_string(), text);
    }
    let problem = |text: &str| text.parse::<Network>().unwrap_err();
    for text in ["10.20.0.0", "10.20.0.0/", "10.20.0.0/+8", "10.20/16", "/16", "10.20.0.0/16/2"] {
        assert_eq!(problem(text), NetworkError::Text, "{text}");
    }
    assert_eq!(problem("10.20.0.0/33"), NetworkError::Prefix { prefix: 33, longest: 32 });
    assert_eq!(problem("fd00::/129"), NetworkError::Prefix { prefix: 129, longest: 128 });
    assert_eq!(problem("10.20.1.0/16"), NetworkError::HostBits { network: network("10.20.0.0/16") });
}

#[test]
fn identities_take_just_as_many_bytes_as_their_bits_need() {
    assert_eq!(update(&place::<16, 16>(0xffff, 0xffff)).len(), 1 + 4);
    assert_eq!(update(&place::<8, 8>(0, 0)).len(), 1 + 2);
    assert_eq!(update(&place::<11, 10>(1, 1)).len(), 1 + 3);
    assert_eq!(update(&place::<64, 16>(1, 1)).len(), 1 + 10);
    assert_eq!(update(&place::<16, 16>(0x0102, 0x0304))[1..], [4, 3, 2, 1]);
}

#[test]
fn they_read_as_place_and_epoch_and_renew() {
    reads_as(&place::<16, 16>(258, 3), "258#3");
    reads_as(&place::<16, 0>(258, 0), "258");
    reads_as(&Spot::<16>::new(258).unwrap(), "258");
    assert_eq!(format!("{:?}", place::<16, 16>(258, 3)), "SubnetId { spot: 258, epoch: 3 }");
    assert_eq!("258".parse::<SubnetId<16, 16>>(), Err(ParseError::Epoch));
    assert_eq!("258#0".parse::<SubnetId<16, 0>>(), Err(ParseError::Epoch));
    let limit = OutOfRange { field: "spot", value: 65_536, limit: 65_535 };
    assert_eq!("65536#0".parse::<SubnetId<16, 16>>(), Err(ParseError::OutOfRange(limit)));
    assert_eq!(renewed(&place::<16, 4>(258, 15)), place(258, 0));
}
