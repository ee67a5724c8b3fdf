//! Each misuse of the macros and types is a compile error that says what is wrong.
//!
//! What the compiler prints beside our own words changes from release to release; where it does, and only it,
//! `TRYBUILD=overwrite cargo test -p haulout-identity-golf --test misuse` writes the files anew. Limits of generic
//! types show only when they are used: these are tests in the docs of the types.

#[test]
fn what_is_right_compiles_and_each_misuse_is_an_error_that_says_why() {
    let tests = trybuild::TestCases::new();
    tests.pass("tests/use/*.rs");
    tests.compile_fail("tests/misuse/*.rs");
}
