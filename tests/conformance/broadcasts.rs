//! Broadcast plugins that keep the laws, and such that break one each.

use core::net::SocketAddr;
use haulout::broadcast::{Broadcasts, Change, Context, Digest, Entry, Packet, Registry, Round, Topic};
use haulout::codec::{Custom, Position, Section, SectionRef};
use haulout::{Renewing, conformance};

type Node = Renewing<SocketAddr>;

const NOTES: Topic<String> = Topic::new(1, "note");
const SHOUTS: Topic<String> = Topic::new(2, "shout");

fn samples() -> [Node; 3] {
    [1, 2, 3].map(|host| Node::new(([10, 0, 0, host], 7946).into(), 5))
}

fn registry() -> Registry<Node> {
    Registry::new().record(NOTES).and_then(|registry| registry.event(SHOUTS)).expect("two topics")
}

/// Records, small and large, a tombstone, and user events.
fn publish(registry: &mut Registry<Node>, context: &mut Context<'_, Node>, n: usize) {
    let text = "text".repeat(if n.is_multiple_of(3) { 100 } else { n });
    let done = match n {
        11 => registry.remove(&NOTES, b"1", context).map(|removed| assert!(removed)),
        8..=10 => SHOUTS.encode(&text).and_then(|text| registry.send(text, None, context)),
        _ => NOTES.encode(&text).and_then(|text| registry.put(n.to_string().as_bytes(), &text, context)),
    };
    done.expect("it is within the limits");
}

#[test]
fn the_stock_registry_keeps_the_laws() {
    conformance::broadcasts(registry, &samples(), publish);
}

#[test]
fn no_plugin_at_all_keeps_the_laws() {
    conformance::broadcasts(|| (), &samples(), |(), _, _| {});
}

/// One that spreads payloads of its own, each once, and keeps nothing.
#[derive(Default)]
struct Rumours {
    waiting: Vec<(Vec<u8>, u8)>,
    heard: Vec<Vec<u8>>,
}

impl Rumours {
    fn spread(&mut self, payload: &[u8]) {
        if !self.heard.iter().any(|heard| heard == payload) {
            self.heard.push(payload.into());
            self.waiting.push((payload.into(), 0));
        }
    }
}

impl Broadcasts<Node> for Rumours {
    fn handle(&mut self, section: Section<'_, Node>, context: &mut Context<'_, Node>) {
        match section {
            Section::Custom(Custom { topic: 9, payload }) => self.spread(payload),
            other => ().handle(other, context),
        }
    }

    fn backlog(&self) -> usize {
        self.waiting.len()
    }

    fn fill(&mut self, packet: &mut dyn Packet<Node>, round: &Round<'_, Node>) {
        for (payload, sent) in &mut self.waiting {
            *sent += u8::from(packet.put(SectionRef::Custom(Custom { topic: 9, payload })));
        }
        self.waiting.retain(|(_, sent)| *sent < round.limit);
        // Those told least often go first.
        self.waiting.sort_by_key(|(_, sent)| *sent);
    }
}

#[test]
fn a_plugin_of_ones_own_keeps_the_laws() {
    let publish = |rumours: &mut Rumours, _: &mut Context<'_, Node>, n: usize| rumours.spread(&[n as u8]);
    conformance::broadcasts(Rumours::default, &samples(), publish);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    NeverSilent,
    CountsWhatDidNotFit,
    TeachesAgain,
    DigestOfMore,
    EntriesUnsorted,
    EntriesOutsideTheRange,
    EntryLost,
    EntryPutTwice,
    KeepsTheDeparted,
    ForgetsTheReturned,
    RemembersTheForgotten,
    SendsUnknown,
    TakesStrangers,
    OrderMatters,
}

/// The stock registry, but for one fault.
struct Faulty {
    inner: Registry<Node>,
    fault: Fault,
    digest: Digest,
    stranger: bool,
    first: Option<u64>,
}

impl Faulty {
    fn new(fault: Fault) -> Self {
        let mut faulty =
            Self { inner: registry(), fault, digest: Digest::new(), stranger: false, first: None };
        faulty.follow();
        faulty
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn follow(&mut self) {
        self.digest = self.inner.digest().expect("it keeps records").clone();
        if self.is(Fault::DigestOfMore) && self.digest != Digest::new() {
            self.digest.toggle(1, 2);
        }
        if self.stranger {
            self.digest.toggle(3, 4);
        }
        if let Some(first) = self.first.filter(|_| self.is(Fault::OrderMatters)) {
            self.digest.toggle(5, first);
        }
    }
}

impl Broadcasts<Node> for Faulty {
    fn handle(&mut self, section: Section<'_, Node>, context: &mut Context<'_, Node>) {
        if self.is(Fault::TeachesAgain)
            && let Section::Record(_) = section
        {
            context.emit(haulout::Event::Active);
        }
        self.stranger |= self.is(Fault::TakesStrangers);
        if let Section::Record(record) = &section {
            self.first.get_or_insert(record.version);
        }
        self.inner.handle(section, context);
        self.follow();
    }

