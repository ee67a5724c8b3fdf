//! The identities that histories are run with.

use core::fmt::Debug;
use core::hash::Hash;
use core::net::SocketAddr;
use haulout::{Fixed, Identity, Name, Named, Renewing};
use haulout_codec_serde::SerdeIdentity;
use haulout_identity_golf::golf_identity;

/// Places of one process each; others are ghosts.
pub(crate) const PLACES: u16 = 5;

/// An identity that can be made from a place (its key), an epoch, and how often its process has moved.
pub(crate) trait Kind: SerdeIdentity<Addr: Ord + Debug + Hash, Route = SocketAddr> {
    /// Whether a damaged byte can bring half the range of epochs between two of them: then nothing is newer
    /// than both, and a renewal may be older than the identity before it.
    const IS_SHORT: bool = false;

    fn make(place: u16, epoch: u64, moves: u16) -> Self;
    fn epoch(&self) -> u64;
}

/// Where a place is at first; each move adds 100.
pub(crate) fn route(place: u16, moves: u16) -> SocketAddr {
    ([127, 0, 0, 1], 1_000 + 100 * moves + place).into()
}

impl Kind for Renewing<SocketAddr> {
    fn make(place: u16, epoch: u64, _: u16) -> Self {
        Self::new(route(place, 0), epoch)
    }

    fn epoch(&self) -> u64 {
        Self::epoch(self)
    }
}

impl Kind for Fixed<SocketAddr> {
    fn make(place: u16, _: u64, _: u16) -> Self {
        Self::new(route(place, 0))
    }

    fn epoch(&self) -> u64 {
        0
    }
}

impl Kind for Named<SocketAddr> {
    fn make(place: u16, epoch: u64, moves: u16) -> Self {
        let name = Name::new(&format!("place-{place}")).expect("a name");
        Self::new(name, route(place, moves), epoch)
    }

    fn epoch(&self) -> u64 {
        Self::epoch(self)
    }
}

golf_identity! {
    /// A place and eight bits of epoch, which wrap in the midst of a history.
    pub(crate) struct Golfed: u16 { place: 8, life: 8 }
    addr = (place);
    renew = life;
    route = |(place,)| route(place.into(), 0);
}

/// Epochs begin that many before they wrap.
const LIVES_BEFORE_WRAP: u64 = 30;

impl Kind for Golfed {
    const IS_SHORT: bool = true;

    fn make(place: u16, epoch: u64, _: u16) -> Self {
        let life = (epoch as u8).wrapping_sub(LIVES_BEFORE_WRAP as u8);
        Self::new(place as u8, life).expect("all of them fit")
    }

    fn epoch(&self) -> u64 {
        self.life().wrapping_add(LIVES_BEFORE_WRAP as u8).into()
    }
}

/// Whether `a` is later than `b`, as the incarnations of this kind are compared.
pub(crate) fn later<I: Identity>(a: u32, b: u32) -> bool {
    if I::RENEWS { a > b } else { a != b && a.wrapping_sub(b) <= 1 << 31 }
}
