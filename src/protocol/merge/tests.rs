//! Every cell of PROTOCOL §2, below, at and above the held incarnation.

use super::*;
use Answer::{Correct, Nothing, Notify};
use Change::{Alive, Confirm, Depart, Keep, Raise, Replace, Suspect, TurnLeft};

type Cell = (Change, Answer);

/// The cell for an update at incarnation 4, 5 and 6 against one held at 5.
fn cells(relation: Relation, update: State, held: State, renews: bool) -> [Cell; 3] {
    [4, 5, 6].map(|incarnation| {
        let update = Standing { incarnation, state: update };
        decide(relation, update, Standing { incarnation: 5, state: held }, renews)
    })
}

fn same(update: State, held: State) -> [Cell; 3] {
    cells(Relation::Same, update, held, true)
}

#[test]
fn alive_of_the_same_identity() {
    let keep = (Keep, Nothing);
    assert_eq!(same(State::Alive, State::Alive), [keep, keep, (Alive, Nothing)]);
    assert_eq!(same(State::Alive, State::Suspect), [keep, keep, (Alive, Nothing)]);
    assert_eq!(same(State::Alive, State::Down), [(Keep, Notify); 3]);
    assert_eq!(same(State::Alive, State::Left), [(Keep, Correct); 3]);
}

#[test]
fn suspect_of_the_same_identity() {
    let (keep, suspect) = ((Keep, Nothing), (Suspect, Nothing));
    assert_eq!(same(State::Suspect, State::Alive), [keep, suspect, suspect]);
    assert_eq!(same(State::Suspect, State::Suspect), [keep, (Confirm, Nothing), suspect]);
    assert_eq!(same(State::Suspect, State::Down), [(Keep, Notify); 3]);
    assert_eq!(same(State::Suspect, State::Left), [(Keep, Correct); 3]);
}

#[test]
fn down_of_the_same_identity() {
    let (refuse, depart) = ((Keep, Notify), (Depart, Nothing));
    assert_eq!(same(State::Down, State::Alive), [refuse, depart, depart]);
    assert_eq!(same(State::Down, State::Suspect), [refuse, depart, depart]);
    assert_eq!(same(State::Down, State::Down), [(Raise, Nothing); 3]);
    assert_eq!(same(State::Down, State::Left), [(Keep, Correct); 3]);
}

#[test]
fn left_of_the_same_identity() {
    let (refuse, depart) = ((Keep, Notify), (Depart, Nothing));
    assert_eq!(same(State::Left, State::Alive), [refuse, depart, depart]);
    assert_eq!(same(State::Left, State::Suspect), [refuse, depart, depart]);
    assert_eq!(same(State::Left, State::Down), [(TurnLeft, Nothing); 3]);
    assert_eq!(same(State::Left, State::Left), [(Raise, Nothing); 3]);
}

#[test]
fn down_and_left_are_not_final_for_identities_that_cannot_renew() {
    let fixed = |update, held| cells(Relation::Same, update, held, false);
    let (notify, correct) = ((Keep, Notify), (Keep, Correct));
    assert_eq!(fixed(State::Alive, State::Down), [notify, notify, (Alive, Nothing)]);
    assert_eq!(fixed(State::Alive, State::Left), [correct, correct, (Alive, Nothing)]);
    assert_eq!(fixed(State::Suspect, State::Down), [notify, notify, (Suspect, Nothing)]);
    assert_eq!(fixed(State::Suspect, State::Left), [correct, correct, (Suspect, Nothing)]);
}

#[test]
fn a_newer_identity_replaces_whatever_is_held() {
    for update in [State::Alive, State::Suspect, State::Down, State::Left] {
        for held in [State::Alive, State::Suspect, State::Down, State::Left] {
            assert_eq!(cells(Relation::Newer, update, held, true), [(Replace, Nothing); 3]);
        }
    }
}

#[test]
fn an_older_identity_is_corrected_if_it_is_said_to_be_active() {
    for held in [State::Alive, State::Suspect, State::Down, State::Left] {
        for update in [State::Alive, State::Suspect] {
            assert_eq!(cells(Relation::Older, update, held, true), [(Keep, Correct); 3]);
        }
        for update in [State::Down, State::Left] {
            assert_eq!(cells(Relation::Older, update, held, true), [(Keep, Nothing); 3]);
        }
    }
}

#[test]
fn incarnations_wrap_only_where_identities_cannot_renew() {
    assert!(!later(0, u32::MAX, true));
    assert!(later(0, u32::MAX, false));
}
