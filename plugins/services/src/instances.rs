//! The instances of a service at one moment, and the choice of one.
//!
//! Invariants: the instances are in their [order](Instance), and never change; what a directory learns later is
//! in the next look-up.

use crate::hashing::{self, best_first, score};
use crate::instance::Instance;
use core::fmt;
use core::ops::Deref;
use std::sync::{Arc, OnceLock};

/// The instances that a look-up found, as they were at that moment. It derefs to a slice.
///
/// They are ordered by name of service, name of instance, and the canonical bytes of their owner's key, on
/// every member alike. Cloning costs O(1).
pub struct Instances<A> {
    list: Arc<List<A>>,
}

struct List<A> {
    instances: Box<[Arc<Instance<A>>]>,
    /// The sums of the weights up to each instance.
    sums: OnceLock<Box<[u64]>>,
    /// The healthy ones; `None` if all are.
    healthy: OnceLock<Option<Instances<A>>>,
}

impl<A> Instances<A> {
    /// The instances, which are in their order.
    pub(crate) fn new(instances: impl IntoIterator<Item = Arc<Instance<A>>>) -> Self {
        let instances: Box<[_]> = instances.into_iter().collect();
        debug_assert!(instances.is_sorted_by(|one, two| one.order(two).is_lt()));
        Self { list: Arc::new(List { instances, sums: OnceLock::new(), healthy: OnceLock::new() }) }
    }

    /// Those that are healthy: passing or warning.
    ///
    /// Cost: O(instances) at the first call after a change, O(1) at the next ones.
    pub fn healthy(&self) -> Self {
        let healthy = self.list.healthy.get_or_init(|| {
            let is_healthy = |instance: &&Arc<Instance<A>>| instance.health().is_healthy();
            let all = self.iter().all(|instance| is_healthy(&instance));
            (!all).then(|| Self::new(self.iter().filter(is_healthy).cloned()))
        });
        healthy.as_ref().unwrap_or(self).clone()
    }

    /// One instance, each as often as its weight says: `random` is to be uniform over all 64-bit numbers, and
    /// the same number chooses the same of the same instances. `None` if there are none.
    ///
    /// A weight of 0 is never chosen, unless all are 0; then each is as likely. Cost: O(instances) at the first
    /// call after a change, O(log instances) at the next ones.
    pub fn choose(&self, random: u64) -> Option<&Arc<Instance<A>>> {
        let sums = self.list.sums.get_or_init(|| {
            let sum = |sum: &mut u64, instance: &Arc<Instance<A>>| {
                *sum += u64::from(instance.weight());
                Some(*sum)
            };
            self.iter().scan(0, sum).collect()
        });
        match *sums.last()? {
            0 => self.get(below(random, self.len() as u64) as usize),
            total => {
                let point = below(random, total);
                self.get(sums.partition_point(|sum| *sum <= point))
            }
        }
    }

    /// The instance that a key belongs to, by weighted rendezvous hashing: the same on every member that sees
    /// the same instances. `None` if there are none.
    ///
    /// Keys are shared out by weight; a weight of 0 gets none, unless all are 0; then each gets as many.
    /// Whatever else changes of a service moves no key. An instance that goes gives up its own keys and no
    /// others; one that comes takes its share, and no key moves between others. Cost: O(instances), a logarithm
    /// each.
    pub fn by_key(&self, key: impl AsRef<[u8]>) -> Option<&Arc<Instance<A>>> {
        let scores = self.scores(key.as_ref()).zip(self.iter());
        Some(scores.min_by(|(one, _), (two, _)| best_first(*one, *two))?.1)
    }

    /// The first `count` instances of a key, for replicas and retries: the first is that of
    /// [`by_key`](Self::by_key), the second the one that it would be without the first, and so on. Those of
    /// weight 0 come last.
    ///
    /// Cost: O(instances · log instances).
    pub fn ranked(&self, key: impl AsRef<[u8]>, count: usize) -> Vec<Arc<Instance<A>>> {
        let mut scored: Vec<_> = self.scores(key.as_ref()).zip(self.iter()).collect();
        scored.sort_unstable_by(|(one, _), (two, _)| best_first(*one, *two));
        // Without those of any weight, the ones of weight 0 are as in a list of their own.
        let weighty = scored.partition_point(|((score, _), _)| *score > 0.0);
        let key = hashing::bytes(key.as_ref());
        let unweighted = |instance: &Arc<Instance<A>>| (score(key, instance.print(), 1), instance.print());
        scored[weighty..].sort_unstable_by(|(_, one), (_, two)| best_first(unweighted(one), unweighted(two)));
        scored.into_iter().take(count).map(|(_, instance)| instance.clone()).collect()
    }

    /// What a key scores with each instance, and its print.
    fn scores(&self, key: &[u8]) -> impl Iterator<Item = (f64, u64)> {
        let key = hashing::bytes(key);
        let weightless = self.iter().all(|instance| instance.weight() == 0);
        self.iter().map(move |instance| {
            let weight = if weightless { 1 } else { instance.weight() };
            (score(key, instance.print(), weight), instance.print())
        })
    }
}

/// A number below `bound`, from one that is uniform: to within `bound` ÷ 2⁶⁴ each is as likely.
fn below(random: u64, bound: u64) -> u64 {
    ((u128::from(random) * u128::from(bound)) >> 64) as u64
}

impl<A> Deref for Instances<A> {
    type Target = [Arc<Instance<A>>];

    fn deref(&self) -> &Self::Target {
        &self.list.instances
    }
}

impl<A> Clone for Instances<A> {
    fn clone(&self) -> Self {
        Self { list: self.list.clone() }
    }
}

/// No instances.
impl<A> Default for Instances<A> {
    fn default() -> Self {
        Self::new([])
    }
}

impl<'a, A> IntoIterator for &'a Instances<A> {
    type Item = &'a Arc<Instance<A>>;
    type IntoIter = core::slice::Iter<'a, Arc<Instance<A>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<A: PartialEq> PartialEq for Instances<A> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<A: Eq> Eq for Instances<A> {}

impl<A: fmt::Debug> fmt::Debug for Instances<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests;
