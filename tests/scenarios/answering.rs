//! Answers of anti-entropy: who gets one, how many, and what a forged or broken one does.

use crate::world::{Bench, Doll, Mark, Seal, Seat, World, ms, route, seal, secs};
use haulout::codec::{
    DIGEST_VERSION, Header, Leaves, Message, MessageKind, Page, Plane, Position, Pull, Update,
};
use haulout::{Config, State};

const A: Seat = Seat(0);

/// A member among puppets, and the pulls that it waits for an answer to.
struct Door {
    b: Bench,
    pulls: Vec<(Pull, Doll)>,
}

impl Door {
    fn new(seed: u64) -> Self {
        let mut b = Bench::new(seed, Config::lan(), 4);
        b.w.run_for(secs(60));
        Self { b, pulls: Vec::new() }
    }

    /// The member compares with the first puppet, and is told that everything differs.
    fn begin(&mut self) {
        let to = *self.b.w.doll(self.b.dolls[0]).identity.address();
        let number = loop {
            let mark = self.b.w.mark();
            self.b.w.act(self.b.me, |engine, now| engine.sync_with(now, &to));
            if let Some(letter) = self.b.w.between(mark, route(0), to, MessageKind::Sync).first() {
                break letter.number().expect("a comparison has a number");
            }
            self.b.w.run_for(ms(100));
        };
        let leaves = Leaves { plane: Plane::Members, salt: 1, leaves: vec![7; 256] };
        let mark = self.b.w.mark();
        let message = Message::SyncLeaves { number, leaves: Some(leaves) };
        self.b.w.tell(self.b.dolls[0], self.b.me, message, &[]);
        self.collect(mark);
    }

    /// What it has asked for since a mark.
    fn collect(&mut self, mark: Mark) {
        let w = &self.b.w;
        let asked = w.sent_by(mark, route(0), MessageKind::SyncPull).into_iter().filter_map(|letter| {
            let Message::SyncPull(pull) = &letter.header.message else { return None };
            let doll = self.b.dolls.iter().find(|d| *w.doll(**d).identity.address() == letter.to)?;
            Some((pull.clone(), *doll))
        });
        let asked: Vec<_> = asked.collect();
        self.pulls.extend(asked);
    }

    /// The oldest pull is answered by an empty page.
    fn answer(&mut self, next: impl Fn(&Pull) -> Option<u64>) -> Doll {
        let (pull, doll) = self.pulls.remove(0);
        let next = next(&pull).map(|key| Position { key, item: 0 });
        let page = Page { number: pull.number, plane: Plane::Members, from: pull.from, next };
        let mark = self.b.w.mark();
        self.b.w.tell(doll, self.b.me, Message::SyncPage(page), &[]);
        self.collect(mark);
        doll
    }
}

#[test]
fn an_endless_chain_of_pages_is_cut_and_its_range_goes_on_elsewhere() {
    let mut door = Door::new(11);
    door.begin();
    assert_eq!(door.pulls.len(), 16);
    door.pulls.truncate(1);
    let evil = door.pulls[0].1;
    for page in 1..=64 {
        assert_eq!(door.pulls.len(), 1);
        assert_eq!(door.pulls[0].1, evil, "page {page}");
        door.answer(|pull| Some(pull.from.key + 1));
    }
    let (pull, doll) = &door.pulls[0];
    assert_ne!(*doll, evil);
    assert_eq!(pull.from.key & 0xff, 64, "from the cursor");
    assert_eq!(door.b.w.stats(door.b.me).dropped.broken_pages, 0, "without blame");
}

#[test]
fn a_page_that_does_not_advance_costs_its_sender_a_counter_and_the_range_goes_on_elsewhere() {
    let mut door = Door::new(12);
    door.begin();
    let before = door.b.w.member(door.b.me).members().count();
    let (first, evil) = door.pulls[0].clone();
    door.pulls.truncate(1);
    door.answer(|pull| Some(pull.from.key));
    assert_eq!(door.b.w.stats(door.b.me).dropped.broken_pages, 1);
    let (again, doll) = &door.pulls[0];
    assert_eq!((again.from, again.until), (first.from, first.until));
    assert_ne!(*doll, evil);
    assert_eq!(door.b.w.member(door.b.me).members().count(), before);
}

