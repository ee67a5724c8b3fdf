//! What is held against a declaration before anything is written, so that a misuse is one error.
//!
//! Names are compared by the macros themselves: each check is given what comes after it, and goes on with that
//! or with an error. Cost: three expansions a name within the compiler's limit of 128, so sixteen fields.

/// Goes on if the carrier is one.
#[doc(hidden)]
#[macro_export]
macro_rules! __golf_carrier {
    (u8 $name:ident { $($then:tt)* }) => { $($then)* };
    (u16 $name:ident { $($then:tt)* }) => { $($then)* };
    (u32 $name:ident { $($then:tt)* }) => { $($then)* };
    (u64 $name:ident { $($then:tt)* }) => { $($then)* };
    (u128 $name:ident { $($then:tt)* }) => { $($then)* };
    ($other:ident $name:ident $then:tt) => {
        compile_error!(concat!(
            "`", stringify!($name), "` is carried by u8, u16, u32, u64 or u128, not by `",
            stringify!($other), "`"
        ));
    };
}

/// Goes on if no name is there twice.
#[doc(hidden)]
#[macro_export]
macro_rules! __golf_distinct {
    ($dollar:tt $name:ident $what:literal [] { $($then:tt)* }) => { $($then)* };
    ($dollar:tt $name:ident $what:literal [$first:ident $($rest:ident)*] $then:tt) => {
        $crate::__golf_find! { $dollar $first [$($rest)*] {
            compile_error!(concat!(
                "`", stringify!($name), "` has two ", $what, " named `", stringify!($first), "`"
            ));
        } {
            $crate::__golf_distinct! { $dollar $name $what [$($rest)*] $then }
        } }
    };
}

/// Goes on if all names of a clause are fields.
#[doc(hidden)]
#[macro_export]
macro_rules! __golf_known {
    ($dollar:tt $name:ident $clause:literal [] $fields:tt { $($then:tt)* }) => { $($then)* };
    ($dollar:tt $name:ident $clause:literal [$first:ident $($rest:ident)*] $fields:tt $then:tt) => {
        $crate::__golf_find! { $dollar $first $fields {
            $crate::__golf_known! { $dollar $name $clause [$($rest)*] $fields $then }
        } {
            compile_error!(concat!(
                "`", $clause, "` names `", stringify!($first), "`, which is no field of `",
                stringify!($name), "`"
            ));
        } }
    };
}

/// Goes one way if a name is in a list, the other way if not. The dollar sign is for the macro within.
#[doc(hidden)]
#[macro_export]
macro_rules! __golf_find {
    (($d:tt) $needle:ident [$($hay:ident)*] { $($found:tt)* } { $($missing:tt)* }) => {
        macro_rules! __golf_at {
            ($needle $d($d more:tt)*) => { $($found)* };
            ($d a:tt $needle $d($d more:tt)*) => { $($found)* };
            ($d a:tt $d b:tt $needle $d($d more:tt)*) => { $($found)* };
            ($d a:tt $d b:tt $d c:tt $needle $d($d more:tt)*) => { $($found)* };
            ($d a:tt $d b:tt $d c:tt $d d:tt $needle $d($d more:tt)*) => { $($found)* };
            ($d a:tt $d b:tt $d c:tt $d d:tt $d e:tt $needle $d($d more:tt)*) => { $($found)* };
            ($d a:tt $d b:tt $d c:tt $d d:tt $d e:tt $d f:tt $needle $d($d more:tt)*) => { $($found)* };
            ($d a:tt $d b:tt $d c:tt $d d:tt $d e:tt $d f:tt $d g:tt $needle $d($d more:tt)*) => { $($found)* };
            ($d a:tt $d b:tt $d c:tt $d d:tt $d e:tt $d f:tt $d g:tt $d h:tt $needle $d($d more:tt)*) => { $($found)* };
            ($d a:tt $d b:tt $d c:tt $d d:tt $d e:tt $d f:tt $d g:tt $d h:tt $d i:tt $needle $d($d more:tt)*) => { $($found)* };
            ($d a:tt $d b:tt $d c:tt $d d:tt $d e:tt $d f:tt $d g:tt $d h:tt $d i:tt $d j:tt $needle $d($d more:tt)*) => { $($found)* };
            ($d a:tt $d b:tt $d c:tt $d d:tt $d e:tt $d f:tt $d g:tt $d h:tt $d i:tt $d j:tt $d k:tt $needle $d($d more:tt)*) => { $($found)* };
            ($d a:tt $d b:tt $d c:tt $d d:tt $d e:tt $d f:tt $d g:tt $d h:tt $d i:tt $d j:tt $d k:tt $d l:tt $needle $d($d more:tt)*) => { $($found)* };
            ($d a:tt $d b:tt $d c:tt $d d:tt $d e:tt $d f:tt $d g:tt $d h:tt $d i:tt $d j:tt $d k:tt $d l:tt $d m:tt $needle $d($d more:tt)*) => { $($found)* };
            ($d a:tt $d b:tt $d c:tt $d d:tt $d e:tt $d f:tt $d g:tt $d h:tt $d i:tt $d j:tt $d k:tt $d l:tt $d m:tt $d n:tt $needle $d($d more:tt)*) => { $($found)* };
            ($d a:tt $d b:tt $d c:tt $d d:tt $d e:tt $d f:tt $d g:tt $d h:tt $d i:tt $d j:tt $d k:tt $d l:tt $d m:tt $d n:tt $d o:tt $needle $d($d more:tt)*) => { $($found)* };
            ($d a:tt $d b:tt $d c:tt $d d:tt $d e:tt $d f:tt $d g:tt $d h:tt $d i:tt $d j:tt $d k:tt $d l:tt $d m:tt $d n:tt $d o:tt $d p:tt $d($d more:tt)*) => { __golf_at! { $d($d more)* } };
            ($d($d more:tt)*) => { $($missing)* };
        }
        __golf_at! { $($hay)* }
    };
}
