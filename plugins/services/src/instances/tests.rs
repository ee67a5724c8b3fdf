//! The choice of an instance: exact shares, and which keys move.

use super::*;
use crate::health::Health;
use crate::service::Service;
use std::collections::HashMap;

/// Instances of `web`, one of each owner, with these weights.
fn of(weights: &[u16]) -> Instances<String> {
    with(weights, |_, service| service)
}

fn with(weights: &[u16], change: impl Fn(usize, Service) -> Service) -> Instances<String> {
    let instance = |(at, weight): (usize, &u16)| {
        let service = Service::builder("web", "10.0.0.1", 80).instance(format!("web-{at}")).weight(*weight);
        Arc::new(Instance::new(format!("owner-{at}"), change(at, service.build().unwrap())))
    };
    Instances::new(weights.iter().enumerate().map(instance))
}

/// The same without one.
fn without(instances: &Instances<String>, gone: usize) -> Instances<String> {
    let others = instances.iter().enumerate().filter(|(at, _)| *at != gone);
    Instances::new(others.map(|(_, instance)| instance.clone()))
}

const KEYS: u32 = 20_000;

/// Whose each key is.
fn owners(instances: &Instances<String>) -> Vec<String> {
    let owner = |key: u32| instances.by_key(key.to_le_bytes()).unwrap().owner().clone();
    (0..KEYS).map(owner).collect()
}

/// How many of some owners are each.
fn counts<'a>(owners: impl IntoIterator<Item = &'a String>) -> HashMap<&'a str, u32> {
    let mut counts = HashMap::new();
    owners.into_iter().for_each(|owner| *counts.entry(&**owner).or_default() += 1);
    counts
}

/// How often each is chosen by numbers that are evenly spread.
fn chosen(instances: &Instances<String>, times: u64) -> Vec<u64> {
    let mut counts = vec![0; instances.len()];
    for at in 0..times {
        let chosen = instances.choose(at * (u64::MAX / times) + u64::MAX / times / 2).unwrap();
        counts[instances.iter().position(|instance| Arc::ptr_eq(instance, chosen)).unwrap()] += 1;
    }
    counts
}

#[test]
fn each_is_chosen_as_often_as_its_weight_says() {
    assert_eq!(chosen(&of(&[1, 2, 0, 5]), 8_000), [1_000, 2_000, 0, 5_000]);
    assert_eq!(chosen(&of(&[0, 0, 0, 0]), 8_000), [2_000; 4]);
    assert_eq!(of(&[0, 7, 0]).choose(0).unwrap().owner(), "owner-1");
    assert_eq!(of(&[0, 7, 0]).choose(u64::MAX).unwrap().owner(), "owner-1");
    assert_eq!(of(&[]).choose(7), None);
}

#[test]
fn keys_are_shared_out_by_weight() {
    let keys = owners(&of(&[1, 2, 0, 5]));
    let counts = counts(&keys);
    assert_eq!(counts.get("owner-2"), None);
    for (owner, share) in [("owner-0", KEYS / 8), ("owner-1", KEYS / 4), ("owner-3", KEYS * 5 / 8)] {
        assert!(counts[owner].abs_diff(share) < KEYS / 100, "{owner} has {} of {KEYS}", counts[owner]);
    }
    assert_eq!(of(&[]).by_key("any"), None);
}

#[test]
fn without_weights_each_gets_as_many_keys() {
    let keys = owners(&of(&[0; 4]));
    for (owner, count) in counts(&keys) {
        assert!(count.abs_diff(KEYS / 4) < KEYS / 100, "{owner} has {count} of {KEYS}");
    }
}

#[test]
fn one_that_goes_gives_up_its_own_keys_and_no_others() {
    let all = of(&[1; 10]);
    let (before, after) = (owners(&all), owners(&without(&all, 3)));
    let mut heirs = Vec::new();
    for (old, new) in before.iter().zip(&after) {
        if old == "owner-3" {
            heirs.push(new.clone());
        } else {
            assert_eq!(old, new);
        }
    }
    assert!((heirs.len() as u32).abs_diff(KEYS / 10) < KEYS / 100, "{} of {KEYS} moved", heirs.len());
    // All of the others share them.
    assert_eq!(counts(&heirs).len(), 9);
}

#[test]
fn a_change_of_weight_moves_keys_only_from_or_to_it() {
    let (before, after) = (
        owners(&of(&[2; 10])),
        owners(&with(&[2; 10], |at, service| {
            service.to_builder().weight(if at == 4 { 4 } else { 2 }).build().unwrap()
        })),
    );
    let moved: Vec<_> =
        before.iter().zip(&after).filter(|(old, new)| old != new).map(|(_, new)| new).collect();
    assert!(moved.iter().all(|new| *new == "owner-4"));
    // From two of twenty to four of twenty-two.
    let share = KEYS * 4 / 22 - KEYS * 2 / 20;
    assert!((moved.len() as u32).abs_diff(share) < KEYS / 100, "{} of {KEYS} moved", moved.len());
}

#[test]
fn whatever_else_changes_moves_no_key() {
    let changed = with(&[1, 2, 3], |_, service| {
        let builder = service.to_builder().address("db.example").port(9).tag("v2").meta("zone", "b");
        builder.version("3").protocol("h2c").health(Health::Warning).build().unwrap()
    });
    assert_eq!(owners(&changed), owners(&of(&[1, 2, 3])));
}

#[test]
fn the_next_of_a_key_is_the_one_that_it_has_without_the_first() {
    for weights in [[1, 3, 2, 1], [0, 5, 0, 2], [0, 0, 0, 0]] {
        for key in 0..200_u32 {
            let mut left = of(&weights);
            let ranked = left.ranked(key.to_le_bytes(), 9);
            assert_eq!(ranked.len(), 4);
            assert_eq!(left.ranked(key.to_le_bytes(), 2), ranked[..2]);
            for next in ranked {
                assert_eq!(left.by_key(key.to_le_bytes()), Some(&next));
                let at = left.iter().position(|instance| *instance == next).unwrap();
                left = without(&left, at);
            }
        }
    }
}

#[test]
fn a_key_is_of_one_instance_on_all_machines() {
    let instances = of(&[1, 2, 3]);
    let owners = ["a", "b", "c", "d", "e", "f"].map(|key| instances.by_key(key).unwrap().owner().clone());
    assert_eq!(owners, ["owner-1", "owner-2", "owner-2", "owner-2", "owner-1", "owner-1"]);
    assert_eq!(instances[0].print(), 7_781_877_602_769_154_515);
}

#[test]
fn the_healthy_ones_are_those_that_pass_or_warn() {
    let states = [Health::Passing, Health::Critical, Health::Warning, Health::Unknown(9)];
    let all = with(&[1; 4], |at, service| service.with_health(states[at]));
    let owners: Vec<_> = all.healthy().iter().map(|instance| instance.owner().clone()).collect();
    assert_eq!(owners, ["owner-0", "owner-2"]);
    assert_eq!(all.healthy().healthy(), all.healthy());
    assert!(Arc::ptr_eq(&all.healthy().list, &all.healthy().list), "made once");
    let none = with(&[1; 2], |_, service| service.with_health(Health::Critical));
    assert_eq!(none.healthy(), Instances::default());
}