    fn changed(&mut self, change: Change<'_, Node>, context: &mut Context<'_, Node>) {
        let ignored = match change {
            Change::Departed(_) => self.is(Fault::KeepsTheDeparted),
            Change::Appeared(_) => self.is(Fault::ForgetsTheReturned),
            Change::Forgotten(_) => self.is(Fault::RemembersTheForgotten),
            _ => false,
        };
        if !ignored {
            self.inner.changed(change, context);
        }
        self.follow();
    }

    fn backlog(&self) -> usize {
        self.inner.backlog() + usize::from(self.is(Fault::NeverSilent))
    }

    fn own_backlog(&self) -> usize {
        self.inner.own_backlog()
    }

    fn fill(&mut self, packet: &mut dyn Packet<Node>, round: &Round<'_, Node>) {
        if self.is(Fault::SendsUnknown) {
            packet.put(SectionRef::Unknown { kind: 77, body: &[] });
        }
        if self.is(Fault::CountsWhatDidNotFit) && packet.room() == 0 {
            return self.inner.fill(&mut Sink, round);
        }
        self.inner.fill(packet, round);
    }

    fn digest(&self) -> Option<&Digest> {
        Some(&self.digest)
    }

    fn entries(&self, from: Position, until: Position, out: &mut Vec<Entry>) {
        if self.is(Fault::EntriesOutsideTheRange) {
            return self.inner.entries(Position::FIRST, Position::LAST, out);
        }
        self.inner.entries(from, until, out);
        if self.is(Fault::EntriesUnsorted) {
            out.reverse();
        }
    }

    fn put_entry(&self, entry: &Entry, packet: &mut dyn Packet<Node>) -> bool {
        if self.is(Fault::EntryLost) && !entry.position.item.is_multiple_of(2) {
            return false;
        }
        let put = self.inner.put_entry(entry, packet);
        if self.is(Fault::EntryPutTwice) {
            self.inner.put_entry(entry, packet);
        }
        put
    }
}

/// Takes everything.
struct Sink;

impl Packet<Node> for Sink {
    fn put(&mut self, _: SectionRef<'_, Node>) -> bool {
        true
    }

    fn room(&self) -> usize {
        usize::MAX
    }
}

/// A test for each fault: the kit says which law it broke.
macro_rules! breaks {
    ($($name:ident: $fault:ident => $law:literal;)*) => {$(
        #[test]
        #[should_panic(expected = $law)]
        fn $name() {
            conformance::broadcasts(|| Faulty::new(Fault::$fault), &samples(), |faulty, context, n| {
                publish(&mut faulty.inner, context, n);
                faulty.follow();
            });
        }
    )*};
}

breaks! {
    something_always_waits: NeverSilent => "law broken: what was taken as often as the limit says waits no longer";
    a_full_packet_counts: CountsWhatDidNotFit => "law broken: only what the packet took counts as transmitted";
    the_known_is_told_to_the_user: TeachesAgain => "law broken: what was handled once teaches nothing";
    the_digest_is_of_something_else: DigestOfMore => "law broken: the digest is that of the entries";
    entries_are_backwards: EntriesUnsorted => "law broken: entries are in the order of their positions";
    a_range_is_ignored: EntriesOutsideTheRange => "law broken: a range gives no entries outside it";
    an_entry_cannot_be_put: EntryLost => "law broken: an entry is one section";
    an_entry_is_put_twice: EntryPutTwice => "law broken: an entry is one section";
    departed_members_stay: KeepsTheDeparted => "law broken: what a departed member published is not in the digest";
    returned_members_are_not_shown: ForgetsTheReturned => "law broken: a member that returns brings back";
    forgotten_members_are_kept: RemembersTheForgotten => "law broken: what a forgotten member published is dropped";
    an_unknown_section_is_sent: SendsUnknown => "law broken: a plugin sends no updates and nothing of unknown kind";
    strangers_are_taken: TakesStrangers => "law broken: the digest is only of what members and oneself published";
    what_comes_first_matters: OrderMatters => "law broken: plugins that handled the same sections in whatever order";
}
