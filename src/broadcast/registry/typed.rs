//! Typed access: what a program publishes and reads.

use super::{Kind, Registry, Topics};
use crate::broadcast::{Context, DecodeError, Encoded, Publish, Topic};
use crate::error::CommandError;
use crate::identity::Identity;
use crate::spec::Spec;
use core::fmt;
use core::time::Duration;

/// A record as it is held: its value is still encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored<'a, I> {
    /// The owner, under the identity that it has now.
    pub owner: &'a I,
    /// The number of the topic.
    pub topic: u32,
    /// The key under which it was put.
    pub key: &'a [u8],
    /// The encoded value.
    pub value: &'a [u8],
}

impl<I: Identity> Registry<I> {
    /// What is registered.
    pub fn topics(&self) -> &Topics {
        &self.topics
    }

    /// Puts a value under a key; it replaces what was there. Putting what is there already does nothing.
    ///
    /// For drivers, which lend the registry by [`Publish::with`]. Errors name the limit that the key, the value
    /// or the number of our records exceeds.
    pub fn put<T: 'static>(
        &mut self,
        key: &[u8],
        value: &Encoded<T>,
        context: &mut Context<'_, I>,
    ) -> Result<(), CommandError> {
        let topic = value.topic();
        self.topics.check(topic, Kind::Record)?;
        self.own.put(&mut self.store, (topic.id, key), value.bytes(), context)
    }

    /// Removes what is under a key; false if there is nothing. For drivers, as [`put`](Self::put) is.
    pub fn remove<T: 'static>(
        &mut self,
        topic: &Topic<T>,
        key: &[u8],
        context: &mut Context<'_, I>,
    ) -> Result<bool, CommandError> {
        self.topics.check(topic, Kind::Record)?;
        self.own.remove(&mut self.store, (topic.id, key), context)
    }

    /// Makes a moment known, within `ttl` of now if there is one; see [`UserEvents::send`]. For drivers, as
    /// [`put`](Self::put) is.
    pub fn send<T: 'static>(
        &mut self,
        value: Encoded<T>,
        ttl: Option<Duration>,
        context: &mut Context<'_, I>,
    ) -> Result<(), CommandError> {
        let Encoded { topic, bytes } = value;
        self.topics.check(&topic, Kind::UserEvent)?;
        let limit = context.limits().value_limit();
        if bytes.len() > limit as usize {
            return Err(CommandError::ValueTooLong { len: bytes.len(), limit });
        }
        let life = self.own.life(context);
        self.moments.send(life, topic.id, ttl, bytes, context)
    }

    /// The value that a member, or we ourselves, put under a key; `None` if there is none, or if its owner is
    /// no member. Cost: O(log of the owner's records), and decoding.
    pub fn get<T>(
        &self,
        topic: &Topic<T>,
        owner: &I::Addr,
        key: impl AsRef<[u8]>,
    ) -> Option<Result<T, DecodeError>> {
        Some(topic.decode(self.raw(topic.id, owner, key.as_ref())?))
    }

    /// All values of a topic, with their owners and keys, in no order that means anything. Cost: O(all
    /// records).
    pub fn iter<T>(&self, topic: &Topic<T>) -> impl Iterator<Item = (Stored<'_, I>, Result<T, DecodeError>)> {
        let topic = *topic;
        self.stored().filter(move |stored| stored.topic == topic.id).map(move |stored| {
            let value = topic.decode(stored.value);
            (stored, value)
        })
    }

    /// The encoded value under a key, of any topic, registered or not.
    pub fn raw(&self, topic: u32, owner: &I::Addr, key: &[u8]) -> Option<&[u8]> {
        let slot = self.store.find(owner)?;
        let owner = &self.store.owners[slot];
        let at = self.store.locate(slot, topic, key).ok()?;
        let item = &self.store.items[owner.items[at]];
        item.put().filter(|_| owner.shown)
    }

    /// Everything that is visible, of all topics, registered or not.
    pub fn stored(&self) -> impl Iterator<Item = Stored<'_, I>> {
        let shown = self.store.owners().map(|slot| &self.store.owners[slot]).filter(|owner| owner.shown);
        shown.flat_map(|owner| {
            owner.items.iter().filter_map(|at| {
                let item = &self.store.items[*at];
                let value = item.put()?;
                Some(Stored { owner: &owner.identity, topic: item.topic, key: item.key(), value })
            })
        })
    }
}

/// Puts and removes records of a topic; we are their owner.
pub struct Records<'e, S: Spec, T> {
    publish: Publish<'e, S>,
    topic: Topic<T>,
}

