//! A steady cluster does not allocate: two members probe each other, gossip and compare for ten minutes of
//! virtual time. `allocation-counter` brings the global allocator that counts.

use haulout::{Config, Engine, Instant, Renewing};
use haulout_codec_serde::PostcardCodec;
use std::net::SocketAddr;
use std::time::Duration;

type Node = Renewing<SocketAddr>;
type Member = Engine<(Node, PostcardCodec, ())>;

struct Pair {
    members: [Member; 2],
    now: Instant,
}

impl Pair {
    fn new() -> Self {
        let member = |host: u8| {
            let node = Node::new(([10, 0, 0, host], 7946).into(), 28_300_000);
            Engine::new(node, PostcardCodec, (), Config::lan(), host.into()).expect("the profile is possible")
        };
        let mut pair = Self { members: [member(0), member(1)], now: Instant::from_millis(1_000) };
        pair.members[0].start(pair.now);
        let seed = *pair.members[0].identity().address();
        pair.members[1].join(pair.now, seed);
        pair
    }

    /// Serves deadlines and delivers datagrams at once, for so long.
    fn run(&mut self, duration: Duration) -> u64 {
        let (end, mut delivered, mut buf) = (self.now + duration, 0, [0; 1_400]);
        while self.now < end {
            let mut quiet = false;
            while !quiet {
                quiet = true;
                for at in 0..2 {
                    while let Some(transmit) = self.members[at].poll_transmit(self.now, &mut buf) {
                        let taken = self.members[1 - at].handle_datagram(self.now, &buf[..transmit.len]);
                        assert_eq!(taken, Ok(()));
                        (quiet, delivered) = (false, delivered + 1);
                    }
                    while self.members[at].poll_event().is_some() {}
                }
            }
            let deadlines = self.members.iter().filter_map(Engine::poll_timeout);
            self.now = deadlines.min().expect("members probe");
            for member in &mut self.members {
                member.handle_timeout(self.now);
            }
        }
        delivered
    }
}

#[test]
fn a_steady_cluster_does_not_allocate() {
    let mut pair = Pair::new();
    pair.run(Duration::from_secs(60));
    assert!(pair.members.iter().all(|member| member.members().count() == 1 && member.is_synced()));
    let mut delivered = 0;
    let counted = allocation_counter::measure(|| delivered = pair.run(Duration::from_secs(600)));
    assert!(delivered > 2_400, "a ping and an ack a second each, and comparisons: {delivered}");
    assert_eq!(counted.count_total, 0);
}
