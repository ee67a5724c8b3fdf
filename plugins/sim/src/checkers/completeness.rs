//! A crashed member is known down by all within the bound.
//!
//! The bound runs from the crash, from when the network was last touched, or from when the observer last
//! started or went on, whichever is last: before, nothing can be asked of it. Cost: O(observers · crashed
//! ones) a survey.

use super::{Checker, Verdict};
use crate::observe::{Act, Observation, Survey};
use crate::world::Seat;
use core::time::Duration;
use haulout::{Config, Identity, Instant};
use std::collections::HashMap;

/// See the [module's table](crate::checkers).
#[derive(Debug)]
pub struct Completeness<I: Identity> {
    bound: Duration,
    gone: HashMap<I::Addr, (I, Instant)>,
    touched: Instant,
    observers: HashMap<Seat, Instant>,
}

impl<I: Identity> Completeness<I> {
    /// Everybody knows within `bound`; see [`Completeness::bound`].
    pub fn new(bound: Duration) -> Self {
        Self { bound, gone: HashMap::new(), touched: Instant::ZERO, observers: HashMap::new() }
    }

    /// What a cluster of `n` members is to keep: somebody probes within 2n − 1 intervals (SWIM §4.3), or 30,
    /// since that nobody does in 30 has a probability of e⁻³⁰; then a suspicion that nobody confirms, and the
    /// news. A prober that distrusts itself takes up to nine times as long.
    pub fn bound(config: &Config, n: usize, is_calm: bool) -> Duration {
        let interval = config.probe.interval;
        let probes = interval * (2 * n.max(2) as u32 - 1).min(30);
        let scale = libm::log10(n.max(1) as f64).max(1.0);
        let suspicion = interval.mul_f64(f64::from(config.suspicion.alpha * config.suspicion.beta) * scale);
        let news = config.gossip.interval * 20 + config.sync.longest;
        (if is_calm { probes } else { probes * 9 }) + interval + suspicion + news
    }
}

impl<I: Identity> Checker<I> for Completeness<I> {
    fn theorem(&self) -> &'static str {
        "a crashed member is known down by all within the bound"
    }

    fn observe(&mut self, at: Instant, seen: &Observation<'_, I>) -> Verdict {
        if let Observation::Act { seat, act } = *seen {
            match act {
                Act::Started(identity) => {
                    self.gone.remove(&identity.addr());
                    self.observers.insert(seat, at);
                }
                Act::Crashed(identity) => drop(self.gone.insert(identity.addr(), (identity.clone(), at))),
                Act::Resumed => drop(self.observers.insert(seat, at)),
                Act::Network => self.touched = at,
                Act::Stopped | Act::Leaving(_) => {}
            }
        }
        Ok(())
    }

    fn survey(&mut self, survey: &Survey<'_, I>) -> Verdict {
        for process in survey.members() {
            let since = self.observers.get(&process.seat).copied().unwrap_or_default();
            for (key, (identity, crashed)) in &self.gone {
                let since = since.max(self.touched).max(*crashed);
                let Some((held, _, state)) = process.view.held(key) else { continue };
                if state.is_active() && held == identity && survey.at.since(since) > self.bound {
                    let after = survey.at.since(since);
                    return Err(format!("{} still holds {held:?} {state}, {after:?} after", process.seat));
                }
            }
        }
        Ok(())
    }
}
