//! Identities that break one law each.

use crate::toy::{Fault, Toy};
use haulout::conformance;

/// A test for each fault: the kit says which law it broke.
macro_rules! breaks {
    ($($name:ident: $fault:ident => $law:literal;)*) => {$(
        #[test]
        #[should_panic(expected = $law)]
        fn $name() {
            conformance::identity(&Toy::<true>::samples(Fault::$fault));
        }
    )*};
}

breaks! {
    clone_differs: CloneDiffers => "law broken: a clone is equal";
    addr_moves: AddrMoves => "law broken: `addr` is constant";
    route_moves: RouteMoves => "law broken: `route` is constant";
    route_of_is_wrong: RouteImpliedWrongly => "law broken: `route_of` is the route of every identity";
    it_supersedes_itself: SupersedesItself => "law broken: an identity does not supersede its equal";
    equality_is_one_way: EqualityOneWay => "law broken: equality goes both ways";
    equals_have_two_keys: EqualAcrossKeys => "law broken: equal identities have one key";
    it_is_at_every_key: IsAtEveryKey => "law broken: `is_at` holds exactly for the key";
    hash_moves: HashMoves => "law broken: equal keys have equal hashes";
    fed_hash_moves: FedHashMoves => "law broken: equal keys feed `hash_key` the same";
    canonical_moves: CanonicalMoves => "law broken: equal values have equal canonical fields";
    canonical_lacks_epoch: CanonicalLacksEpoch => "law broken: unequal values have unequal canonical fields";
    canonical_key_is_lost: CanonicalKeyLost => "law broken: unequal values have unequal canonical fields";
    nobody_supersedes: NobodySupersedes => "exactly one supersedes, of equal ones none";
    both_supersede: BothSupersede => "exactly one supersedes, of equal ones none";
    renewal_has_another_key: RenewsToAnotherKey => "law broken: a renewed identity keeps its key";
    renewal_ignores_the_rival: RenewsPastItselfOnly => "law broken: a renewed identity supersedes its rival";
    renewal_ignores_itself: RenewsPastRivalOnly => "law broken: a renewed identity supersedes the one it was";
    it_never_renews: NeverRenews => "law broken: where `RENEWS` is true, identities renew";
}

#[test]
#[should_panic(expected = "law broken: where `RENEWS` is false, `renew` is `None`")]
fn it_renews_where_it_says_that_it_does_not() {
    conformance::identity(&Toy::<false>::samples(Fault::None));
}

#[test]
fn what_never_renews_and_says_so_keeps_the_laws() {
    conformance::identity(&Toy::<false>::samples(Fault::NeverRenews));
}

#[test]
#[should_panic(expected = "epoch: 127")]
fn the_values_that_broke_a_law_are_named() {
    let samples = Toy::<true>::samples(Fault::NobodySupersedes);
    conformance::identity(&[samples[2].clone(), samples[5].clone(), samples[3].clone()]);
}
