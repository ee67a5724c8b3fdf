//! The macros that declare identities and facts.
//!
//! They read the declaration, hold it against the rules (`checks`) and write the type (`emit`).

mod checks;
mod emit;

/// Declares an identity of named bit fields.
///
/// ```
/// use haulout::Identity;
/// use haulout_identity_golf::golf_identity;
/// use std::net::SocketAddr;
///
/// golf_identity! {
///     /// A machine: where it stands, which shard it serves, how often it came back.
///     pub struct MachineId: u32 { rack: 6, host: 10, shard: 4, epoch: 12 }
///     addr = (rack, host);
///     renew = epoch;
///     route = |(rack, host)| SocketAddr::from(([10, rack, (host >> 8) as u8, host as u8], 7946));
/// }
///
/// let id = MachineId::new(3, 700, 1, 0)?;
/// assert_eq!((id.rack(), id.host(), id.shard(), id.epoch()), (3, 700, 1, 0));
/// assert_eq!(id.to_string(), "3/700/1#0");
/// assert_eq!(id.addr().values(), (3, 700));
/// assert_eq!(id.route(), "10.3.2.188:7946".parse().unwrap());
/// assert_eq!(id.renew(&id), MachineId::new(3, 700, 1, 1).ok());
/// let error = MachineId::new(64, 700, 1, 0).unwrap_err();
/// assert_eq!(error.to_string(), "`rack` is at most 63, not 64");
/// # Ok::<(), haulout_identity_golf::OutOfRange>(())
/// ```
///
/// - **The carrier**, `u8` to `u128`, is what travels: as many bytes, whatever the values.
/// - **Fields** have 1 to 128 bits each and the carrier's at most in all; the first is the most significant.
///   Constructor and accessors take and give the narrowest integer of each ([`Value`](crate::Value)); a
///   field may have docs of its own. A field cannot be named `new`.
/// - **`addr`** names the fields of the key, in their order. They stay for as long as a member exists; all
///   others are facts, which a newer life may change.
/// - **`renew`** names the epoch, 2 to 64 bits, a serial number (RFC 1982): it wraps, and is right for as long
///   as nobody misses half of its range of renewals in a row. A process that does not know how often it has
///   started takes any, 0 for instance: it is renewed past its earlier life when it joins.
/// - **`route`**, which may be left out, takes the tuple of the key's values and gives the socket address.
///   Without it the route is the [`Key`](crate::Key), and a host's resolver knows where that is.
///
/// What is declared is `Copy`, `Eq`, `Hash`, `Debug`, `Display`, `FromStr`, [`Identity`](haulout::Identity),
/// [`Canonical`](haulout::fingerprint::Canonical), [`Pack`](crate::Pack), [`Fields`](crate::Fields), and, with
/// the feature `serde`, `Serialize` and `Deserialize`: bytes for codecs, the text for people.
#[macro_export]
macro_rules! golf_identity {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident: $carrier:ident {
            $($(#[$about:meta])* $field:ident: $width:literal),+ $(,)?
        }
        addr = ($($key:ident),+ $(,)?);
        renew = $epoch:ident;
        $(route = $route:expr;)?
    ) => {
        $crate::__golf_carrier! { $carrier $name {
            $crate::__golf_distinct! { ($) $name "fields" [$($field)+] {
                $crate::__golf_distinct! { ($) $name "parts of its key" [$($key)+] {
                    $crate::__golf_known! { ($) $name "addr" [$($key)+] [$($field)+] {
                        $crate::__golf_known! { ($) $name "renew" [$epoch] [$($field)+] {
                            $crate::__golf_find! { ($) $epoch [$($key)+] {
                                compile_error!(concat!(
                                    "the key of `", stringify!($name), "` contains its epoch `",
                                    stringify!($epoch), "`: a renewed identity would be another member"
                                ));
                            } {
                                $crate::__golf_fields! {
                                    [$(#[$meta])*] [$vis] $name $carrier
                                    [$([[$($about),*] $field $width])+] [$epoch]
                                }
                                $crate::__golf_layout! { $name [$($key)+] $epoch [$($route)?] }
                            } }
                        } }
                    } }
                } }
            } }
        } }
    };
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident: $carrier:ident { $($fields:tt)* }
        addr = $key:tt; $(route = $route:expr;)?
    ) => {
        compile_error!(concat!(
            "`", stringify!($name), "` has no epoch: say which field counts lives, `renew = FIELD;`"
        ));
    };
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident: $carrier:ident { $($fields:tt)* }
        renew = $epoch:ident; $(route = $route:expr;)?
    ) => {
        compile_error!(concat!(
            "`", stringify!($name), "` has no key: say which fields stay, `addr = (FIELD, FIELD);`"
        ));
    };
    ($($other:tt)*) => {
        compile_error!(
            "it reads: `struct Name: u32 { field: bits, .., epoch: bits } addr = (field, ..); renew = epoch;`, \
             then perhaps `route = |(field, ..)| address;`"
        );
    };
}

/// Declares facts of named bit fields, for [`With`](crate::With).
///
/// ```
/// use haulout_identity_golf::{Pack, RosterId, With, golf_facts};
///
/// golf_facts! {
///     /// What every member should know of every other.
///     pub struct Role: u8 { shard: 4, zone: 2 }
/// }
///
/// type Member = With<RosterId<8, 10>, Role>; // 8 + 10 + 6 bits: three bytes
/// assert_eq!(<Member as Pack>::BITS, 24);
/// assert_eq!(Role::new(9, 3)?.to_string(), "9/3");
/// # Ok::<(), haulout_identity_golf::OutOfRange>(())
/// ```
#[macro_export]
macro_rules! golf_facts {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident: $carrier:ident {
            $($(#[$about:meta])* $field:ident: $width:literal),+ $(,)?
        }
    ) => {
        $crate::__golf_carrier! { $carrier $name {
            $crate::__golf_distinct! { ($) $name "fields" [$($field)+] {
                $crate::__golf_fields! {
                    [$(#[$meta])*] [$vis] $name $carrier [$([[$($about),*] $field $width])+] []
                }
            } }
        } }
    };
    ($($other:tt)*) => {
        compile_error!("it reads: `struct Name: u8 { field: bits, .. }`");
    };
}
