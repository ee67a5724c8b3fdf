//! What the members of a history publish, and what must hold of it.

use crate::kind::Kind;
use crate::node::{Member, Node};
use haulout::broadcast::{Registry, Topic};
use haulout::codec::Section;
use haulout::{CommandError, Event, Identity};
use rand::RngExt;
use rand::rngs::SmallRng;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const NOTES: Topic<String> = Topic::new(1, "note");
pub(crate) const SHOUTS: Topic<String> = Topic::new(2, "shout");

/// Records by owner, topic and key.
type Records<I> = BTreeMap<(<I as Identity>::Addr, u32, Vec<u8>), Vec<u8>>;

pub(crate) fn registry<I: Kind>() -> Registry<I> {
    Registry::new().record(NOTES).and_then(|registry| registry.event(SHOUTS)).expect("two topics")
}

/// What one process published, and what its events say that all did.
pub(crate) struct Published<I: Kind> {
    /// What it put and did not remove.
    pub(crate) own: BTreeMap<String, String>,
    replayed: Records<I>,
    heard: BTreeSet<Vec<u8>>,
    sent: u32,
    /// Another process publishes under its identity, or somebody says so often enough.
    pub(crate) is_silenced: bool,
    exact: bool,
}

impl<I: Kind> Published<I> {
    /// `exact` says that no datagram is damaged: a flipped bit makes another event of one.
    pub(crate) fn new(exact: bool) -> Self {
        Self {
            own: BTreeMap::new(),
            replayed: BTreeMap::new(),
            heard: BTreeSet::new(),
            sent: 0,
            is_silenced: false,
            exact,
        }
    }

    pub(crate) fn replay(&mut self, event: &Event<I>, me: &I) {
        match event {
            Event::Published { owner, topic, key, value } => {
                let before = self.replayed.insert((owner.clone(), *topic, key.clone()), value.clone());
                assert!(before.as_ref() != Some(value) || !me.is_at(owner), "put twice: {event:?}");
            }
            Event::Withdrawn { owner, topic, key } => {
                let before = self.replayed.remove(&(owner.clone(), *topic, key.clone()));
                assert!(before.is_some(), "withdrawn, but not there: {event:?}");
            }
            Event::Down { identity } | Event::Left { identity } => self.withdraw(&identity.addr()),
            Event::Renewed { new, .. } => self.withdraw(&new.addr()),
            Event::UserEvent { topic: 2, payload, .. } => {
                // Those that are not forged are unique.
                let again = !self.heard.insert(payload.clone());
                let forged = !self.exact || !payload.starts_with(b"shout ");
                assert!(!again || forged, "heard twice: {event:?}");
            }
            Event::Conflict { rival } if !I::RENEWS => {
                assert_eq!(rival, me, "identities that cannot renew have no other rival");
                self.is_silenced = true;
                self.own.clear();
            }
            _ => {}
        }
    }

    /// Who sent a user event and a record that were seen, and of which life they were: what a forger knows.
    pub(crate) fn lives(section: &Section<'_, I>) -> Option<(I::Addr, u32)> {
        match section {
            Section::Manifest(manifest) => Some((manifest.identity.addr(), manifest.life)),
            Section::Record(record) => Some((record.owner.clone(), record.life)),
            _ => None,
        }
    }

    fn withdraw(&mut self, gone: &I::Addr) {
        self.replayed.retain(|(owner, ..), _| owner != gone);
    }

    /// The events, replayed, are what the registry holds.
    pub(crate) fn check(&self, engine: &Member<I>) {
        let stored = engine.registry().stored();
        let stored: Records<I> = stored
            .map(|record| ((record.owner.addr(), record.topic, record.key.into()), record.value.into()))
            .collect();
        assert_eq!(self.replayed, stored, "the events, replayed, are the records");
        let me = engine.identity().addr();
        if !self.is_silenced {
            let own =
                self.replayed.iter().filter(|((owner, topic, _), _)| *owner == me && *topic == NOTES.id());
            let own = own.map(|((.., key), value)| (key.clone(), value.clone()));
            let put = self.own.iter().map(|(key, value)| (key.clone().into(), value.clone().into()));
            assert!(own.eq(put), "we hold of ourselves what we put: {:?} {:?}", self.own, self.replayed);
        }
    }

    pub(crate) fn of(&self, owner: &I::Addr) -> BTreeMap<String, String> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let own = self.replayed.iter().filter(|((of, topic, _), _)| of == owner && *topic == NOTES.id());
        own.map(|((.., key), value)| (text(key), text(value))).collect()
    }

    /// Everything that is held, by owner, to show.
    pub(crate) fn shown(&self) -> String {
        let line =
            |(key, value): (&_, &Vec<u8>)| format!("\n    {key:?} {:?}", String::from_utf8_lossy(value));
        self.replayed.iter().map(line).collect::<Vec<_>>().concat()
    }
}

/// Publishes something at random; the text to put or send is unique.
pub(crate) fn publish<I: Kind>(
    rng: &mut SmallRng,
    engine: &mut Member<I>,
    published: &mut Published<I>,
    now: haulout::Instant,
) {
    let key = format!("key {}", rng.random_range(0..4));
    let unique = format!("{:?} {} {}", engine.identity().addr(), now.as_micros(), rng.random::<u32>());
    match rng.random_range(0..8) {
        0..=3 => {
            let value = if rng.random_range(0..6) == 0 { unique.repeat(10) } else { unique };
            let put = engine.broadcasts(now).records(&NOTES).expect("it is registered").put(&key, &value);
            match put {
                Ok(()) => drop(published.own.insert(key, value)),
                Err(error) => assert!(error == CommandError::Twin && published.is_silenced, "{error}"),
            }
        }
        4 | 5 => {
            let removed = engine.broadcasts(now).records(&NOTES).expect("it is registered").remove(&key);
            match removed {
                Ok(removed) => assert_eq!(removed, published.own.remove(&key).is_some()),
                Err(error) => assert!(error == CommandError::Twin && published.is_silenced, "{error}"),
            }
        }
        6 => {
            // Many, so that tombstones are collected.
            for n in 0..40 {
                let key = format!("brief {n}");
                let mut engine = engine.broadcasts(now).records(&NOTES).expect("it is registered");
                if engine.put(&key, &unique).is_ok() {
                    engine.remove(&key).expect("it is there");
                }
            }
        }
        _ => {
            published.sent += 1;
            let shout = format!("shout {unique}");
            // Refused while too many are under way.
            let sent = engine.broadcasts(now).events(&SHOUTS).expect("it is registered").send(&shout);
            assert!(sent.is_ok() || published.sent > 64);
        }
    }
}

/// Every live member's records are held by every other, and nothing else is.
pub(crate) fn are_equal<I: Kind>(nodes: &[&Node<I>]) -> bool {
    nodes.iter().all(|owner| {
        let key = owner.engine.identity().addr();
        owner.published.is_silenced || nodes.iter().all(|node| node.published.of(&key) == owner.published.own)
    }) && nodes.iter().all(|node| {
        node.published.replayed.keys().all(|(of, ..)| nodes.iter().any(|n| n.engine.identity().is_at(of)))
    })
}
