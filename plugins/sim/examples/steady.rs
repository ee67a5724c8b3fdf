//! What a virtual second of a quiet cluster costs on this machine.
//!
//!     cargo run --release -p haulout-sim --example steady -- 1024

use haulout_sim::size::steady;

fn main() {
    let members = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1_024);
    let steady = steady(members, 60, false);
    println!(
        "{members} members: {:.2} ms of wall time and {:.0} datagrams a virtual second",
        steady.wall_ms, steady.datagrams
    );
}
