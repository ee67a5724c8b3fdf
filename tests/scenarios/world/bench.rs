//! One real member among puppets: what it does, message by message.

use super::people::{Seal, route, seal};
use super::puppet::Doll;
use super::{Seat, World, secs};
use haulout::codec::{Message, Update};
use haulout::{Config, State};

/// A world of one engine and of puppets that it holds alive.
pub struct Bench {
    pub w: World<Seal>,
    pub me: Seat,
    /// Puppet `n` is at address `n + 1`.
    pub dolls: Vec<Doll>,
}

impl Bench {
    /// `n` puppets: the first joins, and tells of the others.
    pub fn new(seed: u64, config: Config, n: usize) -> Self {
        let mut w: World<Seal> = World::new(seed, config);
        w.net.latency = (core::time::Duration::from_millis(1), core::time::Duration::from_millis(1));
        let me = w.add(seal(0));
        w.start(me);
        let dolls: Vec<_> = (1..=n).map(|i| w.puppet(seal(i))).collect();
        w.admit(dolls[0], me);
        let others: Vec<_> = (2..=n).map(|i| Update::new(seal(i), 0, State::Alive)).collect();
        for chunk in others.chunks(100) {
            w.tell(dolls[0], me, Message::Gossip, chunk);
        }
        assert_eq!(w.member(me).members().count(), n);
        w.run_for(secs(10));
        w.capture();
        Self { w, me, dolls }
    }

    /// Puppets that do not ack from now on.
    pub fn silence(&mut self, dolls: &[Doll]) {
        for doll in dolls {
            self.w.doll_mut(*doll).acks = false;
        }
    }

    /// The state in which the member holds the n-th puppet.
    pub fn state(&self, doll: Doll) -> Option<State> {
        self.w.state(self.me, self.w.doll(doll).identity.address())
    }

    /// A suspicion of a puppet, at its incarnation, by these addresses, told by the first puppet.
    pub fn accuse(&mut self, doll: Doll, by: &[usize]) {
        let mut update =
            Update::new(self.w.doll(doll).identity, self.w.doll(doll).incarnation, State::Suspect);
        for n in by {
            update.by.insert(route(*n));
        }
        self.w.tell(self.dolls[0], self.me, Message::Gossip, &[update]);
    }
}
