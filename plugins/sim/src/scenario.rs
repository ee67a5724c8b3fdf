//! A scenario: who, how many, on what network, and what happens to them; as data.
//!
//! Written in TOML, where a mistake is an error with line and field, or built in Rust:
//!
//! ```
//! use haulout_sim::scenario::{Deed, Scenario, Span};
//!
//! let scenario = Scenario::new("three crash", 64)
//!     .at(Span::from_secs(10), Deed::Crash("any 3".parse()?))
//!     .lasting(Span::from_secs(60));
//! let same: Scenario = r#"
//!     name = "three crash"
//!     members = 64
//!     duration = "60s"
//!     [[fault]]
//!     at = "10s"
//!     do.crash = "any 3"
//! "#.parse()?;
//! assert_eq!(scenario, same);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod fault;
mod file;
mod selection;
mod settings;
mod units;

pub use crate::model::Keeping;
pub use fault::{Churn, Clock, Deed, Fault, Moments, Records};
pub use file::{ScenarioError, shipped};
pub use selection::Selection;
pub use settings::{Bounds, Gossip, Join, Probe, Profile, Settings, Suspicion, Sync};
pub use units::{Rate, Span};

use crate::network::Weather;
use haulout::Config;
use serde::{Deserialize, Serialize};

/// The identities of the members.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Identities {
    /// An address and an epoch.
    #[default]
    Renewing,
    /// An address alone.
    Fixed,
    /// A name, an address and an epoch.
    Named,
    /// A seat and the low bits of an epoch, in four bytes. Over postcard.
    #[cfg(feature = "golf")]
    Golfed,
}

/// The wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wire {
    /// `PostcardCodec`.
    #[default]
    Postcard,
    /// `BincodeCodec`.
    Bincode,
    /// `ProtobufCodec`.
    #[cfg(feature = "protobuf")]
    Protobuf,
}

/// How the cluster comes about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Formation {
    /// It stands, all tables full, all quiet.
    #[default]
    Formed,
    /// The first starts, the others join through it, at times spread evenly over this span.
    JoinOver(Span),
}

/// Members that differ from the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Which.
    pub who: Selection,
    /// What is set otherwise.
    #[serde(default, skip_serializing_if = "is_default")]
    pub settings: Settings,
    /// Whom their admission hook refuses. Nobody.
    #[serde(default)]
    pub refuses: Option<Selection>,
    /// What they keep of what is published. All.
    #[serde(default, skip_serializing_if = "is_default")]
    pub keeps: Keeping,
}

impl Variant {
    /// Members that do not differ yet.
    pub fn of(who: Selection) -> Self {
        Self { who, settings: Settings::default(), refuses: None, keeps: Keeping::All }
    }
}

/// What is asked of a run, beside what always holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Checks {
    /// In the end everybody holds everybody, and nobody else. True.
    pub convergence: bool,
    /// Most false alarms. Not asked.
    pub false_alarms: Option<u64>,
    /// Most datagrams a member and probe interval, averaged over all. Not asked.
    pub load: Option<f64>,
    /// A crash is known to all within this. What SWIM bounds and the longest suspicion allow.
    pub complete_within: Option<Span>,
    /// What `do.put` publishes is known to all within this. Not asked.
    pub told_within: Option<Span>,
}

impl Default for Checks {
    fn default() -> Self {
        Self { convergence: true, false_alarms: None, load: None, complete_within: None, told_within: None }
    }
}

/// A scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it is called.
    pub name: String,
    /// What it shows.
    #[serde(default, skip_serializing_if = "is_default")]
    pub about: String,
    /// Where its randomness comes from. 0.
    #[serde(default)]
    pub seed: u64,
    /// How many members there are at first, 1 to 100,000.
    pub members: usize,
    /// Their identities. Renewing.
    #[serde(default, skip_serializing_if = "is_default")]
    pub identity: Identities,
    /// Their wire. Postcard.
    #[serde(default, skip_serializing_if = "is_default")]
    pub codec: Wire,
    /// The settings to start from. Lan.
    #[serde(default, skip_serializing_if = "is_default")]
    pub profile: Profile,
    /// What is changed of them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub settings: Settings,
    /// How the cluster comes about. It is formed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub formation: Formation,
    /// The network in the beginning, and after the faults.
    #[serde(default, skip_serializing_if = "is_default")]
    pub network: Weather,
    /// How long the faults last; after it everything is healed.
    pub duration: Span,
    /// How long recovery may take. 120 s.
    #[serde(default = "two_minutes")]
    pub settle: Span,
    /// Members that differ.
    #[serde(default, rename = "variant", skip_serializing_if = "is_default")]
    pub variants: Vec<Variant>,
    /// What goes wrong.
    #[serde(default, rename = "fault", skip_serializing_if = "is_default")]
    pub faults: Vec<Fault>,
    /// Who comes and goes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub churn: Option<Churn>,
    /// What members publish. Nothing.
    #[serde(default, skip_serializing_if = "is_default")]
    pub records: Option<Records>,
    /// What moments members make known. None.
    #[serde(default, rename = "events", skip_serializing_if = "is_default")]
    pub moments: Option<Moments>,
    /// What is asked.
    #[serde(default, skip_serializing_if = "is_default")]
    pub checks: Checks,
}

/// What has its default is not written.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn two_minutes() -> Span {
    Span::from_secs(120)
}

impl Scenario {
    /// So many members on a quiet network for a minute.
    pub fn new(name: &str, members: usize) -> Self {
        Self {
            name: name.into(),
            about: String::new(),
            seed: 0,
            members,
            identity: Identities::default(),
            codec: Wire::default(),
            profile: Profile::default(),
            settings: Settings::default(),
            formation: Formation::default(),
            network: Weather::default(),
            duration: Span::from_secs(60),
            settle: two_minutes(),
            variants: Vec::new(),
            faults: Vec::new(),
            churn: None,
            records: None,
            moments: None,
            checks: Checks::default(),
        }
    }

    /// Its randomness.
    pub fn seeded(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How long the faults last.
    pub fn lasting(mut self, duration: Span) -> Self {
        self.duration = duration;
        self
    }

    /// One deed more.
    pub fn at(mut self, at: Span, deed: Deed) -> Self {
        self.faults.push(Fault { at, deed });
        self
    }

    /// Another network.
    pub fn on(mut self, network: Weather) -> Self {
        self.network = network;
        self
    }

    /// The settings of a member.
    pub fn config(&self) -> Config {
        let mut config = self.profile.config();
        self.settings.apply(&mut config);
        config
    }
}

#[cfg(test)]
mod tests;
