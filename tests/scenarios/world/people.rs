//! Who lives in a world: the stock identities, and the wire that carries them.

use core::net::SocketAddr;
use haulout::codec::Codec;
use haulout::{Fixed, Identity, Name, Named, Renewing};
use haulout_codec_serde::PostcardCodec;

/// An identity that a world can hold, and the codec that it speaks.
pub trait Peer: Identity<Route = SocketAddr> + 'static {
    type Wire: Codec<Self> + 'static;
    fn wire() -> Self::Wire;
}

macro_rules! speaks_postcard {
    ($($identity:ty)*) => {$(
        impl Peer for $identity {
            type Wire = PostcardCodec;
            fn wire() -> PostcardCodec {
                PostcardCodec
            }
        }
    )*};
}
speaks_postcard!(Renewing<SocketAddr> Fixed<SocketAddr> Named<SocketAddr>);

/// The stock identity of most scenarios.
pub type Seal = Renewing<SocketAddr>;
/// The identity that cannot renew.
pub type Stone = Fixed<SocketAddr>;
/// The identity that may move.
pub type Rover = Named<SocketAddr>;

/// The epoch with which members start unless a test says otherwise.
pub const EPOCH: u64 = 1_000;

/// The n-th address.
pub fn route(n: usize) -> SocketAddr {
    let [.., high, low] = n.to_be_bytes();
    ([10, 0, high, low], 7946).into()
}

/// The n-th stock identity.
pub fn seal(n: usize) -> Seal {
    seal_at(n, EPOCH)
}

/// The n-th stock identity at an epoch.
pub fn seal_at(n: usize, epoch: u64) -> Seal {
    Renewing::new(route(n), epoch)
}

/// The n-th identity that cannot renew.
pub fn stone(n: usize) -> Stone {
    Fixed::new(route(n))
}

/// A name at the n-th address.
pub fn rover(name: &str, n: usize, epoch: u64) -> Rover {
    Named::new(Name::new(name).expect("tests use valid names"), route(n), epoch)
}
