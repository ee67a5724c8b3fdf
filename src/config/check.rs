//! Impossible values are refused, by the name of their field.

use super::{Config, Limits};
use crate::error::ConfigError;
use core::time::Duration;

impl Config {
    /// Checks every field; [`Engine::new`](crate::Engine::new) does so by itself.
    pub fn check(&self) -> Result<(), ConfigError> {
        let Self { cluster: _, probe, suspicion, gossip, join, sync, limits } = self;
        let hour = Duration::from_secs(3600);
        require(
            (Duration::from_millis(10)..=hour).contains(&probe.interval),
            "probe.interval",
            "must be from 10 ms to 1 h",
        )?;
        require(
            !probe.timeout.is_zero() && probe.timeout < probe.interval,
            "probe.timeout",
            "must be above zero and below probe.interval",
        )?;
        require(probe.helpers <= 16, "probe.helpers", "must be from 0 to 16")?;
        require((1..=100).contains(&suspicion.alpha), "suspicion.alpha", "must be from 1 to 100")?;
        require((1..=100).contains(&suspicion.beta), "suspicion.beta", "must be from 1 to 100")?;
        require(
            (Duration::from_millis(1)..=Duration::from_secs(60)).contains(&gossip.interval),
            "gossip.interval",
            "must be from 1 ms to 1 min",
        )?;
        require((1..=32).contains(&gossip.fanout), "gossip.fanout", "must be from 1 to 32")?;
        require((1..=7).contains(&gossip.retransmit), "gossip.retransmit", "must be from 1 to 7")?;
        require(!join.timeout.is_zero(), "join.timeout", "must be above zero")?;
        require(
            join.announce_interval >= Duration::from_millis(10),
            "join.announce_interval",
            "must be at least 10 ms",
        )?;
        require(!join.forget_after.is_zero(), "join.forget_after", "must be above zero")?;
        require(
            (Duration::from_millis(10)..=sync.longest).contains(&sync.shortest),
            "sync.shortest",
            "must be from 10 ms to sync.longest",
        )?;
        require(sync.longest <= hour, "sync.longest", "must be from sync.shortest to 1 h")?;
        require(
            (100..=1_000_000).contains(&sync.bytes_per_second),
            "sync.bytes_per_second",
            "must be from 100 to 1,000,000",
        )?;
        require((8_192..=1 << 24).contains(&sync.burst), "sync.burst", "must be from 8,192 to 16,777,216")?;
        limits.check()
    }
}

impl Limits {
    fn check(&self) -> Result<(), ConfigError> {
        let most = 1 << 24;
        require((1..=most).contains(&self.members), "limits.members", "must be from 1 to 16,777,216")?;
        require((1..=most).contains(&self.departed), "limits.departed", "must be from 1 to 16,777,216")?;
        require((1..=4_096).contains(&self.relays), "limits.relays", "must be from 1 to 4,096")?;
        let rates = [
            (self.notices_per_second, 10_000, "limits.notices_per_second", "must be from 1 to 10,000"),
            (
                self.challenges_per_second,
                1_000_000,
                "limits.challenges_per_second",
                "must be from 1 to 1,000,000",
            ),
            (self.refusals_per_second, 10_000, "limits.refusals_per_second", "must be from 1 to 10,000"),
        ];
        let most = 1_000_000;
        require(
            (16..=most).contains(&self.answers_per_second),
            "limits.answers_per_second",
            "must be from 16 to 1,000,000",
        )?;
        require(
            (16..=most).contains(&self.answers_per_peer),
            "limits.answers_per_peer",
            "must be from 16 to 1,000,000",
        )?;
        for (value, most, field, problem) in rates {
            require((1..=most).contains(&value), field, problem)?;
        }
        require((64..=1_000_000).contains(&self.intents), "limits.intents", "must be from 64 to 1,000,000")?;
        require((16..=1_000_000).contains(&self.events), "limits.events", "must be from 16 to 1,000,000")?;
        require(
            (1_200..=65_507).contains(&self.datagram_sent),
            "limits.datagram_sent",
            "must be from 1,200 to 65,507",
        )?;
        require(
            (self.datagram_sent..=65_535).contains(&self.datagram_received),
            "limits.datagram_received",
            "must be from limits.datagram_sent to 65,535",
        )?;
        require(self.overhead <= 128, "limits.overhead", "must be from 0 to 128")?;
        self.check_published()
    }

