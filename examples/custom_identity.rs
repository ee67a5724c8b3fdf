//! An identity of one's own: a machine's number as key, its zone as metadata, and a counter of lives.
//!
//! It goes over the wire by a serde derive, is held against the laws of `Identity` by the conformance kit,
//! and then a machine crashes and comes back, twice: whoever watches sees one `Renewed` each time, even
//! when the machine has lost its counter. Two engines, virtual time, no sockets.
//!
//! ```text
//! cargo run --example custom_identity
//! ```

use haulout::fingerprint::{Canonical, CanonicalSink};
use haulout::identity::serial_newer;
use haulout::{Config, ConfigError, Engine, Event, Identity, Instant, conformance};
use haulout_codec_serde::PostcardCodec;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::fmt;
use std::net::SocketAddr;

/// Where a machine stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Zone {
    East,
    West,
}

/// One life of a machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Machine {
    /// The key: it stays, wherever the machine is plugged in.
    pub(crate) number: u16,
    /// The route.
    pub(crate) address: SocketAddr,
    /// Metadata: every member sees it, and it is as fresh as the life that it is part of.
    pub(crate) zone: Zone,
    /// How often it has started; it wraps, so it is a serial number.
    pub(crate) lives: u16,
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "machine {} (life {}, {:?})", self.number, self.lives, self.zone)
    }
}

/// The fields that fingerprints are made of: all that `==` compares, in an order that stays.
impl Canonical for Machine {
    fn canonical<S: CanonicalSink>(&self, out: &mut S) {
        out.u16(self.number);
        self.address.canonical(out);
        out.u8(self.zone as u8);
        out.u16(self.lives);
    }
}

impl Identity for Machine {
    type Addr = u16;
    type Route = SocketAddr;
    const RENEWS: bool = true;

    fn addr(&self) -> u16 {
        self.number
    }

    fn route(&self) -> SocketAddr {
        self.address
    }

    /// The life after the later of the two; where they are half the range apart, after the rival's.
    fn renew(&self, rival: &Self) -> Option<Self> {
        let later = if newer(self.lives, rival.lives) { self.lives } else { rival.lives };
        let next = later.wrapping_add(1);
        let lives = if newer(next, rival.lives) { next } else { rival.lives.wrapping_add(1) };
        Some(Self { lives, ..self.clone() })
    }

    /// By lives. Two machines with one number and as many lives are told apart by the rest: any order
    /// will do, if everybody uses the same.
    fn supersedes(&self, other: &Self) -> bool {
        if self.lives != other.lives {
            return newer(self.lives, other.lives);
        }
        (self.zone, self.address) > (other.zone, other.address)
    }
}

/// Serial numbers of 16 bits are those of 64 bits, in the topmost bits.
fn newer(a: u16, b: u16) -> bool {
    serial_newer(u64::from(a) << 48, u64::from(b) << 48)
}

pub(crate) fn main() -> Result<(), ConfigError> {
    conformance::identity(&samples());
    conformance::codec(&PostcardCodec, &samples());
    println!("{} samples keep the laws of identities, and come back from the wire\n", samples().len());
    story()?;
    Ok(())
}

/// For the conformance kit: the edges of the counter, and everything that may differ at one count.
fn samples() -> Vec<Machine> {
    let mut samples: Vec<_> = [0, 1, 0x7fff, 0x8000, 0x8001, u16::MAX].map(|lives| machine(1, lives)).into();
    samples.push(Machine { zone: Zone::West, ..machine(1, 1) });
    samples.push(Machine { address: ([192, 0, 2, 9], 7946).into(), ..machine(1, 1) });
    samples.extend([2, 3, u16::MAX].map(|number| machine(number, 1)));
    samples
}

fn machine(number: u16, lives: u16) -> Machine {
    let [high, low] = number.to_be_bytes();
    Machine { number, address: ([10, 0, high, low], 7946).into(), zone: Zone::East, lives }
}

/// What machine 1 sees of machine 2, from its first start to its third.
pub(crate) fn story() -> Result<Vec<Event<Machine>>, ConfigError> {
    let mut lab = Lab { now: Instant::ZERO, members: Vec::new(), wire: VecDeque::new(), seen: Vec::new() };
    println!("machine 1 starts, machine 2 joins");
    lab.boot(machine(1, 1))?;
    lab.boot(machine(2, 1))?;

    println!("machine 2 crashes and comes back in the other zone; it counts its lives on disk");
    lab.crash(2);
    lab.boot(Machine { zone: Zone::West, ..machine(2, 2) })?;

    println!("machine 2 crashes and loses its disk; it believes that this is its first life");
    lab.crash(2);
    lab.boot(machine(2, 1))?;
    Ok(lab.seen)
}

/// A network of engines that loses nothing and takes no time.
struct Lab {
    now: Instant,
    members: Vec<Engine<(Machine, PostcardCodec, ())>>,
    wire: VecDeque<(SocketAddr, Vec<u8>)>,
    /// What machine 1 was told.
    seen: Vec<Event<Machine>>,
}

impl Lab {
    /// Starts a machine, joins it to machine 1 unless that is itself, and lets a second pass.
    fn boot(&mut self, identity: Machine) -> Result<(), ConfigError> {
        let seed = self.now.as_micros() + u64::from(identity.number);
        let mut member = Engine::new(identity, PostcardCodec, (), Config::lan(), seed)?;
        match self.members.first() {
            Some(first) => member.join(self.now, first.identity().route()),
            None => member.start(self.now),
        }
        self.members.push(member);
        self.run_until(Instant::from_micros(self.now.as_micros() + 1_000_000));
        Ok(())
    }

    /// Takes a machine away, without a word.
    fn crash(&mut self, number: u16) {
        self.members.retain(|member| member.identity().number != number);
    }

    /// The run loop: each turn drains all, then hands over one datagram or serves the next deadline.
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
        for member in &mut self.members {
            while let Some(transmit) = member.poll_transmit(self.now, &mut buf) {
                self.wire.push_back((transmit.to, buf[..transmit.len].to_vec()));
            }
            while let Some(event) = member.poll_event() {
                tell(member.identity(), &event);
                if member.identity().number == 1 {
                    self.seen.push(event);
                }
            }
        }
    }
}

/// Prints an event: whom it is told to, and what it says.
fn tell(to: &Machine, event: &Event<Machine>) {
    let number = to.number;
    match event {
        Event::Up { identity } => println!("    to {number}: Up, {identity}"),
        Event::Renewed { old, new } => println!("    to {number}: Renewed, {old} is {new} now"),
        Event::Rejoined { identity } => println!("    to {number}: Rejoined, I am {identity} now"),
        other => println!("    to {number}: {other:?}"),
    }
}
