//! No file and no function longer than one reads at a sitting.

use crate::code::{blanked, is_word, line_of, words};
use crate::tree::{File, Finding, Tree, places};
use std::io::{self, Write};

/// The most lines of a Rust file.
const FILE: usize = 500;
/// The most lines of a function.
const FUNCTION: usize = 70;

/// Rust files of more than [`FILE`] lines; tests and generated code may be longer.
pub(crate) fn long_files(tree: &Tree) -> Vec<Finding> {
    over_long(tree)
        .filter(|file| !exempt(file))
        .map(|file| {
            let lines = file.text.lines().count();
            let what = format!("{lines} lines, {FILE} at most: find the concept that waits for a file");
            Finding::new(file, FILE + 1, what)
        })
        .collect()
}

/// Functions of more than [`FUNCTION`] lines, anywhere but in generated code.
///
/// A function is what stands from the line of its `fn` to the line of its closing brace, comments
/// and blank lines included; its attributes and documentation are not part of it.
pub(crate) fn long_functions(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| file.is_rust() && !file.is_generated()) {
        for Function { name, first, last } in functions(&file.text) {
            let lines = last - first + 1;
            if lines > FUNCTION {
                let what =
                    format!("`{name}` has {lines} lines, {FUNCTION} at most: give a part of it a name");
                findings.push(Finding::new(file, first, what));
            }
        }
    }
    findings
}

/// Tells which long files are let pass, past the capture of the test runner.
pub(crate) fn report_exempt(tree: &Tree) {
    for file in over_long(tree).filter(|file| exempt(file)) {
        let lines = file.text.lines().count();
        // A report that cannot be written is no reason to fail.
        let _ = writeln!(io::stderr(), "note: {}: {lines} lines, a test or generated: let pass", file.path);
    }
}

fn over_long(tree: &Tree) -> impl Iterator<Item = &File> {
    tree.files.iter().filter(|file| file.is_rust() && file.text.lines().count() > FILE)
}

fn exempt(file: &File) -> bool {
    file.is_test() || file.is_generated()
}

struct Function {
    name: String,
    first: usize,
    last: usize,
}

fn functions(source: &str) -> Vec<Function> {
    let code = blanked(source);
    let mut found = Vec::new();
    for at in words(&code, "fn") {
        let signature = code[at + 2..].trim_start();
        let name: String = signature.chars().take_while(|&c| is_word(c) || c == '$').collect();
        if name.is_empty() {
            continue; // a pointer type
        }
        if let Some(end) = end_of_body(&code[at..]) {
            found.push(Function { name, first: line_of(&code, at), last: line_of(&code, at + end) });
        }
    }
    found
}

/// Where the body closes; `None` for a declaration without one.
fn end_of_body(code: &str) -> Option<usize> {
    let mut parentheses = 0_usize;
    let mut braces = 0_usize;
    for (at, c) in code.char_indices() {
        match c {
            '(' | '[' => parentheses += 1,
            ')' | ']' => parentheses = parentheses.saturating_sub(1),
            ';' if braces == 0 && parentheses == 0 => return None,
            '{' => braces += 1,
            '}' if braces <= 1 => return Some(at),
            '}' => braces -= 1,
            _ => {}
        }
    }
    None
}

#[test]
fn a_long_file_is_found_unless_a_test_or_generated() {
    let long = "//\n".repeat(FILE + 1);
    let full = "//\n".repeat(FILE);
    let tree = Tree::of(&[
        ("src/full.rs", &full),
        ("src/long.rs", &long),
        ("src/long/tests.rs", &long),
        ("plugins/x/src/gen/v1.rs", &long),
    ]);
    assert_eq!(places(&long_files(&tree)), ["src/long.rs:501"]);
    assert_eq!(over_long(&tree).filter(|file| exempt(file)).count(), 2);
}

#[test]
fn a_long_function_is_found_at_its_first_line() {
    let body = |lines: usize| "    let _ = \"}\"; // }\n".repeat(lines);
    let full = format!("fn full() {{\n{}}}\n", body(FUNCTION - 2));
    let long =
        format!("trait T {{\n  fn declared(x: [u8; 4]);\n  fn long()\n  {{\n{}  }}\n}}\n", body(FUNCTION));
    let tree = Tree::of(&[("src/full.rs", &full), ("src/long.rs", &long)]);
    assert_eq!(places(&long_functions(&tree)), ["src/long.rs:3"]);
}