    fn check_published(&self) -> Result<(), ConfigError> {
        let (most, many) = (1 << 24, 1_000_000);
        require(
            (1..=65_536).contains(&self.records_per_owner),
            "limits.records_per_owner",
            "must be from 1 to 65,536",
        )?;
        require((1..=most).contains(&self.records), "limits.records", "must be from 1 to 16,777,216")?;
        require((1..=65_000).contains(&self.value), "limits.value", "must be from 1 to 65,000")?;
        require((1..=255).contains(&self.record_key), "limits.record_key", "must be from 1 to 255")?;
        require((1..=many).contains(&self.origins), "limits.origins", "must be from 1 to 1,000,000")?;
        require((1..=many).contains(&self.user_events), "limits.user_events", "must be from 1 to 1,000,000")
    }
}

fn require(holds: bool, field: &'static str, problem: &'static str) -> Result<(), ConfigError> {
    if holds { Ok(()) } else { Err(ConfigError { field, problem }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_is_possible() {
        for config in [Config::lan(), Config::wan(), Config::local()] {
            assert_eq!(config.check(), Ok(()));
        }
    }

    #[test]
    fn an_impossible_value_is_named() {
        let field = |change: fn(&mut Config)| {
            let mut config = Config::lan();
            change(&mut config);
            config.check().unwrap_err().field
        };
        assert_eq!(field(|c| c.probe.timeout = c.probe.interval), "probe.timeout");
        assert_eq!(field(|c| c.probe.interval = Duration::ZERO), "probe.interval");
        assert_eq!(field(|c| c.probe.helpers = 17), "probe.helpers");
        assert_eq!(field(|c| c.suspicion.alpha = 0), "suspicion.alpha");
        assert_eq!(field(|c| c.suspicion.beta = 0), "suspicion.beta");
        assert_eq!(field(|c| c.gossip.fanout = 0), "gossip.fanout");
        assert_eq!(field(|c| c.gossip.interval = Duration::ZERO), "gossip.interval");
        assert_eq!(field(|c| c.gossip.retransmit = 8), "gossip.retransmit");
        assert_eq!(field(|c| c.join.timeout = Duration::ZERO), "join.timeout");
        assert_eq!(field(|c| c.join.announce_interval = Duration::ZERO), "join.announce_interval");
        assert_eq!(field(|c| c.join.announce_interval = Duration::from_nanos(1)), "join.announce_interval");
        assert_eq!(field(|c| c.join.forget_after = Duration::ZERO), "join.forget_after");
        assert_eq!(field(|c| c.sync.shortest = Duration::ZERO), "sync.shortest");
        assert_eq!(field(|c| c.sync.longest = Duration::from_secs(3601)), "sync.longest");
        assert_eq!(field(|c| c.sync.bytes_per_second = 0), "sync.bytes_per_second");
        assert_eq!(field(|c| c.sync.burst = 0), "sync.burst");
        assert_eq!(field(|c| c.limits.answers_per_second = 0), "limits.answers_per_second");
        assert_eq!(field(|c| c.limits.answers_per_peer = 0), "limits.answers_per_peer");
        assert_eq!(field(|c| c.limits.members = 0), "limits.members");
        assert_eq!(field(|c| c.limits.departed = 0), "limits.departed");
        assert_eq!(field(|c| c.limits.relays = 0), "limits.relays");
        assert_eq!(field(|c| c.limits.notices_per_second = 0), "limits.notices_per_second");
        assert_eq!(field(|c| c.limits.challenges_per_second = 0), "limits.challenges_per_second");
        assert_eq!(field(|c| c.limits.refusals_per_second = 0), "limits.refusals_per_second");
        assert_eq!(field(|c| c.limits.intents = 1), "limits.intents");
        assert_eq!(field(|c| c.limits.events = 1), "limits.events");
        assert_eq!(field(|c| c.limits.datagram_sent = 1_000), "limits.datagram_sent");
        assert_eq!(field(|c| c.limits.datagram_received = 1_300), "limits.datagram_received");
        assert_eq!(field(|c| c.limits.overhead = 200), "limits.overhead");
        assert_eq!(field(|c| c.limits.records_per_owner = 0), "limits.records_per_owner");
        assert_eq!(field(|c| c.limits.records = 0), "limits.records");
        assert_eq!(field(|c| c.limits.value = 0), "limits.value");
        assert_eq!(field(|c| c.limits.record_key = 256), "limits.record_key");
        assert_eq!(field(|c| c.limits.origins = 0), "limits.origins");
        assert_eq!(field(|c| c.limits.user_events = 0), "limits.user_events");
    }
}
