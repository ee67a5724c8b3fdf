//! The bundle of the three plugins.

use crate::broadcast::Broadcasts;
use crate::codec::Codec;
use crate::identity::Identity;

/// Which identity, codec and broadcast plugin an engine works with.
///
/// The tuple `(I, C, B)` is the anonymous bundle; name your own where the type is written often:
///
/// ```
/// # use haulout::{Spec, Renewing, Identity};
/// # use core::net::SocketAddr;
/// struct MyCluster<C>(C);
///
/// impl<C: haulout::codec::Codec<Renewing<SocketAddr>>> Spec for MyCluster<C> {
///     type Identity = Renewing<SocketAddr>;
///     type Codec = C;
///     type Broadcasts = ();
/// }
/// ```
pub trait Spec {
    /// Who a member is.
    type Identity: Identity;
    /// How a datagram looks.
    type Codec: Codec<Self::Identity>;
    /// What travels beside membership.
    type Broadcasts: Broadcasts<Self::Identity>;
}

impl<I: Identity, C: Codec<I>, B: Broadcasts<I>> Spec for (I, C, B) {
    type Identity = I;
    type Codec = C;
    type Broadcasts = B;
}

/// The key of a spec's identity.
pub type AddrOf<S> = <<S as Spec>::Identity as Identity>::Addr;
/// The route of a spec's identity.
pub type RouteOf<S> = <<S as Spec>::Identity as Identity>::Route;
/// The error of a spec's codec.
pub type CodecErrorOf<S> = <<S as Spec>::Codec as Codec<<S as Spec>::Identity>>::Error;
