//! Each misuse of the macros and types is a compile error that says what is wrong.
//!
//! What the compiler prints beside our own words changes from release to release; where it does, and only it,
//! `TRYBUILD=overwrite cargo test -p haulout-identity-golf --test misuse` writes the files anew.

#[test]
fn what_is_right_compiles_and_each_misuse_is_an_error_that_says_why() {
    let tests = trybuild::TestCases::new();
    // With a program that is right, all are built, not only checked: limits of types show when they are used.
    tests.pass("tests/use/*.rs");
    tests.compile_fail("tests/misuse/*.rs");
}
