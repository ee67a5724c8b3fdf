//! The configuration file: TOML, each key with the line on which it stands.

use super::problem::{Origin, Problem};
use super::schema::{KEYS, Key, nearest};
use super::sources::Entry;
use super::value::{Pairs, Raw};
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Reads a file: what it sets, and all that is wrong with it at once.
pub(super) fn read(path: &Path) -> (Vec<Entry>, Vec<Problem>) {
    match std::fs::read_to_string(path) {
        Ok(text) => parse(path, &text),
        Err(error) => {
            let problem = Problem::nowhere(format!("cannot read {}: {error}", path.display()));
            (Vec::new(), vec![problem.advise("give the path of a file that is there and that you may read")])
        }
    }
}

fn parse(path: &Path, text: &str) -> (Vec<Entry>, Vec<Problem>) {
    let mut reader = Reader { path, text, entries: Vec::new(), problems: Vec::new() };
    match DeTable::parse(text) {
        Ok(table) => reader.table("", table.get_ref()),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            let origin = reader.origin(at);
            reader.problems.push(Problem::at(origin, format!("not TOML: {}", error.message().trim())));
        }
    }
    (reader.entries, reader.problems)
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    entries: Vec<Entry>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn origin(&self, offset: usize) -> Origin {
        let line = self.text.bytes().take(offset).fold(1, |line, byte| line + usize::from(byte == b'\n'));
        Origin::File { path: self.path.into(), line }
    }

    fn table(&mut self, prefix: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let path = match prefix {
                "" => key.get_ref().to_string(),
                _ => format!("{prefix}.{}", key.get_ref()),
            };
            let is_table = KEYS.iter().any(|known| in_table(known.path, &path));
            match (value.get_ref(), Key::named(&path)) {
                (DeValue::Table(inner), None) if is_table => self.table(&path, inner),
                (_, Some(known)) => {
                    let origin = self.origin(key.span().start);
                    self.entries.push(Entry { key: known, raw: raw(value), origin });
                }
                (_, None) => self.unknown(&path, is_table, key.span().start),
            }
        }
    }

    fn unknown(&mut self, path: &str, is_table: bool, at: usize) {
        let origin = self.origin(at);
        self.problems.push(if is_table {
            let inside = KEYS.iter().filter(|key| in_table(key.path, path)).map(|key| key.path);
            Problem::at(origin, format!("`{path}` is a table, not a value"))
                .advise(format!("it takes {}", inside.collect::<Vec<_>>().join(", ")))
        } else {
            unknown_key(origin, path)
        });
    }
}

/// The problem with a key that does not exist.
pub(super) fn unknown_key(origin: Origin, path: &str) -> Problem {
    let problem = Problem::at(origin, format!("unknown key `{path}`"));
    let tables = ["join", "probe", "suspicion", "gossip", "limits", "log"];
    let tables = tables.into_iter().filter(|_| !path.contains('.'));
    match nearest(path, KEYS.iter().map(|key| key.path).chain(tables)) {
        Some(known) => problem.advise(format!("did you mean `{known}`?")),
        None => problem.advise("remove it; the README of the agent lists every key"),
    }
}

fn in_table(path: &str, table: &str) -> bool {
    path.strip_prefix(table).is_some_and(|rest| rest.starts_with('.'))
}

fn raw(value: &Spanned<DeValue<'_>>) -> Raw {
    match value.get_ref() {
        DeValue::String(text) => Raw::Text(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Raw::Other("a number out of range"), Raw::Number),
        DeValue::Boolean(on) => Raw::Switch(*on),
        DeValue::Array(items) if items.iter().any(|item| item.get_ref().is_table()) => items
            .iter()
            .map(|item| item.get_ref().as_table().and_then(pairs))
            .collect::<Option<Vec<_>>>()
            .map_or(Raw::Other("a list of other things than tables of texts and numbers"), Raw::Tables),
        DeValue::Array(items) => items
            .iter()
            .map(|item| item.get_ref().as_str().map(ToString::to_string))
            .collect::<Option<Vec<_>>>()
            .map_or(Raw::Other("a list of other things than texts"), Raw::List),
        DeValue::Float(_) => Raw::Other("a number with a fraction"),
        DeValue::Datetime(_) => Raw::Other("a date"),
        DeValue::Table(_) => Raw::Other("a table"),
    }
}

/// A table as pairs: a list gives a pair for each text in it, a table within gives keys with a dot.
fn pairs(table: &DeTable<'_>) -> Option<Pairs> {
    let mut all = Pairs::new();
    for (key, value) in table {
        let key = key.get_ref();
        match raw(value) {
            Raw::Text(text) => all.push((key.to_string(), text)),
            Raw::Number(number) => all.push((key.to_string(), number.to_string())),
            Raw::List(items) => all.extend(items.into_iter().map(|item| (key.to_string(), item))),
            _ => {
                let inner = pairs(value.get_ref().as_table()?)?;
                all.extend(inner.into_iter().map(|(inner, value)| (format!("{key}.{inner}"), value)));
            }
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        parse(Path::new("h.toml"), text).1.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn keys_of_tables_have_dotted_names() {
        let (entries, _) = parse(Path::new("h.toml"), "name = 'a'\n[probe]\ninterval = '1s'\nhelpers = 2\n");
        let read: Vec<_> = entries.iter().map(|entry| (entry.key.path, entry.raw.clone())).collect();
        assert!(read.contains(&("name", Raw::Text("a".into()))));
        assert!(read.contains(&("probe.interval", Raw::Text("1s".into()))));
        assert!(read.contains(&("probe.helpers", Raw::Number(2))));
    }

    #[test]
    fn an_unknown_key_is_told_with_its_line_and_the_nearest_known_one() {
        assert_eq!(
            problems("name = 'a'\n\n[probe]\nintervall = '1s'\n"),
            ["h.toml, line 4: unknown key `probe.intervall`\n  did you mean `probe.interval`?"]
        );
        assert_eq!(
            problems("[prob]\ninterval = '1s'\n"),
            ["h.toml, line 1: unknown key `prob`\n  did you mean `probe`?"]
        );
    }

    #[test]
    fn a_table_given_a_value_says_what_it_takes() {
        let problems = problems("join = ['10.0.0.1:7946']\n");
        assert!(
            problems[0].starts_with("h.toml, line 1: `join` is a table, not a value\n  it takes join.seeds,")
        );
    }

    #[test]
    fn broken_toml_is_told_with_its_line() {
        assert!(problems("name = 'a'\nbind = \n")[0].starts_with("h.toml, line 2: not TOML: "));
    }
}
