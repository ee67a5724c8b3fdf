//! What a node answers over loopback UDP, beside an echo loop: the section of `docs/performance.md`.
//!
//! ```text
//! cargo bench -p haulout-benches --bench driver
//! ```

#[cfg(target_os = "linux")]
fn main() -> std::io::Result<()> {
    // Without the word of `cargo bench`, it is to be seen only that it runs.
    let rounds = if std::env::args().any(|argument| argument == "--bench") { 9 } else { 1 };
    let turn = std::time::Duration::from_millis(500);
    print!("{}", haulout_benches::driver::measure(rounds, turn)?.markdown());
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("measured on Linux only");
}
