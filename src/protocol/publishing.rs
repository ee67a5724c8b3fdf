//! The broadcast plugin's place in the protocol: it is lent what it may see, told who became what, and its
//! backlog keeps gossip going.

use super::Protocol;
use crate::broadcast::{Broadcasts, Change, Context};
use crate::codec::Section;
use crate::identity::Identity;
use alloc::vec::Vec;

impl<I: Identity, B: Broadcasts<I>> Protocol<I, B> {
    /// Lends the plugin, with what it may see. `relays` says that what it learns is news to others.
    pub(crate) fn lend<R>(&mut self, relays: bool, f: impl FnOnce(&mut B, &mut Context<'_, I>) -> R) -> R {
        let mut context = Context {
            now: self.now,
            me: &self.me.identity,
            members: &self.members,
            limits: &self.config.limits,
            relays,
            renews: false,
            rng: &mut self.rng,
            events: &mut self.events,
            dropped: &mut self.stats.dropped,
        };
        let result = f(&mut self.broadcasts, &mut context);
        if context.renews && self.me.is_serving() {
            self.renew_past(&self.me.identity.clone());
        }
        result
    }

    /// Tells the plugin who became what.
    pub(super) fn tell_plugin(&mut self, change: Change<'_, I>) {
        self.lend(true, |broadcasts, context| broadcasts.changed(change, context));
    }

    /// Hands what a member sent to the plugin.
    pub(super) fn hear_sections(&mut self, sections: &mut Vec<Section<'_, I>>, relays: bool) {
        self.stats.received.broadcasts += sections.len() as u64;
        for section in sections.drain(..) {
            self.lend(relays, |broadcasts, context| broadcasts.handle(section, context));
        }
        self.arm_broadcasts();
    }

    /// While something waits to be told, there are rounds of gossip.
    pub(crate) fn arm_broadcasts(&mut self) {
        if self.broadcasts.backlog() > 0 {
            self.arm_gossip();
        }
    }

    /// The root of the records plane, where records are kept.
    pub(crate) fn records_root(&self) -> Option<u64> {
        self.broadcasts.digest().map(crate::broadcast::Digest::root)
    }
}
