//! Two live processes claim one key: one of them wins everywhere, and the other is told.

use crate::world::{EPOCH, Mark, Rover, Seat, World, ms, route, rover, secs};
use haulout::{Config, Event, Identity, Phase, SeedOutcome, State};

const A: Seat = Seat(0);
const B: Seat = Seat(1);
const X1: Seat = Seat(4);
const X2: Seat = Seat(5);

/// Four members, and `x` at address 10 joined through the first.
fn with_x(seed: u64) -> World<Rover> {
    let names = ["a", "b", "c", "d"];
    let mut w =
        World::of(seed, Config::lan(), names.iter().enumerate().map(|(n, name)| rover(name, n, EPOCH)));
    let x1 = w.add(rover("x", 10, EPOCH));
    assert_eq!(x1, X1);
    w.join(x1, route(0));
    w.within(secs(1), "x is a member", World::converged);
    w.run_for(secs(3));
    w
}

/// A second process under the name `x`, at address 11.
fn second_x(w: &mut World<Rover>, epoch: u64, seed: usize) {
    let x2 = w.add(rover("x", 11, epoch));
    assert_eq!(x2, X2);
    w.join(x2, route(seed));
}

fn is_out(w: &World<Rover>, seat: Seat) -> bool {
    w.member(seat).phase() == Phase::Conflict
}

/// The one that won and the one that lost, once exactly one has and all the others agree on it.
fn verdict(w: &World<Rover>) -> Option<(Seat, Seat)> {
    let (winner, loser) = match (is_out(w, X1), is_out(w, X2)) {
        (false, true) => (X1, X2),
        (true, false) => (X2, X1),
        _ => return None,
    };
    let members: Vec<_> = w.running().into_iter().filter(|seat| *seat != loser).collect();
    w.agree(&members).then_some((winner, loser))
}

/// One loser, told, and quiet for a minute in which nothing changes for anybody.
fn settles(w: &mut World<Rover>) -> (Seat, Seat) {
    w.run_for(ms(200));
    w.within(secs(5), "one wins everywhere", |w| verdict(w).is_some());
    let (winner, loser) = verdict(w).expect("it has just been reached");
    let rival = w.identity(winner);
    assert!(w.events_of(loser, Mark::START).contains(&&Event::Conflict { rival }), "the loser is told");
    assert!(w.member(loser).is_stale() && !w.member(winner).is_stale());

    w.capture();
    let mark = w.mark();
    w.run_for(secs(60));
    assert_eq!(verdict(w), Some((winner, loser)));
    let exchanged = w
        .letters(mark)
        .iter()
        .filter(|l| [(10, 11), (11, 10)].iter().any(|&(from, to)| (l.from, l.to) == (route(from), route(to))))
        .count();
    assert!(exchanged <= 20, "{exchanged} datagrams between the two in a minute");
    let changes = w.count(mark, |event| {
        matches!(
            event,
            Event::Renewed { .. } | Event::Rejoined { .. } | Event::Up { .. } | Event::Down { .. }
        )
    });
    assert_eq!(changes, 0, "no ping-pong: {:?}", w.events(mark));
    let told = w.events_of(winner, Mark::START).iter().any(|event| matches!(event, Event::Rival { .. }));
    assert!(told, "the winner hears of the other as well");
    (winner, loser)
}

#[test]
fn a_newer_process_under_a_taken_name_wins_everywhere() {
    for seed in 0..5 {
        let mut w = with_x(seed);
        second_x(&mut w, EPOCH + 5, 1);
        assert_eq!(settles(&mut w), (X2, X1));
        assert_eq!(w.identity(X2), rover("x", 11, EPOCH + 5));
    }
}

#[test]
fn an_older_process_that_joins_under_a_taken_name_ends_with_one_of_the_two() {
    for (seed, epoch) in [(0, EPOCH - 5), (1, 0), (2, EPOCH - 1)] {
        let mut w = with_x(seed);
        second_x(&mut w, epoch, 1);
        settles(&mut w);
    }
}

#[test]
fn two_processes_with_one_name_and_one_epoch_end_with_one_of_the_two() {
    for seed in 0..5 {
        let mut w = with_x(seed);
        second_x(&mut w, EPOCH, 2);
        settles(&mut w);
    }
}

