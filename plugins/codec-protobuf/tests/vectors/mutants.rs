//! A million mutants of the good datagrams, by the recipe of `proto/vectors/README.md`: what becomes of them here is
//! what becomes of them in every language, and none does harm to a member.
//!
//! `HAULOUT_MUTANTS=20000` tries fewer.

use crate::write::{self, Node, header, seal, update};
use crate::{check, good, read};
use core::fmt::Write as _;
use haulout::codec::{Codec, Header, Message, Section, VERSION};
use haulout::fingerprint::mix;
use haulout::{Config, DatagramError, Engine, Identity as _, Instant, State};
use haulout_codec_protobuf::ProtobufCodec;
use serde_json::{Value, json};

/// All that there are.
const MUTANTS: u64 = 1_000_000;
/// Those whose outcomes have one fingerprint.
const BLOCK: u64 = 1_000;

/// `SplitMix64`.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(&[self.0])
    }

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % count as u64).expect("it is below a usize")
    }

    fn byte(&mut self) -> u8 {
        self.below(256) as u8
    }
}

fn mutant(number: u64, intact: &[Vec<u8>]) -> Vec<u8> {
    let mut draws = Draws(mix(&[number]));
    let mut bytes = intact[draws.below(intact.len())].clone();
    for _ in 0..=draws.below(3) {
        if !bytes.is_empty() {
            mutate(&mut bytes, &mut draws);
        }
    }
    bytes
}

fn mutate(bytes: &mut Vec<u8>, draws: &mut Draws) {
    let at = draws.below(bytes.len());
    match draws.below(6) {
        0 | 1 => bytes[at] ^= 1 << draws.below(8),
        2 => bytes[at] = draws.byte(),
        3 => drop(bytes.remove(at)),
        4 => bytes.insert(at, draws.byte()),
        _ => bytes.extend_from_within(at..bytes.len().min(at + draws.below(30))),
    }
}

/// Appends what becomes of a datagram; whether it is read.
fn outcome(bytes: &[u8], into: &mut Vec<u8>) -> bool {
    let Ok((header, sections)) = read(bytes) else {
        into.push(0);
        return false;
    };
    let known = !matches!(header.message, Message::Unknown(_)) && header.version.spoken == VERSION;
    let kind = if known { header.message.number() } else { 0 };
    let header = if known { header } else { Header { message: Message::Unknown(0), ..header } };
    let (unknown, mut sections): (Vec<_>, Vec<_>) =
        sections.into_iter().partition(|section| matches!(section, Section::Unknown { .. }));
    sections.sort_by_key(kind_of);
    let form = write::datagram(&header, &sections);
    assert!(!form.is_empty(), "what was read can be written: {}", write::hex(bytes));
    into.extend([1, kind]);
    into.extend((unknown.len() as u32).to_le_bytes());
    into.extend((form.len() as u32).to_le_bytes());
    into.extend(form);
    true
}

fn kind_of(section: &Section<'_, Node>) -> u8 {
    match section {
        Section::Update(_) => 1,
        Section::Manifest(_) => 2,
        Section::Record(_) => 3,
        Section::UserEvent(_) => 4,
        Section::Topic(_) => 5,
        _ => 6,
    }
}

/// FNV-1a of 64 bits, finished: fp of these bytes.
fn print(bytes: &[u8]) -> u64 {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    mix(&[hash])
}

const NOW: Instant = Instant::from_millis(1_000);

/// `seal-2`, fed by `seal-1` with `seal-3` and `seal-9`.
struct Fed(Engine<(Node, ProtobufCodec, ())>);

impl Fed {
    fn new() -> Self {
        let member = Engine::new(seal(2), ProtobufCodec, (), Config::lan(), 1);
        let mut member = Self(member.expect("the profile is possible"));
        member.0.join(NOW, seal(1).route());
        let mut buf = [0; 1_400];
        let sent = member.0.poll_transmit(NOW, &mut buf).expect("it announces itself");
        let (announce, _) =
            Codec::<Node>::decode(&ProtobufCodec, &buf[..sent.len]).expect("it is a datagram");
        let Message::Announce { number, .. } = announce.message else { panic!("it announces itself") };
        let known = [update(3, 0, State::Alive), update(9, 4, State::Alive)];
        let feed = write::datagram(&header(Message::Feed { number, clock: 0 }), &known);
        assert_eq!(member.0.handle_datagram(NOW, &feed), Ok(()));
        assert_eq!(member.0.members().count(), 3);
        member
    }

