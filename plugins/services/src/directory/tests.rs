//! What a directory says, event by event.

use super::*;
use crate::error::ServiceError;
use crate::health::Health;
use haulout::Renewing;
use std::net::SocketAddr;

type Id = Renewing<SocketAddr>;

fn member(port: u16, epoch: u64) -> Id {
    Id::new(([10, 0, 0, 1], port).into(), epoch)
}

fn service(name: &str, instance: &str, tags: &[&str]) -> Service {
    let builder = Service::builder(name, "10.0.0.1", 80).instance(instance).tags(tags.iter().copied());
    builder.build().unwrap()
}

fn put(owner: u16, key: &str, value: Vec<u8>) -> Event<Id> {
    let owner = *member(owner, 1).address();
    Event::Published { owner, topic: SERVICES.id(), key: key.into(), value }
}

fn published(owner: u16, service: &Service) -> Event<Id> {
    put(owner, service.instance(), service.to_bytes())
}

fn withdrawn(owner: u16, key: &str) -> Event<Id> {
    Event::Withdrawn { owner: *member(owner, 1).address(), topic: SERVICES.id(), key: key.into() }
}

fn fed(events: impl IntoIterator<Item = Event<Id>>) -> Directory<Id> {
    let directory = Directory::new();
    events.into_iter().for_each(|event| directory.apply(&event));
    directory
}

/// Name of instance and port of the owner.
fn seen(instances: &Instances<SocketAddr>) -> Vec<(&str, u16)> {
    instances.iter().map(|instance| (instance.instance(), instance.owner().port())).collect()
}

fn is_empty(directory: &Directory<Id>) -> bool {
    directory.is_empty() && directory.names().is_empty() && directory.all().is_empty()
}

#[test]
fn services_are_found_by_name_by_tag_and_by_owner() {
    let directory = fed([
        published(1, &service("web", "a", &["v1", "eu"])),
        published(1, &service("db", "b", &["v1"])),
        published(2, &service("web", "a", &["v2", "eu"])),
    ]);
    assert_eq!(seen(&directory.lookup("web")), [("a", 1), ("a", 2)]);
    assert_eq!(seen(&directory.lookup_tagged("web", "eu")), [("a", 1), ("a", 2)]);
    assert_eq!(seen(&directory.lookup_tagged("web", "v2")), [("a", 2)]);
    assert_eq!(seen(&directory.lookup_tagged("db", "v2")), []);
    assert_eq!(seen(&directory.lookup("cache")), []);
    assert_eq!(seen(&directory.offered_by(member(1, 1).address())), [("b", 1), ("a", 1)]);
    assert_eq!(directory.names(), [("db".into(), 1), ("web".into(), 2)]);
    assert_eq!((directory.len(), seen(&directory.all()).len()), (3, 3));
    let held = directory.get(member(2, 1).address(), "a").expect("it is there");
    assert_eq!((held.owner().port(), held.has_tag("v2")), (2, true));
}

#[test]
fn the_order_is_that_of_names_and_owners_whatever_came_first() {
    let mut events: Vec<_> = [(3, "b"), (1, "a"), (2, "b"), (1, "c"), (2, "a")]
        .map(|(owner, instance)| published(owner, &service("web", instance, &[])))
        .into();
    let order = [("a", 1), ("a", 2), ("b", 2), ("b", 3), ("c", 1)];
    for _ in 0..events.len() {
        events.rotate_left(1);
        assert_eq!(seen(&fed(events.clone()).lookup("web")), order);
    }
}

#[test]
fn whoever_goes_takes_its_services_with_it_at_once() {
    let (old, new) = (member(1, 1), member(1, 2));
    for gone in [Event::Down { identity: old }, Event::Left { identity: old }, Event::Renewed { old, new }] {
        let directory = fed([
            published(1, &service("web", "a", &["v1"])),
            published(1, &service("db", "b", &["v1"])),
            published(2, &service("web", "a", &["v1"])),
        ]);
        directory.apply(&gone);
        assert_eq!(seen(&directory.all()), [("a", 2)]);
        assert_eq!(seen(&directory.lookup_tagged("web", "v1")), [("a", 2)]);
        assert_eq!(directory.names(), [("web".into(), 1)]);
        // It is there again: its services are not, until they are published.
        directory.apply(&Event::Up { identity: new });
        assert_eq!(directory.len(), 1);
        directory.apply(&published(1, &service("web", "a", &["v1"])));
        assert_eq!(seen(&directory.lookup("web")), [("a", 1), ("a", 2)]);
    }
}

