//! The laws of [`Broadcasts`](crate::broadcast::Broadcasts).

mod host;

use super::law;
use super::samples::keys;
use crate::broadcast::{Broadcasts, Change, Context, Digest};
use crate::codec::Position;
use crate::identity::Identity;
use alloc::vec::Vec;
use host::{Host, Kept};

/// Things that are published.
const THINGS: usize = 12;
/// Transmissions of each.
const LIMIT: u8 = 3;

/// Holds a broadcast plugin against its laws.
///
/// `make` gives a plugin as a program gives it to its engine; `publish` publishes the n-th thing through it,
/// n from 0 to 11: let it use all that the plugin can do, and publish different things for different n.
/// `samples` are identities of three different keys or more. Panics with the law that is broken.
///
/// ```
/// use haulout::broadcast::{Registry, Topic};
/// use haulout::{Renewing, conformance};
/// use core::net::SocketAddr;
///
/// let member = |host| Renewing::<SocketAddr>::new(([10, 0, 0, host], 7946).into(), 0);
/// const NOTES: Topic<String> = Topic::new(1, "note");
/// conformance::broadcasts(
///     || Registry::new().record(NOTES).expect("one topic"),
///     &[1, 2, 3].map(member),
///     |registry, context, n| {
///         let text = NOTES.encode(&"text".into()).expect("text is encoded");
///         registry.put(n.to_string().as_bytes(), &text, context).expect("it is within the limits");
///     },
/// );
/// ```
pub fn broadcasts<I: Identity, B: Broadcasts<I>>(
    make: impl Fn() -> B,
    samples: &[I],
    publish: impl Fn(&mut B, &mut Context<'_, I>, usize),
) {
    let keys = keys(samples).len();
    assert!(keys >= 3, "the kit needs identities of three different keys or more, not of {keys}");
    let owner = &samples[0];
    let reader = samples.iter().find(|sample| sample.addr() != owner.addr()).expect("keys differ");
    let publisher = || {
        let mut host = Host::new(owner, samples, make());
        (0..THINGS).for_each(|n| host.lend(|plugin, context| publish(plugin, context, n)));
        host
    };
    falls_silent(&publisher, reader);
    counts_what_was_taken(&publisher, reader);
    let sections = publisher().fill_all(&reader.addr(), usize::MAX);
    let listener = || Host::new(reader, samples, make());
    is_idempotent(&listener, &sections);
    order_does_not_matter(&listener, &sections);
    strangers_publish_nothing(|| Host::new(reader, &[], make()), &sections);
    let mut full = listener();
    full.hear(&sections);
    full.hear(&sections);
    entries_are_the_digest(&full);
    entries_catch_up(&full, &listener);
    what_the_departed_published_goes_and_returns(full, owner);
}

fn falls_silent<I: Identity, B: Broadcasts<I>>(publisher: &impl Fn() -> Host<I, B>, reader: &I) {
    let mut host = publisher();
    for _ in 0..LIMIT {
        host.fill_all(&reader.addr(), usize::MAX);
    }
    let left = host.plugin.backlog();
    law!(left == 0, "what was taken as often as the limit says waits no longer", "{left} pieces wait");
    let own = host.plugin.own_backlog();
    law!(own == 0, "our own backlog is part of the backlog", "{own} of 0 pieces are our own");
}

fn counts_what_was_taken<I: Identity, B: Broadcasts<I>>(publisher: &impl Fn() -> Host<I, B>, reader: &I) {
    let mut host = publisher();
    let before = host.plugin.backlog();
    for _ in 0..2 * LIMIT {
        host.fill_all(&reader.addr(), 0);
    }
    let after = host.plugin.backlog();
    law!(before == after, "only what the packet took counts as transmitted", "{before} pieces, then {after}");
    let mut taken = 0;
    for _ in 0..before * usize::from(LIMIT) {
        taken += host.fill_all(&reader.addr(), 1).len();
    }
    let left = host.plugin.backlog();
    law!(
        left == 0 && taken <= before * usize::from(LIMIT),
        "every piece gets its turn, and no more turns than the limit",
        "{before} pieces were taken {taken} times, one a packet, and {left} are left"
    );
}

fn is_idempotent<I: Identity, B: Broadcasts<I>>(listener: &impl Fn() -> Host<I, B>, sections: &[Kept<I>]) {
    let mut host = listener();
    host.hear(sections);
    host.hear(sections);
    let (before, backlog) = (host.root(), host.plugin.backlog());
    let _ = host.events();
    host.hear(sections);
    let events = host.events();
    law!(
        host.root() == before && host.plugin.backlog() == backlog && events.is_empty(),
        "what was handled once teaches nothing when it is handled again",
        "it told the user {events:?}"
    );
}

fn order_does_not_matter<I: Identity, B: Broadcasts<I>>(
    listener: &impl Fn() -> Host<I, B>,
    sections: &[Kept<I>],
) {
    let (mut forward, mut backward) = (listener(), listener());
    let reversed: Vec<_> = sections.iter().rev().cloned().collect();
    // Twice: what depends on something that came later is taken the second time.
    for _ in 0..2 {
        forward.hear(sections);
        backward.hear(&reversed);
    }
    law!(
        forward.root() == backward.root(),
        "plugins that handled the same sections in whatever order have equal digests",
        "{:?} and {:?}",
        forward.root(),
        backward.root()
    );
}

fn strangers_publish_nothing<I: Identity, B: Broadcasts<I>>(
    listener: impl Fn() -> Host<I, B>,
    sections: &[Kept<I>],
) {
    let mut host = listener();
    let before = host.root();
    host.hear(sections);
    let entries = host.entries(Position::FIRST, Position::LAST);
    law!(
        host.root() == before && entries.is_empty(),
        "the digest is only of what members and oneself published",
        "of a stranger it keeps {entries:?}"
    );
}

fn entries_are_the_digest<I: Identity, B: Broadcasts<I>>(host: &Host<I, B>) {
    let entries = host.entries(Position::FIRST, Position::LAST);
    let Some(digest) = host.plugin.digest() else {
        law!(entries.is_empty(), "who has no digest has no entries", "{entries:?}");
        return;
    };
    let mut sum = Digest::new();
    for entry in &entries {
        sum.toggle(entry.position.key, entry.value);
    }
    law!(sum == *digest, "the digest is that of the entries", "{entries:?}");
    let sorted = entries.is_sorted_by_key(|entry| entry.position);
    law!(sorted, "entries are in the order of their positions", "{entries:?}");
    for entry in &entries {
        let at = entry.position;
        let one = host.entries(at, at);
        law!(one.contains(entry), "a range gives the entries inside it", "of {at:?} it gives {one:?}");
        let strays = one.iter().any(|other| other.position != at);
        law!(!strays, "a range gives no entries outside it", "of {at:?} it gives {one:?}");
    }
}

fn entries_catch_up<I: Identity, B: Broadcasts<I>>(full: &Host<I, B>, listener: &impl Fn() -> Host<I, B>) {
    let entries = full.entries(Position::FIRST, Position::LAST);
    let mut sections = Vec::new();
    for entry in &entries {
        let put = full.put_entry(entry, usize::MAX);
        law!(put.len() == 1, "an entry is one section", "{entry:?} gave {}", put.len());
        let refused = full.put_entry(entry, 0);
        law!(refused.is_empty(), "an entry that is not taken is not put", "{entry:?}");
        sections.extend(put);
    }
    let mut fresh = listener();
    fresh.hear(&sections);
    law!(
        fresh.root() == full.root(),
        "whoever is given the entries, in their order, has an equal digest",
        "{} entries",
        entries.len()
    );
}

fn what_the_departed_published_goes_and_returns<I: Identity, B: Broadcasts<I>>(
    mut host: Host<I, B>,
    owner: &I,
) {
    let (full, empty) = (host.root(), host.plugin.digest().map(|_| Digest::new().root()));
    host.depart(owner);
    law!(
        host.root() == empty,
        "what a departed member published is not in the digest",
        "{:?}",
        host.entries(Position::FIRST, Position::LAST)
    );
    host.revive(owner);
    law!(host.root() == full, "a member that returns brings back what it published", "{full:?}");
    host.depart(owner);
    host.lend(|plugin, context| plugin.changed(Change::Forgotten(&owner.addr()), context));
    host.revive(owner);
    let left = host.entries(Position::FIRST, Position::LAST);
    law!(left.is_empty(), "what a forgotten member published is dropped", "{left:?}");
    let told = host.fill_all(&owner.addr(), usize::MAX);
    let hidden: Vec<_> = told.iter().filter(|kept| kept.is_of(owner)).collect();
    law!(hidden.is_empty(), "what is hidden is not told", "{hidden:?}");
}
