//! Each checker is shown a history in which its rule is broken, and one in which it just holds.

use super::*;
use crate::observe::{Act, Seen, Snapshot, View};
use crate::world::{Seat, Standing};
use core::time::Duration;
use haulout::{Config, Event, Fixed, Phase, Renewing, State};
use std::net::SocketAddrV4;

type Seal = Renewing<SocketAddrV4>;

fn seal(n: u8, epoch: u64) -> Seal {
    Renewing::new(SocketAddrV4::new([10, 0, 0, n].into(), 7_946), epoch)
}

fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

const OBSERVER: Seat = Seat(0);

/// Shows a checker what an observer tells, step by step, with what it holds afterwards.
fn tell<I: Identity>(checker: &mut dyn Checker<I>, view: &dyn View<I>, events: &[Event<I>]) -> Verdict {
    for event in events {
        checker.observe(at(1), &Observation::Event { seat: OBSERVER, event, view })?;
    }
    checker.observe(at(1), &Observation::Stepped { seat: OBSERVER, view })
}

fn act<I: Identity>(checker: &mut dyn Checker<I>, when: u64, seat: usize, act: &Act<I>) {
    let seen = Observation::Act { seat: Seat(seat), act };
    checker.observe(at(when), &seen).expect("what is done to a process breaks no rule");
}

fn counted(mut view: Snapshot<Seal>) -> Snapshot<Seal> {
    let active = |(.., state): &&(Seal, u32, State)| state.is_active();
    view.stats.gauges.members = view.held.iter().filter(active).count() as u32;
    view.stats.gauges.suspects =
        view.held.iter().filter(|(.., state)| *state == State::Suspect).count() as u32;
    view
}

fn me() -> Snapshot<Seal> {
    Snapshot::new(seal(0, 1))
}

fn survey(when: u64, views: &[Snapshot<Seal>], sent: u64) -> Survey<'_, Seal> {
    let processes = views.iter().enumerate().map(|(seat, view)| Seen {
        seat: Seat(seat),
        standing: Standing::Running,
        sent,
        view: view as &dyn View<Seal>,
    });
    Survey { at: at(when), processes: processes.collect() }
}

#[test]
fn a_resurrection_is_seen_and_a_renewal_is_none() {
    let (first, second) = (seal(1, 5), seal(1, 6));
    let down = Event::Down { identity: first };
    let view = me().holding(first, 0, State::Down);
    let history = |last: Event<Seal>| {
        let mut checker = NoResurrection::new();
        tell(&mut checker, &view, core::slice::from_ref(&down)).expect("a death is none");
        tell(&mut checker, &view, &[last])
    };
    assert!(history(Event::Up { identity: first }).is_err_and(|what| what.contains("is back")));
    assert!(history(Event::Refuted { identity: first }).is_err());
    assert!(history(Event::Renewed { old: first, new: seal(1, 4) }).is_err());
    assert_eq!(history(Event::Renewed { old: first, new: second }), Ok(()));
    assert_eq!(history(Event::Up { identity: seal(2, 1) }), Ok(()));
}

#[test]
fn who_cannot_renew_comes_back_at_a_higher_incarnation_only() {
    let stone = |n: u8| Fixed::new(SocketAddrV4::new([10, 0, 0, n].into(), 7_946));
    let history = |incarnation| {
        let mut checker = NoResurrection::new();
        let before = Snapshot::new(stone(0)).holding(stone(1), 3, State::Down);
        tell(&mut checker, &before, &[Event::Down { identity: stone(1) }]).expect("a death is none");
        let after = Snapshot::new(stone(0)).holding(stone(1), incarnation, State::Alive);
        tell(&mut checker, &after, &[Event::Up { identity: stone(1) }])
    };
    assert!(history(3).is_err() && history(2).is_err());
    assert_eq!(history(4), Ok(()));
}

#[test]
fn what_shrinks_is_seen() {
    let history = |first: (Seal, u32), then: (Seal, u32)| {
        let mut checker = OnlyGrow::new();
        tell(&mut checker, &me().holding(first.0, first.1, State::Alive), &[]).expect("the first is new");
        tell(&mut checker, &me().holding(then.0, then.1, State::Alive), &[])
    };
    let one = seal(1, 5);
    assert!(history((one, 2), (one, 1)).is_err_and(|what| what.contains("knew")));
    assert!(history((one, 0), (seal(1, 4), 7)).is_err());
    assert_eq!(history((one, 2), (one, 2)), Ok(()));
    assert_eq!(history((one, 2), (seal(1, 6), 0)), Ok(()));
}

