//! The failure detector: who is dead is found, and who is slow, frozen or unlucky is not.

use crate::world::{Bench, Fate, Seal, Seat, World, ms, route, seal, secs};
use core::time::Duration;
use haulout::codec::{Message, MessageKind};
use haulout::{Config, Event, Instant, State};

/// 64 members, the last of which is starved for 5 s, again and again. How often a healthy one was
/// declared down, by anybody.
fn false_alarms_beside_a_starved_member(seed: u64, config: Config) -> usize {
    let mut w = World::of(seed, config, (0..64).map(seal));
    let starved = Seat(63);
    let mark = w.mark();
    for _ in 0..10 {
        w.starve(starved);
        w.run_for(secs(5));
        w.feed(starved);
        w.run_for(ms(1_100));
    }
    w.run_for(secs(20));
    w.count(mark, |event| matches!(event, Event::Down { identity } if *identity.address() != route(63)))
}

/// The shortest timeouts that are sensible, so that 5 s are long.
fn impatient() -> Config {
    let mut config = Config::lan();
    config.suspicion.alpha = 2;
    config
}

#[test]
fn a_starved_member_declares_no_healthy_one_down() {
    for seed in 0..2 {
        assert_eq!(false_alarms_beside_a_starved_member(seed, impatient()), 0);
    }
    assert_eq!(false_alarms_beside_a_starved_member(2, Config::lan()), 0);
}

#[test]
fn without_lifeguard_a_starved_member_declares_healthy_ones_down() {
    let mut config = impatient();
    config.probe.health = false;
    config.suspicion.dynamic = false;
    config.suspicion.buddy = false;
    let alarms: usize = (0..2).map(|seed| false_alarms_beside_a_starved_member(seed, config.clone())).sum();
    assert!(alarms > 0, "the same load does harm without Lifeguard");
}

#[test]
fn a_member_that_stands_still_again_and_again_declares_nobody_down() {
    let mut w = World::of(3, impatient(), (0..32).map(seal));
    let mark = w.mark();
    for _ in 0..10 {
        w.pause(Seat(31));
        w.run_for(secs(5));
        w.resume(Seat(31));
        w.run_for(ms(300));
    }
    w.run_for(secs(20));
    let healthy =
        w.count(mark, |event| matches!(event, Event::Down { identity } if *identity.address() != route(31)));
    assert_eq!(healthy, 0);
}

/// A member of five stands still for that long; afterwards nobody is accused by it, and it is back within
/// a second.
fn is_back_after(seed: u64, still: Duration, resume: impl Fn(&mut World<Seal>, Seat)) {
    let mut w = World::of(seed, Config::lan(), (0..5).map(seal));
    w.run_for(ms(seed * 170));
    w.pause(Seat(2));
    w.run_for(still);
    let mark = w.mark();
    resume(&mut w, Seat(2));
    w.within(secs(1), "it is back", World::converged);
    w.run_for(secs(30));
    assert!(w.converged());
    let accused = w
        .events_of(Seat(2), mark)
        .into_iter()
        .filter(|event| matches!(event, Event::Suspected { .. } | Event::Down { .. }));
    assert_eq!(accused.count(), 0, "after {still:?}: {:?}", w.events_of(Seat(2), mark));
    let others =
        w.count(mark, |event| matches!(event, Event::Down { identity } if *identity.address() != route(2)));
    assert_eq!(others, 0);
}

#[test]
fn a_process_frozen_for_ten_minutes_suspects_nobody_and_is_back_within_a_second() {
    for seed in 0..6 {
        is_back_after(seed, secs(600), World::resume);
    }
}

#[test]
fn a_process_frozen_for_other_times_suspects_nobody_and_is_back_within_a_second() {
    for still in [ms(700), secs(1), secs(3), secs(8), secs(25), secs(3_600)] {
        is_back_after(1, still, World::resume);
    }
}

#[test]
fn a_process_that_lost_its_datagrams_while_frozen_suspects_nobody_and_is_back_within_a_second() {
    for seed in 0..4 {
        for still in [ms(700), secs(3), secs(25), secs(600)] {
            is_back_after(seed, still, World::resume_with_an_empty_socket);
        }
    }
}

#[test]
fn a_frozen_member_of_two_comes_back() {
    let mut w = World::of(9, Config::lan(), (0..2).map(seal));
    let mark = w.mark();
    w.pause(Seat(1));
    w.within(secs(6), "the other knows", |w| w.state(Seat(0), &route(1)) == Some(State::Down));
    w.run_for(secs(600));
    w.resume(Seat(1));
    w.within(secs(1), "it is back", World::converged);
    w.run_for(secs(20));
    assert!(w.converged());
    let accused = w.events_of(Seat(1), mark);
    assert!(accused.iter().all(|event| matches!(event, Event::Rejoined { .. })), "{accused:?}");
}

