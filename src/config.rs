//! Every setting: its unit, range, default, how to choose it and what breaks.
//!
//! Start from a profile and change what you must:
//!
//! ```
//! use core::time::Duration;
//! let mut config = haulout::Config::lan().with_label("orders");
//! config.probe.helpers = 4;
//! ```

mod check;
mod limits;

pub use limits::Limits;

use crate::fingerprint::label_hash;
use core::num::NonZeroU32;
use core::time::Duration;

/// The settings of an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Config {
    /// Hash of the cluster's label, see [`Config::with_label`]. Default: none.
    ///
    /// A member takes nothing from one with another label, or with none where it has one. Give every
    /// cluster its own wherever addresses may be reused, or two clusters grow into one.
    pub cluster: Option<NonZeroU32>,
    /// How members are watched.
    pub probe: ProbeConfig,
    /// How long an accused member has to answer.
    pub suspicion: SuspicionConfig,
    /// How news spreads.
    pub gossip: GossipConfig,
    /// How strangers meet, and how a partition heals.
    pub join: JoinConfig,
    /// How members make their views equal.
    pub sync: SyncConfig,
    /// What bounds memory and answers.
    pub limits: Limits,
}

/// How members make their views equal: anti-entropy by digests.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SyncConfig {
    /// The shortest pause between two comparisons: after joining, and while they teach something. 10 ms to
    /// `longest`; 250 ms.
    pub shortest: Duration,
    /// The longest pause, which equal views double up to. `shortest` to 1 h; lan 30 s, local 15 s, wan 60 s.
    ///
    /// What gossip lost is found within it, by some member.
    pub longest: Duration,
    /// Bytes a second that a member asks for on average, both ways, once its view was complete. 100 to
    /// 1,000,000; 1,000.
    pub bytes_per_second: u32,
    /// Bytes that it may ask for at once. 8,192 to 16,777,216; 65,536.
    pub burst: u32,
}

/// How members are watched (SWIM §3.1, §4.3; Lifeguard §IV-A).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ProbeConfig {
    /// Time between two probes. 10 ms to 1 h; lan and local 1 s, wan 5 s.
    ///
    /// At least three round trips. Detection time and idle traffic follow it in proportion.
    pub interval: Duration,
    /// How long to wait for an ack before helpers are asked. Above zero and below `interval`; lan 500 ms,
    /// local 200 ms, wan 3 s.
    ///
    /// Above the 99th percentile of a round trip. Too short costs needless requests to helpers; too long
    /// leaves them no time within the interval.
    pub timeout: Duration,
    /// How many helpers ping a silent member on our behalf. 0 to 16; lan and wan 3, local 1.
    ///
    /// Each more divides the false suspicions that a lossy network causes; 0 leaves them all.
    pub helpers: u8,
    /// Lifeguard's local health: stretches interval and timeout while this process is slow itself. On.
    ///
    /// Off, a starved process accuses its healthy peers.
    pub health: bool,
}

/// How long an accused member has to answer (Lifeguard §IV-B, §IV-C).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SuspicionConfig {
    /// α: the shortest timeout is α · max(1, log₁₀ n) · `probe.interval`, n being the live members and
    /// oneself. 1 to 100; lan and local 3, wan 6.
    ///
    /// Detection time follows it in proportion; below 2, slow members are declared down.
    pub alpha: u32,
    /// β: a suspicion that nobody confirms lasts β times as long. 1 to 100; 6.
    ///
    /// 1 switches the dynamic timeout off in effect. Higher guards more against accusers that are slow
    /// themselves, and costs nothing where others confirm.
    pub beta: u32,
    /// Lifeguard's dynamic timeout: starts at β times the shortest and falls as distinct members confirm.
    /// On.
    pub dynamic: bool,
    /// Lifeguard's buddy system: whoever is suspected is told first of all, in every datagram. On.
    pub buddy: bool,
}

/// How news spreads (SWIM §4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct GossipConfig {
    /// Time between two rounds while there is news; a round after a quiet interval starts at once. 1 ms to
    /// 1 min; lan 200 ms, local 100 ms, wan 500 ms.
    pub interval: Duration,
    /// Members told a round. 1 to 32; lan and local 3, wan 4.
    pub fanout: u8,
    /// λ: a piece of news leaves at most λ · ⌈log₁₀(n + 1)⌉ times. 1 to 7; 4.
    ///
    /// Below 3 some members miss some news.
    pub retransmit: u8,
}

/// How strangers meet, and how a partition heals.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct JoinConfig {
    /// How long a seed has to answer before `NoAnswer` is reported. Above zero; lan 5 s, local 2 s,
    /// wan 15 s. It is asked several times within it, and from time to time afterwards.
    pub timeout: Duration,
    /// How often one seed, one member held down or one forgotten route is asked whether it is there again.
    /// At least 10 ms; lan 10 s, local 5 s, wan 30 s.
    ///
    /// A partition heals within two of it.
    pub announce_interval: Duration,
    /// How long departed members are remembered. Above zero; 24 h.
    ///
    /// They are asked whether they are back for as long, and their ghosts cannot return.
    pub forget_after: Duration,
}

impl Config {
    /// One data centre: round trips of a few milliseconds.
    pub fn lan() -> Self {
        Self {
            cluster: None,
            probe: ProbeConfig {
                interval: Duration::from_secs(1),
                timeout: Duration::from_millis(500),
                helpers: 3,
                health: true,
            },
            suspicion: SuspicionConfig { alpha: 3, beta: 6, dynamic: true, buddy: true },
            gossip: GossipConfig { interval: Duration::from_millis(200), fanout: 3, retransmit: 4 },
            join: JoinConfig {
                timeout: Duration::from_secs(5),
                announce_interval: Duration::from_secs(10),
                forget_after: Duration::from_secs(24 * 3600),
            },
            sync: SyncConfig {
                shortest: Duration::from_millis(250),
                longest: Duration::from_secs(30),
                bytes_per_second: 1_000,
                burst: 65_536,
            },
            limits: Limits::default(),
        }
    }

    /// Several regions: round trips of up to a second.
    pub fn wan() -> Self {
        let mut config = Self::lan();
        config.probe.interval = Duration::from_secs(5);
        config.probe.timeout = Duration::from_secs(3);
        config.suspicion.alpha = 6;
        config.gossip.interval = Duration::from_millis(500);
        config.gossip.fanout = 4;
        config.join.timeout = Duration::from_secs(15);
        config.join.announce_interval = Duration::from_secs(30);
        config.sync.longest = Duration::from_secs(60);
        config
    }

    /// One machine: loopback.
    pub fn local() -> Self {
        let mut config = Self::lan();
        config.probe.timeout = Duration::from_millis(200);
        config.probe.helpers = 1;
        config.gossip.interval = Duration::from_millis(100);
        config.join.timeout = Duration::from_secs(2);
        config.join.announce_interval = Duration::from_secs(5);
        config.sync.longest = Duration::from_secs(15);
        config
    }

    /// Sets the cluster's label: any text, the same on every member.
    pub fn with_label(mut self, label: &str) -> Self {
        self.cluster = Some(label_hash(label));
        self
    }
}

impl Default for Config {
    /// [`Config::lan`].
    fn default() -> Self {
        Self::lan()
    }
}
