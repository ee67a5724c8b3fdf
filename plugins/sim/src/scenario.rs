//! A scenario.
mod units;
pub use units::{Rate, Span};
