//! Every watch of a directory, by the name that it watches.
//!
//! Invariant: only watches that somebody holds are in it, and no name without one. Cost: O(watches of a name).

use super::{Queue, WatchEvent};
use std::collections::HashMap;
use std::sync::Arc;
use std::task::Waker;

pub(crate) struct Watches<A> {
    named: HashMap<Box<str>, Vec<Arc<Queue<A>>>>,
    /// Those of all services.
    all: Vec<Arc<Queue<A>>>,
}

impl<A> Watches<A> {
    pub(crate) fn new() -> Self {
        Self { named: HashMap::new(), all: Vec::new() }
    }

    pub(crate) fn add(&mut self, name: Option<&str>, queue: &Arc<Queue<A>>) {
        let list = match name {
            Some(name) => self.named.entry(name.into()).or_default(),
            None => &mut self.all,
        };
        list.push(queue.clone());
    }

    pub(crate) fn remove(&mut self, name: Option<&str>, queue: &Arc<Queue<A>>) {
        let others = |held: &Arc<Queue<A>>| !Arc::ptr_eq(held, queue);
        match name {
            None => self.all.retain(others),
            Some(name) => {
                if let Some(list) = self.named.get_mut(name) {
                    list.retain(others);
                    if list.is_empty() {
                        self.named.remove(name);
                    }
                }
            }
        }
    }

    /// Tells those whom a change concerns, and collects whom to wake.
    pub(crate) fn tell(&self, event: &WatchEvent<A>, wakers: &mut Vec<Waker>) {
        let named = event.name().and_then(|name| self.named.get(name));
        let concerned = named.into_iter().flatten().chain(&self.all);
        wakers.extend(concerned.filter_map(|queue| queue.push(event)));
    }

    /// Ends all. Whom to wake.
    pub(crate) fn close(&mut self) -> Vec<Waker> {
        let named = self.named.values().flatten();
        named.chain(&self.all).filter_map(|queue| queue.close()).collect()
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.named.values().map(Vec::len).sum::<usize>() + self.all.len()
    }
}
