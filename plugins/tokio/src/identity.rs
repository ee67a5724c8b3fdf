//! Where a node's identity comes from, the address that it advertises, and what maps its kind to addresses.

use crate::NodeIdentity;
use crate::error::StartError;
use haulout::Identity;
use haulout::identity::Resolver;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

/// Where a node's identity comes from, where others of its kind are, and whom it admits.
pub struct IdentityFrom<I: NodeIdentity> {
    pub(crate) make: Make<I>,
    pub(crate) resolver: Routes<I>,
    pub(crate) admission: Option<Admission<I>>,
}

pub(crate) enum Make<I> {
    Ready(I),
    With(Box<dyn FnOnce(SocketAddr) -> I + Send>),
}

/// Maps routes of an identity's kind to addresses.
pub(crate) type Routes<I> = Arc<dyn Resolver<<I as Identity>::Route> + Send + Sync>;

pub(crate) type Admission<I> = Box<dyn Fn(&I) -> bool + Send>;

impl<I: NodeIdentity> fmt::Debug for IdentityFrom<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.make {
            Make::Ready(identity) => f.debug_tuple("IdentityFrom").field(identity).finish(),
            Make::With(_) => f.debug_tuple("IdentityFrom").finish_non_exhaustive(),
        }
    }
}

impl<I: NodeIdentity> Make<I> {
    /// The identity, whose route must be an address that others can send to.
    pub(crate) fn identity(
        self,
        resolver: &Routes<I>,
        bound: SocketAddr,
        advertise: Option<SocketAddr>,
    ) -> Result<I, StartError> {
        let advertised = advertise.map(|address| match address.port() {
            0 => SocketAddr::new(address.ip(), bound.port()),
            _ => address,
        });
        let route_of = |identity: &I| {
            let unresolved = || StartError::Unresolved { identity: format!("{identity:?}") };
            resolver.resolve(&identity.route()).ok_or_else(unresolved)
        };
        let identity = match self {
            Make::Ready(identity) => {
                let route = route_of(&identity)?;
                if let Some(advertise) = advertised.filter(|&address| address != route) {
                    return Err(StartError::Route { route, advertise });
                }
                identity
            }
            Make::With(make) => {
                let address = advertised.unwrap_or(bound);
                if advertised.is_none() && address.ip().is_unspecified() {
                    return Err(StartError::Wildcard { bind: bound });
                }
                make(sendable(address)?)
            }
        };
        sendable(route_of(&identity)?)?;
        Ok(identity)
    }
}

fn sendable(address: SocketAddr) -> Result<SocketAddr, StartError> {
    if address.ip().is_unspecified() || address.port() == 0 {
        return Err(StartError::Advertise { address });
    }
    Ok(address)
}
