//! Every source file is part of a crate, and opens with what it is.

use crate::code::{blanked, is_word, words};
use crate::tree::{File, Finding, Tree, places};
use std::collections::BTreeSet;

/// Files in `src/` and `plugins/*/src/` that no crate compiles.
///
/// A crate root (`lib.rs`, `main.rs`, `bin/*.rs`) is compiled; so is what a compiled file declares by
/// `mod name;` at its top level, by a `path` attribute, or by `include!` of a literal.
pub(crate) fn unreachable(tree: &Tree) -> Vec<Finding> {
    let modules: Vec<&File> = tree.files.iter().filter(|file| file.is_module()).collect();
    let mut reached = BTreeSet::new();
    let mut open: Vec<&File> = modules.iter().copied().filter(|file| is_root(&file.path)).collect();
    while let Some(file) = open.pop() {
        if reached.insert(file.path.as_str()) {
            open.extend(declared(file).iter().filter_map(|path| tree.get(path)));
        }
    }
    let what = "no crate compiles this file: declare it with `mod`, or remove it";
    let dead = modules.iter().filter(|file| !reached.contains(file.path.as_str()));
    dead.map(|file| Finding::new(file, 1, what)).collect()
}

/// Modules that do not start with `//!`; generated ones may.
pub(crate) fn without_doc(tree: &Tree) -> Vec<Finding> {
    let what = "starts without `//!`: say first what it is, its invariant and its cost";
    let modules = tree.files.iter().filter(|file| file.is_module() && !file.is_generated());
    let opens = |file: &&File| ["//!", "#![doc = include_str!("].iter().any(|doc| file.text.starts_with(doc));
    modules.filter(|file| !opens(file)).map(|file| Finding::new(file, 1, what)).collect()
}

fn is_root(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let in_src = folder == "src" || folder.ends_with("/src");
    (in_src && matches!(name, "lib.rs" | "main.rs")) || folder.ends_with("src/bin")
}

/// Where the files may be that a file declares.
fn declared(file: &File) -> Vec<String> {
    let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    let stem = name.trim_end_matches(".rs");
    let own =
        if is_root(&file.path) || name == "mod.rs" { folder.into() } else { format!("{folder}/{stem}") };

    let mut paths = Vec::new();
    for module in declarations(&blanked(&file.text)) {
        paths.push(format!("{own}/{module}.rs"));
        paths.push(format!("{own}/{module}/mod.rs"));
    }
    for opening in ["#[path = \"", "include!(\""] {
        for (at, _) in file.text.match_indices(opening) {
            let literal = file.text[at + opening.len()..].split('"').next().unwrap_or_default();
            paths.push(format!("{folder}/{literal}"));
        }
    }
    paths
}

/// The names of `mod name;`.
fn declarations(code: &str) -> impl Iterator<Item = &str> {
    words(code, "mod").filter_map(|at| {
        let rest = code[at + 3..].trim_start();
        let end = rest.find(|c| !is_word(c))?;
        rest[end..].trim_start().starts_with(';').then_some(&rest[..end])
    })
}

#[test]
fn a_file_that_nothing_declares_is_found() {
    let tree = Tree::of(&[
        ("src/lib.rs", "mod a;\n// mod dead;\npub mod c;\n#[path = \"elsewhere.rs\"]\nmod e;\n"),
        ("src/a.rs", "#[cfg(test)]\nmod tests;\nmod inline {}\n"),
        ("src/a/tests.rs", ""),
        ("src/c/mod.rs", "pub(crate) mod d;"),
        ("src/c/d.rs", ""),
        ("src/dead.rs", "mod deader;"),
        ("src/dead/deader.rs", ""),
        ("src/elsewhere.rs", ""),
        ("src/inline.rs", ""),
        ("plugins/p/src/main.rs", "include!(\"gen/v1.rs\");"),
        ("plugins/p/src/gen/v1.rs", ""),
        ("plugins/p/src/a.rs", ""),
        ("plugins/p/src/bin/other.rs", ""),
    ]);
    let dead = ["src/dead.rs:1", "src/dead/deader.rs:1", "src/inline.rs:1", "plugins/p/src/a.rs:1"];
    assert_eq!(places(&unreachable(&tree)), dead);
}

#[test]
fn a_module_that_does_not_say_what_it_is_is_found() {
    let tree = Tree::of(&[
        ("src/told.rs", "//! Told.\n"),
        ("src/untold.rs", "use core::fmt;\n//! Too late.\n"),
        ("plugins/p/src/gen/v1.rs", "// generated\n"),
        ("tests/other.rs", ""),
    ]);
    assert_eq!(places(&without_doc(&tree)), ["src/untold.rs:1"]);
}
