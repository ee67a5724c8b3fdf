//! Identity golf: one machine, told in ever fewer bytes.
//!
//! Bytes of an identity are paid in every datagram, several times, for as long as the cluster lives. Read from
//! top to bottom, from a fat identity to two bytes; each hole prints what it costs, and what a member sees when
//! the machine restarts without knowing how often it has started. Virtual time, no sockets.
//!
//! ```text
//! cargo run --example identity_golf
//! ```

use haulout::codec::{Codec, HeaderRef, MessageRef, SectionRef, UpdateRef, Version};
use haulout::{Config, Engine, Event, Identity, Instant, Name, Named, Out, Renewing, State};
use haulout_codec_serde::{PostcardCodec, SerdeIdentity};
use haulout_identity_golf::{Course, Roster, SubnetId, With, golf_facts, golf_identity};
use std::collections::VecDeque;
use std::error::Error;
use std::net::SocketAddr;

/// One hole: what was played, and how it went.
pub(crate) struct Hole {
    /// The identity.
    identity: String,
    /// Its bytes on the wire.
    pub(crate) bytes: usize,
    /// Updates in a gossip of 1,400 bytes.
    pub(crate) updates: usize,
    /// What another member was told when it restarted.
    pub(crate) seen: Vec<String>,
}

// Hole 3: bit fields. A rack, a host in it, a shard, and 12 bits that count lives: they wrap, and that is fine.
golf_identity! {
    /// A machine of a data centre in which addresses follow from the rack.
    pub(crate) struct MachineId: u32 { rack: 6, host: 10, shard: 4, epoch: 12 }
    addr = (rack, host);
    renew = epoch;
    route = |(rack, host)| SocketAddr::from(([10, rack, (host >> 8) as u8, host as u8], 7946));
}

// Hole 4: facts for the spare bits of whatever identity there is.
golf_facts! {
    /// What every member should know of every other.
    pub(crate) struct Role: u8 { shard: 4, zone: 2 }
}

const TITLES: [&str; 6] = [
    "A name, an address, an epoch: it may move, and everybody knows what it is called.",
    "Without the name: the address is who it is.",
    "Bit fields: the address follows from rack and host, so only these travel, with a shard.",
    "A place in a subnet, where addresses follow from nothing; and facts in the spare bits.",
    "An entry of a table that all members have: an index of 8 bits, an epoch of 8.",
    "The index alone. It cannot renew: a restart in time is no news, a death is taken back.",
];

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    for (number, (title, hole)) in TITLES.iter().zip(play()?).enumerate() {
        let Hole { identity, bytes, updates, seen } = hole;
        println!(
            "{}. {title}\n   {identity}\n   {bytes} bytes, {updates} updates in a packet of 1,400",
            number + 1
        );
        println!("   it restarts: {}\n", seen.first().map_or("nobody notices", String::as_str));
    }
    Ok(())
}

/// Plays all holes: each time a machine, what it is when it restarts, and the member that watches.
///
/// Whoever restarts does not know its last epoch. Clocks have stepped back by an hour, counters are at 0: it is
/// renewed past its earlier life all the same.
pub(crate) fn play() -> Result<Vec<Hole>, Box<dyn Error>> {
    let here: SocketAddr = "10.3.2.188:7946".parse()?;
    let peer: SocketAddr = "10.3.2.189:7946".parse()?;
    let seconds = 28_300_000; // since 2026, as stock epochs count

    let named = |name, at, epoch| Ok::<_, Box<dyn Error>>(Named::new(Name::new(name)?, at, epoch));
    let fat = |epoch| named("rack3-host700", here, epoch);
    let first = hole(&fat(seconds)?, fat(seconds - 3_600)?, named("rack3-host701", peer, 1)?)?;

    let stock = |at, epoch| Renewing::<SocketAddr>::new(at, epoch);
    let second = hole(&stock(here, seconds), stock(here, seconds - 3_600), stock(peer, 1))?;

    let machine = |host, epoch| MachineId::new(3, host, 1, epoch);
    let third = hole(&machine(700, 7)?, machine(700, 0)?, machine(701, 0)?)?;

    let course = Course::new("10.3.0.0/16".parse()?, 7946)?;
    let member = |at, epoch| -> Result<With<SubnetId<16, 10>, Role>, Box<dyn Error>> {
        Ok(With::new(course.identity(at, epoch)?, Role::new(1, 2)?))
    };
    let fourth = hole(&member(here, 7)?, member(here, 0)?, member(peer, 0)?)?;

    let roster = Roster::of([here, peer])?;
    let entry = |at, epoch| roster.identity::<8, 8>(at, epoch);
    let fifth = hole(&entry(here, 7)?, entry(here, 0)?, entry(peer, 0)?)?;

    let index = |at| roster.identity::<8, 0>(at, 0);
    let sixth = hole(&index(here)?, index(here)?, index(peer)?)?;
    Ok(vec![first, second, third, fourth, fifth, sixth])
}