#[test]
fn two_processes_that_join_under_one_name_at_once_end_with_one_of_the_two() {
    for seed in 0..5 {
        let names = ["a", "b", "c", "d"];
        let identities = names.iter().enumerate().map(|(n, name)| rover(name, n, EPOCH));
        let mut w: World<Rover> = World::of(seed, Config::lan(), identities);
        w.add(rover("x", 10, EPOCH + seed));
        w.add(rover("x", 11, EPOCH + 2));
        w.join(X1, route(0));
        w.join(X2, route(3));
        settles(&mut w);
    }
}

#[test]
fn two_processes_with_one_name_that_a_partition_hid_from_each_other_end_with_one_of_the_two() {
    for seed in 0..3 {
        let mut w = with_x(seed);
        w.net.split(&[&[route(0), route(1), route(10)], &[route(2), route(3), route(11)]]);
        w.run_for(secs(60));
        second_x(&mut w, EPOCH + seed, 2);
        w.run_for(secs(60));
        assert!(!is_out(&w, X1) && !is_out(&w, X2));
        w.net.heal();
        w.within(secs(60), "one wins everywhere", |w| verdict(w).is_some());
        settles(&mut w);
    }
}

#[test]
fn the_loser_is_a_member_again_after_the_winner_crashed() {
    for seed in 0..3 {
        let mut w = with_x(seed);
        second_x(&mut w, EPOCH + 5, 1);
        w.within(secs(5), "one wins", |w| verdict(w) == Some((X2, X1)));
        w.crash(X2);
        w.within(secs(300), "the loser is back", World::converged);
        assert!(w.identity(X1).supersedes(&rover("x", 11, EPOCH + 5)));
        assert_eq!(w.member(X1).phase(), Phase::Active);
        let back = Event::Rejoined { identity: w.identity(X1) };
        assert!(w.events_of(X1, Mark::START).contains(&&back));
    }
}

#[test]
fn the_loser_is_a_member_again_after_the_winner_left() {
    for seed in 0..3 {
        let mut w = with_x(seed);
        second_x(&mut w, EPOCH + 5, 1);
        w.within(secs(5), "one wins", |w| verdict(w) == Some((X2, X1)));
        w.leave(X2);
        w.within(secs(20), "it has left", |w| w.member(X2).phase() == Phase::Dormant);
        w.crash(X2);
        w.within(secs(300), "the loser is back", World::converged);
        assert_eq!(w.state(A, &w.key(X1)), Some(State::Alive));
    }
}

#[test]
fn a_loser_whom_nobody_answers_in_three_rounds_takes_its_key_again() {
    let mut w: World<Rover> = World::new(9, Config::lan());
    let x1 = w.add(rover("x", 10, EPOCH));
    w.start(x1);
    let p = w.puppet(rover("p", 2, EPOCH));
    w.admit(p, x1);
    let rival = rover("x", 11, EPOCH + 5);
    w.whisper(&rover("p", 2, EPOCH), x1, &[haulout::codec::Update::new(rival.clone(), 0, State::Alive)]);
    assert_eq!(w.member(x1).phase(), Phase::Conflict);
    w.doll_mut(p).acks = false;
    let took = w.within(secs(1_200), "it takes its key again", |w| w.member(x1).phase() == Phase::Active);
    assert!(took > secs(10), "not before it asked: {took:?}");
    assert!(w.identity(x1).supersedes(&rival));
}

#[test]
fn in_conflict_a_member_neither_probes_nor_acks_nor_gossips() {
    use haulout::codec::MessageKind;
    let mut w = with_x(10);
    second_x(&mut w, EPOCH + 5, 1);
    w.within(secs(5), "one wins", |w| verdict(w) == Some((X2, X1)));
    w.capture();
    let mark = w.mark();
    w.run_for(secs(120));
    for kind in [MessageKind::Ping, MessageKind::PingReq, MessageKind::Ack, MessageKind::Gossip] {
        assert_eq!(w.sent_by(mark, route(10), kind).len(), 0, "{kind:?}");
    }
    assert!(
        !w.sent_by(mark, route(10), MessageKind::Announce).is_empty(),
        "it asks whether the other is gone"
    );
    let rounds = w.sent_by(mark, route(10), MessageKind::Announce).len();
    assert!(rounds <= 20, "{rounds} announces in two minutes");
    assert!(w.member(B).members().count() == 4);
}

