//! Cookies: proof, without state, that somebody can be reached at the route that it claims.
//!
//! A challenge carries a keyed hash (SipHash-2-4) of the claimed identity, its route with it, and of the
//! present 10 s; whoever repeats its request with that value did receive it there. The 10 s before are
//! valid too. The key is drawn when the engine is made and never leaves it.

use crate::fingerprint::{Canonical, fingerprint};
use crate::time::Instant;
use core::hash::Hasher;
use siphasher::sip::SipHasher24;

/// How long a cookie's slot is, in microseconds.
const SLOT: u64 = 10_000_000;

/// Makes and checks cookies.
#[derive(Clone)]
pub(crate) struct Cookies {
    key: (u64, u64),
}

impl core::fmt::Debug for Cookies {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Cookies")
    }
}

impl Cookies {
    pub(crate) const fn new(key: (u64, u64)) -> Self {
        Self { key }
    }

    /// The cookie for an identity now.
    pub(crate) fn bake<I: Canonical>(&self, now: Instant, identity: &I) -> u64 {
        self.of(fingerprint(identity), now.as_micros() / SLOT)
    }

    /// Whether `cookie` was given to `identity` in this slot or the one before.
    pub(crate) fn holds<I: Canonical>(&self, now: Instant, identity: &I, cookie: u64) -> bool {
        let (identity, slot) = (fingerprint(identity), now.as_micros() / SLOT);
        cookie == self.of(identity, slot) || slot > 0 && cookie == self.of(identity, slot - 1)
    }

    fn of(&self, identity: u64, slot: u64) -> u64 {
        let mut hasher = SipHasher24::new_with_keys(self.key.0, self.key.1);
        hasher.write_u64(identity);
        hasher.write_u64(slot);
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_of_one_identity_one_key_and_twenty_seconds_at_most() {
        let (ours, others) = (Cookies::new((1, 2)), Cookies::new((1, 3)));
        let at = Instant::from_millis;
        let cookie = ours.bake(at(12_000), &7_u64);
        assert!(ours.holds(at(12_000), &7_u64, cookie));
        assert!(ours.holds(at(29_999), &7_u64, cookie));
        assert!(!ours.holds(at(30_000), &7_u64, cookie));
        assert!(!ours.holds(at(12_000), &8_u64, cookie));
        assert!(!others.holds(at(12_000), &7_u64, cookie));
    }
}
