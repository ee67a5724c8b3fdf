//! The generated type is that of the schema.
//!
//! `HAULOUT_REGENERATE=1 cargo test -p haulout-identity-golf --test generated` writes it anew.

use std::fs;
use std::path::Path;

const CHECKED_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/generated/haulout.v1.rs");

/// Made with `protox`, so that nobody needs `protoc`.
fn generate() -> String {
    let proto = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    let files = protox::compile(["haulout/v1/golfed_node.proto"], [&proto]).expect("the schema compiles");
    let out = tempfile::tempdir().expect("a folder");
    let mut config = prost_build::Config::new();
    config.out_dir(out.path()).compile_fds(files).expect("prost generates");
    fs::read_to_string(out.path().join("haulout.v1.rs")).expect("prost wrote its file")
}

#[test]
fn the_checked_in_type_is_that_of_the_schema() {
    let generated = generate();
    if std::env::var_os("HAULOUT_REGENERATE").is_some() {
        fs::write(CHECKED_IN, &generated).expect("the generated file is written");
    }
    let checked_in = fs::read_to_string(CHECKED_IN).unwrap_or_default();
    assert!(
        generated == checked_in,
        "they differ; HAULOUT_REGENERATE=1 cargo test -p haulout-identity-golf --test generated"
    );
}
