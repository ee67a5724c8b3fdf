//! Tokio driver for Haulout.
