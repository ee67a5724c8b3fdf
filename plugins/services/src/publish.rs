//! The topic of services, and what their owner does with it.
//!
//! Invariant: a service is under the name of its instance. Cost: that of putting a record.

use crate::health::Health;
use crate::service::Service;
use haulout::broadcast::{Records, Registry, Topic};
use haulout::{CommandError, Identity, Spec};

/// The topic of services, number 1: register it with
/// [`Registry::record`](haulout::broadcast::Registry::record).
pub const SERVICES: Topic<Service> = Topic::new(1, "service");

/// The verbs of an owner, for `engine.broadcasts(now).records(&SERVICES)?`.
pub trait ServiceRecords {
    /// Publishes a service, in the place of the one with the same name of instance, if there is one.
    ///
    /// Errors as of [`Records::put`].
    fn register(&mut self, service: &Service) -> Result<(), CommandError>;

    /// Takes a service of ours back; false if there is none of this name of instance.
    ///
    /// Errors as of [`Records::remove`].
    fn deregister(&mut self, instance: &str) -> Result<bool, CommandError>;

    /// Says how we find a service of ours; false if there is none of this name of instance. Saying what was
    /// said last does nothing.
    ///
    /// Errors as of [`Records::put`].
    fn set_health(&mut self, instance: &str, health: Health) -> Result<bool, CommandError>;
}

impl<I, S> ServiceRecords for Records<'_, S, Service>
where
    I: Identity,
    S: Spec<Identity = I, Broadcasts = Registry<I>>,
{
    fn register(&mut self, service: &Service) -> Result<(), CommandError> {
        self.put(service.instance(), service)
    }

    fn deregister(&mut self, instance: &str) -> Result<bool, CommandError> {
        self.remove(instance)
    }

    fn set_health(&mut self, instance: &str, health: Health) -> Result<bool, CommandError> {
        let Some(Ok(service)) = self.mine(instance) else { return Ok(false) };
        self.register(&service.with_health(health))?;
        Ok(true)
    }
}
