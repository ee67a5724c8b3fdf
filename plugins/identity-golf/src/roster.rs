//! Entries of a table of addresses that all members share.
//!
//! A [`RosterId`] is an index into the table, and an epoch. The table may grow while members run, and not all
//! of them have the newest: a member holds, relays and counts whom its table does not know, and leaves it
//! alone ([`Engine::set_reach`](haulout::Engine::set_reach)). Cost: O(1) from index to address.

#[cfg(feature = "std")]
mod shared;
mod table;

#[cfg(feature = "std")]
pub use shared::{LoadError, SharedRoster};
pub use table::{Roster, RosterError};

use crate::bits::{self, Pack, bytes};
use crate::error::{OutOfRange, ParseError};
use crate::layout::Field;
use crate::packed::{check, placed_identity};
use crate::{serial, text};
use core::fmt;
use core::str::FromStr;
use haulout::Identity;
use haulout::fingerprint::{Canonical, CanonicalSink};

placed_identity! {
    /// A member by its index of `N` bits, 8 or 16, in a [`Roster`], with an epoch of `E` bits;
    /// [`Roster::identity`] makes it.
    ///
    /// It takes `N + E` bits in whole bytes. With an epoch of 0 bits it cannot renew (`RENEWS` is false).
    /// Displayed and parsed as `12#3`: index and epoch.
    ///
    /// Another width of the index, and an epoch of one bit, are compile errors:
    /// ```compile_fail
    /// use haulout_identity_golf::{Index, RosterId};
    /// let entry = RosterId::<9, 8>::new(Index::new(1)?, 0)?; // with 8 it compiles
    /// # Ok::<(), haulout_identity_golf::OutOfRange>(())
    /// ```
    /// ```compile_fail
    /// # use haulout_identity_golf::{Index, RosterId};
    /// let entry = RosterId::<8, 1>::new(Index::new(1)?, 0)?; // with 2 it compiles
    /// # Ok::<(), haulout_identity_golf::OutOfRange>(())
    /// ```
    /// ```
    /// # use haulout_identity_golf::{Index, RosterId};
    /// let entry = RosterId::<8, 2>::new(Index::new(1)?, 0)?;
    /// # Ok::<(), haulout_identity_golf::OutOfRange>(())
    /// ```
    RosterId<N, E>, {
        check(N, E);
        assert!(N == 8 || N == 16, "an index into a roster has 8 or 16 bits");
    };
    /// The key and the route of a [`RosterId`]: its index.
    Index, index
}
