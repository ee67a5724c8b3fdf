//! The files of a repository, in memory, and what a check says about one.

use std::fmt;
use std::fs;
use std::path::Path;

/// Folders that hold no source: what tools leave behind.
const SKIPPED: &[&str] = &[".git", "target", "node_modules", "__pycache__", ".venv"];

/// A file; paths are relative to the root and separated by `/`.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    /// Empty if the file is not text.
    pub(crate) text: String,
}

impl File {
    pub(crate) fn is_rust(&self) -> bool {
        self.has_extension("rs")
    }

    pub(crate) fn is_markdown(&self) -> bool {
        self.has_extension("md")
    }

    /// Whether it is a module of the engine or of a plugin.
    pub(crate) fn is_module(&self) -> bool {
        self.is_rust() && (self.path.starts_with("src/") || self.plugin_path().is_some())
    }

    /// Whether it is Rust that a program wrote: in a folder `gen` or `generated`.
    pub(crate) fn is_generated(&self) -> bool {
        self.folders().any(|folder| folder == "gen" || folder == "generated")
    }

    /// Whether it is a test: in a folder `tests`, or a module of that name.
    pub(crate) fn is_test(&self) -> bool {
        self.folders().any(|folder| folder == "tests") || self.path.ends_with("/tests.rs")
    }

    /// What follows `plugins/NAME/src/`.
    fn plugin_path(&self) -> Option<&str> {
        let (_, inside) = self.path.strip_prefix("plugins/")?.split_once('/')?;
        inside.strip_prefix("src/")
    }

    fn folders(&self) -> impl Iterator<Item = &str> {
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        folder.split('/')
    }

    fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|found| found == extension)
    }
}

/// Every file below a root, sorted by path.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub(crate) files: Vec<File>,
}

impl Tree {
    /// Reads what is below `root`.
    pub(crate) fn read(root: &Path) -> Self {
        let mut tree = Self::default();
        tree.read_folder(root, "");
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        tree
    }

    /// A tree of a test's own.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|&(path, text)| File { path: path.into(), text: text.into() });
        Self { files: files.collect() }
    }

    pub(crate) fn get(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Whether there is such a file, or a folder with files in it.
    pub(crate) fn has(&self, path: &str) -> bool {
        let below = |file: &File| file.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        path.is_empty() || self.files.iter().any(|file| file.path == path || below(file))
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) {
        for entry in fs::read_dir(folder).expect("a folder of the repository is readable") {
            let entry = entry.expect("an entry of a readable folder");
            let name = entry.file_name().into_string().expect("file names are UTF-8");
            let kind = entry.file_type().expect("the kind of an entry");
            if SKIPPED.contains(&name.as_str()) {
                continue;
            }
            let path = format!("{prefix}{name}");
            if kind.is_dir() {
                self.read_folder(&entry.path(), &format!("{path}/"));
            } else if kind.is_file() {
                let bytes = fs::read(entry.path()).expect("a file of the repository is readable");
                self.files.push(File { path, text: text_of(bytes) });
            }
        }
    }
}

/// Something to tidy up.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) path: String,
    pub(crate) line: usize,
    /// What is wrong, and what to do.
    pub(crate) what: String,
}

impl Finding {
    pub(crate) fn new(file: &File, line: usize, what: impl Into<String>) -> Self {
        Self { path: file.path.clone(), line, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

fn text_of(bytes: Vec<u8>) -> String {
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => text,
        _ => String::new(),
    }
}

/// Where findings are, as `path:line`: what the tests of the checks compare.
pub(crate) fn places(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| format!("{}:{}", finding.path, finding.line)).collect()
}

#[test]
fn a_folder_is_there_only_by_its_whole_name() {
    let tree = Tree::of(&[("docs/a.md", "")]);
    assert!(tree.has("docs") && tree.has("docs/a.md") && !tree.has("doc") && !tree.has("docs/a"));
}

#[test]
fn modules_tests_and_generated_code_are_told_apart() {
    let file = |path: &str| File { path: path.into(), text: String::new() };
    assert!(file("src/a.rs").is_module() && file("plugins/x/src/a/b.rs").is_module());
    assert!(!file("plugins/x/tests/a.rs").is_module() && !file("tests/a.rs").is_module());
    assert!(file("src/a/tests.rs").is_test() && file("plugins/x/tests/a.rs").is_test());
    assert!(!file("src/tests_of_time.rs").is_test());
    assert!(file("plugins/x/src/gen/v1.rs").is_generated() && !file("src/general.rs").is_generated());
}
