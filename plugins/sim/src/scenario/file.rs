//! Scenarios in TOML: what is wrong with a file, and the files that are shipped.

use super::{Deed, Identities, Scenario, Selection};
use core::fmt;
use core::str::FromStr;

/// A scenario that cannot be run. Whoever wrote it is to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScenarioError {
    /// It does not read: the text names line, column and field.
    Syntax(String),
    /// A value is impossible.
    Value {
        /// The field, with its path: `fault[2].do`.
        field: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(problem) => f.write_str(problem.trim_end()),
            Self::Value { field, problem } => write!(f, "field `{field}`: {problem}"),
        }
    }
}

impl core::error::Error for ScenarioError {}

impl FromStr for Scenario {
    type Err = ScenarioError;

    fn from_str(text: &str) -> Result<Self, ScenarioError> {
        let scenario: Self =
            toml::from_str(text).map_err(|error| ScenarioError::Syntax(plain(&error.to_string())))?;
        scenario.check().map_err(|error| match error {
            ScenarioError::Value { field, problem } => {
                let line = line_of(text, &field).map(|line| format!(" (line {line})")).unwrap_or_default();
                ScenarioError::Value { field, problem: problem + &line }
            }
            syntax => syntax,
        })?;
        Ok(scenario)
    }
}

impl Scenario {
    /// As TOML.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("a scenario is made of what TOML has")
    }

    /// What is impossible, by the name of its field.
    pub fn check(&self) -> Result<(), ScenarioError> {
        if !(1..=100_000).contains(&self.members) {
            return Err(value("members", "must be from 1 to 100,000"));
        }
        if let Some(problem) = self.network.latency.problem() {
            return Err(value("network.latency", problem));
        }
        #[cfg(feature = "golf")]
        if self.identity == Identities::Golfed && self.codec != super::Wire::Postcard {
            return Err(value("codec", "must be `postcard` with `identity = \"golfed\"`"));
        }
        let config = self.config();
        config.check().map_err(|error| value(format!("settings.{}", error.field), error.problem))?;
        for (index, variant) in self.variants.iter().enumerate() {
            let mut config = config.clone();
            variant.settings.apply(&mut config);
            let field = |name: &str| format!("variant[{index}].{name}");
            config
                .check()
                .map_err(|error| value(field(&format!("settings.{}", error.field)), error.problem))?;
            self.check_seats(&field("who"), &variant.who)?;
        }
        for (index, fault) in self.faults.iter().enumerate() {
            let field = format!("fault[{index}].do");
            for selection in fault.deed.selections() {
                self.check_seats(&field, selection)?;
            }
            if let Deed::Split(sides) = &fault.deed
                && let Some(seat) = shared(sides)
            {
                return Err(value(field, format!("member {seat} cannot be on two sides; name it once")));
            }
            if fault.at > self.duration {
                return Err(value(format!("fault[{index}].at"), "is after `duration`, when the faults end"));
            }
            let is_named = matches!(fault.deed, Deed::Twin(_) | Deed::Move(_));
            if is_named && self.identity != Identities::Named {
                return Err(value(
                    field,
                    "needs `identity = \"named\"`: with the others the address is the key",
                ));
            }
            if let Deed::Weather(weather) = &fault.deed
                && let Some(problem) = weather.latency.problem()
            {
                return Err(value(field, problem));
            }
        }
        self.check_published()?;
        if self.churn.as_ref().is_some_and(|churn| churn.every.micros() == 0) {
            return Err(value("churn.every", "must be above zero"));
        }
        Ok(())
    }

    fn check_published(&self) -> Result<(), ScenarioError> {
        if let Some(records) = &self.records {
            if !(1..=64).contains(&records.each) {
                return Err(value("records.each", "must be from 1 to 64"));
            }
            if !(8..=1_024).contains(&records.bytes) {
                return Err(value("records.bytes", "must be from 8 to 1,024"));
            }
            if records.every.is_some_and(|every| every.micros() == 0) {
                return Err(value("records.every", "must be above zero"));
            }
        }
        if let Some(moments) = &self.moments {
            if moments.every.micros() == 0 {
                return Err(value("events.every", "must be above zero"));
            }
            if !(8..=1_024).contains(&moments.bytes) {
                return Err(value("events.bytes", "must be from 8 to 1,024"));
            }
        }
        Ok(())
    }

    /// Seats that never exist; those that grow later may be named.
    fn check_seats(&self, field: &str, selection: &Selection) -> Result<(), ScenarioError> {
        let grown: usize =
            self.faults.iter().map(|fault| if let Deed::Grow(count) = fault.deed { count } else { 0 }).sum();
        let all = self.members + grown;
        match (selection, selection.highest()) {
            (_, Some(seat)) if seat >= all => {
                Err(value(field, format!("there is no member {seat}: the last is {}", all - 1)))
            }
            (Selection::Any(count), _) if *count > all => {
                Err(value(field, format!("`any {count}` are more than there are: {all}")))
            }
            _ => Ok(()),
        }
    }
}