#[test]
fn ones_own_incarnation_may_not_shrink_either() {
    let mut checker = OnlyGrow::new();
    let mut view = me();
    view.incarnation = 3;
    tell(&mut checker, &view, &[]).expect("the first is new");
    view.incarnation = 2;
    assert!(tell(&mut checker, &view, &[]).is_err());
    // A process that starts anew begins anew.
    act(&mut checker, 1, 0, &Act::Started(seal(0, 1)));
    assert_eq!(tell(&mut checker, &view, &[]), Ok(()));
}

#[test]
fn events_that_do_not_replay_to_the_view_are_seen() {
    let one = seal(1, 5);
    let up = Event::Up { identity: one };
    let holds = counted(me().holding(one, 0, State::Alive));
    let told = |view: &Snapshot<Seal>, events: &[Event<Seal>]| tell(&mut EventsReplay::new(), view, events);
    assert_eq!(told(&holds, core::slice::from_ref(&up)), Ok(()));
    assert!(told(&holds, &[]).is_err(), "a member without an event");
    assert!(told(&counted(me()), core::slice::from_ref(&up)).is_err(), "an event without a member");
    assert!(told(&holds, &[up.clone(), up.clone()]).is_err(), "up twice");
    let other = counted(me().holding(seal(2, 1), 0, State::Alive));
    assert!(told(&other, core::slice::from_ref(&up)).is_err(), "the same number of others");
    assert!(told(&holds, &[Event::Refuted { identity: one }]).is_err(), "refuted without suspicion");
    assert_eq!(told(&holds, &[Event::Lagged { missed: 3 }]), Ok(()), "the list is read anew");
}

#[test]
fn a_crash_that_somebody_has_not_heard_of_is_seen_after_the_bound() {
    let gone = seal(1, 5);
    let views = [me().holding(gone, 0, State::Suspect)];
    let mut checker = Completeness::new(Duration::from_secs(10));
    act(&mut checker, 1_000, 1, &Act::Crashed(gone));
    assert_eq!(checker.survey(&survey(11_000, &views, 0)), Ok(()));
    assert!(checker.survey(&survey(11_001, &views, 0)).is_err_and(|what| what.contains("still holds")));
    // A network that was touched later moves the bound.
    act(&mut checker, 5_000, 0, &Act::Network);
    assert_eq!(checker.survey(&survey(15_000, &views, 0)), Ok(()));
    assert!(checker.survey(&survey(15_001, &views, 0)).is_err());
    assert_eq!(checker.survey(&survey(99_000, &[me().holding(gone, 0, State::Down)], 0)), Ok(()));
}

#[test]
fn false_alarms_beyond_the_budget_are_seen() {
    let (one, view) = (seal(1, 5), me());
    let down = [Event::Down { identity: one }];
    let mut checker = Accuracy::new(1);
    act(&mut checker, 1, 1, &Act::Started(one));
    assert_eq!(tell(&mut checker, &view, &down), Ok(()), "one is allowed");
    assert!(tell(&mut checker, &view, &down).is_err_and(|what| what.contains("which lives")));
    // Of one that stands still, of an older life, and of one that is gone, it is no false alarm.
    act(&mut checker, 1, 1, &Act::Stopped);
    assert_eq!(tell(&mut checker, &view, &down), Ok(()));
    act(&mut checker, 1, 1, &Act::Resumed);
    assert_eq!(tell(&mut checker, &view, &[Event::Down { identity: seal(1, 4) }]), Ok(()));
    act(&mut checker, 1, 1, &Act::Crashed(one));
    assert_eq!(tell(&mut checker, &view, &down), Ok(()));
}

#[test]
fn a_member_that_somebody_lacks_is_seen() {
    let (a, b) = (seal(0, 1), seal(1, 1));
    let pair = |held: &[(Seal, State)]| {
        let mut view = Snapshot::new(a);
        view.held = held.iter().map(|(identity, state)| (*identity, 0, *state)).collect();
        [view, Snapshot::new(b).holding(a, 0, State::Alive)]
    };
    let verdict = |views: &[Snapshot<Seal>]| Convergence::new().conclude(&survey(1, views, 0));
    assert_eq!(verdict(&pair(&[(b, State::Alive)])), Ok(()));
    assert!(verdict(&pair(&[])).is_err_and(|what| what.contains("should hold")));
    assert!(verdict(&pair(&[(b, State::Suspect)])).is_err());
    assert!(verdict(&pair(&[(seal(1, 0), State::Alive)])).is_err());
    // A process in conflict is nobody to hold, but its rival is.
    let mut views = pair(&[]).to_vec();
    views[1].phase = Phase::Conflict;
    assert!(verdict(&views).is_err_and(|what| what.contains("in conflict with nobody")));
    let rival = Snapshot::new(seal(1, 2));
    views = vec![views[0].clone().holding(rival.identity, 0, State::Alive), views[1].clone(), rival];
    views[2].held = vec![(a, 0, State::Alive)];
    assert_eq!(verdict(&views), Ok(()));
    views[1].phase = Phase::Joining;
    assert!(verdict(&views).is_err_and(|what| what.contains("still joining")));
    // But where its rival is the only member, that one turns it away.
    let mut rivals = vec![Snapshot::new(seal(1, 2)), Snapshot::new(seal(1, 1))];
    rivals[1].phase = Phase::Joining;
    assert_eq!(verdict(&rivals), Ok(()));
    rivals[0].phase = Phase::Joining;
    assert!(verdict(&rivals).is_err_and(|what| what.contains("still joining")), "nobody takes them in");
}

