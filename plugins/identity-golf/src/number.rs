//! The integers that carry identities, and the narrowest one for each width of a field.

/// An unsigned integer.
pub trait Number: Copy + Eq {
    /// Its bits.
    const BITS: u32;

    /// The same number in 128 bits.
    fn widen(self) -> u128;

    /// The low bits of a number.
    fn cut(wide: u128) -> Self;
}

macro_rules! numbers {
    ($($int:ident)*) => {$(
        impl Number for $int {
            const BITS: u32 = <$int>::BITS;

            #[inline]
            #[allow(clippy::cast_lossless, reason = "one of these is no cast at all")]
            fn widen(self) -> u128 {
                self as u128
            }

            #[inline]
            fn cut(wide: u128) -> Self {
                wide as $int
            }
        }
    )*};
}
numbers!(u8 u16 u32 u64 u128);

/// The narrowest integer that holds a field of `N` bits: `u8` up to 8 bits, `u16` up to 16, then `u32`,
/// `u64`, `u128`.
pub type Value<const N: u32> = <Width<N> as Fits>::Number;

/// A number of bits.
#[derive(Debug)]
pub enum Width<const N: u32> {}

/// A number of bits that a field can have, 1 to 128.
#[diagnostic::on_unimplemented(
    message = "a golfed field has 1 to 128 bits",
    label = "this many bits are none or too many"
)]
pub trait Fits {
    /// The narrowest integer.
    type Number: Number;
}

macro_rules! fits {
    ($($int:ident: $($bits:literal)*;)*) => {$($(
        impl Fits for Width<$bits> {
            type Number = $int;
        }
    )*)*};
}
fits! {
    u8: 1 2 3 4 5 6 7 8;
    u16: 9 10 11 12 13 14 15 16;
    u32: 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32;
    u64: 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64;
    u128: 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95 96
        97 98 99 100 101 102 103 104 105 106 107 108 109 110 111 112 113 114 115 116 117 118 119 120 121 122
        123 124 125 126 127 128;
}
