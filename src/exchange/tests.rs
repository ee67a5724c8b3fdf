//! Pages, losses, pace and budget of the asker.

use super::*;

const PATIENCE: Duration = Duration::from_millis(500);

fn config() -> SyncConfig {
    crate::Config::lan().sync
}

fn at(key: u64) -> Position {
    Position { key, item: 0 }
}

fn range(from: u64, until: u64) -> Range {
    Range { plane: Plane::Members, from: at(from), until: at(until) }
}

fn pulling(range: Range) -> Exchange {
    let mut exchange = Exchange::new(&config());
    exchange.pull(Instant::ZERO, 7, Errand::new(range, None), Slot::at(3), false);
    exchange
}

#[test]
fn a_chain_goes_on_at_its_cursor_and_ends() {
    let mut exchange = pulling(range(0, 100));
    let place = exchange.find(7, Slot::at(3)).unwrap();
    let Turned::On(errand) = exchange.turn(place, Some(at(40))) else { panic!("it goes on") };
    assert_eq!((errand.range, errand.peer), (range(40, 100), Some(Slot::at(3))));
    exchange.pull(Instant::ZERO, 8, errand, Slot::at(3), false);
    assert_eq!(exchange.find(7, Slot::at(3)), None, "each page has a number of its own");
    assert!(matches!(exchange.turn(0, None), Turned::Done));
    assert!(exchange.pulls.is_empty());
}

#[test]
fn a_page_that_does_not_advance_or_leaves_the_range_is_broken() {
    for next in [0, 10, 101] {
        let mut exchange = pulling(range(10, 100));
        assert!(
            matches!(exchange.turn(0, Some(at(next))), Turned::Broken(Some(e)) if e.peer.is_none()),
            "{next}"
        );
        assert!(exchange.pulls.is_empty());
    }
}

#[test]
fn an_endless_chain_is_taken_elsewhere() {
    let mut exchange = pulling(range(0, u64::MAX));
    for page in 1..=u64::from(PAGES) {
        let Turned::On(errand) = exchange.turn(0, Some(at(page))) else { panic!("it goes on") };
        assert_eq!(errand.peer.is_none(), page == u64::from(PAGES), "{page}");
        assert_eq!(errand.avoid, errand.peer.is_none().then_some(Slot::at(3)), "{page}");
        exchange.pull(Instant::ZERO, 8, errand, Slot::at(3), false);
    }
}

#[test]
fn a_lost_pull_is_repeated_then_taken_elsewhere_then_given_up() {
    let mut exchange = pulling(range(5, 9));
    exchange.note_answerer(Slot::at(3));
    let mut peers = Vec::new();
    let mut now = Instant::ZERO;
    loop {
        now += PATIENCE;
        let (_, errand) = exchange.overdue(now, PATIENCE).unwrap();
        let Some(errand) = errand else { break };
        peers.push(errand.peer);
        assert_eq!(errand.range, range(5, 9), "from the cursor");
        exchange.pull(now, 8, errand, Slot::at(3), false);
    }
    assert_eq!(peers, [Some(Slot::at(3)), None, None]);
}

#[test]
fn the_pause_halves_when_it_was_useful_and_doubles_when_not() {
    let mut exchange = Exchange::new(&config());
    let seconds = |exchange: &mut Exchange, useful| exchange.pause(useful).as_secs_f64();
    let doubling: Vec<f64> = (0..8).map(|_| seconds(&mut exchange, false)).collect();
    assert_eq!(doubling, [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]);
    assert!((seconds(&mut exchange, true) - 15.0).abs() < 1e-9);
}

#[test]
fn the_budget_holds_a_burst_and_fills_by_the_second_and_is_lifted_until_complete() {
    let mut exchange = Exchange::new(&config());
    exchange.spend(70_000);
    assert!(exchange.may_ask(Instant::ZERO), "not complete: no limit");
    exchange.complete = true;
    assert!(!exchange.may_ask(Instant::from_millis(4_000)));
    assert!(exchange.may_ask(Instant::from_millis(5_000)), "4,464 bytes of debt at 1,000 a second");
}

#[test]
fn whoever_never_answered_is_asked_once() {
    let mut exchange = pulling(range(5, 9));
    let (_, errand) = exchange.overdue(Instant::ZERO + PATIENCE, PATIENCE).unwrap();
    assert!(matches!(errand, Some(errand) if errand.peer.is_none() && errand.avoid == Some(Slot::at(3))));
}

#[test]
fn records_are_pulled_when_no_members_are_to_come() {
    let mut exchange = Exchange::new(&config());
    let (members, records) = (range(0, 9), Range { plane: Plane::Records, ..range(0, 9) });
    for range in [records, members] {
        exchange.errands.push_back(Errand::new(range, None));
    }
    let errand = exchange.next_errand().unwrap();
    assert_eq!(errand.range, members);
    exchange.pull(Instant::ZERO, 7, errand, Slot::at(3), false);
    assert!(exchange.next_errand().is_none());
    assert!(matches!(exchange.turn(0, None), Turned::Done));
    assert_eq!(exchange.next_errand().map(|errand| errand.range), Some(records));
}

#[test]
fn each_plane_is_answered_once_and_only_what_was_asked() {
    let mut exchange = Exchange::new(&config());
    let peer = Slot::at(3);
    assert!(!exchange.answer(7, peer, None), "nothing was asked");
    exchange.compare(Instant::ZERO, 7, peer);
    assert!(!exchange.answer(8, peer, Some(Plane::Members)) && !exchange.answer(7, Slot::at(4), None));
    assert!(exchange.answer(7, peer, Some(Plane::Records)) && exchange.answer(7, peer, Some(Plane::Members)));
    assert!(!exchange.answer(7, peer, Some(Plane::Members)) && !exchange.answer(7, peer, None));
}
