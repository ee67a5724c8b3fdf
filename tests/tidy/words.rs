//! Words that no committed file holds: paths of one machine, marks of unfinished work.
//!
//! They are put together here from parts, so that this file does not hold them either.

use crate::code::{is_word, words};
use crate::tree::{Finding, Tree, places};

/// Top folders that exist on somebody's machine only.
const MACHINES: &[&str] = &["work", "root", "home", "Users"];

/// Marks that count wherever they are a word of their own.
const MARKS: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];

/// Code that gives up, or a test that is switched off.
const CODE: &[&str] = &[concat!("to", "do!("), concat!("unimpl", "emented!("), concat!("#[", "ignore")];

/// Absolute paths of somebody's machine, in any text.
pub(crate) fn machine_paths(tree: &Tree) -> Vec<Finding> {
    let what = "a path of one machine: write it relative to the repository";
    find(tree, what, |line| MACHINES.iter().any(|folder| has_path(line, &format!("/{folder}/"))))
}

/// Marks of unfinished work and tests that are switched off, in any text.
pub(crate) fn unfinished(tree: &Tree) -> Vec<Finding> {
    let what = "unfinished or switched off: finish it, or open an issue and take the mark away";
    find(tree, what, |line| {
        MARKS.iter().any(|mark| words(line, mark).next().is_some())
            || CODE.iter().any(|code| line.contains(code))
    })
}

fn find(tree: &Tree, what: &str, is_bad: impl Fn(&str) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        for (index, line) in file.text.lines().enumerate() {
            if is_bad(line) {
                findings.push(Finding::new(file, index + 1, what));
            }
        }
    }
    findings
}

/// Whether a path starts with `folder`; `a/b` and `./b` are relative, and so is what follows a host.
fn has_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| is_word(c) || matches!(c, '.' | '-' | '~'))
    })
}

#[test]
fn a_path_of_a_machine_is_found_in_any_text() {
    for folder in MACHINES {
        let text = format!("fine\nsee `/{folder}/somebody/file`\n");
        assert_eq!(places(&machine_paths(&Tree::of(&[("a.txt", &text)]))), ["a.txt:2"]);
        let relative = format!("./{folder}/a src/{folder}/b ~/{folder}/c host.example/{folder}/d");
        assert_eq!(machine_paths(&Tree::of(&[("a.txt", &relative)])), []);
    }
}

#[test]
fn marks_of_unfinished_work_are_found() {
    for mark in MARKS.iter().chain(CODE) {
        let text = format!("fine\n// {mark} later\n");
        assert_eq!(places(&unfinished(&Tree::of(&[("src/a.rs", &text)]))), ["src/a.rs:2"], "{mark}");
    }
    for mark in MARKS {
        let part_of_a_word = format!("A{mark}S");
        assert_eq!(unfinished(&Tree::of(&[("src/a.rs", &part_of_a_word)])), []);
    }
}