#[test]
fn who_refuses_somebody_need_not_hold_it() {
    let (a, b) = (seal(0, 1), seal(1, 1));
    let views = [Snapshot::new(a), Snapshot::new(b).holding(a, 0, State::Alive)];
    let mut checker = Convergence::except([(Seat(0), b.addr())]);
    assert_eq!(checker.conclude(&survey(1, &views, 0)), Ok(()));
    let mut checker = Convergence::except([(Seat(1), a.addr())]);
    assert!(checker.conclude(&survey(1, &views, 0)).is_err());
    // Nor need it ever join, if it refuses all the others.
    let mut joining = [views[0].clone(), views[1].clone()];
    joining[0].phase = Phase::Joining;
    joining[1].held.clear();
    let verdict = |refused| Convergence::except([refused]).conclude(&survey(1, &joining, 0));
    assert_eq!(verdict((Seat(0), b.addr())), Ok(()));
    assert!(verdict((Seat(0), seal(2, 1).addr())).is_err_and(|what| what.contains("still joining")));
}

#[test]
fn a_ghost_is_seen() {
    let (a, b) = (seal(0, 1), seal(1, 1));
    let views = |ghost: Seal| {
        [
            Snapshot::new(a).holding(b, 0, State::Alive).holding(ghost, 0, State::Alive),
            Snapshot::new(b).holding(a, 0, State::Alive),
        ]
    };
    let verdict = |ghost: Seal| NoGhosts::new().conclude(&survey(1, &views(ghost), 0));
    assert!(verdict(seal(9, 1)).is_err_and(|what| what.contains("no member")));
    let mut joining = views(seal(9, 1));
    joining[1].phase = Phase::Joining;
    assert!(NoGhosts::new().conclude(&survey(1, &joining, 0)).is_err());
    joining[0].held.pop();
    assert_eq!(NoGhosts::new().conclude(&survey(1, &joining, 0)), Ok(()), "a joiner is there");
    let held_down = [Snapshot::new(a).holding(seal(9, 1), 0, State::Down)];
    assert_eq!(NoGhosts::new().conclude(&survey(1, &held_down, 0)), Ok(()));
}

#[test]
fn what_grows_beyond_its_limit_is_seen() {
    type Gauge = fn(&mut haulout::Gauges);
    let gauges: [Gauge; 9] = [
        |gauges| gauges.members = 65_537,
        |gauges| gauges.departed = 8_193,
        |gauges| gauges.relays = 65,
        |gauges| gauges.intents = 1,
        |gauges| gauges.gossip_backlog = 2,
        |gauges| gauges.records = 65_537,
        |gauges| gauges.owners = 2,
        |gauges| gauges.origins = 4_097,
        |gauges| gauges.health = 9,
    ];
    for gauge in gauges {
        let mut view = me();
        gauge(&mut view.stats.gauges);
        assert!(tell(&mut Bounded::new(), &view, &[]).is_err(), "{:?}", view.stats.gauges);
    }
    let mut view = me();
    view.stats.gauges.gossip_backlog = 1;
    assert_eq!(tell(&mut Bounded::new(), &view, &[]), Ok(()));
    assert!(Bounded::new().conclude(&survey(1, &[view], 0)).is_err(), "in the end all is told");
}

#[test]
fn a_load_over_the_budget_is_seen() {
    let views = [me(), Snapshot::new(seal(1, 1))];
    let mut checker = ConstantLoad::new(4.0, Duration::from_secs(1));
    let mut send = |when, sent| Checker::<Seal>::survey(&mut checker, &survey(when, &views, sent));
    assert_eq!(send(0, 100), Ok(()));
    assert_eq!(send(10_000, 140), Ok(()));
    assert!(send(20_000, 181).is_err_and(|what| what.contains("4.1 datagrams")));
}

