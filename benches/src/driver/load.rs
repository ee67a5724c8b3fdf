//! The load: a thousand members behind one socket, which ping and check what answers.
//!
//! The socket is bound to all of 127.0.0.0/8, where each member has an address. Sending and receiving take many
//! datagrams a call, so that this side is the faster one.

use super::MEMBERS;
use super::mmsg::{self, BATCH, Slots};
use super::server::Id;
use haulout::codec::{Codec, HeaderRef, Message, MessageRef, Section, Update, Version};
use haulout::fingerprint::destination;
use haulout::{Out, Renewing, State};
use haulout_codec_serde::PostcardCodec;
use haulout_tokio::Handle;
use nix::sys::socket::SockaddrIn;
use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::num::NonZero;
use std::time::{Duration, Instant};

/// How long a server may take to answer before what is outstanding counts as lost: longer than a busy machine keeps
/// it from its core, since nothing is lost on the loopback below the size of a buffer.
const PATIENCE: Duration = Duration::from_millis(250);

/// How long a node may take to learn all members, on a busy machine.
const LEARNING: Duration = Duration::from_secs(20);

pub(crate) struct Load {
    socket: UdpSocket,
    members: Vec<Id>,
    /// The members by what a node writes as their key.
    keys: HashMap<Option<NonZero<u32>>, usize>,
    slots: Slots,
    aim: Aim,
    window: usize,
    outstanding: Vec<u32>,
    total: usize,
    next: usize,
    lost: u64,
    changes: usize,
}

/// Whom the pings go to.
struct Aim {
    to: SocketAddr,
    /// The ping of each member, which bears its index as its number.
    pings: Vec<Vec<u8>>,
    is_echo: bool,
}

