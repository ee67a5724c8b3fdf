//! Threads that read while another writes: each look-up is whole, and none goes back in time.

use haulout::{Event, Identity, Renewing};
use haulout_services::{Directory, Instances, SERVICES, Service, WatchEvent};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

type Id = Renewing<SocketAddr>;

const OWNERS: u16 = 8;
const ROUNDS: u16 = 400;
/// Whoever sees it has seen all.
const LAST: &str = "last";

fn member(owner: u16) -> Id {
    Id::new(([10, 0, 0, 1], owner + 1).into(), 1)
}

/// In each round a service has the round's number as weight and in its tag.
fn put(directory: &Directory<Id>, owner: u16, instance: &str, round: u16) {
    let builder = Service::builder("web", "10.0.0.1", 80).instance(instance).weight(round);
    let service = builder.tag(parity(round)).build().expect("within the bounds");
    let (key, value) = (instance.into(), service.to_bytes());
    directory.apply(&Event::Published { owner: member(owner).addr(), topic: SERVICES.id(), key, value });
}

fn parity(round: u16) -> &'static str {
    if round.is_multiple_of(2) { "even" } else { "odd" }
}

fn write(directory: &Directory<Id>) {
    for round in 1..=ROUNDS {
        for owner in 0..OWNERS {
            put(directory, owner, "a", round);
            put(directory, owner, "b", round);
            if (round + owner).is_multiple_of(5) {
                directory.apply(&Event::Down { identity: member(owner) });
            }
        }
    }
    put(directory, 0, LAST, ROUNDS);
}

/// What holds of every look-up, whenever it is made.
fn check(
    instances: &Instances<SocketAddr>,
    tag: Option<&str>,
    seen: &mut HashMap<(SocketAddr, String), u16>,
) {
    let place = |at: usize| (instances[at].instance(), instances[at].owner().port());
    assert!((1..instances.len()).all(|at| instances[at - 1].instance() <= instances[at].instance()));
    assert!((1..instances.len()).all(|at| place(at - 1) != place(at)), "none is there twice");
    for instance in instances {
        assert_eq!(instance.name(), "web");
        assert_eq!(instance.tags().collect::<Vec<_>>(), [parity(instance.weight())]);
        assert!(tag.is_none_or(|tag| instance.has_tag(tag)));
        let last = seen.entry((*instance.owner(), instance.instance().into())).or_default();
        assert!(*last <= instance.weight(), "round {} after {last}", instance.weight());
        *last = instance.weight();
    }
    if let Some(chosen) = instances.choose(u64::MAX / 3) {
        assert!(instances.by_key("any").is_some() && instances.contains(chosen));
    }
}

/// Looks things up until the writer is through, and once more; how often.
fn read(directory: &Directory<Id>, written: &AtomicBool) -> u32 {
    let (mut all, mut even) = (HashMap::new(), HashMap::new());
    let mut reads = 0;
    loop {
        let is_last = written.load(Ordering::Acquire);
        check(&directory.lookup("web"), None, &mut all);
        check(&directory.lookup_tagged("web", "even"), Some("even"), &mut even);
        assert!(directory.names().iter().all(|(name, count)| &**name == "web" && *count > 0));
        assert!(directory.all().len() <= usize::from(2 * OWNERS) + 1);
        reads += 1;
        if is_last {
            return reads;
        }
    }
}

/// Does what a watch says until the last service is there.
fn follow(directory: &Directory<Id>, capacity: usize, begun: &Barrier) -> HashMap<(SocketAddr, String), u16> {
    let mut watch = directory.watch_with(Some("web"), capacity);
    begun.wait();
    let mut held = HashMap::new();
    while !held.keys().any(|(_, instance)| instance == LAST) {
        match watch.wait().expect("the directory is there") {
            WatchEvent::Snapshot { instances, .. } => {
                let place = |at: &Service, owner: &SocketAddr| ((*owner, at.instance().into()), at.weight());
                held = instances.iter().map(|instance| place(instance, instance.owner())).collect();
            }
            WatchEvent::Added(new) => {
                assert_eq!(held.insert((*new.owner(), new.instance().into()), new.weight()), None);
            }
            WatchEvent::Changed { old, new } => {
                let before = held.insert((*new.owner(), new.instance().into()), new.weight());
                assert_eq!(before, Some(old.weight()));
            }
            WatchEvent::Removed(old) => {
                let before = held.remove(&(*old.owner(), old.instance().into()));
                assert_eq!(before, Some(old.weight()));
            }
        }
    }
    held
}

#[test]
fn readers_and_watches_see_whole_states_in_order_while_one_writes() {
    let directory = Directory::<Id>::new();
    let (begun, written) = (Barrier::new(5), AtomicBool::new(false));
    let (followed, reads) = thread::scope(|scope| {
        let watches = [2, 64, 100_000].map(|capacity| {
            let (directory, begun) = (&directory, &begun);
            scope.spawn(move || follow(directory, capacity, begun))
        });
        let reader = scope.spawn(|| {
            begun.wait();
            read(&directory, &written)
        });
        begun.wait();
        write(&directory);
        written.store(true, Ordering::Release);
        (watches.map(|watch| watch.join().unwrap()), reader.join().unwrap())
    });
    let held: HashMap<_, _> = directory
        .lookup("web")
        .iter()
        .map(|instance| ((*instance.owner(), instance.instance().to_owned()), instance.weight()))
        .collect();
    assert!(reads > 0 && held.contains_key(&(member(0).addr(), LAST.into())));
    for watch in followed {
        assert_eq!(watch, held);
    }
}

#[test]
fn several_that_write_at_once_leave_what_each_wrote() {
    let directory = Directory::<Id>::new();
    thread::scope(|scope| {
        for owner in 0..OWNERS {
            let directory = directory.clone();
            scope.spawn(move || {
                for round in 1..=ROUNDS {
                    put(&directory, owner, "a", round);
                    put(&directory, owner, "b", round);
                }
                directory.apply(&Event::Withdrawn {
                    owner: member(owner).addr(),
                    topic: SERVICES.id(),
                    key: b"b".into(),
                });
            });
        }
    });
    let instances = directory.lookup_tagged("web", parity(ROUNDS));
    assert_eq!((instances.len(), directory.len()), (usize::from(OWNERS), usize::from(OWNERS)));
    assert!(instances.iter().all(|instance| instance.instance() == "a" && instance.weight() == ROUNDS));
    assert!(directory.lookup_tagged("web", parity(ROUNDS - 1)).is_empty());
}