/// One of n members crashes at some moment; all the others know within the bound.
fn detects_a_crash(n: usize, config: &Config) {
    let others = (n - 1) as u32;
    // At most 2m-1 periods until its turn, one for the probe, and the shortest suspicion timeout.
    let bound =
        config.probe.interval * (2 * others - 1 + 1 + config.suspicion.alpha) + config.gossip.interval * 2;
    for seed in 0..20 {
        let mut w = World::of(seed, config.clone(), (0..n).map(seal));
        w.run_for(ms(seed * 53));
        let mark = w.mark();
        w.crash(Seat(n - 1));
        w.within(bound, "all know", World::converged);
        for peer in w.running() {
            let down =
                w.events_of(peer, mark).into_iter().filter(|e| matches!(e, Event::Down { .. })).count();
            assert_eq!(down, 1);
        }
        w.run_for(secs(10));
        assert!(w.converged());
    }
}

#[test]
fn a_cluster_of_two_detects_a_crash_within_the_bound() {
    for config in [Config::lan(), Config::local(), Config::wan()] {
        detects_a_crash(2, &config);
    }
}

#[test]
fn a_cluster_of_three_detects_a_crash_within_the_bound() {
    for config in [Config::lan(), Config::local(), Config::wan()] {
        detects_a_crash(3, &config);
    }
}

#[test]
fn acks_of_earlier_probes_save_nobody() {
    let run = |replayed: bool| -> (Option<Instant>, Option<Instant>) {
        let mut w = World::of(4, Config::lan(), (0..3).map(seal));
        w.capture();
        let start = w.mark();
        w.run_for(secs(10));
        let acks: Vec<_> =
            w.between(start, route(2), route(0), MessageKind::Ack).iter().map(|l| l.bytes.clone()).collect();
        assert!(acks.len() >= 2);
        let mark = w.mark();
        w.crash(Seat(2));
        while w.now().since(Instant::ZERO) < secs(1_040) {
            if replayed && w.state(Seat(0), &route(2)).is_some_and(State::is_active) {
                for ack in &acks {
                    w.inject(Seat(0), ack).expect("it is a datagram");
                }
            }
            w.run_for(ms(100));
        }
        assert!(!replayed || w.stats(Seat(0)).dropped.unmatched > 0);
        (
            w.when(Seat(0), mark, |event| matches!(event, Event::Suspected { .. })),
            w.when(Seat(0), mark, |event| matches!(event, Event::Down { .. })),
        )
    };
    let (suspected, down) = run(false);
    assert!(suspected.is_some() && down.is_some());
    assert_eq!(run(true), (suspected, down));
}

#[test]
fn duplicate_and_reordered_datagrams_change_nothing() {
    for seed in 0..3 {
        let mut w = World::of(seed, Config::lan(), (0..5).map(seal));
        w.net.duplication = 1_000;
        w.net.latency = (ms(0), ms(200));
        let mark = w.mark();
        w.run_for(secs(120));
        assert!(w.converged());
        assert!(w.events(mark).is_empty(), "{:?}", w.events(mark));
    }
}

#[test]
fn very_late_acks_kill_nobody() {
    for seed in 0..3 {
        let mut w = World::of(seed, Config::lan(), (0..5).map(seal));
        let mut count = 0;
        w.net.rule(move |letter| {
            count += usize::from(letter.is(MessageKind::Ack));
            if letter.is(MessageKind::Ack) && count.is_multiple_of(3) {
                Fate::Delay(secs(4))
            } else {
                Fate::Pass
            }
        });
        let mark = w.mark();
        w.run_for(secs(120));
        assert_eq!(w.count(mark, |event| matches!(event, Event::Down { .. })), 0);
        w.net.heal();
        w.within(secs(20), "all is well", World::converged);
    }
}

