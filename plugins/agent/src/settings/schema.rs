//! Every setting: its name, where else it is written, and how it is applied.
//!
//! One table serves the file (`probe.interval`), the environment (`HAULOUT_PROBE_INTERVAL`) and the
//! command line (`--set probe.interval=1s`), so none of them can lag behind.

use super::value::{Expected, Raw, duration, list, number, offers, parsed, socket_address, switch, text};
use super::{Settings, seed};

/// One setting.
#[derive(Debug)]
pub(crate) struct Key {
    /// Its name in the file, tables joined by dots.
    pub(crate) path: &'static str,
    /// Puts a value into the settings, or says what was expected.
    pub(crate) apply: fn(&mut Settings, &Raw) -> Result<(), Expected>,
}

impl Key {
    /// The variable of the environment that sets it.
    pub(crate) fn variable(&self) -> String {
        if self.path == "join.seeds" {
            return "HAULOUT_JOIN".into();
        }
        format!("HAULOUT_{}", self.path.to_uppercase().replace('.', "_"))
    }

    /// The setting of this name.
    pub(crate) fn named(path: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.path == path)
    }
}

macro_rules! keys {
    ($($path:literal: |$settings:ident, $raw:ident| $read:expr => $($target:ident).+;)*) => {
        &[$(Key {
            path: $path,
            apply: |$settings, $raw| {
                $settings.$($target).+ = $read;
                Ok(())
            },
        }),*]
    };
}

/// All settings. The profile comes first: it sets what the others change.
pub(crate) static KEYS: &[Key] = keys! {
    "profile": |settings, raw| {
        let profile: super::profile::Profile = parsed(raw)?;
        settings.config = profile.config();
        profile
    } => profile;
    "name": |settings, raw| Some(parsed(raw)?) => name;
    "bind": |settings, raw| socket_address(raw, Some(seed::DEFAULT_PORT))? => bind;
    "advertise": |settings, raw| Some(socket_address(raw, Some(settings.bind.port()))?) => advertise;
    "label": |settings, raw| Some(text(raw)?) => label;
    "control": |settings, raw| Some(parsed(raw)?) => control;
    "log.format": |settings, raw| parsed(raw)? => log.format;
    "log.level": |settings, raw| parsed(raw)? => log.level;
    "join.seeds": |settings, raw| list(raw)?.iter().map(|text| seed::read(text)).collect::<Result<_, _>>()? => seeds;
    "services": |settings, raw| offers(raw)? => services;
    "join.timeout": |settings, raw| duration(raw)? => config.join.timeout;
    "join.announce_interval": |settings, raw| duration(raw)? => config.join.announce_interval;
    "join.forget_after": |settings, raw| duration(raw)? => config.join.forget_after;
    "probe.interval": |settings, raw| duration(raw)? => config.probe.interval;
    "probe.timeout": |settings, raw| duration(raw)? => config.probe.timeout;
    "probe.helpers": |settings, raw| number(raw)? => config.probe.helpers;
    "probe.health": |settings, raw| switch(raw)? => config.probe.health;
    "suspicion.alpha": |settings, raw| number(raw)? => config.suspicion.alpha;
    "suspicion.beta": |settings, raw| number(raw)? => config.suspicion.beta;
    "suspicion.dynamic": |settings, raw| switch(raw)? => config.suspicion.dynamic;
    "suspicion.buddy": |settings, raw| switch(raw)? => config.suspicion.buddy;
    "gossip.interval": |settings, raw| duration(raw)? => config.gossip.interval;
    "gossip.fanout": |settings, raw| number(raw)? => config.gossip.fanout;
    "gossip.retransmit": |settings, raw| number(raw)? => config.gossip.retransmit;
    "sync.shortest": |settings, raw| duration(raw)? => config.sync.shortest;
    "sync.longest": |settings, raw| duration(raw)? => config.sync.longest;
    "sync.bytes_per_second": |settings, raw| number(raw)? => config.sync.bytes_per_second;
    "sync.burst": |settings, raw| number(raw)? => config.sync.burst;
    "limits.members": |settings, raw| number(raw)? => config.limits.members;
    "limits.departed": |settings, raw| number(raw)? => config.limits.departed;
    "limits.relays": |settings, raw| number(raw)? => config.limits.relays;
    "limits.notices_per_second": |settings, raw| number(raw)? => config.limits.notices_per_second;
    "limits.challenges_per_second": |settings, raw| number(raw)? => config.limits.challenges_per_second;
    "limits.refusals_per_second": |settings, raw| number(raw)? => config.limits.refusals_per_second;
    "limits.answers_per_second": |settings, raw| number(raw)? => config.limits.answers_per_second;
    "limits.answers_per_peer": |settings, raw| number(raw)? => config.limits.answers_per_peer;
    "limits.intents": |settings, raw| number(raw)? => config.limits.intents;
    "limits.events": |settings, raw| number(raw)? => config.limits.events;
    "limits.datagram_sent": |settings, raw| number(raw)? => config.limits.datagram_sent;
    "limits.datagram_received": |settings, raw| number(raw)? => config.limits.datagram_received;
    "limits.records_per_owner": |settings, raw| number(raw)? => config.limits.records_per_owner;
    "limits.records": |settings, raw| number(raw)? => config.limits.records;
    "limits.value": |settings, raw| number(raw)? => config.limits.value;
    "limits.record_key": |settings, raw| number(raw)? => config.limits.record_key;
    "limits.origins": |settings, raw| number(raw)? => config.limits.origins;
    "limits.user_events": |settings, raw| number(raw)? => config.limits.user_events;
    "limits.overhead": |settings, raw| number(raw)? => config.limits.overhead;
};