/// Sends user events of a topic.
pub struct UserEvents<'e, S: Spec, T> {
    publish: Publish<'e, S>,
    topic: Topic<T>,
}

impl<'e, I: Identity, S: Spec<Identity = I, Broadcasts = Registry<I>>> Publish<'e, S> {
    /// Records of a topic that is registered as one of records of this type.
    pub fn records<T: 'static>(mut self, topic: &Topic<T>) -> Result<Records<'e, S, T>, CommandError> {
        self.with(|registry, _| registry.topics.check(topic, Kind::Record))?;
        Ok(Records { publish: self, topic: *topic })
    }

    /// User events of a topic that is registered as one of events of this type.
    pub fn events<T: 'static>(mut self, topic: &Topic<T>) -> Result<UserEvents<'e, S, T>, CommandError> {
        self.with(|registry, _| registry.topics.check(topic, Kind::UserEvent))?;
        Ok(UserEvents { publish: self, topic: *topic })
    }
}

impl<I: Identity, S: Spec<Identity = I, Broadcasts = Registry<I>>, T: 'static> Records<'_, S, T> {
    /// Puts a value under a key; it replaces what was there. Putting what is there already does nothing.
    ///
    /// Errors name the limit that the key, the value or the number of our records exceeds.
    pub fn put(&mut self, key: impl AsRef<[u8]>, value: &T) -> Result<(), CommandError> {
        let value = self.topic.encode(value)?;
        self.publish.with(|registry, context| registry.put(key.as_ref(), &value, context))
    }

    /// Removes what is under a key; false if there is nothing.
    pub fn remove(&mut self, key: impl AsRef<[u8]>) -> Result<bool, CommandError> {
        let topic = self.topic;
        self.publish.with(|registry, context| registry.remove(&topic, key.as_ref(), context))
    }

    /// The value that we ourselves have put under a key; `None` if there is none.
    ///
    /// ```
    /// # use haulout::broadcast::{Registry, Topic};
    /// # use haulout::{Config, Engine, Instant, Renewing};
    /// # use haulout_codec_serde::PostcardCodec;
    /// # use core::net::SocketAddr;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # const LOAD: Topic<String> = Topic::new(1, "load");
    /// # let identity = Renewing::<SocketAddr>::new(([10, 0, 0, 1], 7946).into(), 1);
    /// # let registry = Registry::new().record(LOAD)?;
    /// # let mut engine = Engine::new(identity, PostcardCodec, registry, Config::lan(), 7)?;
    /// # let now = Instant::ZERO;
    /// # engine.start(now);
    /// let mut load = engine.broadcasts(now).records(&LOAD)?;
    /// assert_eq!(load.mine("cpu"), None);
    /// load.put("cpu", &"0.7".into())?;
    /// assert_eq!(load.mine("cpu"), Some(Ok("0.7".into())));
    /// load.remove("cpu")?;
    /// assert_eq!(load.mine("cpu"), None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn mine(&mut self, key: impl AsRef<[u8]>) -> Option<Result<T, DecodeError>> {
        let topic = self.topic;
        self.publish.with(|registry, context| registry.get(&topic, &context.me().addr(), key))
    }

    /// See [`Registry::get`].
    pub fn get(&mut self, owner: &I::Addr, key: impl AsRef<[u8]>) -> Option<Result<T, DecodeError>> {
        let topic = self.topic;
        self.publish.with(|registry, _| registry.get(&topic, owner, key))
    }
}

impl<I: Identity, S: Spec<Identity = I, Broadcasts = Registry<I>>, T: 'static> UserEvents<'_, S, T> {
    /// Makes a moment known to every member, ourselves among them, at most once to each.
    ///
    /// An error, [`CommandError::EventsInFlight`], while 64 of ours are still being transmitted.
    pub fn send(&mut self, value: &T) -> Result<(), CommandError> {
        self.send_for(value, None)
    }

    /// The same, delivered only within `ttl` of now.
    pub fn send_within(&mut self, ttl: Duration, value: &T) -> Result<(), CommandError> {
        self.send_for(value, Some(ttl))
    }

    fn send_for(&mut self, value: &T, ttl: Option<Duration>) -> Result<(), CommandError> {
        let value = self.topic.encode(value)?;
        self.publish.with(|registry, context| registry.send(value, ttl, context))
    }
}

impl<S: Spec, T> fmt::Debug for Records<'_, S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").field("topic", &self.topic).finish_non_exhaustive()
    }
}

impl<S: Spec, T> fmt::Debug for UserEvents<'_, S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserEvents").field("topic", &self.topic).finish_non_exhaustive()
    }
}
