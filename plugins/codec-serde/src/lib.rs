//! Serde codecs for Haulout.
#![no_std]