#[test]
fn a_datagram_over_the_limit_is_seen() {
    let sent = |len: usize| {
        let bytes = vec![0; len];
        let seen = Observation::Sent { seat: OBSERVER, to: Seat(1), bytes: &bytes, budget: 1_400 };
        Checker::<Seal>::observe(&mut DatagramSize::new(), at(1), &seen)
    };
    assert_eq!(sent(1_400), Ok(()));
    assert!(sent(1_401).is_err() && sent(0).is_err());
}

#[test]
fn the_bound_of_completeness_grows_with_the_logarithm_of_the_size() {
    let bound = |n, is_calm| Completeness::<Seal>::bound(&Config::lan(), n, is_calm).as_secs();
    assert_eq!((bound(2, true), bound(10, true), bound(1_000, true)), (56, 72, 119));
    assert!(bound(10, false) > bound(10, true));
}

#[test]
fn a_record_that_somebody_lacks_or_that_comes_back_is_seen() {
    let (a, b) = (seal(0, 1), seal(1, 1));
    let key = || b"k".to_vec();
    let put = |number: u64| Event::Published {
        owner: b.addr(),
        topic: 1,
        key: key(),
        value: number.to_le_bytes().into(),
    };
    let withdrawn = Event::Withdrawn { owner: b.addr(), topic: 1, key: key() };
    let owner = Snapshot::new(b);
    let own = |checker: &mut RecordsEverywhere<Seal>, events: &[Event<Seal>]| {
        for event in events {
            checker.observe(at(1), &Observation::Event { seat: Seat(1), event, view: &owner })?;
        }
        Ok::<_, String>(())
    };
    // The owner has value 7, after it had removed values up to 6; the observer tells these.
    let ends = |events: &[Event<Seal>], observer: Snapshot<Seal>| {
        let mut checker = RecordsEverywhere::new();
        own(&mut checker, &[put(6), withdrawn.clone(), put(7)])?;
        tell(&mut checker, &me(), events)?;
        checker.conclude(&survey(9, &[observer, Snapshot::new(b).holding(a, 0, State::Alive)], 0))
    };
    let history = |events: &[Event<Seal>]| ends(events, Snapshot::new(a).holding(b, 0, State::Alive));
    assert_eq!(ends(&[], Snapshot::new(a)), Ok(()), "it does not hold the owner");
    assert!(ends(&[put(7)], Snapshot::new(a)).is_err());
    assert_eq!(history(&[put(7)]), Ok(()));
    assert!(history(&[]).is_err_and(|what| what.contains("which has")), "it is lacking");
    assert!(history(&[put(6)]).is_err(), "an older value");
    assert_eq!(history(&[put(6), withdrawn.clone(), put(7)]), Ok(()), "put again");
    assert!(
        history(&[put(6), withdrawn.clone(), put(6), put(7)]).is_err_and(|what| what.contains("is back"))
    );
    let down = Event::Down { identity: b };
    assert!(history(&[put(7), down.clone()]).is_err(), "gone with its owner");
    assert_eq!(history(&[put(7), down, put(7)]), Ok(()), "back with its owner");
    assert!(history(&[put(7), put(6), put(7)]).is_err_and(|what| what.contains("was 7, and 6 is back")));
    let stranger = Event::Published { owner: seal(9, 1).addr(), topic: 1, key: key(), value: Vec::new() };
    assert!(history(&[put(7), stranger]).is_err_and(|what| what.contains("no member")));
}

#[test]
fn after_a_restart_old_values_may_show_only_if_the_identity_was_not_a_later_one() {
    let b = seal(1, 5);
    let put = |number: u64| Event::Published {
        owner: b.addr(),
        topic: 1,
        key: b"k".to_vec(),
        value: number.to_le_bytes().into(),
    };
    let history = |acts: &[(usize, Act<Seal>)], renewed: Option<Seal>| {
        let mut checker = RecordsEverywhere::new();
        act(&mut checker, 1, 1, &Act::Started(b));
        tell(&mut checker, &me(), &[put(5), put(6)])?;
        for (seat, done) in acts {
            act(&mut checker, 5, *seat, done);
        }
        if let Some(identity) = renewed {
            tell(&mut checker, &me(), &[Event::Rejoined { identity }])?;
        }
        tell(&mut checker, &me(), &[put(9), put(5)])
    };
    let again = |epoch| [(1, Act::Crashed(b)), (1, Act::Started(seal(1, epoch)))];
    assert!(history(&[], None).is_err());
    assert!(history(&again(6), None).is_err_and(|what| what.contains("is back")), "a later identity");
    assert_eq!(history(&again(5), None), Ok(()), "the same identity: either manifest may win");
    assert_eq!(history(&again(4), None), Ok(()), "an older one");
    assert!(history(&again(6), Some(seal(1, 7))).is_err(), "renewed past all");
    assert_eq!(history(&again(6), Some(b)), Ok(()), "renewed to an identity of the life before");
    assert_eq!(history(&[(2, Act::Started(seal(1, 6)))], None), Ok(()), "two at once");
}

