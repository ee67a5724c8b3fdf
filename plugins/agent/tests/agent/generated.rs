//! The generated message is that of the schema.
//!
//! `HAULOUT_REGENERATE=1 cargo test -p haulout-agent --test agent generated` writes it anew.

use std::fs;
use std::path::Path;

const CHECKED_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/generated/haulout.v1.rs");

#[test]
fn the_checked_in_message_is_that_of_the_schema() {
    let proto = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    let files = protox::compile(["haulout/v1/named_event.proto"], [&proto]).unwrap();
    let out = tempfile::tempdir().unwrap();
    prost_build::Config::new().out_dir(out.path()).compile_fds(files).unwrap();
    let generated = fs::read_to_string(out.path().join("haulout.v1.rs")).unwrap();
    if std::env::var_os("HAULOUT_REGENERATE").is_some() {
        fs::write(CHECKED_IN, &generated).unwrap();
    }
    assert!(
        generated == fs::read_to_string(CHECKED_IN).unwrap_or_default(),
        "they differ; HAULOUT_REGENERATE=1 cargo test -p haulout-agent --test agent generated"
    );
}