/// A member that is on two sides.
fn shared(sides: &[Selection]) -> Option<usize> {
    let pairs =
        sides.iter().enumerate().flat_map(|(at, one)| sides[at + 1..].iter().map(move |two| (one, two)));
    pairs.into_iter().find_map(|(one, two)| one.shared(two))
}

/// What the reader of TOML says, in words of whoever writes a scenario and not of Rust.
fn plain(problem: &str) -> String {
    let mut plain = problem.to_owned();
    for (rust, words) in [
        ("expected usize", "expected a whole number, 0 or more"),
        ("expected u64", "expected a whole number, 0 or more"),
        ("expected u32", "expected a whole number from 0 to 4,294,967,295"),
        ("expected u16", "expected a whole number from 0 to 65,535"),
        ("expected u8", "expected a whole number from 0 to 255"),
        ("expected f64", "expected a number"),
        (
            "wanted exactly 1 element, more than 1 element",
            "say one of them; a second deed is a [[fault]] of its own",
        ),
    ] {
        plain = plain.replace(rust, words);
    }
    plain
}

fn value(field: impl Into<String>, problem: impl Into<String>) -> ScenarioError {
    ScenarioError::Value { field: field.into(), problem: problem.into() }
}

/// The line in which a field of this path is set, as well as it can be told from the text.
fn line_of(text: &str, field: &str) -> Option<usize> {
    let (table, index, key) = match field.split_once('[') {
        Some((table, rest)) => {
            let (index, key) = rest.split_once("].")?;
            (Some(table), index.parse().ok()?, key.split('.').next()?)
        }
        None => (None, 0, field.split('.').next()?),
    };
    let header = table.map(|table| format!("[[{table}]]"));
    let (mut seen, mut is_inside) = (0, header.is_none());
    // Of a table that stands alone: what is left of the path in it, and where it begins.
    let (mut inner, mut begins) = (None, None);
    for (line, content) in text.lines().enumerate() {
        let content = content.trim();
        if content.starts_with('[') {
            let is_header = header.as_deref() == Some(content);
            is_inside = is_header && seen == index;
            seen += usize::from(is_header);
            let path = content.trim_matches(['[', ']']);
            inner = field.strip_prefix(path).and_then(|rest| rest.strip_prefix('.'));
            if header.is_none() && path.split('.').next() == Some(key) {
                begins = Some(line + 1);
            }
        }
        let name = content.split(['=', '.', ' ']).next()?;
        let is_there = is_inside && name == key;
        if is_there || inner.is_some_and(|inner| inner.split('.').next() == Some(name)) {
            return Some(line + 1);
        }
    }
    begins
}

macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        /// The scenarios that come with this crate, by name, as TOML.
        pub fn shipped() -> Vec<(&'static str, &'static str)> {
            vec![$(($name, include_str!(concat!("../../scenarios/", $name, ".toml")))),*]
        }
    };
}

shipped! {
    "calm", "crash", "mass-join", "partition", "starved", "frozen", "churn", "lossy", "restart", "regions", "twins", "one-way", "third-gone", "pair", "restarts", "killed-joiner", "records",
    "many-records", "urgent", "lost-accusations",
}
