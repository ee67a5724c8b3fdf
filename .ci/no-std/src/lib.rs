//! A static library without `std` around the engine, the codecs and the identities that promise to need none.
//!
//! It has the panic handler that `std` would bring. A dependency that pulls `std` in brings a second
//! one, and the build fails with "duplicate lang item `panic_impl`". Nothing here is ever run.
#![no_std]

use core::alloc::{GlobalAlloc, Layout};
use core::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use core::panic::PanicInfo;
use core::ptr;
use haulout::{Config, Engine, Identity, Instant, Renewing, fingerprint};
use haulout_codec_serde::{BincodeCodec, PostcardCodec};
use haulout_identity_golf::{Course, Roster, RosterId, SubnetId, With, golf_facts, golf_identity};

golf_identity! {
    /// A machine.
    pub struct MachineId: u32 { rack: 6, host: 10, shard: 4, epoch: 12 }
    addr = (rack, host);
    renew = epoch;
}

golf_facts! {
    /// What every member should know of every other.
    pub struct Role: u8 { shard: 4, zone: 2 }
}

/// Uses the engine, so that generic code is compiled for a target without `std`.
pub fn touch() -> u64 {
    let member = Renewing::new(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 7946), 1);
    let renewed = member.renew(&member).filter(|newer| newer.supersedes(&member));
    let (mut buf, now) = ([0; 1_400], Instant::ZERO);
    if let Ok(mut engine) = Engine::new(member, PostcardCodec, (), Config::lan(), 1) {
        engine.start(now);
        engine.handle_timeout(now);
        while let Some(transmit) = engine.poll_transmit(now, &mut buf) {
            let _ = engine.handle_datagram(now, &buf[..transmit.len]);
        }
    }
    if let Ok(mut engine) = Engine::new(member, BincodeCodec, (), Config::lan(), 1) {
        let _ = engine.handle_datagram(now, &buf);
    }
    fingerprint::fingerprint(&renewed.unwrap_or(member))
}

/// Uses each kind of small identity.
pub fn golf(address: SocketAddr) -> usize {
    let (config, mut len) = (Config::lan(), 0);
    if let Ok(machine) = MachineId::new(1, 2, 3, 4) {
        len += usize::from(Engine::new(machine, PostcardCodec, (), config.clone(), 1).is_ok());
    }
    if let Ok(entry) = Roster::of([address]).and_then(|roster| roster.identity(address, 0)) {
        let entry: RosterId<8, 8> = entry;
        len += usize::from(Engine::new(entry, PostcardCodec, (), config.clone(), 1).is_ok());
    }
    let course = "10.20.0.0/16".parse().ok().and_then(|network| Course::new(network, 7946).ok());
    if let (Some(course), Ok(role)) = (course, Role::new(1, 2))
        && let Ok(place) = course.identity(address, 0)
    {
        let place: SubnetId<16, 10> = place;
        len += usize::from(Engine::new(With::new(place, role), BincodeCodec, (), config, 1).is_ok());
    }
    len
}

struct NoHeap;

// SAFETY: null is how an allocator says that there is no memory, so `alloc` never hands a block out,
// and `dealloc` is never called with one.
unsafe impl GlobalAlloc for NoHeap {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static NO_HEAP: NoHeap = NoHeap;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
