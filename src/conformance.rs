//! The conformance kit: holds a plugin of your own against the laws that the engine relies on.
//!
//! Each function takes the plugin and a few sample identities, and panics with the law that is broken and
//! the values that broke it; so a test of one line is enough:
//!
//! ```
//! use haulout::{Renewing, conformance};
//! use core::net::SocketAddr;
//!
//! let member = |host, epoch| Renewing::<SocketAddr>::new(([10, 0, 0, host], 7946).into(), epoch);
//! let samples = [member(1, 0), member(1, 7), member(1, u64::MAX), member(2, 7), member(3, 7), member(4, 7)];
//! conformance::identity(&samples);
//! // conformance::codec(&MyCodec, &samples);
//! ```
//!
//! # Samples
//! The kit knows nothing of a plugin but its trait, so what it tries is what you give: two or more
//! identities of one key (unequal ones, if the identity renews), and in all four keys or more for a codec,
//! two or more for an identity. Choose extremes: the shortest and the longest that you allow, the lowest
//! and the highest epoch, epochs half their range apart. A dozen samples run in well under a second; the
//! cost grows with the fourth power of the number of samples of one key.
//!
//! # What it does not see
//! Allocation (count it with an allocator of your own), time, and panics: a plugin that panics fails the
//! test with its own message.

mod broadcasts;
mod codec;
mod identity;
mod samples;

pub use broadcasts::broadcasts;
pub use codec::codec;
pub use identity::identity;

use core::fmt;

/// Panics unless `$holds`, naming the law and the values.
macro_rules! law {
    ($holds:expr, $law:expr, $($values:tt)+) => {
        if !$holds {
            $crate::conformance::broken($law, format_args!($($values)+));
        }
    };
}
use law;

#[cold]
#[track_caller]
fn broken(law: &str, values: fmt::Arguments<'_>) -> ! {
    panic!("law broken: {law}\n{values}")
}
