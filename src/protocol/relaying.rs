//! Pinging for others (SWIM §3.1, Lifeguard §IV-A): ack if there is one, nack if there is none yet.

use super::{Intent, Protocol, Say};
use crate::broadcast::Broadcasts;
use crate::fingerprint::destination;
use crate::identity::Identity;
use crate::members::Slot;
use crate::probe::Origin;
use alloc::boxed::Box;

impl<I: Identity, B: Broadcasts<I>> Protocol<I, B> {
    /// A member asks us to ping `target`. We do so on our own account, with a number of our own; if we
    /// cannot, we say so at once.
    pub(super) fn hear_ping_req(
        &mut self,
        origin: Slot,
        number: u16,
        target: &I::Addr,
        route: Option<&I::Route>,
    ) {
        let (asker, dst) = self.members.receiver(origin);
        let origin = Origin { route: asker.route(), dst, slot: origin, number };
        let route = route.cloned().or_else(|| I::route_of(target)).or_else(|| {
            let slot = self.members.find(target)?;
            Some(self.members[slot].identity.route())
        });
        let full = self.watch.relays.is_full();
        self.stats.dropped.relays_full += u64::from(full);
        let able = !full && *target != self.me.addr && self.me.is_serving();
        let Some(to) = route.filter(|route| able && self.horizon.covers(route)) else {
            return self.reply(&origin, Say::Nack { number });
        };
        let number = self.next_number();
        self.watch.relays.add(self.now, number, target.clone(), origin);
        let dst = destination(target);
        // News goes to members, not to a route that somebody names for one.
        let slot = self.members.find(target).filter(|slot| self.members[*slot].identity.route() == to);
        self.send(Intent { to, dst, slot, cookie: None, say: Say::Ping { number } });
    }

    /// An ack of a ping made for another goes back to it, however late. True if it was one.
    pub(super) fn forward_ack(&mut self, slot: Slot, number: u16, incarnation: u32) -> bool {
        let identity = &self.members[slot].identity;
        let Some(relay) = self.watch.relays.find_mut(number) else { return false };
        if !identity.is_at(&relay.target) {
            return false;
        }
        let identity = identity.clone();
        if let Some(relay) = self.watch.relays.take(number) {
            let from = Box::new((identity, incarnation));
            let say = Say::ForwardedAck { number: relay.origin.number, from };
            self.reply(&relay.origin, say);
        }
        true
    }

    /// The target has forgotten us and asks us to prove our route: it is there. True if the challenge was for
    /// one of these pings.
    pub(super) fn relay_challenged(&mut self, source: &I, number: u16, cookie: u64) -> bool {
        let Some(relay) = self.watch.relays.find_mut(number) else { return false };
        if !source.is_at(&relay.target) || core::mem::replace(&mut relay.challenged, true) {
            return true;
        }
        let (origin, to) = (relay.origin.clone(), source.route());
        let dst = destination(&relay.target);
        self.send(Intent { to, dst, slot: None, cookie: Some(cookie), say: Say::Ping { number } });
        let held = self.members.find(&source.addr()).map(|slot| &self.members[slot]);
        let incarnation =
            held.filter(|member| member.identity == *source).map_or(0, |member| member.incarnation);
        self.watch.relays.take(number);
        let from = Box::new((source.clone(), incarnation));
        let say = Say::ForwardedAck { number: origin.number, from };
        self.reply(&origin, say);
        true
    }

    /// Pings for others without an ack in time.
    pub(super) fn relays_due(&mut self) {
        while let Some(origin) = self.watch.relays.due(self.now) {
            self.reply(&origin, Say::Nack { number: origin.number });
        }
    }

    fn reply(&mut self, origin: &Origin<I::Route>, say: Say<I>) {
        let Origin { route, dst, slot, .. } = origin.clone();
        self.send(Intent { to: route, dst, slot: Some(slot), cookie: None, say });
    }
}

#[cfg(test)]
mod tests;
