//! Sockets of the loopback, by calls for many datagrams and by calls for each.
//!
//! What is sent on the loopback has arrived when the call returns.

use super::*;
use crate::batch::{BATCH, Inbox, Outbox};

/// A socket without its calls for many.
struct Plain(Udp);

impl Transport for Plain {
    fn local_addr(&self) -> SocketAddr {
        self.0.local_addr()
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

fn udp(ip: &str) -> Udp {
    Udp::bind((ip.parse::<std::net::IpAddr>().unwrap(), 0).into()).unwrap()
}

fn peer() -> (StdSocket, SocketAddr) {
    let socket = StdSocket::bind(("127.0.0.1", 0)).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// What one call took.
fn taken(inbox: &Inbox) -> Vec<(Vec<u8>, SocketAddr)> {
    let datagram = |place| inbox.get(place).unwrap().unwrap();
    (0..inbox.len()).map(datagram).map(|(bytes, from)| (bytes.to_vec(), from)).collect()
}

fn take(transport: &impl Transport, inbox: &mut Inbox) -> Vec<(Vec<u8>, SocketAddr)> {
    inbox.clear();
    transport.try_recv_many(inbox);
    taken(inbox)
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(10), future).await.expect("it is soon")
}

/// Where the system gives an IPv4 address in its mapped form, a node sees that form.
fn mapped(address: SocketAddr) -> SocketAddr {
    in_family_of("[::]:0".parse().unwrap(), address)
}

async fn takes_many_at_once(transport: impl Transport, seen: impl Fn(SocketAddr) -> SocketAddr) {
    let ((socket, from), mut inbox) = (peer(), Inbox::new(200));
    let to = (std::net::Ipv4Addr::LOCALHOST, transport.local_addr().port());
    assert_eq!(take(&transport, &mut inbox), []);
    let datagram = |n: usize| vec![n as u8; n];
    for n in 0..100 {
        socket.send_to(&datagram(n), to).unwrap();
    }
    inbox.clear();
    soon(transport.recv_many(&mut inbox)).await;
    let mut all = taken(&inbox);
    assert!((1..=BATCH).contains(&all.len()));
    while all.len() < 100 {
        let more = take(&transport, &mut inbox);
        assert_eq!(more.len(), BATCH.min(100 - all.len()));
        all.extend(more);
    }
    let sent: Vec<_> = (0..100).map(|n| (datagram(n), seen(from))).collect();
    assert_eq!(all, sent);
    assert_eq!(take(&transport, &mut inbox), []);
}

#[tokio::test]
async fn many_are_taken_at_once_whole_and_with_their_senders() {
    takes_many_at_once(udp("127.0.0.1"), |from| from).await;
    takes_many_at_once(Plain(udp("127.0.0.1")), |from| from).await;
    takes_many_at_once(udp("::"), mapped).await;
    takes_many_at_once(Plain(udp("::")), mapped).await;
}

fn cuts(transport: &impl Transport) {
    let ((socket, from), mut inbox) = (peer(), Inbox::new(100));
    for len in [50, 100, 101, 5_000, 0, 60] {
        socket.send_to(&vec![len as u8; len], transport.local_addr()).unwrap();
    }
    let lengths = [(50, 50), (100, 100), (100, 101), (100, 136), (0, 0), (60, 60)];
    assert_eq!(take(transport, &mut inbox), lengths.map(|(len, byte)| (vec![byte; len], from)));
}

#[tokio::test]
async fn a_datagram_that_is_too_long_is_cut_and_its_neighbours_are_whole() {
    cuts(&udp("127.0.0.1"));
    cuts(&Plain(udp("127.0.0.1")));
}

async fn sends_what_can_be_sent(transport: impl Transport, family: &str) {
    let (one, two) = (peer(), peer());
    let mut outbox = Outbox::new(70_000);
    let nowhere: SocketAddr = ([127, 0, 0, 1], 0).into();
    let sent = [(&one, 10), (&two, 20), (&one, 1_400), (&two, 0), (&one, 65_507)];
    for (bad, ((_, to), len)) in [(9, nowhere), (70_000, one.1), (8, nowhere)].into_iter().zip(sent) {
        outbox.room()[..len].fill(len as u8);
        outbox.push(len, *to);
        outbox.push(bad.0, bad.1);
    }
    for ((_, to), len) in &sent[3..] {
        outbox.room()[..*len].fill(*len as u8);
        outbox.push(*len, *to);
    }
    let errors = soon(transport.send_many(&outbox)).await;
    assert_eq!(errors.len(), 3, "{family}: {errors:?}");
    for ((socket, _), len) in sent {
        let mut buf = vec![0; 70_000];
        let (got, from) = socket.recv_from(&mut buf).unwrap();
        assert_eq!((&buf[..got], from.port()), (&vec![len as u8; len][..], transport.local_addr().port()));
    }
}

#[tokio::test]
async fn a_datagram_that_cannot_be_sent_keeps_no_other_from_being_sent() {
    sends_what_can_be_sent(udp("127.0.0.1"), "IPv4").await;
    sends_what_can_be_sent(Plain(udp("127.0.0.1")), "IPv4, plain").await;
    sends_what_can_be_sent(udp("::"), "IPv6").await;
    sends_what_can_be_sent(Plain(udp("::")), "IPv6, plain").await;
}

/// Looking without waiting must not make the runtime forget that something came meanwhile.
async fn wakes_for_each(transport: impl Transport) {
    const ROUNDS: usize = 500;
    let ((socket, _), to) = (peer(), transport.local_addr());
    let (ready, go) = std::sync::mpsc::channel();
    let sender = std::thread::spawn(move || {
        for () in go {
            socket.send_to(b"here", to).unwrap();
        }
    });
    let mut inbox = Inbox::new(10);
    for _ in 0..ROUNDS {
        ready.send(()).unwrap();
        let mut count = take(&transport, &mut inbox).len();
        if count == 0 {
            soon(transport.recv_many(&mut inbox)).await;
            count = inbox.len();
        }
        assert_eq!(count, 1);
    }
    drop(ready);
    sender.join().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_while_nobody_waits_is_noticed() {
    wakes_for_each(udp("127.0.0.1")).await;
    wakes_for_each(Plain(udp("127.0.0.1"))).await;
}

#[tokio::test]
async fn a_wait_that_is_given_up_has_taken_nothing() {
    let ((socket, from), mut inbox, udp) = (peer(), Inbox::new(10), udp("127.0.0.1"));
    assert!(timeout(Duration::from_millis(1), udp.recv_many(&mut inbox)).await.is_err());
    socket.send_to(b"late", udp.local_addr()).unwrap();
    soon(udp.recv_many(&mut inbox)).await;
    assert_eq!(taken(&inbox), [(b"late".to_vec(), from)]);
}

mod sending {
    use super::*;
    use std::cell::RefCell;
    use std::future::pending;

    /// Sends by calls of which each does what is next in the list; where each call began, and the errors.
    async fn sent(count: usize, calls: &[Result<usize, io::ErrorKind>]) -> (Vec<usize>, Vec<io::ErrorKind>) {
        let places = RefCell::new(Vec::new());
        let errors = send_all(count, |place| {
            places.borrow_mut().push(place);
            let call = calls.get(places.borrow().len() - 1).copied();
            async move {
                match call {
                    Some(call) => call.map_err(Into::into),
                    None => pending().await,
                }
            }
        })
        .await;
        (places.into_inner(), errors.iter().map(io::Error::kind).collect())
    }

    #[tokio::test]
    async fn a_call_that_sends_some_is_followed_by_one_for_the_rest() {
        assert_eq!(sent(0, &[]).await, (vec![], vec![]));
        assert_eq!(sent(32, &[Ok(32)]).await, (vec![0], vec![]));
        assert_eq!(sent(9, &[Ok(4), Ok(1), Ok(4)]).await, (vec![0, 4, 5], vec![]));
    }

    #[tokio::test]
    async fn an_error_is_that_of_the_first_of_the_rest() {
        let refused = io::ErrorKind::ConnectionRefused;
        let calls = [Err(refused), Ok(3), Err(refused), Err(refused), Ok(2)];
        assert_eq!(sent(8, &calls).await, (vec![0, 1, 4, 5, 6], vec![refused; 3]));
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_buffer_is_waited_for_a_moment_and_what_is_left_is_counted() {
        let start = tokio::time::Instant::now();
        let (places, errors) = sent(8, &[Ok(3)]).await;
        assert_eq!((places, errors), (vec![0, 3], vec![io::ErrorKind::WouldBlock; 5]));
        assert!(start.elapsed() < 2 * MOMENT);
    }
}
