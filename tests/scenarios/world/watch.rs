//! What a test reads: views, events, captured datagrams.

use super::World;
use super::letter::Letter;
use super::log::{Happened, Mark};
use super::people::Peer;
use super::seat::{Member, Seat, Traffic};
use core::net::SocketAddr;
use haulout::codec::MessageKind;
use haulout::{Event, Instant, State, Stats};

/// Members up to which notes are compared each with each.
const NOTED: usize = 64;

impl<I: Peer> World<I> {
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The seed of this world.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// A hash over every datagram that left a member and every event, in their order and with their times.
    pub fn hash(&self) -> u64 {
        self.log.hash()
    }

    pub fn route(&self, seat: Seat) -> SocketAddr {
        self.place(seat).route
    }

    /// The engine that runs in a seat.
    pub fn member(&self, seat: Seat) -> &Member<I> {
        self.place(seat).engine.as_ref().expect("nobody runs in this seat")
    }

    /// Who runs in a seat, by its present identity.
    pub fn identity(&self, seat: Seat) -> I {
        self.member(seat).identity().clone()
    }

    pub fn key(&self, seat: Seat) -> I::Addr {
        self.member(seat).identity().addr()
    }

    pub fn stats(&self, seat: Seat) -> &Stats {
        self.member(seat).stats()
    }

    /// What left a seat since the world began.
    pub fn traffic(&self, seat: Seat) -> Traffic {
        self.place(seat).sent
    }

    /// Every seat in which a process runs.
    pub fn running(&self) -> Vec<Seat> {
        (0..self.places.len()).map(Seat).filter(|seat| self.place(*seat).engine.is_some()).collect()
    }

    /// What a member holds of a key, departed or not.
    pub fn held(&self, at: Seat, key: &I::Addr) -> Option<&haulout::Member<I>> {
        let engine = self.member(at);
        engine.members().chain(engine.departed()).find(|member| member.identity().is_at(key))
    }

    /// The state in which a member holds a key.
    pub fn state(&self, at: Seat, key: &I::Addr) -> Option<State> {
        self.held(at, key).map(haulout::Member::state)
    }

    /// Whether a member lists exactly this identity, alive.
    pub fn sees(&self, at: Seat, identity: &I) -> bool {
        let place = self.place(at);
        let key = identity.addr();
        place.mirror.identity(&key) == Some(identity) && place.mirror.state(&key) == Some(State::Alive)
    }

    /// Whether a member lists somebody of this key, alive or suspect.
    pub fn lists(&self, at: Seat, key: &I::Addr) -> bool {
        self.place(at).mirror.identity(key).is_some()
    }

    /// Whether all of these members but itself list exactly this identity, alive.
    pub fn seen_by(&self, watchers: &[Seat], identity: &I) -> bool {
        watchers.iter().all(|at| self.member(*at).identity() == identity || self.sees(*at, identity))
    }

    /// Whether each member that runs lists all others that run, alive, under the identity that they have,
    /// and nobody else.
    pub fn converged(&self) -> bool {
        self.agree(&self.running())
    }

    /// [`World::converged`] for some of the members.
    pub fn agree(&self, seats: &[Seat]) -> bool {
        let full = |at: &&Seat| {
            let mirror = &self.place(**at).mirror;
            mirror.len() + 1 == seats.len() && mirror.all_alive()
        };
        // Cheap before thorough: this is asked after every step.
        seats.iter().rev().all(|at| full(&at))
            && seats.iter().all(|at| self.seen_by(seats, self.member(*at).identity()))
            && (seats.len() > NOTED || self.notes_agree(seats))
    }

    /// From now on datagrams are kept.
    pub fn capture(&mut self) {
        self.log.capture = true;
    }

    /// This point in the log.
    pub fn mark(&self) -> Mark {
        Mark { events: self.log.events.len(), letters: self.log.letters.len() }
    }

    /// The events of all members since a mark.
    pub fn events(&self, since: Mark) -> &[Happened<I>] {
        &self.log.events[since.events..]
    }

    /// The events of one member since a mark.
    pub fn events_of(&self, seat: Seat, since: Mark) -> Vec<&Event<I>> {
        self.events(since).iter().filter(|h| h.seat == seat).map(|h| &h.event).collect()
    }

    /// When the first event since a mark came to a member that is like this.
    pub fn when(&self, seat: Seat, since: Mark, like: impl Fn(&Event<I>) -> bool) -> Option<Instant> {
        self.events(since).iter().find(|h| h.seat == seat && like(&h.event)).map(|h| h.at)
    }

    /// How many events since a mark are like this.
    pub fn count(&self, since: Mark, like: impl Fn(&Event<I>) -> bool) -> usize {
        self.events(since).iter().filter(|h| like(&h.event)).count()
    }

    /// The captured datagrams since a mark.
    pub fn letters(&self, since: Mark) -> &[Letter<I>] {
        assert!(self.log.capture, "capture first");
        &self.log.letters[since.letters..]
    }

    /// The captured datagrams of a kind from one address to another.
    pub fn between(
        &self,
        since: Mark,
        from: SocketAddr,
        to: SocketAddr,
        kind: MessageKind,
    ) -> Vec<&Letter<I>> {
        self.letters(since)
            .iter()
            .filter(|letter| letter.from == from && letter.to == to && letter.is(kind))
            .collect()
    }

    /// The captured datagrams of a kind from an address.
    pub fn sent_by(&self, since: Mark, from: SocketAddr, kind: MessageKind) -> Vec<&Letter<I>> {
        self.letters(since).iter().filter(|letter| letter.from == from && letter.is(kind)).collect()
    }

    /// Every view and the last events, for a failure.
    pub fn describe(&self) -> String {
        use core::fmt::Write as _;
        let mut text = String::new();
        for seat in self.running() {
            let engine = self.member(seat);
            let _ = writeln!(text, "{seat:?} {:?} is {:?}", engine.identity(), engine.phase());
            if self.places.len() <= 8 {
                for member in engine.members().chain(engine.departed()) {
                    let _ = writeln!(
                        text,
                        "    {:?} @{} {}",
                        member.identity(),
                        member.incarnation(),
                        member.state()
                    );
                }
            } else {
                let _ = writeln!(
                    text,
                    "    {} members, {} departed",
                    engine.members().count(),
                    engine.departed().count()
                );
            }
        }
        for h in self.log.events.iter().rev().take(20).rev() {
            let _ = writeln!(text, "{:?} {:?} {:?}", h.at, h.seat, h.event);
        }
        text
    }
}
