//! Serial numbers (RFC 1982) of 2 to 64 bits: the epochs of golfed identities.
//!
//! Of two unequal numbers exactly one is newer: the one that is less than half the range ahead, or, at
//! exactly half, the larger. Cost: O(1).

use haulout::identity::serial_newer;

/// Whether `a` is newer than `b`, both of this many bits: those of 64 bits, in the topmost bits.
pub(crate) const fn newer(a: u64, b: u64, bits: u32) -> bool {
    serial_newer(a << (64 - bits), b << (64 - bits))
}

/// The epoch to renew to over a rival: the later of the two plus one, wrapping; where they are half the
/// range apart and that is not newer than the rival, the rival's plus one.
pub(crate) const fn after(mine: u64, rival: u64, bits: u32) -> u64 {
    let later = if newer(mine, rival, bits) { mine } else { rival };
    let limit = u64::MAX >> (64 - bits);
    let next = later.wrapping_add(1) & limit;
    if newer(next, rival, bits) { next } else { rival.wrapping_add(1) & limit }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_unequal_numbers_exactly_one_is_newer_and_renewing_is_newer_than_the_rival() {
        for bits in 2..=8 {
            let all = 0..1_u64 << bits;
            for (a, b) in all.clone().flat_map(|a| all.clone().map(move |b| (a, b))) {
                let winners = u8::from(newer(a, b, bits)) + u8::from(newer(b, a, bits));
                assert_eq!(winners, u8::from(a != b), "{a} and {b} of {bits} bits");
                assert!(newer(after(a, b, bits), b, bits), "{a} over {b} of {bits} bits");
                assert!(after(a, b, bits) < 1 << bits);
            }
        }
    }

    #[test]
    fn renewals_within_half_the_range_pass_both() {
        for bits in [2, 4, 12, 63, 64] {
            let top = u64::MAX >> (64 - bits);
            let half = 1 << (bits - 1);
            for mine in [0, 1, half - 1, half, top - 1, top] {
                for behind in 0..(half - 1).min(9) {
                    let rival = mine.wrapping_sub(behind) & top;
                    let next = after(mine, rival, bits);
                    assert_eq!(next, mine.wrapping_add(1) & top);
                    assert_eq!(after(rival, mine, bits), next);
                    assert!(newer(next, mine, bits) && newer(next, rival, bits), "{mine}, {rival} of {bits}");
                }
            }
        }
    }
}
