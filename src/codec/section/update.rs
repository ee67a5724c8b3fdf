//! What is held of a member, and who suspects it.

use crate::identity::Identity;
use crate::state::State;
use alloc::vec::Vec;

/// The most keys that a suspicion names: its originator and three who confirm it.
pub const MAX_SUSPECTERS: usize = 4;

/// Up to [`MAX_SUSPECTERS`] distinct keys of members that suspect another.
///
/// It allocates only when it holds a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspecters<A>(Vec<A>);

impl<A: Eq> Suspecters<A> {
    /// An empty set.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a key. False if it was there already, or if the set is full: it keeps what it has.
    pub fn insert(&mut self, key: A) -> bool {
        let new = self.0.len() < MAX_SUSPECTERS && !self.0.contains(&key);
        if new {
            self.0.push(key);
        }
        new
    }

    /// Strikes out the keys for which `keep` is false.
    pub fn retain(&mut self, keep: impl FnMut(&A) -> bool) {
        self.0.retain(keep);
    }

    /// The keys, in the order in which they came.
    pub fn as_slice(&self) -> &[A] {
        &self.0
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<A: Eq> Default for Suspecters<A> {
    fn default() -> Self {
        Self::new()
    }
}

impl<A> IntoIterator for Suspecters<A> {
    type Item = A;
    type IntoIter = alloc::vec::IntoIter<A>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// What somebody holds of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update<I: Identity> {
    /// Who it is about.
    pub identity: I,
    /// Its incarnation.
    pub incarnation: u32,
    /// Its state.
    pub state: State,
    /// Who suspects it; empty unless `state` is [`State::Suspect`].
    pub by: Suspecters<I::Addr>,
}

/// The borrowing twin of [`Update`].
#[derive(Debug)]
pub struct UpdateRef<'a, I: Identity> {
    /// See [`Update::identity`].
    pub identity: &'a I,
    /// See [`Update::incarnation`].
    pub incarnation: u32,
    /// See [`Update::state`].
    pub state: State,
    /// See [`Update::by`]; at most [`MAX_SUSPECTERS`].
    pub by: &'a [I::Addr],
}

impl<I: Identity> Clone for UpdateRef<'_, I> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I: Identity> Copy for UpdateRef<'_, I> {}

impl<I: Identity> Update<I> {
    /// An update without suspecters.
    pub fn new(identity: I, incarnation: u32, state: State) -> Self {
        Self { identity, incarnation, state, by: Suspecters::new() }
    }

    /// The borrowing twin.
    pub fn as_ref(&self) -> UpdateRef<'_, I> {
        UpdateRef {
            identity: &self.identity,
            incarnation: self.incarnation,
            state: self.state,
            by: self.by.as_slice(),
        }
    }
}
