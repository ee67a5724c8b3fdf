//! SWIM's figures: how long until somebody probes, how much is sent, and who remains at 10 % loss.

use super::{Arm, Seal, Seals};
use crate::model::{Life, Stock};
use crate::network::{Latency, Weather};
use crate::observe::{Observation, Observer};
use crate::scenario::{Rate, Span};
use crate::world::{Seat, World};
use core::time::Duration;
use haulout::codec::{Codec, Header, Message, MessageKind};
use haulout::{Config, Instant};
use haulout_codec_serde::PostcardCodec;

/// When whom was pinged.
#[derive(Debug, Default)]
struct Pings {
    is_on: bool,
    /// By target: when.
    at: Vec<Vec<Instant>>,
    /// By prober: how many it sent.
    sent: Vec<u64>,
    /// By prober and target: the number of the last.
    last: Vec<Vec<u64>>,
    /// The longest wait of any pair, in pings of the prober.
    longest: u64,
}

impl Pings {
    fn begin(&mut self, n: usize) {
        self.is_on = true;
        self.at = vec![Vec::new(); n];
        self.sent = vec![0; n];
        self.last = vec![vec![0; n]; n];
    }
}

impl Observer<Seal> for Pings {
    fn observe(&mut self, at: Instant, seen: Observation<'_, Seal>) {
        let Observation::Sent { seat, to, bytes, .. } = seen else { return };
        let decoded: Result<(Header<Seal>, _), _> = PostcardCodec.decode(bytes);
        if !self.is_on || !decoded.is_ok_and(|(header, _)| matches!(header.message, Message::Ping { .. })) {
            return;
        }
        self.at[to.0].push(at);
        self.sent[seat.0] += 1;
        let number = self.sent[seat.0];
        let wait = number - self.last[seat.0][to.0];
        self.longest = self.longest.max(wait);
        self.last[seat.0][to.0] = number;
    }
}

/// How soon members are probed.
#[derive(Clone, Copy, Debug)]
pub struct Probed {
    /// Members.
    pub members: usize,
    /// Mean number of whole periods from an instant to the first ping to a given member.
    pub periods: f64,
    /// What round robin makes of it.
    pub expected: f64,
    /// The longest that a pair waited, in periods.
    pub longest: u64,
}

/// Periods between two instants at which waiting begins; longer waits are rarer than one in a thousand.
const APART: u64 = 8;

/// Until the first ping a crash cannot be told from its absence, so waiting begins for every member at every
/// eighth period: `instants` times.
pub fn probed(n: usize, instants: u64, seed: u64) -> Probed {
    let config = Arm::swim().config;
    let period = config.probe.interval;
    let mut world = World::new(Seals::new(PostcardCodec), seed, calm(), Pings::default());
    world.form(n, |_| config.clone()).expect("a configuration that was checked");
    world.run_for(Duration::from_secs(5));
    let begin = world.now();
    world.observer.begin(n);
    world.run_for(period * (instants * APART) as u32);
    let pings = &world.observer;
    let (mut sum, mut count) = (0.0, 0.0);
    for at in &pings.at {
        for instant in 0..instants {
            let since = begin + period * (instant * APART) as u32;
            if let Some(first) = at.get(at.partition_point(|at| *at <= since)) {
                let wait = first.since(since).as_micros();
                sum += wait.div_ceil(period.as_micros()) as f64;
                count += 1.0;
            }
        }
    }
    Probed { members: n, periods: sum / count, expected: expected_periods(n), longest: pings.longest }
}

/// Σ (1 − w / (n − 1))^(n − 1) over w from 0 to n − 2.
pub fn expected_periods(n: usize) -> f64 {
    let others = (n - 1) as f64;
    (0..n - 1).map(|w| (1.0 - w as f64 / others).powf(others)).sum()
}

/// What is sent a member and period.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Members.
    pub members: usize,
    /// Pings, acks, requests, forwarded acks, nacks.
    pub probing: f64,
    /// All else.
    pub other: f64,
}

/// What `n` members send in `periods` when nothing happens.
pub fn load(n: usize, periods: u32, seed: u64) -> Load {
    use MessageKind::{Ack, ForwardedAck, Nack, Ping, PingReq};
    let config = Arm::swim().config;
    let mut world: World<Seals> = World::new(Seals::new(PostcardCodec), seed, calm(), ());
    world.form(n, |_| config.clone()).expect("a configuration that was checked");
    world.run_for(Duration::from_secs(60));
    let count = |world: &World<Seals>| {
        let sent = || (0..n).filter_map(|seat| world.engine(Seat(seat))).map(|engine| &engine.stats().sent);
        let probing = |kinds: &[MessageKind]| -> u64 {
            sent().map(|sent| kinds.iter().map(|kind| sent.of(*kind)).sum::<u64>()).sum()
        };
        (probing(&[Ping, Ack, PingReq, ForwardedAck, Nack]), probing(&MessageKind::ALL))
    };
    let before = count(&world);
    world.run_for(config.probe.interval * periods);
    let after = count(&world);
    let each = |sent: u64| sent as f64 / n as f64 / f64::from(periods);
    let probing = each(after.0 - before.0);
    Load { members: n, probing, other: each(after.1 - before.1) - probing }
}

/// The settings of the experiment of joining: a period of 2 s, one helper, a suspicion of nine periods.
pub fn joining_config(mut config: Config) -> Config {
    config.probe.interval = Duration::from_secs(2);
    config.probe.helpers = 1;
    config
}

/// Seventeen join one after another, 5 s apart, at 10 % loss: how many everybody holds after 175 s.
pub fn joining(config: &Config, seed: u64) -> usize {
    const N: usize = 17;
    let mut weather = calm();
    weather.loss = Rate::percent(10);
    let mut world: World<Seals> = World::new(Stock::new(PostcardCodec), seed, weather, ());
    let begin = world.now();
    for number in 0..N {
        world.run_until(begin + Duration::from_secs(5) * number as u32);
        let seat = world.add_seat();
        let life = Life { seat, key: number as u32, epoch: world.epoch_now() };
        world.boot(life, config.clone()).expect("a configuration that was checked");
        if number == 0 { world.start(seat) } else { world.join(seat, Seat(0)) }
    }
    world.run_until(begin + Duration::from_secs(175));
    let views = (0..N).filter_map(|seat| world.engine(Seat(seat)));
    views.map(|engine| engine.members().count() + 1).min().unwrap_or(0)
}

fn calm() -> Weather {
    Weather { latency: Latency::Fixed(Span::from_millis(1)), ..Weather::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_probed_as_soon_as_round_robin_has_it() {
        let probed = probed(8, 1_200, 1);
        assert!((probed.periods / probed.expected - 1.0).abs() < 0.03, "{probed:?}");
        assert!(probed.longest < 16, "{probed:?}");
        assert!((expected_periods(1_000) - 1.58).abs() < 0.01);
    }

    #[test]
    fn load_is_two_messages_a_period() {
        let load = load(32, 40, 1);
        assert!((1.95..2.1).contains(&load.probing) && load.other < 0.5, "{load:?}");
    }

    #[test]
    fn whoever_joins_at_ten_percent_loss_remains() {
        let config = joining_config(Config::lan());
        let remain: Vec<_> = (0..4).map(|seed| joining(&config, seed)).collect();
        assert_eq!(remain, [17; 4]);
    }
}