#[test]
fn forged_pages_from_one_who_is_no_member_change_nothing_and_cost_no_budget() {
    let mut door = Door::new(13);
    door.begin();
    let (w, me) = (&mut door.b.w, door.b.me);
    let mallory = w.puppet(seal(99));
    let before: Vec<_> = w.member(me).members().cloned().collect();
    let forged: Vec<_> = (200..260).map(|n| Update::new(seal(n), 0, State::Alive)).collect();
    for (pull, _) in &door.pulls {
        let page = Page { number: pull.number, plane: Plane::Members, from: pull.from, next: None };
        for _ in 0..100 {
            w.tell(mallory, me, Message::SyncPage(page), &forged);
        }
    }
    assert_eq!(w.member(me).members().cloned().collect::<Vec<_>>(), before);
    assert_eq!(w.stats(me).dropped.stranger, 1_600);
    // A budget that was used up would hold the pulls of a chain back.
    let mark = w.mark();
    door.answer(|pull| Some(pull.from.key + 1));
    assert_eq!(door.b.w.sent_by(mark, route(0), MessageKind::SyncPull).len(), 1);
}

fn sync(number: u16, version: u8) -> Message<Seal> {
    Message::Sync { number, version, members: 1, records: None, clock: 0 }
}

fn everything(number: u16) -> Message<Seal> {
    let (from, until) = (Position::FIRST, Position::LAST);
    Message::SyncPull(Pull { number, plane: Plane::Members, back: false, from, until, salt: 0, have: vec![] })
}

#[test]
fn a_stranger_that_compares_or_pulls_is_challenged_and_with_the_cookie_answered() {
    for (request, answer) in
        [(sync(7, DIGEST_VERSION), MessageKind::SyncLeaves), (everything(7), MessageKind::SyncPage)]
    {
        let mut w = World::of(14, Config::lan(), (0..2).map(seal));
        let stranger = w.puppet(seal(9));
        w.tell(stranger, A, request.clone(), &[]);
        w.run_for(ms(10));
        let [letter] = &w.doll(stranger).mail[..] else { panic!("one answer") };
        let Message::Challenge { number: 7, cookie } = letter.header.message else { panic!("{letter:?}") };
        assert!(!w.lists(A, &route(9)));
        let bytes = w.write(&Header { cookie: Some(cookie), ..w.header(stranger, A, request) }, &[]);
        w.inject(A, &bytes).expect("it is taken");
        w.run_for(ms(10));
        assert!(w.sees(A, &seal(9)));
        assert_eq!(w.mail(stranger, answer).len(), 1);
    }
}

#[test]
fn another_version_of_digests_is_not_compared_and_ends_in_the_longest_interval() {
    let mut b = Bench::new(15, Config::lan(), 4);
    b.w.tell(b.dolls[0], b.me, sync(7, DIGEST_VERSION + 1), &[]);
    b.w.run_for(ms(10));
    assert!(b.w.mail(b.dolls[0], MessageKind::SyncLeaves).is_empty());
    // The puppets do not answer either, as members of another version do not.
    b.w.run_for(secs(120));
    let mark = b.w.mark();
    b.w.run_for(secs(300));
    let asked = b.w.sent_by(mark, route(0), MessageKind::Sync).len();
    assert!((7..=11).contains(&asked), "{asked} comparisons in five minutes");
    assert_eq!(b.w.member(b.me).members().count(), 4, "they are members all the same");
}

#[test]
fn answers_are_limited_per_peer_and_in_all() {
    let mut config = Config::lan();
    (config.limits.answers_per_peer, config.limits.answers_per_second) = (16, 40);
    let mut b = Bench::new(18, config, 4);
    b.w.run_for(ms(1_000 - b.w.now().as_millis() % 1_000));
    let mark = b.w.mark();
    for doll in b.dolls.clone() {
        for number in 0..100 {
            b.w.tell(doll, b.me, sync(number, DIGEST_VERSION), &[]);
        }
    }
    let answers = |b: &Bench, n| b.w.between(mark, route(0), route(n), MessageKind::SyncLeaves).len();
    assert_eq!([1, 2, 3, 4].map(|n| answers(&b, n)), [16, 16, 8, 0]);
    assert_eq!(b.w.stats(b.me).dropped.answers_limited, 400 - 40);
}

#[test]
fn pages_say_alive_of_suspects_at_their_incarnation() {
    let mut b = Bench::new(20, Config::lan(), 4);
    b.silence(&[b.dolls[2]]);
    b.accuse(b.dolls[2], &[2]);
    assert_eq!(b.state(b.dolls[2]), Some(State::Suspect));
    let mark = b.w.mark();
    b.w.tell(b.dolls[0], b.me, everything(7), &[]);
    let pages = b.w.sent_by(mark, route(0), MessageKind::SyncPage);
    let update = pages[0].updates.iter().find(|update| update.identity == seal(3)).expect("it is named");
    assert_eq!((update.incarnation, update.state), (0, State::Alive));
    assert!(pages[0].updates.iter().all(|update| update.by.is_empty()));
}