#[test]
fn an_urgent_record_that_somebody_knows_too_late_or_never_is_seen() {
    let b = seal(1, 5);
    let put = Event::Published { owner: b.addr(), topic: 1, key: b"urgent".to_vec(), value: vec![7; 8] };
    // It is put at 1 ms; the observer starts, tells of it, and is looked at.
    let history = |started: u64, told: Option<u64>, looked: u64| {
        let (mut checker, owner) = (ToldInTime::new(Duration::from_millis(100)), Snapshot::new(b));
        checker.observe(at(1), &Observation::Event { seat: Seat(1), event: &put, view: &owner })?;
        act(&mut checker, started, 0, &Act::Started(seal(0, 1)));
        if let Some(told) = told {
            checker.observe(at(told), &Observation::Event { seat: OBSERVER, event: &put, view: &me() })?;
        }
        checker.survey(&survey(looked, &[me(), owner], 0))
    };
    assert_eq!(history(0, Some(101), 900), Ok(()));
    assert_eq!(history(0, None, 101), Ok(()), "there is still time");
    assert!(history(0, Some(102), 900).is_err_and(|what| what.contains("after 101ms")));
    assert!(history(0, None, 102).is_err_and(|what| what.contains("knows nothing")));
    assert_eq!(history(50, None, 900), Ok(()), "it did not run");
}

#[test]
fn where_hooks_differ_nobody_needs_to_hold_whom_nobody_tells_it_of() {
    let [a, b, c] = [seal(0, 1), seal(1, 1), seal(2, 1)];
    let with = |me: Seal, held: &[Seal]| {
        held.iter().fold(Snapshot::new(me), |view, other| view.holding(*other, 0, State::Alive))
    };
    // C refuses A or not; A lacks B, and holds C.
    let ends = |b_holds: &[Seal], c_holds: &[Seal]| {
        let views = [with(a, &[c]), with(b, b_holds), with(c, c_holds)];
        let refused = [(Seat(2), a.addr()), (Seat(1), a.addr())];
        Convergence::except(refused).conclude(&survey(9, &views, 0))
    };
    assert_eq!(ends(&[c], &[b]), Ok(()), "nobody tells A of B");
    assert!(ends(&[c], &[a, b]).is_err_and(|what| what.contains("should hold")), "C does");
    assert!(ends(&[a, c], &[b]).is_err(), "B does");
}

#[test]
fn a_user_event_that_is_told_twice_or_too_early_is_seen() {
    let (a, b) = (seal(0, 1), seal(1, 1));
    let moment = |origin: Seal, number: u64, time: u64| Event::UserEvent {
        origin: origin.addr(),
        topic: 2,
        time,
        payload: number.to_le_bytes().into(),
    };
    // B sends 7 at time 3; the observer tells these.
    let history = |lives: usize, events: &[Event<Seal>]| {
        let (mut checker, sender) = (MomentsOnce::new(), Snapshot::new(b));
        act(&mut checker, 1, 1, &Act::Started(b));
        let sent = moment(b, 7, 3);
        checker.observe(at(1), &Observation::Event { seat: Seat(1), event: &sent, view: &sender })?;
        (1..lives).for_each(|_| act(&mut checker, 2, 1, &Act::Started(b)));
        tell(&mut checker, &me(), events)
    };
    assert_eq!(history(1, &[moment(b, 7, 3), moment(a, 8, 4)]), Ok(()));
    let twice = [moment(b, 7, 3), moment(b, 7, 3)];
    assert!(history(1, &twice).is_err_and(|what| what.contains("again")));
    assert!(history(4, &twice).is_err(), "four lives are remembered");
    assert_eq!(history(5, &twice), Ok(()), "five are not");
    assert!(history(1, &[moment(b, 9, 3)]).is_err_and(|what| what.contains("nobody sent")));
    assert!(history(1, &[moment(b, 7, 2)]).is_err_and(|what| what.contains("was sent at 3")));
    let early = history(1, &[moment(b, 7, 3), moment(a, 8, 3)]);
    assert!(early.is_err_and(|what| what.contains("had heard of 3")));
}
