//! Every workspace member says what it is: in a comment of the root manifest, and in its README.

use crate::tree::{File, Finding, Tree, places};

const MANIFEST: &str = "Cargo.toml";

/// Members without a comment on their line, or with no README, or an empty one.
pub(crate) fn undocumented(tree: &Tree) -> Vec<Finding> {
    let Some(manifest) = tree.get(MANIFEST) else { return Vec::new() };
    let mut findings = Vec::new();
    for member in members(manifest) {
        if !member.commented {
            let what = format!("no comment on `{}`: say in one line what it is", member.path);
            findings.push(Finding::new(manifest, member.line, what));
        }
        let readme = inside(&member.path, "README.md");
        if tree.get(&readme).is_none_or(|file| file.text.trim().is_empty()) {
            let what = format!("`{readme}` is missing or empty: say whom the crate is for");
            findings.push(Finding::new(manifest, member.line, what));
        }
    }
    findings
}

/// Crates in `plugins/` that the workspace does not name.
pub(crate) fn forgotten(tree: &Tree) -> Vec<Finding> {
    let Some(manifest) = tree.get(MANIFEST) else { return Vec::new() };
    let named: Vec<String> = members(manifest).map(|member| member.path).collect();
    let is_crate = |file: &&File| {
        let inside = file.path.strip_prefix("plugins/").and_then(|path| path.split_once('/'));
        inside.is_some_and(|(_, path)| path == MANIFEST)
    };
    let crates = tree.files.iter().filter(is_crate);
    crates
        .filter(|file| !named.iter().any(|member| inside(member, MANIFEST) == file.path))
        .map(|file| {
            Finding::new(file, 1, "a crate outside of the workspace: add it to `members`, or remove it")
        })
        .collect()
}

struct Member {
    path: String,
    line: usize,
    commented: bool,
}

/// The members, one a line, between `members = [` and the bracket that closes it.
fn members(manifest: &File) -> impl Iterator<Item = Member> {
    let lines = manifest.text.lines().enumerate().skip_while(|(_, line)| !line.starts_with("members"));
    lines.skip(1).take_while(|(_, line)| !line.starts_with(']')).filter_map(|(index, line)| {
        let (path, rest) = line.trim_start().strip_prefix('"')?.split_once('"')?;
        let comment = rest.split_once('#').map_or("", |(_, comment)| comment.trim());
        Some(Member { path: path.to_owned(), line: index + 1, commented: !comment.is_empty() })
    })
}

fn inside(member: &str, file: &str) -> String {
    if member == "." { file.to_owned() } else { format!("{member}/{file}") }
}

#[cfg(test)]
const SAMPLE: &str = "\
[workspace]
members = [
    \".\",          # the engine
    \"plugins/a\",  # a plugin
    \"plugins/b\",
]
";

#[test]
fn a_member_without_comment_or_readme_is_found() {
    let tree = Tree::of(&[
        (MANIFEST, SAMPLE),
        ("README.md", "The engine."),
        ("plugins/a/README.md", " \n"),
        ("plugins/b/README.md", "For b."),
    ]);
    assert_eq!(places(&undocumented(&tree)), ["Cargo.toml:4", "Cargo.toml:5"]);
}

#[test]
fn a_crate_that_is_no_member_is_found() {
    let tree = Tree::of(&[(MANIFEST, SAMPLE), ("plugins/b/Cargo.toml", ""), ("plugins/c/Cargo.toml", "")]);
    assert_eq!(places(&forgotten(&tree)), ["plugins/c/Cargo.toml:1"]);
}
