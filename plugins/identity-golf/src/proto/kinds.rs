//! The kinds that are not declared, on the protobuf wire.

use super::ProtoValue;
use crate::__golf_proto_identity;
use crate::bits::Pack;
use crate::facts::{Golfed, With};
use crate::{RosterId, SubnetId};
use core::fmt;

__golf_proto_identity! { [const P: u32, const E: u32] SubnetId<P, E> where [] }
__golf_proto_identity! { [const N: u32, const E: u32] RosterId<N, E> where [] }
__golf_proto_identity! {
    [I, F] With<I, F> where [I: Golfed<Addr: ProtoValue, Route: ProtoValue>, F: Pack + fmt::Debug]
}
