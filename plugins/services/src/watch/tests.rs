//! What a watch tells, when it is behind, and whom it wakes.

use super::*;
use crate::directory::Directory;
use crate::publish::SERVICES;
use crate::service::Service;
use haulout::{Event, Renewing};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

type Id = Renewing<SocketAddr>;

fn owner() -> SocketAddr {
    ([10, 0, 0, 1], 1).into()
}

fn service(name: &str, instance: &str, weight: u16) -> Service {
    Service::builder(name, "10.0.0.1", 80).instance(instance).weight(weight).build().unwrap()
}

fn put(directory: &Directory<Id>, service: &Service) {
    let (key, value) = (service.instance().into(), service.to_bytes());
    directory.apply(&Event::Published { owner: owner(), topic: SERVICES.id(), key, value });
}

fn take(directory: &Directory<Id>, instance: &str) {
    directory.apply(&Event::Withdrawn { owner: owner(), topic: SERVICES.id(), key: instance.into() });
}

/// An event in a few words: `+a1` is an instance `a` of weight 1 that was added.
fn told(event: &WatchEvent<SocketAddr>) -> String {
    let one = |instance: &Instance<SocketAddr>| format!("{}{}", instance.instance(), instance.weight());
    match event {
        WatchEvent::Snapshot { instances, missed } => {
            format!(
                "={} missed {missed}",
                instances.iter().map(|instance| one(instance)).collect::<Vec<_>>().join(" ")
            )
        }
        WatchEvent::Added(instance) => format!("+{}", one(instance)),
        WatchEvent::Changed { old, new } => format!("{}>{}", one(old), one(new)),
        WatchEvent::Removed(instance) => format!("-{}", one(instance)),
    }
}

fn drained(watch: &mut Watch<SocketAddr>) -> Vec<String> {
    std::iter::from_fn(|| watch.try_next()).map(|event| told(&event)).collect()
}

#[test]
fn a_watch_begins_with_what_is_there_when_it_is_asked_first() {
    let directory = Directory::new();
    put(&directory, &service("web", "a", 1));
    let mut watch = directory.watch("web");
    put(&directory, &service("web", "b", 1));
    assert_eq!(drained(&mut watch), ["=a1 b1 missed 0"]);
    assert_eq!(drained(&mut directory.watch("none")), ["= missed 0"]);
}

#[test]
fn each_change_is_told_once_and_in_order() {
    let directory = Directory::new();
    let mut watch = directory.watch("web");
    assert_eq!(drained(&mut watch), ["= missed 0"]);
    put(&directory, &service("web", "a", 1));
    put(&directory, &service("db", "x", 1));
    put(&directory, &service("web", "a", 2));
    put(&directory, &service("web", "a", 2));
    put(&directory, &service("web", "b", 1));
    take(&directory, "a");
    take(&directory, "a");
    directory.apply(&Event::Down { identity: Id::new(owner(), 1) });
    assert_eq!(drained(&mut watch), ["+a1", "a1>a2", "+b1", "-a2", "-b1"]);
}

#[test]
fn another_name_is_a_removal_and_an_addition() {
    let directory = Directory::new();
    let (mut web, mut api, mut all) = (directory.watch("web"), directory.watch("api"), directory.watch_all());
    put(&directory, &service("web", "a", 1));
    for watch in [&mut web, &mut api, &mut all] {
        watch.try_next().expect("a snapshot");
    }
    put(&directory, &service("api", "a", 2));
    assert_eq!(drained(&mut web), ["-a1"]);
    assert_eq!(drained(&mut api), ["+a2"]);
    assert_eq!(drained(&mut all), ["-a1", "+a2"]);
}

#[test]
fn one_that_is_too_far_behind_is_told_so_and_gets_what_is_there_now() {
    let directory = Directory::new();
    let mut watch = directory.watch_with(Some("web"), 3);
    assert_eq!(drained(&mut watch), ["= missed 0"]);
    (1..=3).for_each(|weight| put(&directory, &service("web", "a", weight)));
    assert_eq!(watch.try_next().as_ref().map(told).as_deref(), Some("+a1"));
    (4..=9).for_each(|weight| put(&directory, &service("web", "a", weight)));
    // Two that waited, and six that came.
    assert_eq!(drained(&mut watch), ["=a9 missed 8"]);
    (10..=12).for_each(|weight| put(&directory, &service("web", "a", weight)));
    assert_eq!(drained(&mut watch), ["a9>a10", "a10>a11", "a11>a12"]);
}

#[test]
fn a_watch_ends_with_its_directory_and_is_forgotten_when_dropped() {
    let directory = Directory::<Id>::new();
    let (mut one, other, all) = (directory.watch("web"), directory.watch("web"), directory.watch_all());
    one.try_next().expect("a snapshot");
    let watches = |directory: &Directory<Id>| directory.watches();
    assert_eq!(watches(&directory), 3);
    drop((other, all));
    assert_eq!(watches(&directory), 1);
    put(&directory, &service("web", "a", 1));
    drop(directory.clone());
    put(&directory, &service("web", "b", 1));
    drop(directory);
    assert_eq!(one.wait().as_ref().map(told).as_deref(), Some("+a1"));
    assert_eq!(
        one.wait_timeout(Duration::ZERO).map(|event| event.as_ref().map(told)),
        Ok(Some("+b1".into()))
    );
    assert_eq!((one.wait(), one.wait(), one.try_next()), (None, None, None));
}

/// Counts how often it is woken; looks something up each time, as an executor that polls at once would.
struct Eager {
    woken: AtomicUsize,
    directory: Directory<Id>,
}

impl Wake for Eager {
    fn wake(self: Arc<Self>) {
        self.woken.fetch_add(1, Ordering::Relaxed);
        assert_eq!(self.directory.lookup("web").len(), 1);
        assert!(self.directory.rejected().is_empty(), "it takes the writer's lock");
    }
}

#[test]
fn who_waits_is_woken_once_after_the_change_and_outside_of_all_locks() {
    let directory = Directory::new();
    let eager = Arc::new(Eager { woken: AtomicUsize::new(0), directory: directory.clone() });
    let waker = Waker::from(eager.clone());
    let mut cx = Context::from_waker(&waker);
    let mut watch = directory.watch("web");
    assert!(matches!(
        Pin::new(&mut watch).poll_next(&mut cx),
        Poll::Ready(Some(WatchEvent::Snapshot { .. }))
    ));
    assert_eq!(Pin::new(&mut watch).poll_next(&mut cx), Poll::Pending);
    put(&directory, &service("db", "x", 1));
    assert_eq!(eager.woken.load(Ordering::Relaxed), 0);
    put(&directory, &service("web", "a", 1));
    put(&directory, &service("web", "a", 2));
    assert_eq!(eager.woken.load(Ordering::Relaxed), 1);
    assert_eq!(drained(&mut watch), ["+a1", "a1>a2"]);
}

#[test]
fn a_thread_that_waits_wakes_up_when_something_changes() {
    let directory = Directory::new();
    let mut watch = directory.watch("web");
    assert_eq!(watch.wait().as_ref().map(told).as_deref(), Some("= missed 0"));
    assert_eq!(watch.wait_timeout(Duration::from_millis(1)), Err(TimedOut));
    let waiting = thread::spawn(move || watch.wait().as_ref().map(told));
    put(&directory, &service("web", "a", 1));
    assert_eq!(waiting.join().unwrap().as_deref(), Some("+a1"));
}
