//! A codec written by hand: every field at a fixed width, for members that are IPv4 addresses.
//!
//! A codec owns the whole datagram. This one is held against the laws of `Codec` by the conformance kit
//! (round trips, every cut, every flipped bit); then two engines talk in it, in virtual time.
//!
//! ```text
//! cargo run --example custom_codec
//! ```
//!
//! | file | what is in it |
//! | --- | --- |
//! | `codec.rs` | the codec: layout, head and sections. Begin here |
//! | `message.rs` | the bodies of the messages |
//! | `published.rs` | the bodies of what members publish |
//! | `field.rs` | what both are made of: numbers, addresses, options |

mod codec;
mod field;
mod message;
mod published;

use codec::{Id, Plain};
use haulout::codec::Codec;
use haulout::{Config, ConfigError, Engine, Event, Fixed, Identity, Instant, conformance};
use std::collections::VecDeque;
use std::iter;
use std::net::{Ipv4Addr, SocketAddrV4};

pub(crate) fn main() -> Result<(), ConfigError> {
    // `Fixed` cannot renew: equal samples are all that one key can have.
    conformance::codec(&Plain, &[1, 1, 2, 3, 4, 5].map(member));
    println!("the codec keeps its laws; two members talk in it:\n");
    let told = talk()?;
    println!("\nthey were told:");
    for event in told {
        println!("  {event}");
    }
    Ok(())
}

fn member(host: u8) -> Id {
    Fixed::new(SocketAddrV4::new(Ipv4Addr::new(10, 0, 0, host), 7946))
}

/// A second of two engines on a network that takes no time; what they were told.
pub(crate) fn talk() -> Result<Vec<Event<Id>>, ConfigError> {
    let new = |host: u8| Engine::new(member(host), Plain, (), Config::lan(), host.into());
    let mut engines = [new(1)?, new(2)?];
    let (mut now, mut wire, mut events) = (Instant::ZERO, VecDeque::new(), Vec::new());
    engines[0].start(now);
    engines[1].join(now, *member(1).address());
    while now < Instant::from_millis(1_000) {
        // Drain both; then one datagram, or, when none is under way, the next deadline.
        let mut buf = [0; 1_400];
        for engine in &mut engines {
            while let Some(transmit) = engine.poll_transmit(now, &mut buf) {
                wire.push_back((transmit.to, buf[..transmit.len].to_vec()));
            }
            events.extend(iter::from_fn(|| engine.poll_event()));
        }
        if let Some((to, datagram)) = wire.pop_front() {
            show(now, to, &datagram);
            let receiver = engines.iter_mut().find(|engine| engine.identity().route() == to);
            let receiver = receiver.expect("there are but these two");
            receiver.handle_datagram(now, &datagram).expect("what one writes, the other reads");
        } else {
            now = engines.iter().filter_map(Engine::poll_timeout).min().expect("members probe");
            for engine in &mut engines {
                engine.handle_timeout(now);
            }
        }
    }
    Ok(events)
}

/// Prints a datagram, read by the codec itself.
fn show(now: Instant, to: SocketAddrV4, datagram: &[u8]) {
    let Ok((header, sections)) = Plain.decode(datagram) else { return };
    let kind = header.message.kind().map_or_else(|| "unknown".into(), |kind| kind.to_string());
    let (ms, from, len) = (now.as_millis(), header.source, datagram.len());
    println!("{ms:>4} ms  {from} -> {to}  {kind:<9} {len:>3} bytes, updates: {}", sections.count());
}
