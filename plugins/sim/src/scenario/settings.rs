//! What a scenario changes of a profile: each setting of [`Config`] by its name, all optional.

use super::units::Span;
use haulout::Config;
use serde::{Deserialize, Serialize};

/// A profile of [`Config`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// [`Config::lan`].
    #[default]
    Lan,
    /// [`Config::wan`].
    Wan,
    /// [`Config::local`].
    Local,
}

impl Profile {
    /// Its settings.
    pub fn config(self) -> Config {
        match self {
            Self::Lan => Config::lan(),
            Self::Wan => Config::wan(),
            Self::Local => Config::local(),
        }
    }
}

/// Declares a part of the settings: for each field its name in [`Config`], its type here, and how it becomes
/// the type there.
macro_rules! part {
    ($(#[$doc:meta])* $name:ident, $of:ident { $($field:ident: $type:ty => $into:expr),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            $(
                #[doc = concat!("`", stringify!($of), ".", stringify!($field), "`, if it is changed.")]
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $field: Option<$type>,
            )*
        }

        impl $name {
            fn apply(&self, config: &mut Config) {
                $(
                    if let Some(value) = self.$field {
                        config.$of.$field = $into(value);
                    }
                )*
            }
        }
    };
}

part! {
    /// See [`haulout::ProbeConfig`].
    Probe, probe {
        interval: Span => Span::duration,
        timeout: Span => Span::duration,
        helpers: u8 => core::convert::identity,
        health: bool => core::convert::identity,
    }
}

part! {
    /// See [`haulout::SuspicionConfig`].
    Suspicion, suspicion {
        alpha: u32 => core::convert::identity,
        beta: u32 => core::convert::identity,
        dynamic: bool => core::convert::identity,
        buddy: bool => core::convert::identity,
    }
}

part! {
    /// See [`haulout::GossipConfig`].
    Gossip, gossip {
        interval: Span => Span::duration,
        fanout: u8 => core::convert::identity,
        retransmit: u8 => core::convert::identity,
    }
}

part! {
    /// See [`haulout::JoinConfig`].
    Join, join {
        timeout: Span => Span::duration,
        announce_interval: Span => Span::duration,
        forget_after: Span => Span::duration,
    }
}

part! {
    /// See [`haulout::SyncConfig`].
    Sync, sync {
        shortest: Span => Span::duration,
        longest: Span => Span::duration,
        bytes_per_second: u32 => core::convert::identity,
        burst: u32 => core::convert::identity,
    }
}

part! {
    /// See [`haulout::Limits`].
    Bounds, limits {
        members: u32 => core::convert::identity,
        departed: u32 => core::convert::identity,
        relays: u32 => core::convert::identity,
        intents: u32 => core::convert::identity,
        events: u32 => core::convert::identity,
        datagram_sent: u32 => core::convert::identity,
    }
}

/// Changes to a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How members are watched.
    #[serde(skip_serializing_if = "super::is_default")]
    pub probe: Probe,
    /// How long an accused member has to answer.
    #[serde(skip_serializing_if = "super::is_default")]
    pub suspicion: Suspicion,
    /// How news spreads.
    #[serde(skip_serializing_if = "super::is_default")]
    pub gossip: Gossip,
    /// How strangers meet.
    #[serde(skip_serializing_if = "super::is_default")]
    pub join: Join,
    /// How views are made equal.
    #[serde(skip_serializing_if = "super::is_default")]
    pub sync: Sync,
    /// What bounds memory.
    #[serde(skip_serializing_if = "super::is_default")]
    pub limits: Bounds,
}

impl Settings {
    /// Makes the changes.
    pub fn apply(&self, config: &mut Config) {
        self.probe.apply(config);
        self.suspicion.apply(config);
        self.gossip.apply(config);
        self.join.apply(config);
        self.sync.apply(config);
        self.limits.apply(config);
    }
}
