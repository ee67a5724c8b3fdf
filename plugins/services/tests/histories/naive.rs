//! What a directory should say, read from the registry each time, by filters and sorting alone.

use haulout::broadcast::Registry;
use haulout::fingerprint::Canonical;
use haulout::{Identity, Renewing};
use haulout_services::{Directory, Rejected, SERVICES, Service, ServiceError};
use std::collections::BTreeMap;
use std::net::SocketAddr;

pub(crate) type Id = Renewing<SocketAddr>;

pub(crate) const NAMES: [&str; 3] = ["api", "db", "web"];
pub(crate) const TAGS: [&str; 3] = ["eu", "v1", "v2"];

/// Owner and service, in order.
pub(crate) type Listing = Vec<(SocketAddr, Service)>;

/// The services and the records that are none, as a registry holds them.
pub(crate) fn read(registry: &Registry<Id>) -> (Listing, Vec<Rejected<SocketAddr>>) {
    let (mut listing, mut rejected) = (Listing::new(), Vec::new());
    for stored in registry.stored().filter(|stored| stored.topic == SERVICES.id()) {
        let (owner, key) = (stored.owner.addr(), stored.key.to_vec());
        match Service::from_bytes(stored.value) {
            Ok(service) if service.instance().as_bytes() == key => listing.push((owner, service)),
            Ok(service) => {
                let text = String::from_utf8(key.clone()).expect("the keys of this test are text");
                let error = ServiceError::Key { key: text, instance: service.instance().into() };
                rejected.push(Rejected { owner, key, error });
            }
            Err(error) => rejected.push(Rejected { owner, key, error }),
        }
    }
    listing.sort_by_key(|(owner, service)| {
        (service.name().to_owned(), service.instance().to_owned(), canonical(owner))
    });
    rejected.sort_by_key(|rejected| (canonical(&rejected.owner), rejected.key.clone()));
    (listing, rejected)
}

/// Panics unless a directory says, in whatever way it is asked, what a registry says.
pub(crate) fn check(directory: &Directory<Id>, registry: &Registry<Id>) {
    let (listing, rejected) = read(registry);
    assert_eq!(listed(&directory.all()), listing);
    assert_eq!(directory.rejected(), rejected);
    assert_eq!((directory.len(), directory.is_empty()), (listing.len(), listing.is_empty()));
    let some = |wanted: &dyn Fn(&SocketAddr, &Service) -> bool| -> Listing {
        listing.iter().filter(|(owner, service)| wanted(owner, service)).cloned().collect()
    };
    let mut counts = BTreeMap::<Box<str>, usize>::new();
    for (owner, service) in &listing {
        *counts.entry(service.name().into()).or_default() += 1;
        assert_eq!(directory.get(owner, service.instance()).expect("it is listed").service(), service);
        assert_eq!(listed(&directory.offered_by(owner)), some(&|other, _| other == owner));
    }
    assert_eq!(directory.names(), counts.into_iter().collect::<Vec<_>>());
    for name in NAMES {
        let named = directory.lookup(name);
        assert_eq!(listed(&named), some(&|_, service| service.name() == name));
        let healthy = some(&|_, service| service.name() == name && service.health().is_healthy());
        assert_eq!(listed(&named.healthy()), healthy);
        for tag in TAGS {
            let tagged = some(&|_, service| service.name() == name && service.has_tag(tag));
            assert_eq!(listed(&directory.lookup_tagged(name, tag)), tagged);
        }
    }
}

/// Owner and service of each.
pub(crate) fn listed(instances: &haulout_services::Instances<SocketAddr>) -> Listing {
    instances.iter().map(|instance| (*instance.owner(), instance.service().clone())).collect()
}

fn canonical(owner: &SocketAddr) -> Vec<u8> {
    let mut bytes = Vec::new();
    owner.canonical(&mut bytes);
    bytes
}
