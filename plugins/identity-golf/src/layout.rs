//! Where fields are within a number, and what follows from it: the key, the epoch, who supersedes whom.
//!
//! The first field is the most significant, the last one ends at bit 0, so that the number reads from left
//! to right as it was declared; spare bits are at the high end and zero. All positions are constants. Cost:
//! O(fields of the key).

use crate::bits::mask;
use crate::error::OutOfRange;
use crate::serial;

/// A run of bits with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Its bits.
    pub width: u32,
    /// The position of its lowest bit.
    pub shift: u32,
}

impl Field {
    /// What it holds in this number.
    pub const fn get(&self, bits: u128) -> u128 {
        (bits >> self.shift) & self.limit()
    }

    /// The largest value that it holds.
    pub const fn limit(&self) -> u128 {
        mask(self.width)
    }

    /// This value at its place.
    pub(crate) const fn put(&self, value: u128) -> Result<u128, OutOfRange> {
        if value > self.limit() {
            return Err(OutOfRange { field: self.name, value, limit: self.limit() });
        }
        Ok(value << self.shift)
    }
}

/// A number that is made of fields: what `golf_identity!` and `golf_facts!` declare.
pub trait Fields: Copy + Eq + 'static {
    /// The type's name.
    const NAME: &'static str;
    /// The fields, in their order.
    const FIELDS: &'static [Field];

    /// The number.
    fn number(self) -> u128;

    /// The value of a number whose bits are all within the fields.
    #[doc(hidden)]
    fn of_number(number: u128) -> Self;
}

/// Fields of which some are the key and one is the epoch: what `golf_identity!` declares.
pub trait Layout: Fields {
    /// The fields of the key, in the order of the `addr` clause.
    const KEY: &'static [Field];
    /// The field that counts lives.
    const EPOCH: Field;
    /// The values of the key's fields, as a tuple.
    type KeyValues;

    /// The values of a key.
    fn key_values(key: crate::Key<Self>) -> Self::KeyValues;
}

/// The bits of all fields; at most 128 are counted, so that nothing overflows before it is reported.
pub const fn width(fields: &[Field]) -> u32 {
    let (mut sum, mut at) = (0_u32, 0);
    while at < fields.len() {
        sum = sum.saturating_add(fields[at].width);
        at += 1;
    }
    sum
}

/// Gives fields their places.
pub const fn place<const N: usize>(declared: [(&'static str, u32); N]) -> [Field; N] {
    let mut fields = [Field { name: "", width: 0, shift: 0 }; N];
    let (mut at, mut shift) = (N, 0_u32);
    while at > 0 {
        at -= 1;
        let (name, width) = declared[at];
        // What does not fit is reported by an assertion; until then it must not overflow.
        let within = if shift > 127 { 0 } else { shift };
        fields[at] = Field { name, width: if width > 128 { 128 } else { width }, shift: within };
        shift = shift.saturating_add(width);
    }
    fields
}

/// The field of this name, which is there: the macro has looked.
pub const fn field(fields: &[Field], name: &str) -> Field {
    let mut at = 0;
    while at < fields.len() {
        if same(fields[at].name, name) {
            return fields[at];
        }
        at += 1;
    }
    panic!("a clause names a field that is not declared")
}

/// The fields of these names.
pub const fn pick<const N: usize>(fields: &[Field], names: [&str; N]) -> [Field; N] {
    let mut picked = [Field { name: "", width: 0, shift: 0 }; N];
    let mut at = 0;
    while at < N {
        picked[at] = field(fields, names[at]);
        at += 1;
    }
    picked
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

/// The value of these fields, each checked.
pub fn compose<T: Fields>(values: &[u128]) -> Result<T, OutOfRange> {
    let mut number = 0;
    for (field, value) in T::FIELDS.iter().zip(values) {
        number |= field.put(*value)?;
    }
    Ok(T::of_number(number))
}

/// The value of a number, if all of its bits are within the fields.
pub fn within<T: Fields>(number: u128) -> Option<T> {
    (number <= mask(width(T::FIELDS))).then(|| T::of_number(number))
}

/// The key of a number: its fields, close together.
#[inline]
pub(crate) fn key_of<T: Layout>(value: T) -> u128 {
    T::KEY.iter().fold(0, |key, field| (key << field.width) | field.get(value.number()))
}

fn epoch<T: Layout>(value: T) -> u64 {
    T::EPOCH.get(value.number()) as u64
}

/// The next life of `value`, which passes `rival`.
pub fn renew<T: Layout>(value: T, rival: T) -> T {
    let next = serial::after(epoch(value), epoch(rival), T::EPOCH.width);
    let rest = value.number() & !(T::EPOCH.limit() << T::EPOCH.shift);
    T::of_number(rest | u128::from(next) << T::EPOCH.shift)
}

/// By epoch; where epochs are equal and other facts are not, the larger number.
pub fn supersedes<T: Layout>(value: T, other: T) -> bool {
    let (mine, theirs) = (epoch(value), epoch(other));
    if mine == theirs {
        return value.number() > other.number();
    }
    serial::newer(mine, theirs, T::EPOCH.width)
}
