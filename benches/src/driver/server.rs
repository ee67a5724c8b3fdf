//! Who answers: an echo loop or a node, on a thread that is pinned to a core.

use super::mmsg::{self, Slots};
use super::{MEMBERS, Subject};
use haulout::{Config, Renewing};
use haulout_codec_serde::PostcardCodec;
use haulout_tokio::{Handle, Node, Transport, Udp};
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::time::{ClockId, clock_gettime};
use nix::unistd::{Pid, gettid};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

/// A member: its address and an epoch.
pub(crate) type Id = Renewing<SocketAddr>;

/// How long an echo loop waits before it looks whether it is to end.
const LOOK: Duration = Duration::from_millis(20);

/// The first and the last core that this process may use; the same one twice if there is no other.
pub(super) fn cores() -> io::Result<(usize, usize)> {
    let allowed = sched_getaffinity(Pid::from_raw(std::process::id().cast_signed()))?;
    let mut cores = (0..CpuSet::count()).filter(|core| allowed.is_set(*core).unwrap_or(false));
    let first = cores.next().ok_or_else(|| io::Error::other("no core"))?;
    Ok((first, cores.next_back().unwrap_or(first)))
}

/// Keeps the calling thread on a core.
pub(super) fn pin(core: usize) -> io::Result<()> {
    let mut set = CpuSet::new();
    set.set(core)?;
    Ok(sched_setaffinity(Pid::from_raw(0), &set)?)
}

/// A thread that answers.
pub(crate) struct Server {
    address: SocketAddr,
    clock: ClockId,
    node: Option<Handle<Id>>,
    ending: Arc<AtomicBool>,
    thread: JoinHandle<io::Result<()>>,
}

/// What a server's thread says once it is there.
struct Started {
    address: SocketAddr,
    thread: Pid,
    node: Option<Handle<Id>>,
}

impl Server {
    /// Starts it, on this core if one is given; a node asks `seed` to take it in.
    pub(crate) fn start(subject: Subject, core: Option<usize>, seed: SocketAddr) -> io::Result<Self> {
        let ending = Arc::new(AtomicBool::new(false));
        let (ready, started) = mpsc::channel();
        let until = ending.clone();
        let builder = std::thread::Builder::new().name(subject.word().into());
        let thread = builder.spawn(move || {
            core.map_or(Ok(()), pin)?;
            let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
            match subject {
                Subject::EchoPlain | Subject::EchoBatched => {
                    socket.set_read_timeout(Some(LOOK))?;
                    let started = Started { address: socket.local_addr()?, thread: gettid(), node: None };
                    ready.send(started).map_err(io::Error::other)?;
                    if subject == Subject::EchoPlain {
                        echo(&socket, &until)
                    } else {
                        echo_many(&socket, &until)
                    }
                }
                Subject::NodePlain => serve(|| Udp::from_std(socket).map(Plain), seed, &ready, &until),
                Subject::NodeBatched => serve(|| Udp::from_std(socket), seed, &ready, &until),
            }
        })?;
        let Ok(started) = started.recv() else {
            thread.join().map_err(|_| io::Error::other("the server panicked"))??;
            return Err(io::Error::other("the server did not start"));
        };
        // The kernel's form of a thread's clock: its inverted number, then "of a thread" and "scheduled time".
        let clock = ClockId::from_raw((!started.thread.as_raw() << 3) | 6);
        Ok(Self { address: started.address, clock, node: started.node, ending, thread })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn node(&self) -> Option<&Handle<Id>> {
        self.node.as_ref()
    }

    /// The processor time of its thread so far.
    pub(super) fn processor_time(&self) -> io::Result<Duration> {
        Ok(clock_gettime(self.clock)?.into())
    }

    pub(crate) fn stop(self) {
        self.ending.store(true, Ordering::Relaxed);
        drop(self.node);
        self.thread.join().expect("a server does not panic").expect("a server's socket does not fail");
    }
}

/// The bare loop: two system calls a datagram.
fn echo(socket: &UdpSocket, ending: &AtomicBool) -> io::Result<()> {
    let mut buf = [0; 2_048];
    while !ending.load(Ordering::Relaxed) {
        match socket.recv_from(&mut buf) {
            Ok((len, from)) => {
                socket.send_to(&buf[..len], from)?;
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The bare loop: two system calls for all that is there.
fn echo_many(socket: &UdpSocket, ending: &AtomicBool) -> io::Result<()> {
    let mut slots = Slots::new();
    while !ending.load(Ordering::Relaxed) {
        slots.recv(socket)?;
        if slots.taken().next().is_some() {
            mmsg::send(socket, slots.taken())?;
        }
    }
    Ok(())
}

/// A node on a runtime of this thread.
fn serve<T: Transport>(
    transport: impl FnOnce() -> io::Result<T>,
    seed: SocketAddr,
    ready: &mpsc::Sender<Started>,
    ending: &AtomicBool,
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let node = Node::builder()
            .transport(transport()?)
            .identity_with(|address| Renewing::new(address, 1))
            .codec(PostcardCodec)
            .config(config())
            .seed(seed)
            .start()
            .await
            .map_err(io::Error::other)?;
        let started = Started { address: node.bound(), thread: gettid(), node: Some(node) };
        ready.send(started).map_err(io::Error::other)?;
        while !ending.load(Ordering::Relaxed) {
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    })
}

/// The settings of a LAN. Comparisons are another operation, and nobody is there to answer them.
fn config() -> Config {
    let mut config = Config::lan();
    config.limits.members = config.limits.members.max(2 * MEMBERS as u32);
    (config.sync.shortest, config.sync.longest) = (Duration::from_secs(3_600), Duration::from_secs(3_600));
    config
}

/// A socket without its calls for many: the path of any transport that has no such calls.
struct Plain(Udp);

impl Transport for Plain {
    fn local_addr(&self) -> SocketAddr {
        self.0.local_addr()
    }

    fn reaches(&self, to: SocketAddr) -> bool {
        self.0.reaches(to)
    }

    async fn recv(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.0.recv(buf).await
    }

    fn try_recv(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.0.try_recv(buf)
    }

    async fn send(&self, datagram: &[u8], to: SocketAddr) -> io::Result<()> {
        self.0.send(datagram, to).await
    }
}
