//! The layers that settings come from, and how they are laid over each other.

use super::problem::{Origin, Problem};
use super::schema::Key;
use super::value::Raw;
use super::{Settings, env, file, schema};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A value, the key that it is for, and where it was written.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The key.
    pub(crate) key: &'static Key,
    /// The value.
    pub(crate) raw: Raw,
    /// Where it was written.
    pub(crate) origin: Origin,
}

/// The three layers that settings come from.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// The file of the flag `--config`.
    pub(crate) file: Option<PathBuf>,
    /// All variables of the environment.
    pub(crate) environment: Vec<(String, String)>,
    /// Name of a key (or what the user takes for one), value, and the flag.
    pub(crate) flags: Vec<(String, String, Origin)>,
}

/// Settings with what they came from.
#[derive(Debug)]
pub(crate) struct Resolved {
    /// The settings.
    pub(crate) settings: Settings,
    /// What was written, by key, as far as it counts.
    pub(crate) entries: BTreeMap<&'static str, Entry>,
    /// What does no harm but may surprise.
    pub(crate) warnings: Vec<String>,
}

impl Sources {
    /// Lays the layers over each other and checks the whole.
    pub(crate) fn resolve(&self) -> Result<Resolved, Vec<Problem>> {
        let (mut layers, mut problems) = match self.config_file() {
            Some(path) => file::read(&path),
            None => Default::default(),
        };
        layers.extend(env::read(&self.environment));
        layers.extend(self.flag_entries(&mut problems));
        let entries = layers.into_iter().map(|entry| (entry.key.path, entry)).collect();
        let settings = match apply(&entries) {
            Ok(settings) if problems.is_empty() => settings,
            Ok(_) => return Err(problems),
            Err(more) => {
                problems.extend(more);
                return Err(problems);
            }
        };
        let warnings = env::suspicious(&self.environment)
            .into_iter()
            .map(|(variable, known)| format!("{variable} is no setting; did you mean {known}?"))
            .collect();
        Ok(Resolved { settings, entries, warnings })
    }

    fn config_file(&self) -> Option<PathBuf> {
        let variable = |(name, value): &(String, String)| {
            (name == "HAULOUT_CONFIG" && !value.is_empty()).then(|| PathBuf::from(value))
        };
        self.file.clone().or_else(|| self.environment.iter().find_map(variable))
    }

    fn flag_entries(&self, problems: &mut Vec<Problem>) -> Vec<Entry> {
        let mut entries = Vec::new();
        for (path, value, origin) in &self.flags {
            match Key::named(path) {
                Some(key) => {
                    entries.push(Entry { key, raw: Raw::Text(value.clone()), origin: origin.clone() });
                }
                None => problems.push(file::unknown_key(origin.clone(), path)),
            }
        }
        entries
    }
}

/// The settings of one file alone, as `config check` reads them.
pub(crate) fn check_file(path: &Path) -> Result<Resolved, Vec<Problem>> {
    Sources { file: Some(path.into()), ..Sources::default() }.resolve()
}

fn apply(entries: &BTreeMap<&'static str, Entry>) -> Result<Settings, Vec<Problem>> {
    let mut settings = Settings::default();
    let mut problems = Vec::new();
    // In the order of the table: profile first, the address before what takes its port.
    for entry in schema::KEYS.iter().filter_map(|key| entries.get(key.path)) {
        if let Err(expected) = (entry.key.apply)(&mut settings, &entry.raw) {
            let what = format!("`{}` cannot be {}", entry.key.path, entry.raw);
            problems.push(Problem::at(entry.origin.clone(), what).advise(format!("expected: {expected}")));
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    if let Some(label) = settings.label.clone() {
        settings.config = settings.config.with_label(&label);
    }
    check(&settings, entries).map_err(|problem| vec![problem])?;
    Ok(settings)
}

fn check(settings: &Settings, entries: &BTreeMap<&'static str, Entry>) -> Result<(), Problem> {
    let written = |field: &str| entries.get(field).map(|entry| entry.origin.clone());
    if settings.bind.ip().is_unspecified() && settings.advertise.is_none() {
        let what = format!(
            "`bind` is {}, every address of this machine, and others cannot reach that",
            settings.bind
        );
        return Err(Problem { origin: written("bind"), what, advice: None }.advise(
            "say how they reach it: --advertise ADDRESS, HAULOUT_ADVERTISE, or `advertise` in the file",
        ));
    }
    settings.config.check().map_err(|error| {
        let what = format!("`{}` {}", error.field, error.problem);
        let problem = Problem { origin: written(error.field), what, advice: None };
        match problem.origin {
            Some(_) => problem,
            None => problem.advise(format!(
                "it was not set: its value is that of profile {}; set it to suit the others",
                settings.profile.name()
            )),
        }
    })
}