/// Measures an identity, and restarts it while another member watches.
fn hole<I: SerdeIdentity>(identity: &I, restarted: I, peer: I) -> Result<Hole, Box<dyn Error>> {
    let mut lab = Lab { now: Instant::ZERO, members: Vec::new(), wire: VecDeque::new(), seen: Vec::new() };
    lab.boot(peer)?;
    lab.boot(identity.clone())?;
    let before = lab.seen.len();
    lab.members.truncate(1);
    lab.boot(restarted)?;
    Ok(Hole {
        identity: format!("{identity:?}"),
        bytes: wire_len(identity)?,
        updates: packed(identity)?,
        seen: lab.seen[before..].iter().map(|event| format!("{event:?}")).collect(),
    })
}

/// Bytes of an identity on the wire: those of an update, less its lead byte.
fn wire_len<I: SerdeIdentity>(identity: &I) -> Result<usize, Box<dyn Error>> {
    let mut buf = [0; 1_400];
    let mut out = Out::new(&mut buf);
    PostcardCodec.put_section(alive(identity), &mut out)?;
    Ok(out.len() - 1)
}

/// Updates that fit a gossip.
fn packed<I: SerdeIdentity>(source: &I) -> Result<usize, Box<dyn Error>> {
    let mut buf = [0; 1_400];
    let mut out = Out::new(&mut buf);
    let (version, message) = (Version::CURRENT, MessageRef::Gossip);
    let header =
        HeaderRef { version, cluster: None, dst: None, cookie: None, source, incarnation: 0, message };
    PostcardCodec.put_header(header, &mut out)?;
    let mut count = 0;
    while PostcardCodec.put_section(alive(source), &mut out)? {
        count += 1;
    }
    Ok(count)
}

fn alive<I: Identity>(identity: &I) -> SectionRef<'_, I> {
    SectionRef::Update(UpdateRef { identity, incarnation: 0, state: State::Alive, by: &[] })
}

/// A network of engines that loses nothing and takes no time.
struct Lab<I: SerdeIdentity> {
    now: Instant,
    members: Vec<Engine<(I, PostcardCodec, ())>>,
    wire: VecDeque<(I::Route, Vec<u8>)>,
    /// What the first member was told.
    seen: Vec<Event<I>>,
}

impl<I: SerdeIdentity> Lab<I> {
    /// Starts a member, joins it to the first unless it is that, and lets a second pass.
    fn boot(&mut self, identity: I) -> Result<(), Box<dyn Error>> {
        let mut member = Engine::new(identity, PostcardCodec, (), Config::lan(), self.now.as_micros())?;
        match self.members.first() {
            Some(first) => member.join(self.now, first.identity().route()),
            None => member.start(self.now),
        }
        self.members.push(member);
        self.run_until(Instant::from_micros(self.now.as_micros() + 1_000_000));
        Ok(())
    }

    fn run_until(&mut self, end: Instant) {
        loop {
            self.drain();
            if let Some((to, datagram)) = self.wire.pop_front() {
                if let Some(member) = self.members.iter_mut().find(|member| member.identity().route() == to) {
                    let _ = member.handle_datagram(self.now, &datagram);
                }
                continue;
            }
            let deadline = self.members.iter().filter_map(Engine::poll_timeout).min();
            match deadline.filter(|&at| at <= end) {
                Some(at) => self.now = self.now.max(at),
                None => break,
            }
            for member in &mut self.members {
                member.handle_timeout(self.now);
            }
        }
        self.now = end;
    }

    fn drain(&mut self) {
        let mut buf = [0; 1_400];
        for (number, member) in self.members.iter_mut().enumerate() {
            while let Some(transmit) = member.poll_transmit(self.now, &mut buf) {
                self.wire.push_back((transmit.to, buf[..transmit.len].to_vec()));
            }
            while let Some(event) = member.poll_event() {
                if number == 0 {
                    self.seen.push(event);
                }
            }
        }
    }
}
