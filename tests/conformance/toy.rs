//! An identity of three bytes that breaks one law, or none.

use core::cell::Cell;
use core::hash::{Hash, Hasher};
use haulout::Identity;
use haulout::fingerprint::{Canonical, CanonicalSink};

/// The law that an identity breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    CloneDiffers,
    AddrMoves,
    RouteMoves,
    RouteImpliedWrongly,
    SupersedesItself,
    EqualityOneWay,
    EqualAcrossKeys,
    IsAtEveryKey,
    HashMoves,
    FedHashMoves,
    CanonicalMoves,
    CanonicalLacksEpoch,
    CanonicalKeyLost,
    NobodySupersedes,
    BothSupersede,
    RenewsToAnotherKey,
    RenewsPastItselfOnly,
    RenewsPastRivalOnly,
    NeverRenews,
}

thread_local! {
    static CALLS: Cell<u8> = const { Cell::new(0) };
}

/// Another number at each call.
fn moving() -> u8 {
    CALLS.with(|calls| {
        calls.set(calls.get().wrapping_add(1));
        calls.get()
    })
}

/// The key of a [`Toy`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key(pub(crate) u8, pub(crate) Fault);

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u8(if self.1 == Fault::HashMoves { moving() } else { self.0 });
    }
}

impl Canonical for Key {
    fn canonical<S: CanonicalSink>(&self, out: &mut S) {
        out.u8(if self.1 == Fault::CanonicalKeyLost { 0 } else { self.0 });
    }
}

/// A key, a place and an epoch. `RENEWS` may lie.
#[derive(Debug)]
pub(crate) struct Toy<const RENEWS: bool = true> {
    pub(crate) key: Key,
    pub(crate) place: u8,
    pub(crate) epoch: u8,
}

impl<const RENEWS: bool> Toy<RENEWS> {
    /// Five of one key, and three other keys.
    pub(crate) fn samples(fault: Fault) -> Vec<Self> {
        [(1, 0), (1, 3), (1, 127), (1, 128), (1, 255), (2, 3), (3, 3), (4, 3)]
            .map(|(key, epoch)| Self { key: Key(key, fault), place: key, epoch })
            .to_vec()
    }

    fn fault(&self) -> Fault {
        self.key.1
    }

    fn ahead(&self, other: &Self) -> bool {
        let ahead = self.epoch.wrapping_sub(other.epoch);
        ahead != 0 && (ahead < 128 || (ahead == 128 && self.epoch > other.epoch))
    }
}

impl<const RENEWS: bool> Clone for Toy<RENEWS> {
    fn clone(&self) -> Self {
        let epoch = if self.fault() == Fault::CloneDiffers { self.epoch.wrapping_add(1) } else { self.epoch };
        Self { key: self.key, place: self.place, epoch }
    }
}

impl<const RENEWS: bool> PartialEq for Toy<RENEWS> {
    fn eq(&self, other: &Self) -> bool {
        match self.fault() {
            Fault::EqualityOneWay => self.key == other.key && self.epoch <= other.epoch,
            Fault::EqualAcrossKeys => self.epoch == other.epoch,
            _ => (self.key, self.place, self.epoch) == (other.key, other.place, other.epoch),
        }
    }
}

impl<const RENEWS: bool> Eq for Toy<RENEWS> {}

impl<const RENEWS: bool> Canonical for Toy<RENEWS> {
    fn canonical<S: CanonicalSink>(&self, out: &mut S) {
        out.raw(&[self.key.0, self.place]);
        match self.fault() {
            Fault::CanonicalMoves => out.u8(moving()),
            Fault::CanonicalLacksEpoch => {}
            _ => out.u8(self.epoch),
        }
    }
}

impl<const RENEWS: bool> Identity for Toy<RENEWS> {
    type Addr = Key;
    type Route = u8;
    const RENEWS: bool = RENEWS;

    fn addr(&self) -> Key {
        match self.fault() {
            Fault::AddrMoves => Key(moving(), self.fault()),
            _ => self.key,
        }
    }

    fn is_at(&self, addr: &Key) -> bool {
        self.key == *addr || self.fault() == Fault::IsAtEveryKey
    }

    fn hash_key<H: Hasher>(addr: &Key, state: &mut H) {
        if addr.1 == Fault::FedHashMoves {
            state.write_u8(moving());
        }
        addr.hash(state);
    }

    fn route(&self) -> u8 {
        if self.fault() == Fault::RouteMoves { moving() } else { self.place }
    }

    fn route_of(addr: &Key) -> Option<u8> {
        (addr.1 == Fault::RouteImpliedWrongly).then_some(0)
    }

    fn renew(&self, rival: &Self) -> Option<Self> {
        let later = if self.ahead(rival) { self } else { rival };
        let past = |epoch: u8| epoch.wrapping_add(1);
        let next = Self { key: self.key, place: self.place, epoch: past(later.epoch) };
        let epoch = match self.fault() {
            Fault::RenewsPastItselfOnly => past(self.epoch),
            Fault::RenewsPastRivalOnly => past(rival.epoch),
            _ if next.ahead(rival) => next.epoch,
            _ => past(rival.epoch),
        };
        let key = if self.fault() == Fault::RenewsToAnotherKey { Key(9, self.fault()) } else { self.key };
        (self.fault() != Fault::NeverRenews).then_some(Self { key, epoch, ..next })
    }

    fn supersedes(&self, other: &Self) -> bool {
        match self.fault() {
            Fault::SupersedesItself => self.ahead(other) || self == other,
            Fault::NobodySupersedes => false,
            Fault::BothSupersede => self != other,
            _ => self.ahead(other),
        }
    }
}
