//! The topics that are registered here: numbers, names, types.

use crate::broadcast::Topic;
use crate::error::CommandError;
use crate::time::Instant;
use alloc::vec::Vec;
use core::any::TypeId;
use core::fmt;
use core::time::Duration;

/// Most topics of a registry.
const TOPICS: usize = 256;
/// Most bytes of a name.
const NAME: usize = 64;
/// How often the user is told that others use a number for something else.
const WARNED: Duration = Duration::from_secs(60);

/// What is published under a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// State: keyed, versioned, owned.
    Record,
    /// Moments.
    UserEvent,
}

/// A topic cannot be registered. The caller is to blame; the registry is as it was, but consumed: a program
/// with such topics is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegistryError {
    /// Two topics have one number.
    DuplicateId {
        /// The number.
        id: u32,
        /// The name that has it.
        first: &'static str,
        /// The name that wants it.
        second: &'static str,
    },
    /// Two topics have one name.
    DuplicateName {
        /// The name.
        name: &'static str,
    },
    /// A name must have 1 to 64 bytes.
    Name {
        /// The name.
        name: &'static str,
    },
    /// A registry holds at most 256 topics.
    TooMany,
}

impl fmt::Display for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateId { id, first, second } => {
                write!(f, "topics `{first}` and `{second}` both have the number {id}: give one another")
            }
            Self::DuplicateName { name } => write!(f, "two topics are named `{name}`"),
            Self::Name { name } => write!(f, "topic name `{name}` must have 1 to {NAME} bytes"),
            Self::TooMany => write!(f, "a registry holds at most {TOPICS} topics"),
        }
    }
}

impl core::error::Error for RegistryError {}

#[derive(Clone, Debug)]
pub(super) struct Registered {
    pub(super) id: u32,
    pub(super) name: &'static str,
    kind: Kind,
    values: TypeId,
    warned: Option<Instant>,
}

/// The topics of a registry, by number; a copy says what may be published without asking the registry.
#[derive(Clone, Debug, Default)]
pub struct Topics(Vec<Registered>);

impl Topics {
    pub(super) fn register<T: 'static>(&mut self, topic: &Topic<T>, kind: Kind) -> Result<(), RegistryError> {
        let Topic { id, name, .. } = *topic;
        if !(1..=NAME).contains(&name.len()) {
            return Err(RegistryError::Name { name });
        }
        if self.0.iter().any(|registered| registered.id != id && registered.name == name) {
            return Err(RegistryError::DuplicateName { name });
        }
        match self.0.binary_search_by_key(&id, |registered| registered.id) {
            Ok(at) => Err(RegistryError::DuplicateId { id, first: self.0[at].name, second: name }),
            Err(_) if self.0.len() == TOPICS => Err(RegistryError::TooMany),
            Err(at) => {
                let values = TypeId::of::<T>();
                self.0.insert(at, Registered { id, name, kind, values, warned: None });
                Ok(())
            }
        }
    }

    /// Whether a topic is registered for this kind and type; an error says why not.
    pub fn check<T: 'static>(&self, topic: &Topic<T>, kind: Kind) -> Result<(), CommandError> {
        let registered = self.find(topic.id).ok_or(CommandError::NotRegistered { topic: topic.id })?;
        if registered.kind == kind && registered.values == TypeId::of::<T>() {
            Ok(())
        } else {
            Err(CommandError::OtherType { topic: topic.id })
        }
    }

    pub(super) fn find(&self, id: u32) -> Option<&Registered> {
        let at = self.0.binary_search_by_key(&id, |registered| registered.id).ok()?;
        Some(&self.0[at])
    }

    /// A member calls a topic so. Our name for it, if it is another, once a minute.
    pub(super) fn hear(&mut self, now: Instant, id: u32, name: &str) -> Option<&'static str> {
        let at = self.0.binary_search_by_key(&id, |registered| registered.id).ok()?;
        let ours = &mut self.0[at];
        let fresh = ours.warned.is_some_and(|at| now.since(at) < WARNED);
        if ours.name == name || fresh {
            return None;
        }
        ours.warned = Some(now);
        Some(ours.name)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Registered> {
        self.0.iter()
    }
}
