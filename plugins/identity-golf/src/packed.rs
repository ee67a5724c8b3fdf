//! A place and an epoch in one number: what places in a subnet and entries of a roster share.
//!
//! The place is in the high bits, the epoch in the low ones. Invariant: no other bit is set. Cost: O(1).

/// Declares the identity and the type of its key and route.
macro_rules! placed_identity {
    (
        $(#[$meta:meta])*
        $id:ident<$places:ident, $lives:ident>, $check:expr;
        $(#[$place_meta:meta])*
        $place:ident, $get:ident
    ) => {
        $(#[$place_meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $place<const $places: u32>(u128);

        impl<const $places: u32> $place<$places> {
            const FIELD: Field = Field { name: stringify!($get), width: $places, shift: 0 };

            /// The one of this number; an error if that has more bits.
            pub const fn new(number: u128) -> Result<Self, OutOfRange> {
                match Self::FIELD.put(number) {
                    Ok(number) => Ok(Self(number)),
                    Err(error) => Err(error),
                }
            }

            /// The number.
            pub const fn number(self) -> u128 {
                self.0
            }
        }

        impl<const $places: u32> Pack for $place<$places> {
            const BITS: u32 = $places;

            fn pack(self) -> u128 {
                self.0
            }

            fn unpack(bits: u128) -> Option<Self> {
                Self::new(bits).ok()
            }
        }

        impl<const $places: u32> Canonical for $place<$places> {
            fn canonical<S: CanonicalSink>(&self, out: &mut S) {
                bits::canonical(self.0, bytes(Self::BITS), out);
            }
        }

        impl<const $places: u32> fmt::Debug for $place<$places> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($place)).field(&self.0).finish()
            }
        }

        impl<const $places: u32> fmt::Display for $place<$places> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl<const $places: u32> FromStr for $place<$places> {
            type Err = ParseError;

            fn from_str(number: &str) -> Result<Self, ParseError> {
                text::number(number, &Self::FIELD).map(Self)
            }
        }

        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $id<const $places: u32, const $lives: u32>(u128);

        impl<const $places: u32, const $lives: u32> $id<$places, $lives> {
            const POSSIBLE: () = $check;
            const EPOCH: Field = Field { name: "epoch", width: $lives, shift: 0 };

            /// One life of a place; an error if the epoch has more bits than there are.
            pub const fn new(place: $place<$places>, epoch: u64) -> Result<Self, OutOfRange> {
                let () = Self::POSSIBLE;
                match Self::EPOCH.put(epoch as u128) {
                    Ok(epoch) => Ok(Self(place.0 << $lives | epoch)),
                    Err(error) => Err(error),
                }
            }

            /// What is both key and route.
            pub const fn $get(self) -> $place<$places> {
                $place(self.0 >> $lives)
            }

            /// The epoch, a serial number; 0 where there are no bits for one.
            pub const fn epoch(self) -> u64 {
                Self::EPOCH.get(self.0) as u64
            }
        }

        impl<const $places: u32, const $lives: u32> Pack for $id<$places, $lives> {
            const BITS: u32 = {
                let () = Self::POSSIBLE;
                $places + $lives
            };

            fn pack(self) -> u128 {
                self.0
            }

            fn unpack(bits: u128) -> Option<Self> {
                (bits <= bits::mask(Self::BITS)).then_some(Self(bits))
            }
        }

        impl<const $places: u32, const $lives: u32> Canonical for $id<$places, $lives> {
            fn canonical<S: CanonicalSink>(&self, out: &mut S) {
                bits::canonical(self.0, bytes(Self::BITS), out);
            }
        }

        impl<const $places: u32, const $lives: u32> Identity for $id<$places, $lives> {
            type Addr = $place<$places>;
            type Route = $place<$places>;
            const RENEWS: bool = $lives > 0;

            fn addr(&self) -> $place<$places> {
                self.$get()
            }

            fn route(&self) -> $place<$places> {
                self.$get()
            }

            fn route_of(addr: &$place<$places>) -> Option<$place<$places>> {
                Some(*addr)
            }

            fn renew(&self, rival: &Self) -> Option<Self> {
                if $lives == 0 {
                    return None;
                }
                let next = serial::after(self.epoch(), rival.epoch(), $lives);
                Some(Self(self.$get().0 << $lives | u128::from(next)))
            }

            fn supersedes(&self, other: &Self) -> bool {
                $lives > 0 && serial::newer(self.epoch(), other.epoch(), $lives)
            }
        }

        impl<const $places: u32, const $lives: u32> fmt::Debug for $id<$places, $lives> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut shown = f.debug_struct(stringify!($id));
                shown.field(stringify!($get), &self.$get().0);
                if $lives > 0 {
                    shown.field("epoch", &self.epoch());
                }
                shown.finish()
            }
        }

        impl<const $places: u32, const $lives: u32> fmt::Display for $id<$places, $lives> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.$get())?;
                if $lives > 0 { write!(f, "#{}", self.epoch()) } else { Ok(()) }
            }
        }

        impl<const $places: u32, const $lives: u32> FromStr for $id<$places, $lives> {
            type Err = ParseError;

            fn from_str(text: &str) -> Result<Self, ParseError> {
                let () = Self::POSSIBLE;
                let (place, life) = text::split(text, $lives > 0)?;
                let place: $place<$places> = place.parse()?;
                let epoch = life.map_or(Ok(0), |life| text::number(life, &Self::EPOCH))?;
                Ok(Self(place.0 << $lives | epoch))
            }
        }
    };
}
pub(crate) use placed_identity;

/// Whether an identity of so many bits of place and epoch can be.
pub(crate) const fn check(places: u32, lives: u32) {
    assert!(places >= 1 && places + lives <= 128, "place and epoch have 1 to 128 bits together");
    assert!(lives != 1 && lives <= 64, "an epoch has 2 to 64 bits, or none");
}