#[test]
fn an_ack_satisfies_only_the_probe_of_the_member_that_sends_it() {
    let Bench { mut w, me: a, dolls } = Bench::new(5, Config::lan(), 2);
    let (silent, other) = (dolls[0], dolls[1]);
    w.doll_mut(silent).acks = false;
    let mark = w.mark();
    let pings = |w: &World<Seal>| w.between(mark, route(0), route(1), MessageKind::Ping).len();
    w.within(secs(5), "it is probed", |w| pings(w) > 0);
    let ping = w.between(mark, route(0), route(1), MessageKind::Ping)[0].clone();
    let number = ping.number().expect("a ping has a number");
    w.tell(other, a, Message::Ack { number }, &[]);
    w.within(secs(2), "the silent one is suspected", |w| w.state(a, &route(1)) == Some(State::Suspect));
    assert_eq!(w.when(a, mark, |e| matches!(e, Event::Suspected { .. })), Some(ping.at + secs(1)));

    // Its own, too late, does not clear it either; a higher incarnation does.
    w.tell(silent, a, Message::Ack { number }, &[]);
    assert_eq!(w.state(a, &route(1)), Some(State::Suspect));
    w.doll_mut(silent).incarnation = 1;
    w.tell(silent, a, Message::Ack { number }, &[]);
    assert_eq!(w.state(a, &route(1)), Some(State::Alive));
    assert!(w.events_of(a, mark).contains(&&Event::Refuted { identity: seal(1) }));
}

#[test]
fn a_frozen_half_of_a_cluster_is_back_soon_after_it_goes_on() {
    for seed in 0..3 {
        let mut w = World::of(seed, Config::lan(), (0..8).map(seal));
        for n in 4..8 {
            w.pause(Seat(n));
        }
        w.run_for(secs(600));
        let mark = w.mark();
        for n in 4..8 {
            w.resume(Seat(n));
        }
        w.within(secs(2), "all are back", World::converged);
        w.run_for(secs(30));
        assert!(w.converged());
        let accused = w.count(
            mark,
            |e| matches!(e, Event::Suspected { identity } if (0..4).any(|n| *identity == seal(n))),
        );
        assert_eq!(accused, 0, "{:?}", w.events(mark));
    }
}

#[test]
fn a_cluster_that_is_frozen_as_a_whole_goes_on_as_if_nothing_had_been() {
    for still in [secs(2), secs(30), secs(600)] {
        let mut w = World::of(6, Config::lan(), (0..8).map(seal));
        let mark = w.mark();
        for n in 0..8 {
            w.pause(Seat(n));
        }
        w.run_for(still);
        for n in 0..8 {
            w.resume(Seat(n));
            w.run_for(ms(20));
        }
        w.run_for(secs(60));
        assert!(w.converged());
        assert!(w.events(mark).is_empty(), "after {still:?}: {:?}", w.events(mark));
    }
}

#[test]
fn a_tenth_of_all_datagrams_lost_kills_nobody() {
    for seed in 0..2 {
        let mut w = World::of(seed, Config::lan(), (0..16).map(seal));
        w.net.loss = 100;
        let mark = w.mark();
        w.run_for(secs(300));
        assert_eq!(w.count(mark, |event| matches!(event, Event::Down { .. })), 0);
        w.net.loss = 0;
        w.within(secs(30), "all is well", World::converged);
    }
}

#[test]
fn a_member_that_hears_nothing_takes_no_healthy_one_along() {
    for seed in 0..3 {
        let mut w = World::of(seed, Config::lan(), (0..8).map(seal));
        let healthy: Vec<_> = (0..7).map(Seat).collect();
        for seat in &healthy {
            w.cut(*seat, Seat(7));
        }
        let mark = w.mark();
        w.run_for(secs(300));
        assert!(w.agree(&healthy), "{}", w.describe());
        let down = w.events(mark).iter().filter(|h| {
            h.seat != Seat(7)
                && matches!(&h.event, Event::Down { identity } if *identity.address() != route(7))
        });
        assert_eq!(down.count(), 0);
        w.net.heal();
        w.within(secs(20), "it is back", World::converged);
    }
}

#[test]
fn a_member_that_nobody_hears_is_found_and_takes_no_healthy_one_along() {
    for seed in 0..3 {
        let mut w = World::of(seed, Config::lan(), (0..8).map(seal));
        let healthy: Vec<_> = (0..7).map(Seat).collect();
        for seat in &healthy {
            w.cut(Seat(7), *seat);
        }
        let mark = w.mark();
        w.run_for(secs(300));
        assert!(w.agree(&healthy), "{}", w.describe());
        let healthy_down = w.events(mark).iter().filter(|h| {
            h.seat != Seat(7)
                && matches!(&h.event, Event::Down { identity } if *identity.address() != route(7))
        });
        assert_eq!(healthy_down.count(), 0);
        w.net.heal();
        w.within(secs(20), "it is back", World::converged);
    }
}
