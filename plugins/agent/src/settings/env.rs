//! The environment: `HAULOUT_` and the key in capitals, dots as underscores.

use super::problem::Origin;
use super::schema::{KEYS, nearest};
use super::sources::Entry;
use super::value::Raw;

/// Variables that are ours and no settings of the agent.
const OTHERS: [&str; 1] = ["HAULOUT_CONFIG"];

/// The settings among these variables.
pub(super) fn read(variables: &[(String, String)]) -> Vec<Entry> {
    let entry = |(variable, value): &(String, String)| {
        let key = KEYS.iter().find(|key| key.variable() == *variable)?;
        let origin = Origin::Environment(variable.clone());
        Some(Entry { key, raw: Raw::Text(value.clone()), origin })
    };
    variables.iter().filter(|(_, value)| !value.is_empty()).filter_map(entry).collect()
}

/// Variables that look like a mistyped setting, each with the one that may be meant.
///
/// They are no error: an orchestrator sets variables of its own, `HAULOUT_SERVICE_HOST` for example.
pub(super) fn suspicious(variables: &[(String, String)]) -> Vec<(String, String)> {
    let known: Vec<String> = KEYS.iter().map(super::schema::Key::variable).collect();
    let mistyped = |(variable, _): &(String, String)| {
        let ours = variable.starts_with("HAULOUT_");
        if !ours || known.contains(variable) || OTHERS.contains(&variable.as_str()) {
            return None;
        }
        let near = nearest(variable, known.iter().map(String::as_str))?;
        let like = strsim::normalized_damerau_levenshtein(variable, near);
        (like >= 0.85).then(|| (variable.clone(), near.to_owned()))
    };
    variables.iter().filter_map(mistyped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    }

    #[test]
    fn variables_are_keys_in_capitals() {
        let read =
            read(&variables(&[("HAULOUT_PROBE_INTERVAL", "1s"), ("HAULOUT_JOIN", "a,b"), ("HOME", "/")]));
        let paths: Vec<_> = read.iter().map(|entry| entry.key.path).collect();
        assert_eq!(paths, ["probe.interval", "join.seeds"]);
    }

    #[test]
    fn an_empty_variable_is_one_that_is_not_set() {
        assert!(read(&variables(&[("HAULOUT_NAME", "")])).is_empty());
    }

    #[test]
    fn a_typing_slip_is_noticed_and_an_orchestrators_variable_is_not() {
        let found = suspicious(&variables(&[
            ("HAULOUT_PROBE_INTERVALL", "1s"),
            ("HAULOUT_SERVICE_HOST", "10.0.0.1"),
            ("HAULOUT_PORT", "udp://10.0.0.1:7946"),
            ("HAULOUT_CONFIG", "x"),
        ]));
        assert_eq!(found, [("HAULOUT_PROBE_INTERVALL".into(), "HAULOUT_PROBE_INTERVAL".into())]);
    }
}
