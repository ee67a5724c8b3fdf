//! Weighted rendezvous hashing: each key has a score with each instance, and goes to the highest.
//!
//! With u the hash of key and instance as a number between 0 and 1, the score is −weight ÷ ln u, so that an
//! instance is the highest for its weight's share of the keys (Schindelhauer and Schomaker, "Weighted
//! distributed hash tables", 2005, the logarithmic method). Invariant: a score depends on nothing but the key,
//! the instance's owner, name and weight. Hence nothing else moves a key; an instance that goes, or loses
//! weight, gives up only its own keys, and one that comes, or gains weight, takes only what it gets.

use core::cmp::Ordering;
use haulout::fingerprint::{Canonical, CanonicalSink, Fingerprinter, fingerprint, mix};

/// What stands for an instance: 64 bits for its owner and its name.
pub(crate) fn print<A: Canonical>(owner: &A, instance: &str) -> u64 {
    mix(&[fingerprint(owner), bytes(instance.as_bytes())])
}

/// What stands for a key.
pub(crate) fn bytes(key: &[u8]) -> u64 {
    let mut out = Fingerprinter::new();
    out.bytes(key);
    out.finish()
}

/// The score of a key with an instance; a weight of 0 has a score of 0.
pub(crate) fn score(key: u64, print: u64, weight: u16) -> f64 {
    // 52 bits, of which each has its place in the number, so that nothing is rounded.
    let hash = mix(&[key, print]) >> 12;
    let (high, low) = ((hash >> 20) as u32, (hash & 0xf_ffff) as u32);
    let whole = f64::from(high) * f64::from(1 << 20) + f64::from(low);
    // The middle of a step of 2⁻⁵²: neither 0 nor 1. `libm` gives the same bits on every machine.
    let unit = (whole + 0.5) * f64::EPSILON;
    f64::from(weight) / -libm::log(unit)
}

/// The higher score first, then the lower print: scores of two instances are hardly ever equal.
pub(crate) fn best_first(one: (f64, u64), two: (f64, u64)) -> Ordering {
    two.0.total_cmp(&one.0).then(one.1.cmp(&two.1))
}
