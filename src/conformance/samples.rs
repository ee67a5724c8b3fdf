//! Whether the samples are enough to show anything.

use crate::identity::Identity;
use alloc::vec::Vec;

/// The distinct keys of the samples, in their order.
pub(super) fn keys<I: Identity>(samples: &[I]) -> Vec<I::Addr> {
    let mut keys = Vec::new();
    for sample in samples {
        let key = sample.addr();
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// Panics unless the samples have this many keys, one of them with two samples.
pub(super) fn check<I: Identity>(samples: &[I], least_keys: usize) {
    let keys = keys(samples).len();
    assert!(
        keys >= least_keys,
        "the samples have {keys} different keys, the conformance kit needs {least_keys}"
    );
    let rivals = samples
        .iter()
        .enumerate()
        .any(|(at, a)| samples[..at].iter().any(|b| b.addr() == a.addr() && (b != a || !I::RENEWS)));
    assert!(rivals, "the conformance kit needs two samples of one key, unequal ones if the identity renews");
}
