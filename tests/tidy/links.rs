//! Links of the Markdown files that stay inside the repository lead somewhere.
//!
//! Inline links, images, reference definitions and `href`, `src` of HTML count, outside of code.
//! Anchors are compared with headings as the forges make them: lower case, no punctuation, hyphens.

use crate::tree::{File, Finding, Tree, places};
use std::collections::BTreeMap;

/// Relative links without a file, and anchors without a heading.
pub(crate) fn dead_links(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| file.is_markdown()) {
        for (line, text) in prose(&file.text) {
            for target in targets(&without_code(text)) {
                if let Some(reason) = broken(tree, file, &target) {
                    findings.push(Finding::new(file, line, format!("dead link `{target}`: {reason}")));
                }
            }
        }
    }
    findings
}

/// What is wrong with a link, if anything.
fn broken(tree: &Tree, from: &File, target: &str) -> Option<&'static str> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let to = if path.is_empty() { Some(from.path.clone()) } else { resolve(&from.path, path) };
    let Some(to) = to.filter(|to| tree.has(to)) else {
        return Some("there is no such file: correct the path, or remove the link");
    };
    let page = tree.get(&to).filter(|file| file.is_markdown());
    if anchor.is_empty() || page.is_none_or(|page| anchors(&page.text).iter().any(|found| found == anchor)) {
        return None;
    }
    Some("there is no such heading: correct the anchor, or remove it")
}

/// The path from the root of what `path` means in a file; `None` if that is outside.
fn resolve(from: &str, path: &str) -> Option<String> {
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let base = if path.starts_with('/') { "" } else { folder };
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The lines outside of fenced code, with their numbers.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fence: Option<&str> = None;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let trimmed = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
        match (fence, mark) {
            (None, None) => return Some((index + 1, line)),
            (None, mark) => fence = mark,
            (open, mark) if open == mark => fence = None,
            _ => {}
        }
        None
    })
}

/// A line with what stands in backticks taken out.
fn without_code(line: &str) -> String {
    let parts: Vec<&str> = line.split('`').collect();
    let closed = parts.len() % 2 == 1;
    let shown = parts
        .iter()
        .enumerate()
        .filter(|&(index, _)| index % 2 == 0 || (!closed && index + 1 == parts.len()));
    shown.map(|(_, part)| *part).collect()
}

/// What the links of a line point to.
fn targets(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (opening, closing) in [("](", ')'), ("href=\"", '"'), ("src=\"", '"')] {
        for (at, _) in line.match_indices(opening) {
            let inside = line[at + opening.len()..].split(closing).next().unwrap_or_default();
            found.extend(inside.split_whitespace().next().map(str::to_owned));
        }
    }
    if let Some((_, definition)) = line.strip_prefix('[').and_then(|rest| rest.split_once("]: ")) {
        found.extend(definition.split_whitespace().next().map(str::to_owned));
    }
    found.iter().map(|target| target.trim_matches(['<', '>']).to_owned()).collect()
}

/// The anchors of a page: its headings, numbered where they repeat, and its `id`s.
fn anchors(text: &str) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for (_, line) in prose(text) {
        let title = line.trim_start_matches('#');
        if (1..=6).contains(&(line.len() - title.len())) && title.starts_with(' ') {
            let slug = slug(title.trim());
            let count = seen.entry(slug.clone()).or_default();
            found.push(if *count == 0 { slug } else { format!("{slug}-{count}") });
            *count += 1;
        }
        let ids = line.match_indices("id=\"").filter_map(|(at, id)| line[at + id.len()..].split('"').next());
        found.extend(ids.map(str::to_owned));
    }
    found
}

fn slug(title: &str) -> String {
    let mut shown = String::new();
    let mut rest = title;
    while let Some((before, link)) = rest.split_once("](") {
        shown.push_str(before);
        rest = link.split_once(')').map_or("", |(_, after)| after);
    }
    shown.push_str(rest);
    let kept = shown.chars().filter(|&c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).flat_map(char::to_lowercase).collect()
}

#[test]
fn a_link_to_nothing_is_found_and_a_good_one_is_not() {
    let page = "\
[good](docs/a.md) ![good](docs/) [good](docs/a.md#the-wire-v1 \"title\") [out](https://example.org/x)
[dead](docs/b.md)
[dead](docs/a.md#nowhere)
`[code](no.md)` and [`code`](docs/a.md)
```
[code](no.md)
```
[dead]: missing.md
<img src=\"missing.png\">
[outside](../README.md)
[here](#twice-1) and [not here](#twice-2)
# Twice
# Twice
";
    let tree = Tree::of(&[("README.md", page), ("docs/a.md", "## The *wire*: `v1`\n[up](../README.md)\n")]);
    let dead = ["2", "3", "8", "9", "10", "11"].map(|line| format!("README.md:{line}"));
    assert_eq!(places(&dead_links(&tree)), dead);
}
