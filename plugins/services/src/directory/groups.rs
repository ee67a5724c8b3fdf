//! The instances of one name, all and by tag.
//!
//! Invariant: a group holds exactly the instances that its tag, or only its name, asks for, and its list is
//! that of what it holds. Cost: a change O(log instances) for each tag; the list is made when it is read first
//! after a change, O(instances), and shared from then on.

use crate::instance::Instance;
use crate::instances::Instances;
use core::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

/// An instance, compared by the order of instances: what it says of itself otherwise does not matter.
struct Ordered<A>(Arc<Instance<A>>);

impl<A> Ord for Ordered<A> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.order(&other.0)
    }
}

impl<A> PartialOrd for Ordered<A> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<A> PartialEq for Ordered<A> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<A> Eq for Ordered<A> {}

struct Group<A> {
    instances: BTreeSet<Ordered<A>>,
    list: OnceLock<Instances<A>>,
}

impl<A> Group<A> {
    fn new() -> Self {
        Self { instances: BTreeSet::new(), list: OnceLock::new() }
    }

    fn put(&mut self, instance: &Arc<Instance<A>>) {
        self.list = OnceLock::new();
        self.instances.replace(Ordered(instance.clone()));
    }

    fn remove(&mut self, instance: &Arc<Instance<A>>) {
        self.list = OnceLock::new();
        self.instances.remove(&Ordered(instance.clone()));
    }

    fn list(&self) -> Instances<A> {
        let ordered = || Instances::new(self.instances.iter().map(|instance| instance.0.clone()));
        self.list.get_or_init(ordered).clone()
    }
}

/// The instances of one name.
pub(super) struct Groups<A> {
    all: Group<A>,
    tagged: HashMap<Box<str>, Group<A>>,
}

impl<A> Groups<A> {
    pub(super) fn new() -> Self {
        Self { all: Group::new(), tagged: HashMap::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.all.instances.len()
    }

    pub(super) fn list(&self) -> Instances<A> {
        self.all.list()
    }

    pub(super) fn tagged(&self, tag: &str) -> Instances<A> {
        self.tagged.get(tag).map(Group::list).unwrap_or_default()
    }

    /// Adds an instance, or takes it in the place of the one that it was.
    pub(super) fn put(&mut self, old: Option<&Arc<Instance<A>>>, new: &Arc<Instance<A>>) {
        self.all.put(new);
        if let Some(old) = old {
            self.untag(old, |tag| !new.has_tag(tag));
        }
        for tag in new.tags() {
            match self.tagged.get_mut(tag) {
                Some(group) => group.put(new),
                None => self.tagged.entry(tag.into()).or_insert_with(Group::new).put(new),
            }
        }
    }

    /// Removes an instance.
    pub(super) fn remove(&mut self, old: &Arc<Instance<A>>) {
        self.all.remove(old);
        self.untag(old, |_| true);
    }

    fn untag(&mut self, old: &Arc<Instance<A>>, wanted: impl Fn(&str) -> bool) {
        for tag in old.tags().filter(|tag| wanted(tag)) {
            if let Some(group) = self.tagged.get_mut(tag) {
                group.remove(old);
                if group.instances.is_empty() {
                    self.tagged.remove(tag);
                }
            }
        }
    }
}
