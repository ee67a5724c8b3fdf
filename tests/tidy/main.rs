//! The house rules that a program can check, held against every file of the repository.
//!
//! Each check is a function from a [`Tree`] to [`Finding`]s, with a test beside it that shows it
//! failing on a bad sample. One test, at the end of this file, runs them all on the repository.

mod catalogue;
mod code;
mod dead;
mod length;
mod links;
mod members;
mod tree;
mod words;

use tree::{Finding, Tree};

/// Every check, in the order in which findings are printed.
const CHECKS: &[fn(&Tree) -> Vec<Finding>] = &[
    length::long_files,
    length::long_functions,
    words::machine_paths,
    words::unfinished,
    links::dead_links,
    catalogue::dead_names,
    members::undocumented,
    members::forgotten,
    dead::unreachable,
    dead::without_doc,
];

#[test]
fn the_repository_is_tidy() {
    let tree = Tree::read(env!("CARGO_MANIFEST_DIR").as_ref());
    assert!(tree.has("Cargo.toml") && tree.has("src/lib.rs"), "the walk saw no repository");
    length::report_exempt(&tree);

    let findings: Vec<String> =
        CHECKS.iter().flat_map(|check| check(&tree)).map(|finding| finding.to_string()).collect();
    assert!(findings.is_empty(), "{} to tidy up:\n{}\n", findings.len(), findings.join("\n"));
}
