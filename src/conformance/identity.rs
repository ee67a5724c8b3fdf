//! The laws of [`Identity`].

use super::{law, samples};
use crate::fingerprint::Canonical;
use crate::identity::{Identity, key_hash};
use alloc::vec::Vec;
use core::hash::BuildHasher;

/// Holds an identity against the laws in the docs of [`Identity`].
///
/// `samples` has two or more identities of one key (unequal ones, if the identity renews) and two or more
/// keys. Renewals of the samples, and renewals of those, are tried as well.
///
/// # Panics
/// With the law that is broken and the values that broke it, or if the samples are too few.
pub fn identity<I: Identity>(samples: &[I]) {
    for sample in samples {
        alone(sample);
    }
    for a in samples {
        for b in samples {
            pair(a, b);
        }
    }
    samples::check(samples, 2);
    let lives = with_renewals(samples);
    for a in &lives {
        lives.iter().filter(|b| b.addr() == a.addr()).for_each(|b| rivals(a, b));
    }
    for a in &lives {
        for b in lives.iter().filter(|b| b.addr() == a.addr()) {
            if let Some(renewed) = a.renew(b) {
                renewal(a, b, &renewed);
            }
        }
    }
    law!(
        !I::RENEWS || lives.len() > samples.len(),
        "where `RENEWS` is true, identities renew",
        "no sample renews"
    );
}

/// The samples, and what each of them renews to over each of its rivals.
fn with_renewals<I: Identity>(samples: &[I]) -> Vec<I> {
    let mut lives = samples.to_vec();
    for a in samples {
        for b in samples.iter().filter(|b| b.addr() == a.addr()) {
            let renewed = a.renew(b);
            law!(
                I::RENEWS || renewed.is_none(),
                "where `RENEWS` is false, `renew` is `None`",
                "{a:?}\nover {b:?}\nrenews to {renewed:?}"
            );
            if let Some(renewed) = &renewed {
                keeps_its_key(a, renewed);
            }
            lives.extend(renewed);
        }
    }
    lives
}

/// What holds of one identity.
fn alone<I: Identity>(a: &I) {
    let twin = a.clone();
    law!(*a == twin, "a clone is equal", "{a:?}\nclone {twin:?}");
    let (addr, again) = (a.addr(), twin.addr());
    law!(addr == again, "`addr` is constant", "{a:?}\nfirst {addr:?}\nthen {again:?}");
    let (route, again) = (a.route(), twin.route());
    law!(route == again, "`route` is constant", "{a:?}\nfirst {route:?}\nthen {again:?}");
    let implied = I::route_of(&addr);
    law!(
        implied.as_ref().is_none_or(|implied| *implied == route),
        "`route_of` is the route of every identity of the key, or `None`",
        "{a:?}\nits route {route:?}\nimplied {implied:?}"
    );
    law!(!a.supersedes(&twin), "an identity does not supersede its equal", "{a:?}");
}

/// What holds of two identities, whatever their keys.
fn pair<I: Identity>(a: &I, b: &I) {
    law!(a.eq(b) == b.eq(a), "equality goes both ways", "{a:?}\n{b:?}");
    let (key, other) = (a.addr(), b.addr());
    let one_key = key == other;
    law!(a != b || one_key, "equal identities have one key", "{a:?}\n{b:?}");
    law!(
        a.is_at(&other) == one_key,
        "`is_at` holds exactly for the key that `addr` gives",
        "{a:?}\nkey {other:?}"
    );
    let hasher = foldhash::fast::FixedState::default();
    law!(
        !one_key || hasher.hash_one(&key) == hasher.hash_one(&other),
        "equal keys have equal hashes",
        "{key:?}\n{other:?}"
    );
    law!(
        !one_key || key_hash::<I>(&hasher, &key) == key_hash::<I>(&hasher, &other),
        "equal keys feed `hash_key` the same",
        "{key:?}\n{other:?}"
    );
    canonical(&key, &other, one_key);
    canonical(a, b, a == b);
}

fn canonical<T: Canonical + core::fmt::Debug>(a: &T, b: &T, equal: bool) {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    a.canonical(&mut ours);
    b.canonical(&mut theirs);
    law!(
        !equal || ours == theirs,
        "equal values have equal canonical fields",
        "{a:?}: {ours:02x?}\n{b:?}: {theirs:02x?}"
    );
    law!(
        equal || ours != theirs,
        "unequal values have unequal canonical fields",
        "{a:?}\n{b:?}\nboth: {ours:02x?}"
    );
}

/// What holds of two identities of one key.
fn rivals<I: Identity>(a: &I, b: &I) {
    let winners = u8::from(a.supersedes(b)) + u8::from(b.supersedes(a));
    law!(
        winners == u8::from(a != b),
        "of two unequal identities of one key exactly one supersedes, of equal ones none",
        "{a:?}\n{b:?}\n{winners} of them supersede"
    );
}

fn keeps_its_key<I: Identity>(a: &I, renewed: &I) {
    law!(renewed.addr() == a.addr(), "a renewed identity keeps its key", "{a:?}\nrenews to {renewed:?}");
}

/// What holds of `renewed`, which is `a` renewed over `rival`.
fn renewal<I: Identity>(a: &I, rival: &I, renewed: &I) {
    keeps_its_key(a, renewed);
    alone(renewed);
    law!(
        renewed.supersedes(rival),
        "a renewed identity supersedes its rival",
        "{a:?}\nover {rival:?}\nrenews to {renewed:?}"
    );
    law!(
        renewed.supersedes(a) || !is_transitive(a, rival),
        "a renewed identity supersedes the one it was",
        "{a:?}\nover {rival:?}\nrenews to {renewed:?}"
    );
    rivals(renewed, rival);
    rivals(renewed, a);
}

/// Whether the later of two, renewed, still is later than the other: it is not where serial numbers are
/// half of their range apart, and nothing can supersede both there.
fn is_transitive<I: Identity>(a: &I, b: &I) -> bool {
    let (later, other) = if a.supersedes(b) { (a, b) } else { (b, a) };
    later.renew(later).is_some_and(|renewed| renewed.supersedes(other))
}