/// Four members and three processes under one name that come, go, stand still and lose sight of each other.
fn storm_of_claimants(seed: u64) {
    let names = ["a", "b", "c", "d"];
    let mut w: World<Rover> =
        World::of(seed, Config::lan(), names.iter().enumerate().map(|(n, name)| rover(name, n, EPOCH)));
    let claimants = [4, 5, 6].map(Seat);
    for n in 0..3 {
        let seat = w.add(rover("x", 10 + n, EPOCH));
        w.crash(seat);
    }
    let mut rng = crate::world::Rng::new(w.seed());
    let mut still = Vec::new();
    for _ in 0..40 {
        let n = rng.below(3) as usize;
        let (seat, running) = (claimants[n], w.running().contains(&claimants[n]));
        match rng.below(8) {
            0..=2 if !running => {
                w.restart(seat, rover("x", 10 + n, EPOCH - 3 + rng.below(7)));
                w.join(seat, route(rng.below(4) as usize));
            }
            3 if running && !still.contains(&seat) => w.crash(seat),
            4 if running && !still.contains(&seat) => {
                w.pause(seat);
                still.push(seat);
            }
            5 => still.drain(..).for_each(|seat| w.resume(seat)),
            6 => {
                let sides: Vec<_> = [0, 1, 2, 3, 10, 11, 12].map(|n| (rng.chance(500), route(n))).into();
                let side = |of| sides.iter().filter(|s| s.0 == of).map(|s| s.1).collect::<Vec<_>>();
                w.net.split(&[&side(true), &side(false)]);
            }
            _ => w.net.heal(),
        }
        w.run_for(rng.between(ms(5), secs(40)));
    }
    still.drain(..).for_each(|seat| w.resume(seat));
    w.net.heal();
    let one_holds_it = |w: &World<Rover>| {
        let running = w.running();
        let (out, members): (Vec<_>, Vec<_>) = running.into_iter().partition(|seat| is_out(w, *seat));
        let claimants = members.iter().filter(|seat| **seat >= X1).count();
        w.agree(&members) && (claimants == 1 || claimants == 0 && out.is_empty())
    };
    w.run_for(secs(60));
    w.within(secs(7_200), "one holds the name", one_holds_it);
    let mark = w.mark();
    w.run_for(secs(600));
    assert!(one_holds_it(&w), "{}", w.describe());
    let changes =
        w.count(mark, |event| matches!(event, Event::Renewed { .. } | Event::Up { .. } | Event::Down { .. }));
    assert_eq!(changes, 0, "no ping-pong: {:?}", w.events(mark));
}

#[test]
fn a_storm_of_claimants_ends_with_one_that_holds_the_name() {
    for seed in 0..super::chaos::storms() / 2 {
        storm_of_claimants(seed);
    }
}

#[test]
fn two_processes_under_one_name_that_know_nobody_else_end_with_one_member() {
    for (seed, epoch) in [(0, EPOCH - 5), (1, EPOCH), (2, EPOCH + 5)] {
        let mut w: World<Rover> = World::new(seed, Config::lan());
        let x1 = w.add(rover("x", 10, EPOCH));
        w.start(x1);
        let x2 = w.add(rover("x", 11, epoch));
        w.join(x2, route(10));
        w.run_for(secs(30));
        let mark = w.mark();
        for _ in 0..60 {
            w.run_for(secs(10));
            let active = [x1, x2].into_iter().filter(|seat| w.member(*seat).phase() == Phase::Active);
            assert_eq!(active.count(), 1, "{}", w.describe());
        }
        let told =
            w.events_of(x2, Mark::START).into_iter().chain(w.events_of(x1, Mark::START)).any(|event| {
                matches!(
                    event,
                    Event::Conflict { .. } | Event::Seed { outcome: SeedOutcome::Refused { .. }, .. }
                )
            });
        assert!(told, "one of the two learns why it is no member");
        assert_eq!(w.count(mark, |event| matches!(event, Event::Rejoined { .. })), 0, "no ping-pong");
    }
}

#[test]
fn the_loser_may_leave_and_is_silent_from_then_on() {
    let mut w = with_x(11);
    second_x(&mut w, EPOCH + 5, 1);
    w.within(secs(5), "one wins", |w| verdict(w) == Some((X2, X1)));
    w.leave(X1);
    assert_eq!(w.member(X1).phase(), Phase::Dormant);
    w.capture();
    let mark = w.mark();
    w.run_for(secs(600));
    assert!(w.letters(mark).iter().all(|l| l.from != route(10)));
    w.crash(X1);
    assert!(w.converged());
}
