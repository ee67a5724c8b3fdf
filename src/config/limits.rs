//! What bounds memory and answers, whatever arrives.

/// Bytes that a datagram may need beside a value: a header with an identity, a key of a member and of a record.
const BESIDE_A_VALUE: u32 = 376;

/// Bounds. What happens at each is counted in [`Stats`](crate::Stats) under the name given.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Limits {
    /// Most members, oneself not counted. 1 to 2²⁴; 65,536. Newcomers beyond it are refused (`full`);
    /// members are never evicted for them.
    pub members: u32,
    /// Most departed members remembered. 1 to 2²⁴; 8,192. Beyond it the one that departed first is forgotten
    /// (`forgotten`).
    pub departed: u32,
    /// Most pings made for others at a time. 1 to 4,096; 64. A request beyond it is answered by a nack at
    /// once (`relays_full`).
    pub relays: u32,
    /// Most notices (`YouAreDown`) a second, and most corrections a second, each of its own. 1 to 10,000; 32.
    /// Beyond it they are left out (`notices_limited`, `corrections_limited`). To members that did not speak to
    /// us, such as those that we declare down, notices are at most 4 a second in any case.
    pub notices_per_second: u32,
    /// Most challenges a second. 1 to 1,000,000; 1,024. Strangers beyond it get no answer
    /// (`challenges_limited`).
    pub challenges_per_second: u32,
    /// Most refusals a second. 1 to 10,000; 8. Strangers beyond it get no answer (`refusals_limited`).
    pub refusals_per_second: u32,
    /// Most requests of anti-entropy answered a second. 16 to 1,000,000; 2,048. Beyond it they get no answer
    /// (`answers_limited`).
    pub answers_per_second: u32,
    /// Most of them a peer. 16 to 1,000,000; 256.
    pub answers_per_peer: u32,
    /// Most datagrams waiting to be written by `poll_transmit`. 64 to 1,000,000; 4,096. Beyond it gossip is
    /// shed first, then sync, notices, pings, nacks, acks (`shed`); a shed ping voids its probe.
    pub intents: u32,
    /// Most events waiting for `poll_event`. 16 to 1,000,000; 8,192. Beyond it the oldest are dropped, and
    /// one `Lagged` says how many.
    pub events: u32,
    /// Most bytes of a datagram that is sent. 1,200 to 65,507; 1,400. Below the path's MTU, or fragments are
    /// lost together.
    pub datagram_sent: u32,
    /// Most bytes of a datagram that is taken. `datagram_sent` to 65,535; 8,192. Longer ones are dropped
    /// (`too_long`).
    pub datagram_received: u32,
    /// Most records of one owner, tombstones among them. 1 to 65,536; 64. Beyond it ours are refused
    /// (`CommandError::TooManyRecords`), those of others dropped (`records_full`).
    pub records_per_owner: u32,
    /// Most records in all. 1 to 2²⁴; 65,536. What happens beyond it is the same.
    pub records: u32,
    /// Most bytes of a record's value, or of a user event's. 1 to 65,000; 1,024. A value must fit a datagram with
    /// all else that it may have to hold, so `datagram_sent` − `overhead` − 376 is the limit if that is less. Longer ones of ours are refused (`CommandError::ValueTooLong`), those of others
    /// dropped (`values_too_long`). Put what is larger where it can be fetched, and publish its address.
    pub value: u32,
    /// Most bytes of a record's key. 1 to 255; 64. The same.
    pub record_key: u32,
    /// Most origins whose user events are told apart. 1 to 1,000,000; 4,096. Beyond it one that was silent for a
    /// minute makes room, else the newcomer's events are dropped (`origins_full`).
    pub origins: u32,
    /// Most user events of others that wait to be told on. 1 to 1,000,000; 4,096. Those beyond it are delivered,
    /// but not told on (`events_untold`).
    pub user_events: u32,
    /// Bytes that a sealing transport adds to a datagram, taken off `datagram_sent`. 0 to 128; 0.
    pub overhead: u32,
}

impl Limits {
    /// Most bytes of a value: what is configured, or what fits a datagram.
    pub(crate) fn value_limit(&self) -> u32 {
        self.value.min(self.datagram_sent - self.overhead - BESIDE_A_VALUE)
    }

    /// Bytes that the engine may fill.
    pub(crate) fn budget(&self) -> usize {
        (self.datagram_sent - self.overhead) as usize
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            members: 65_536,
            departed: 8_192,
            relays: 64,
            notices_per_second: 32,
            challenges_per_second: 1_024,
            refusals_per_second: 8,
            answers_per_second: 2_048,
            answers_per_peer: 256,
            intents: 4_096,
            events: 8_192,
            datagram_sent: 1_400,
            datagram_received: 8_192,
            records_per_owner: 64,
            records: 65_536,
            value: 1_024,
            record_key: 64,
            origins: 4_096,
            user_events: 4_096,
            overhead: 0,
        }
    }
}
