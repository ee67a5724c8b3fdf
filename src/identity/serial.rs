//! Serial numbers (RFC 1982): an order without a highest value.

/// The origin of stock epochs, 2026-01-01 00:00 UTC, in seconds of Unix time.
pub const EPOCH_ORIGIN_UNIX: u64 = 1_767_225_600;

/// The stock epoch for a wall clock in seconds of Unix time; 0 before [`EPOCH_ORIGIN_UNIX`].
///
/// A clock that stepped back does no harm: a member that meets a newer identity of its key while it
/// joins renews past it.
pub const fn epoch_from_unix(seconds: u64) -> u64 {
    seconds.saturating_sub(EPOCH_ORIGIN_UNIX)
}

/// Whether serial number `a` is newer than `b`.
///
/// Of two unequal numbers exactly one is newer: the one that is less than half the range ahead, or,
/// at exactly half, the larger. No number is the highest, so none that is forged is final.
pub const fn serial_newer(a: u64, b: u64) -> bool {
    const HALF: u64 = 1 << 63;
    let ahead = a.wrapping_sub(b);
    ahead != 0 && (ahead < HALF || (ahead == HALF && a > b))
}

/// The epoch to renew to over a rival: the later of the two plus one, wrapping.
///
/// Where the two are half the range apart that may not be newer than the rival; what follows the rival
/// always is.
pub(super) const fn epoch_after(mine: u64, rival: u64) -> u64 {
    let later = if serial_newer(mine, rival) { mine } else { rival };
    let next = later.wrapping_add(1);
    if serial_newer(next, rival) { next } else { rival.wrapping_add(1) }
}

/// [`serial_newer`] for incarnations of identities that do not renew.
pub(crate) const fn serial_newer_u32(a: u32, b: u32) -> bool {
    const HALF: u32 = 1 << 31;
    let ahead = a.wrapping_sub(b);
    ahead != 0 && (ahead < HALF || (ahead == HALF && a > b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_unequal_numbers_exactly_one_is_newer() {
        let edge = [0, 1, 2, (1 << 63) - 1, 1 << 63, (1 << 63) + 1, u64::MAX - 1, u64::MAX];
        for a in edge {
            for b in edge {
                assert_eq!(u8::from(serial_newer(a, b)) + u8::from(serial_newer(b, a)), u8::from(a != b));
            }
        }
    }

    #[test]
    fn no_number_is_the_highest() {
        assert!(serial_newer(0, u64::MAX));
        assert!(serial_newer(epoch_after(u64::MAX, 5), u64::MAX));
        assert!(serial_newer_u32(0, u32::MAX));
    }

    #[test]
    fn renewing_is_newer_than_the_rival_wherever_it_is() {
        let edge = [0, 1, 2, (1 << 63) - 1, 1 << 63, (1 << 63) + 1, u64::MAX - 1, u64::MAX];
        for mine in edge {
            for rival in edge {
                assert!(serial_newer(epoch_after(mine, rival), rival), "{mine} over {rival}");
            }
        }
        assert_eq!((epoch_after(3, 9), epoch_after(9, 3), epoch_after(1 << 63, 0)), (10, 10, 1));
    }

    #[test]
    fn epochs_count_from_2026() {
        assert_eq!(epoch_from_unix(1_767_225_600 + 60), 60);
        assert_eq!(epoch_from_unix(0), 0);
    }
}