/// The known name that is nearest to an unknown one, if any is near.
pub(crate) fn nearest<'a>(unknown: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let last = |path: &'a str| path.rsplit('.').next().unwrap_or(path);
    let likeness = |path: &'a str| {
        let whole = strsim::normalized_damerau_levenshtein(unknown, path);
        // The right name in the wrong table, or in none.
        let misplaced = if unknown.rsplit('.').next() == Some(last(path)) { 0.8 } else { 0.0 };
        whole.max(misplaced)
    };
    known
        .map(|path| (likeness(path), path))
        .filter(|(likeness, _)| *likeness >= 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, path)| path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nearest_key(unknown: &str) -> Option<&'static str> {
        nearest(unknown, KEYS.iter().map(|key| key.path))
    }

    #[test]
    fn the_nearest_key_is_found() {
        assert_eq!(nearest_key("prob.intervall"), Some("probe.interval"));
        assert_eq!(nearest_key("fanout"), Some("gossip.fanout"));
        assert_eq!(nearest_key("adverise"), Some("advertise"));
        assert_eq!(nearest_key("zzz"), None);
    }

    #[test]
    fn names_are_unique_and_so_are_variables() {
        for (index, key) in KEYS.iter().enumerate() {
            for other in &KEYS[index + 1..] {
                assert_ne!(key.path, other.path);
                assert_ne!(key.variable(), other.variable());
            }
        }
    }

    /// The label is the one that is written otherwise.
    #[test]
    fn every_field_of_the_configuration_is_a_key() {
        let config = format!("{:#?}", haulout::Config::default());
        let (mut group, mut fields) = ("", 0);
        for line in config.lines() {
            let Some((name, value)) = line.split_once(": ") else { continue };
            let depth = name.len() - name.trim_start().len();
            match (depth, value.ends_with('{')) {
                (4, true) => group = name.trim(),
                (4, false) => assert_eq!(name.trim(), "cluster"),
                (8, false) => {
                    let path = format!("{group}.{}", name.trim());
                    assert!(Key::named(&path).is_some(), "{path}");
                    fields += 1;
                }
                _ => panic!("{line}"),
            }
        }
        assert!(fields > 30, "{config}");
    }

    #[test]
    fn every_key_is_in_the_readme() {
        let readme = include_str!("../../README.md");
        for key in KEYS {
            assert!(readme.contains(&format!("`{}`", key.path)), "{}", key.path);
        }
    }
}
