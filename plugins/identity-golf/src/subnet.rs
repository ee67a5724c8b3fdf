//! Places in a subnet: the bits of an address that differ from member to member.
//!
//! A [`Course`] is what all members have in common: the network, and a port or a few bits of port. A
//! [`SubnetId`] is the rest, and an epoch; it travels without the course, and the course makes a socket
//! address of it. All members of a cluster play the same course. Cost: O(1).

mod course;
mod network;

pub use course::{Course, CourseError};
pub use network::{Network, NetworkError};

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
    /// A member at a place in a subnet, of `P` bits, with an epoch of `E` bits; [`Course::identity`] makes it.
    ///
    /// It takes `P + E` bits in whole bytes. `P` is what [`Course::bits`] says, or more; with an epoch of 0
    /// bits it cannot renew. Displayed and parsed as `258#3`: place and epoch.
    SubnetId<P, E>, check(P, E);
    /// The key and the route of a [`SubnetId`]: the host's bits, then the port's.
    Spot, spot
}