impl Load {
    /// Members that have so many pings outstanding together.
    pub(crate) fn new(window: usize) -> io::Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        socket.set_read_timeout(Some(PATIENCE))?;
        let port = socket.local_addr()?.port();
        let address = |n: usize| SocketAddr::from(([127, 1, (n / 250) as u8, (n % 250 + 1) as u8], port));
        let members: Vec<Id> = (0..MEMBERS).map(|n| Renewing::new(address(n), 1)).collect();
        let keys = members.iter().enumerate().map(|(n, id)| (destination(id.address()), n)).collect();
        Ok(Self {
            members,
            keys,
            aim: Aim { to: socket.local_addr()?, pings: Vec::new(), is_echo: true },
            socket,
            slots: Slots::new(),
            window,
            outstanding: vec![0; MEMBERS],
            total: 0,
            next: 0,
            lost: 0,
            changes: 0,
        })
    }

    /// The address of the first member, which takes a node in.
    pub(crate) fn seed(&self) -> SocketAddr {
        *self.members[0].address()
    }

    /// Pings that were not answered.
    pub(super) fn lost(&self) -> u64 {
        self.lost
    }

    /// Pings go there from now on. An echo answers with the ping itself.
    pub(crate) fn aim(&mut self, to: SocketAddr, is_echo: bool) {
        let ping = |n: usize| datagram(to, self.members[n], MessageRef::Ping { number: n as u16 }, &[]);
        self.aim = Aim { to, pings: (0..MEMBERS).map(ping).collect(), is_echo };
    }

    /// Takes a node in and tells it of all members, until it holds them all.
    pub(crate) fn join(&mut self, node: &Handle<Id>) -> io::Result<()> {
        let start = Instant::now();
        while node.members().len() < MEMBERS {
            if start.elapsed() > LEARNING {
                return Err(io::Error::other(format!(
                    "a node has not learnt all members: {:?}",
                    node.stats()
                )));
            }
            self.slots.recv(&self.socket)?;
            let announced = self.slots.taken().find_map(|(bytes, _)| match decode(bytes)?.0 {
                Message::Announce { number, .. } => Some(number),
                _ => None,
            });
            let Some(number) = announced else { continue };
            self.tell(MessageRef::Feed { number, clock: 0 }, &[])?;
            for some in self.members[1..].chunks(50) {
                let updates: Vec<_> = some.iter().map(|id| Update::new(*id, 0, State::Alive)).collect();
                self.tell(MessageRef::Gossip, &updates)?;
            }
        }
        Ok(())
    }

    /// The members' keys.
    pub(crate) fn keys(&self) -> Vec<SocketAddr> {
        self.members.iter().map(|id| *id.address()).collect()
    }

    /// Tells of so many changes of members, fifty a datagram: each but the first, which tells it, is suspect and
    /// refutes it, in turn.
    pub(crate) fn change(&mut self, count: u32) -> io::Result<()> {
        let changes: Vec<_> =
            (self.changes..self.changes + count as usize).map(|n| self.changed(n)).collect();
        self.changes += changes.len();
        changes.chunks(50).try_for_each(|some| self.tell(MessageRef::Gossip, some))
    }

    /// The key, the state and the incarnation of whom the last change was of.
    pub(crate) fn last_change(&self) -> Option<(SocketAddr, State, u32)> {
        let last = self.changed(self.changes.checked_sub(1)?);
        Some((*last.identity.address(), last.state, last.incarnation))
    }

    fn changed(&self, n: usize) -> Update<Id> {
        let (member, pass) = (self.members[1 + n % (MEMBERS - 1)], (n / (MEMBERS - 1)) as u32);
        if pass % 2 == 0 {
            Update::new(member, pass / 2, State::Suspect)
        } else {
            Update::new(member, pass / 2 + 1, State::Alive)
        }
    }

    fn tell(&self, message: MessageRef<'_, Id>, updates: &[Update<Id>]) -> io::Result<()> {
        let bytes = datagram(self.aim.to, self.members[0], message, updates);
        self.socket.send_to(&bytes, self.aim.to).map(drop)
    }

    /// Fills the window and keeps it full for at least this long, and until the server is ready.
    pub(super) fn warm_up(&mut self, least: Duration, is_ready: impl Fn() -> bool) -> io::Result<()> {
        let start = Instant::now();
        self.ping(self.window)?;
        while start.elapsed() < least || !is_ready() {
            if start.elapsed() > LEARNING {
                return Err(io::Error::other("a node has not told its news"));
            }
            self.run(least)?;
        }
        Ok(())
    }

    /// Keeps the window full for this long; how many pings were answered.
    pub(super) fn run(&mut self, length: Duration) -> io::Result<u64> {
        let (start, mut answers) = (Instant::now(), 0);
        while start.elapsed() < length {
            self.slots.recv(&self.socket)?;
            let answered = self.count()?;
            if self.slots.taken().next().is_none() {
                self.lost += self.total as u64;
                self.total = 0;
                self.outstanding.fill(0);
            }
            self.ping(self.window - self.total)?;
            answers += answered;
        }
        Ok(answers)
    }

    /// Looks at what has arrived: how many are answers to pings that are outstanding.
    fn count(&mut self) -> io::Result<u64> {
        let mut answers = 0;
        for (bytes, _) in self.slots.taken() {
            let number = match decode(bytes) {
                Some((Message::Ping { number }, _)) if self.aim.is_echo => number,
                Some((Message::Ack { number }, _)) if !self.aim.is_echo => number,
                // The node probes its members now and then; whoever does not answer is suspected.
                Some((Message::Ping { number }, dst)) => {
                    let Some(member) = self.keys.get(&dst) else { continue };
                    let ack = datagram(self.aim.to, self.members[*member], MessageRef::Ack { number }, &[]);
                    self.socket.send_to(&ack, self.aim.to)?;
                    continue;
                }
                _ => continue,
            };
            if let Some(outstanding @ 1..) = self.outstanding.get_mut(usize::from(number)) {
                *outstanding -= 1;
                self.total -= 1;
                answers += 1;
            }
        }
        Ok(answers)
    }

    fn ping(&mut self, mut count: usize) -> io::Result<()> {
        let SocketAddr::V4(to) = self.aim.to else { return Err(io::Error::other("a server is on IPv4")) };
        let to = SockaddrIn::from(SocketAddrV4::new(*to.ip(), to.port()));
        while count > 0 {
            let now = count.min(BATCH);
            let members = (self.next..self.next + now).map(|n| n % MEMBERS);
            mmsg::send(&self.socket, members.clone().map(|n| (&self.aim.pings[n][..], to)))?;
            members.for_each(|n| self.outstanding[n] += 1);
            self.next = (self.next + now) % MEMBERS;
            self.total += now;
            count -= now;
        }
        Ok(())
    }
}

/// What a datagram says, and to whom.
fn decode(bytes: &[u8]) -> Option<(Message<Id>, Option<NonZero<u32>>)> {
    let (header, _) = Codec::<Id>::decode(&PostcardCodec, bytes).ok()?;
    Some((header.message, header.dst))
}

fn datagram(to: SocketAddr, source: Id, message: MessageRef<'_, Id>, updates: &[Update<Id>]) -> Vec<u8> {
    let head = HeaderRef {
        version: Version::CURRENT,
        cluster: None,
        dst: destination(&to),
        cookie: None,
        source: &source,
        incarnation: 0,
        message,
    };
    let mut buf = vec![0; 2_048];
    let mut out = Out::new(&mut buf);
    assert!(PostcardCodec.put_header(head, &mut out).expect("a header can be written"));
    for update in updates {
        let section = Section::Update(update.clone());
        assert!(PostcardCodec.put_section(section.as_ref(), &mut out).expect("an update can be written"));
    }
    out.written().to_vec()
}