    /// What it holds of itself and of others.
    fn view(&self) -> String {
        let mut view = format!("{} {}\n", self.0.identity().epoch(), self.0.incarnation());
        let mut all: Vec<_> = self.0.members().chain(self.0.departed()).collect();
        all.sort_by_key(|held| held.identity().name().as_str());
        for held in all {
            let (identity, incarnation, state) = (held.identity(), held.incarnation(), held.state().number());
            let (name, address, epoch) = (identity.name(), identity.address(), identity.epoch());
            writeln!(view, "{name} {} {epoch} {incarnation} {state}", address.port())
                .expect("a text has room");
        }
        view
    }
}

#[test]
fn mutants_become_what_is_written_down_and_crash_nobody() {
    let asked = std::env::var("HAULOUT_MUTANTS").ok().and_then(|count| count.parse().ok());
    let all = std::env::var_os("HAULOUT_REGENERATE").is_some();
    let count = if all { MUTANTS } else { asked.unwrap_or(MUTANTS) };
    let intact: Vec<_> = good::all().into_iter().map(|good| good.bytes).collect();
    let (mut member, mut buf) = (Fed::new(), [0; 1_400]);
    let (mut blocks, mut held, mut outcomes, mut taken) = (Vec::new(), Vec::new(), Vec::new(), 0);
    let mut counted = 0;
    for number in 0..count {
        let bytes = mutant(number, &intact);
        let is_read = outcome(&bytes, &mut outcomes);
        taken += u64::from(is_read);
        let refused = matches!(
            member.0.handle_datagram(NOW, &bytes),
            Err(DatagramError::Malformed(_) | DatagramError::Sealed)
        );
        assert_eq!(refused, !is_read, "mutant {number}: {}", write::hex(&bytes));
        while member.0.poll_transmit(NOW, &mut buf).is_some() {}
        while member.0.poll_event().is_some() {}
        if (number + 1) % BLOCK == 0 {
            blocks.push(format!("{:016x}", print(&outcomes)));
            outcomes.clear();
            let dropped = &member.0.stats().dropped;
            counted += dropped.malformed + dropped.sealed;
            held.push(format!("{:016x}", print(member.view().as_bytes())));
            member = Fed::new();
        }
    }
    assert!(count % BLOCK == 0 && counted == count - taken, "{counted} of {} are counted", count - taken);
    println!("{count} mutants: {taken} read, {} refused", count - taken);
    compare("mutants.json", &blocks, count);
    compare("held.json", &held, count);
}

/// Every truncation of every good one.
#[test]
fn cuts_become_what_is_written_down() {
    let mut member = Fed::new();
    let mut buf = [0; 1_400];
    let mut of = |bytes: &[u8]| {
        let mut outcomes = Vec::new();
        for end in 0..bytes.len() {
            let is_read = outcome(&bytes[..end], &mut outcomes);
            let refused =
                matches!(member.0.handle_datagram(NOW, &bytes[..end]), Err(DatagramError::Malformed(_)));
            assert_eq!(refused, !is_read, "{}", write::hex(&bytes[..end]));
            while member.0.poll_transmit(NOW, &mut buf).is_some() {}
            while member.0.poll_event().is_some() {}
        }
        format!("{:016x}", print(&outcomes))
    };
    let prints: Vec<_> = good::all().iter().map(|good| of(&good.bytes)).collect();
    check("cuts.json", &json!(prints));
}

/// Those are the first of those that are written down.
fn compare(file: &str, blocks: &[String], count: u64) {
    if count == MUTANTS {
        return check(file, &json!(blocks));
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../proto/vectors/");
    let text = std::fs::read_to_string(format!("{path}{file}")).expect("the file is there");
    let written: Value = serde_json::from_str(&text).expect("it is JSON");
    let written: Vec<String> = serde_json::from_value(written).expect("it is a list of texts");
    assert_eq!(written.len() as u64, MUTANTS / BLOCK);
    let differs = blocks.iter().zip(&written).position(|(found, written)| found != written);
    assert_eq!(differs, None, "the first block that differs");
}
