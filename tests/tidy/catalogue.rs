//! The catalogue of scenarios names tests and shipped scenarios that there are, and each scenario once.
//!
//! A test is named as `file::name`, a function of `tests/scenarios/file.rs`; a shipped scenario by the command
//! that runs it.

use crate::tree::{File, Finding, Tree, places};

/// The catalogue.
const PAGE: &str = "docs/scenarios.md";
/// How a shipped scenario is run.
const COMMAND: &str = "haulout sim run ";

/// Rows that lack, and names of what there is not.
pub(crate) fn dead_names(tree: &Tree) -> Vec<Finding> {
    let Some(page) = tree.get(PAGE) else { return Vec::new() };
    let mut findings = Vec::new();
    for (index, line) in page.text.lines().enumerate() {
        for name in line.split('`').skip(1).step_by(2) {
            if let Some(what) = missing(tree, name) {
                findings.push(Finding::new(page, index + 1, what));
            }
        }
    }
    let rows: Vec<_> = page.text.lines().filter_map(number).collect();
    for wanted in (1..=24).chain([27, 30, 32]) {
        let found = rows.iter().filter(|row| **row == wanted).count();
        if found != 1 {
            findings.push(Finding::new(page, 1, format!("scenario {wanted} has {found} rows: give it one")));
        }
    }
    findings
}

/// What is wrong with a name in backticks, if anything.
fn missing(tree: &Tree, name: &str) -> Option<String> {
    if let Some(scenario) = name.strip_prefix(COMMAND) {
        let scenario = scenario.split_whitespace().next().unwrap_or_default();
        let path = format!("plugins/sim/scenarios/{scenario}.toml");
        return (!tree.has(&path)).then(|| format!("no scenario `{scenario}` is shipped"));
    }
    let (file, test) = name.split_once("::")?;
    let has = |file: &File| file.text.contains(&format!("#[test]\nfn {test}()"));
    let found = tree.get(&format!("tests/scenarios/{file}.rs")).is_some_and(has);
    (!found).then(|| format!("there is no test `{name}`"))
}

/// The number of a row.
fn number(line: &str) -> Option<u32> {
    line.strip_prefix("| ")?.split(' ').next()?.parse().ok()
}

#[test]
fn a_name_of_nothing_and_a_row_that_lacks_are_found() {
    let row = |number| format!("| {number} | x |\n");
    let rows = (1..=24).chain([27, 30]).map(row).collect::<Vec<_>>().concat();
    let named =
        "`a::good` `a::bad` `a::helper` `b::good` `haulout sim run x --members 9` `haulout sim run y`\n";
    let tests = "#[test]\nfn good() {}\nfn helper() {}\n";
    let tree = |page: &str| {
        Tree::of(&[(PAGE, page), ("tests/scenarios/a.rs", tests), ("plugins/sim/scenarios/x.toml", "")])
    };
    let found = dead_names(&tree(&format!("{rows}| 30 | again |\n{named}")));
    assert_eq!(found.len(), 6, "{found:?}");
    assert_eq!(places(&found)[..4], [28, 28, 28, 28].map(|line| format!("{PAGE}:{line}")));
    assert_eq!(dead_names(&tree(&format!("{rows}| 32 | x |\n`a::good`\n"))), []);
}
