//! The papers' experiments: SWIM (Das, Gupta, Motivala, DSN 2002) and Lifeguard (Dadgar, Phillips, Currey,
//! arXiv 1707.00788).
//!
//! Plain SWIM is the same engine with Lifeguard's three switches off and β = 1, all else equal. Claims are
//! ratios to it, measured here, since absolute counts depend on what the papers leave open.

pub mod front;
pub mod lifeguard;
pub mod published;
pub mod resample;
pub mod swim;

use crate::model::Stock;
use crate::world::Seat;
use haulout::{Config, Renewing};
use haulout_codec_serde::PostcardCodec;
use std::net::SocketAddrV4;

/// The members of these experiments.
pub type Seal = Renewing<SocketAddrV4>;
/// Their engines.
pub type Seals = Stock<Seal, PostcardCodec>;

/// Settings with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arm {
    /// What it is called.
    pub name: String,
    /// What it is.
    pub config: Config,
}

impl Arm {
    /// Plain SWIM: no local health, no dynamic timeout, no buddy; α of 5.
    pub fn swim() -> Self {
        let mut config = Config::lan();
        (config.suspicion.alpha, config.suspicion.beta) = (5, 1);
        config.probe.health = false;
        config.suspicion.dynamic = false;
        config.suspicion.buddy = false;
        Self { name: "SWIM (α 5, β 1)".into(), config }
    }

    /// Lifeguard with this α and β.
    pub fn lifeguard(alpha: u32, beta: u32) -> Self {
        let mut config = Config::lan();
        (config.suspicion.alpha, config.suspicion.beta) = (alpha, beta);
        Self { name: format!("Lifeguard α {alpha}, β {beta}"), config }
    }

    /// Plain SWIM with Lifeguard's local health (LHA-Probe).
    pub fn health_only() -> Self {
        let mut config = Self::swim().config;
        config.probe.health = true;
        Self { name: "LHA-Probe".into(), config }
    }

    /// Plain SWIM with Lifeguard's dynamic timeout (LHA-Suspicion), β of 6.
    pub fn dynamic_only() -> Self {
        let mut config = Self::swim().config;
        config.suspicion.beta = 6;
        config.suspicion.dynamic = true;
        Self { name: "LHA-Suspicion".into(), config }
    }

    /// Plain SWIM with Lifeguard's buddy system.
    pub fn buddy_only() -> Self {
        let mut config = Self::swim().config;
        config.suspicion.buddy = true;
        Self { name: "Buddy System".into(), config }
    }

    /// What is shipped.
    pub fn shipped() -> Self {
        Self { name: "shipped (lan)".into(), config: Config::lan() }
    }
}

/// The seat of a member.
fn seat_of(identity: &Seal) -> Seat {
    let [_, a, b, c] = identity.address().ip().octets();
    Seat(u32::from_be_bytes([0, a, b, c]) as usize)
}
