//! The engine on a plain `std` socket: no async runtime, one loop, one thread a member.
//!
//! Two members meet on loopback; once the second sees the first, it leaves, and both loops end.
//! `drive` is the whole driver, and keeps the engine's contract: one mutation, then drain.
//!
//! ```text
//! cargo run --example own_loop
//! ```

use haulout::identity::epoch_from_unix;
use haulout::{Config, Engine, Event, Instant, Renewing};
use haulout_codec_serde::PostcardCodec;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, SystemTime};

pub(crate) type Id = Renewing<SocketAddr>;
type Member = Engine<(Id, PostcardCodec, ())>;
/// The events of a member, in order.
type Told = Vec<Event<Id>>;

pub(crate) fn main() -> io::Result<()> {
    let (first, second) = run()?;
    println!("the first was told {} events, the second {}", first.len(), second.len());
    Ok(())
}

/// Runs two members until the second has left; gives back what each was told.
pub(crate) fn run() -> io::Result<(Told, Told)> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    let seed = socket.local_addr()?;
    let first = thread::spawn(move || {
        drive(&socket, None, |event| match event {
            Event::Left { .. } => Next::Stop,
            _ => Next::Stay,
        })
    });

    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    let second = drive(&socket, Some(seed), |event| match event {
        Event::Up { .. } => Next::Leave,
        Event::Idle => Next::Stop,
        _ => Next::Stay,
    })?;
    let first = first.join().expect("`drive` does not panic")?;
    Ok((first, second))
}

/// What the user wants after an event.
enum Next {
    Stay,
    Leave,
    Stop,
}

/// Every so many turns a deadline is served whatever waits in the socket, or a flood would starve it.
const PATIENCE: u64 = 64;

/// Drives one member, until `decide` says stop.
fn drive(
    socket: &UdpSocket,
    seed: Option<SocketAddr>,
    decide: impl Fn(&Event<Id>) -> Next,
) -> io::Result<Told> {
    // The engine's time counts from an origin of our choice, and never runs backwards.
    let origin = std::time::Instant::now();
    let now = || Instant::from_micros(origin.elapsed().as_micros() as u64);

    let mut member = new_member(socket.local_addr()?)?;
    let mut buf = vec![0; member.config().limits.datagram_received as usize];
    let mut told = Vec::new();
    match seed {
        Some(seed) => member.join(now(), seed),
        None => member.start(now()),
    }
    for turn in 1_u64.. {
        // Drain, first datagrams: what cannot be sent is lost, as any datagram may be.
        while let Some(transmit) = member.poll_transmit(now(), &mut buf) {
            let _ = socket.send_to(&buf[..transmit.len], transmit.to);
        }
        // Then events.
        let mut next = Next::Stay;
        while let Some(event) = member.poll_event() {
            println!("{:>6} ms  {}  {event:?}", origin.elapsed().as_millis(), member.identity());
            match decide(&event) {
                Next::Stay => {}
                other => next = other,
            }
            told.push(event);
        }

        // One mutation: what the user wants, a datagram, or the deadline.
        match next {
            Next::Stop => break,
            Next::Leave => member.leave(now()),
            Next::Stay if turn % PATIENCE == 0 => member.handle_timeout(now()),
            Next::Stay => match receive(socket, member.poll_timeout().map(|at| at.since(now())), &mut buf)? {
                // An error says that it was not for us; it is counted in `stats()`, and nothing changed.
                Some(len) => drop(member.handle_datagram(now(), &buf[..len])),
                None => member.handle_timeout(now()),
            },
        }
    }
    Ok(told)
}

/// Waits for a datagram; `None` if the deadline comes first. Even when it has come already, what waits in
/// the socket is read before.
fn receive(socket: &UdpSocket, wait: Option<Duration>, buf: &mut [u8]) -> io::Result<Option<usize>> {
    // The system refuses a wait of zero.
    socket.set_read_timeout(wait.map(|wait| wait.max(Duration::from_millis(1))))?;
    match socket.recv_from(buf) {
        Ok((len, _)) => Ok(Some(len)),
        Err(error) => match error.kind() {
            // A deadline, a signal, or word that an earlier datagram found nobody: all harmless.
            ErrorKind::WouldBlock
            | ErrorKind::TimedOut
            | ErrorKind::Interrupted
            | ErrorKind::ConnectionRefused
            | ErrorKind::ConnectionReset => Ok(None),
            _ => Err(error),
        },
    }
}

/// A dormant member, known by its address and by when it started.
fn new_member(address: SocketAddr) -> io::Result<Member> {
    let unix = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let identity = Renewing::new(address, epoch_from_unix(unix.as_secs()));
    // Members must not roll the same dice; this is `std`'s one source of random bits.
    let seed = RandomState::new().hash_one(address);
    Engine::new(identity, PostcardCodec, (), Config::local(), seed).map_err(io::Error::other)
}