#[test]
fn a_service_that_changes_is_found_as_it_is_now_and_no_more_as_it_was() {
    let directory = fed([published(1, &service("web", "a", &["v1", "eu"]))]);
    directory.apply(&published(1, &service("web", "a", &["v2", "eu"]).with_health(Health::Critical)));
    assert_eq!(seen(&directory.lookup_tagged("web", "v1")), []);
    let now = directory.lookup_tagged("web", "eu");
    assert_eq!((now.len(), now[0].health()), (1, Health::Critical));
    assert_eq!(seen(&directory.lookup("web").healthy()), []);
    directory.apply(&published(1, &service("api", "a", &[])));
    assert_eq!(directory.names(), [("api".into(), 1)]);
    assert_eq!(seen(&directory.lookup_tagged("web", "eu")), []);
    directory.apply(&withdrawn(1, "a"));
    assert!(is_empty(&directory));
}

#[test]
fn what_was_looked_up_stays_as_it_was() {
    let directory = fed([published(1, &service("web", "a", &[]))]);
    let (before, again) = (directory.lookup("web"), directory.lookup("web"));
    directory.apply(&withdrawn(1, "a"));
    assert_eq!(
        (seen(&before), seen(&again), seen(&directory.lookup("web"))),
        (vec![("a", 1)], vec![("a", 1)], vec![])
    );
}

#[test]
fn a_record_that_is_no_service_is_rejected_and_takes_the_place_of_the_one_before() {
    let web = service("web", "a", &[]);
    let directory = fed([published(1, &web), put(2, "b", web.to_bytes()), put(1, "a", vec![0xff])]);
    assert!(is_empty(&directory));
    let owner = |port| *member(port, 1).address();
    let key = ServiceError::Key { key: "b".into(), instance: "a".into() };
    assert_eq!(
        directory.rejected(),
        [
            Rejected { owner: owner(1), key: "a".into(), error: ServiceError::Malformed },
            Rejected { owner: owner(2), key: "b".into(), error: key.clone() },
        ]
    );
    assert_eq!(key.to_string(), "the record is under `b`, and its instance is `a`: they must be equal");
    directory.apply(&published(1, &web));
    directory.apply(&withdrawn(2, "b"));
    assert_eq!((directory.len(), directory.rejected()), (1, vec![]));
}

#[test]
fn records_of_other_topics_say_nothing_of_services() {
    let web = service("web", "a", &[]);
    let directory = fed([published(1, &web)]);
    let (owner, key) = (*member(1, 1).address(), b"a".to_vec());
    directory.apply(&Event::Withdrawn { owner, topic: 2, key: key.clone() });
    directory.apply(&Event::Published { owner, topic: 2, key, value: b"x".into() });
    assert_eq!((directory.len(), directory.rejected()), (1, vec![]));
}

#[test]
fn missed_events_ask_for_a_resync_which_leaves_only_what_the_registry_holds() {
    let directory = fed([published(1, &service("web", "a", &["v1"])), put(2, "b", vec![0xff])]);
    let watch = &mut directory.watch("web");
    assert_eq!(watch.try_next().map(|event| matches!(event, crate::WatchEvent::Snapshot { .. })), Some(true));
    assert!(!directory.needs_resync());
    directory.apply(&Event::Lagged { missed: 3 });
    assert!(directory.needs_resync());
    directory.resync(&Registry::new());
    assert!(is_empty(&directory) && !directory.needs_resync() && directory.rejected().is_empty());
    assert!(matches!(watch.try_next(), Some(crate::WatchEvent::Removed(gone)) if gone.instance() == "a"));
}
