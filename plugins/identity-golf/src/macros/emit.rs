//! What a declaration becomes. Widths are asserted here, as constants.

/// The type, its constructor and accessors, and what follows from its fields alone.
#[doc(hidden)]
#[macro_export]
macro_rules! __golf_fields {
    (
        [$($meta:tt)*] [$vis:vis] $name:ident $carrier:ident
        [$([[$($about:meta),*] $field:ident $width:literal])+] [$($epoch:ident)?]
    ) => {
        $($meta)*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        $vis struct $name($carrier);

        impl $name {
            /// A value of these fields; an error names the first that is out of range, and its limit.
            #[allow(clippy::too_many_arguments, reason = "one for each field")]
            $vis fn new($($field: $crate::Value<$width>),+) -> ::core::result::Result<Self, $crate::OutOfRange> {
                $crate::__private::compose(&[$($crate::__private::Number::widen($field)),+])
            }

            $(
                $(#[$about])*
                #[doc = concat!("The field `", stringify!($field), "`, of ", stringify!($width), " bits.")]
                #[allow(dead_code, reason = "not every field is asked for")]
                $vis fn $field(&self) -> $crate::Value<$width> {
                    const FIELD: $crate::Field = $crate::__private::field(
                        <$name as $crate::Fields>::FIELDS,
                        stringify!($field),
                    );
                    $crate::__private::Number::cut(FIELD.get($crate::Fields::number(*self)))
                }
            )+
        }

        const _: () = assert!(
            $crate::__private::sum(&[$($width),+]) <= <$carrier as $crate::__private::Number>::BITS,
            concat!("the fields of `", stringify!($name), "` need more bits than `", stringify!($carrier), "` has")
        );

        impl $crate::Fields for $name {
            const NAME: &'static str = stringify!($name);
            const FIELDS: &'static [$crate::Field] =
                &$crate::__private::place([$((stringify!($field), $width)),+]);

            #[inline]
            fn number(self) -> u128 {
                $crate::__private::Number::widen(self.0)
            }

            #[inline]
            fn of_number(number: u128) -> Self {
                Self($crate::__private::Number::cut(number))
            }
        }

        impl $crate::Pack for $name {
            const BITS: u32 = $crate::__private::width(<$name as $crate::Fields>::FIELDS);

            fn pack(self) -> u128 {
                $crate::Fields::number(self)
            }

            fn unpack(bits: u128) -> ::core::option::Option<Self> {
                $crate::__private::within(bits)
            }
        }

        impl $crate::__private::Canonical for $name {
            fn canonical<S: $crate::__private::CanonicalSink>(&self, out: &mut S) {
                out.raw(&self.0.to_le_bytes());
            }
        }

        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::__private::debug_fields(*self, f)
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::__private::display(*self, $crate::__golf_epoch!($name $($epoch)?), f)
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::ParseError;

            fn from_str(text: &str) -> ::core::result::Result<Self, $crate::ParseError> {
                $crate::__private::read(text, $crate::__golf_epoch!($name $($epoch)?))
            }
        }

        $crate::__golf_serde! { $name $carrier }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __golf_epoch {
    ($name:ident) => {
        ::core::option::Option::None
    };
    ($name:ident $epoch:ident) => {
        ::core::option::Option::Some(<$name as $crate::Layout>::EPOCH)
    };
}

/// What makes a type of fields an identity.
#[doc(hidden)]
#[macro_export]
macro_rules! __golf_layout {
    ($name:ident [$($key:ident)+] $epoch:ident [$($route:expr)?]) => {
        const _: () = {
            let epoch = <$name as $crate::Layout>::EPOCH;
            assert!(
                epoch.width >= 2,
                concat!("the epoch of `", stringify!($name), "` needs two bits: with one, no number is newer")
            );
            assert!(
                epoch.width <= 64,
                concat!("the epoch of `", stringify!($name), "` has 64 bits at most")
            );
        };

        impl $crate::Layout for $name {
            const KEY: &'static [$crate::Field] =
                &$crate::__private::pick(<$name as $crate::Fields>::FIELDS, [$(stringify!($key)),+]);
            const EPOCH: $crate::Field =
                $crate::__private::field(<$name as $crate::Fields>::FIELDS, stringify!($epoch));
            type KeyValues = ($(
                $crate::Value<{
                    $crate::__private::field(<$name as $crate::Fields>::FIELDS, stringify!($key)).width
                }>,
            )+);

            #[allow(non_snake_case, reason = "the names of fields are the user's")]
            fn key_values(key: $crate::Key<Self>) -> Self::KeyValues {
                let mut values = key.fields().map(|(_, value)| value);
                ($({
                    let $key = values.next().unwrap_or_default();
                    $crate::__private::Number::cut($key)
                },)+)
            }
        }

        impl $crate::__private::Identity for $name {
            type Addr = $crate::Key<Self>;
            type Route = $crate::__golf_route!(type $($route)?);
            const RENEWS: bool = true;

            fn addr(&self) -> $crate::Key<Self> {
                $crate::Key::of(*self)
            }

            fn route(&self) -> Self::Route {
                $crate::__golf_route!(of $crate::Key::of(*self), $($route)?)
            }

            fn route_of(addr: &$crate::Key<Self>) -> ::core::option::Option<Self::Route> {
                ::core::option::Option::Some($crate::__golf_route!(of *addr, $($route)?))
            }

            fn renew(&self, rival: &Self) -> ::core::option::Option<Self> {
                ::core::option::Option::Some($crate::__private::renew(*self, *rival))
            }

            fn supersedes(&self, other: &Self) -> bool {
                $crate::__private::supersedes(*self, *other)
            }
        }

        $crate::__golf_protobuf! { $name }
    };
}

/// The key, or the address that a clause makes of it.
#[doc(hidden)]
#[macro_export]
macro_rules! __golf_route {
    (type) => { $crate::Key<Self> };
    (type $route:expr) => { ::core::net::SocketAddr };
    (of $key:expr,) => { $key };
    (of $key:expr, $route:expr) => {
        $crate::__private::lead($crate::Key::<Self>::values($key), $route)
    };
}

#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! __golf_serde {
    ($name:ident $carrier:ident) => {
        impl $crate::__private::serde::Serialize for $name {
            #[inline]
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                const LEN: usize = ::core::mem::size_of::<$carrier>();
                $crate::__private::serialize(self, $crate::Fields::number(*self), LEN, serializer)
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            #[inline]
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                const LEN: usize = ::core::mem::size_of::<$carrier>();
                $crate::__private::deserialize(deserializer, LEN, $crate::__private::within)
            }
        }
    };
}

#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __golf_serde {
    ($name:ident $carrier:ident) => {};
}

#[cfg(feature = "protobuf")]
#[doc(hidden)]
#[macro_export]
macro_rules! __golf_protobuf {
    ($name:ident) => {
        $crate::__golf_proto_identity! { [] $name where [] }
    };
}

#[cfg(not(feature = "protobuf"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __golf_protobuf {
    ($name:ident) => {};
}
