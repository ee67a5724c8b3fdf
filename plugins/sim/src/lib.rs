//! # Haulout's simulator
//!
//! Thousands of the real engines in one process: a virtual clock, one queue, a seeded network, no threads and
//! no sockets. A seed and a scenario determine every byte. Checkers, one type a theorem, look on; a swarm
//! draws scenarios from seeds; the papers' tables are measured and printed.
//!
//! ```text
//!   Scenario ─ data, TOML or a builder          swarm ─ draws scenarios from seeds, shrinks what fails
//!      │                                          │
//!   run ─ faults, then heal ──────────────────────┘
//!      │
//!   World<M: Model> ── queue ── network ── engines (haulout)
//!      │ Observation, Survey
//!   checkers ─ what must hold      Meter ─ what is measured ── Report ── table, JSON, plot
//! ```
//!
//! | module | what is in it |
//! | --- | --- |
//! | [`scenario`] | who, how many, on what network, and what happens to them |
//! | [`run`](mod@run) | runs a scenario; [`run::Report`] is what it came to |
//! | [`swarm`] | random scenarios |
//! | [`checkers`] | the theorems |
//! | [`observe`] | the history that checkers judge by, and that can be made up |
//! | [`world`], [`queue`], [`network`], [`model`] | the simulator itself, for experiments of your own |
//! | [`papers`], [`size`] | the experiments behind `haulout sim table` |
//! | [`plan`] | settings for a cluster that one has in mind |
//! | [`parallel`], [`stats`], [`table`] | what experiments need |
//! | `cli`, `plot` | the commands of `haulout sim`; pictures (features of these names) |

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "what is counted here stays far below 2⁵², and no figure is negative"
)]

pub mod checkers;
#[cfg(feature = "cli")]
pub mod cli;
pub mod log;
pub mod model;
pub mod network;
pub mod observe;
pub mod papers;
pub mod parallel;
pub mod plan;
#[cfg(feature = "plot")]
pub mod plot;
pub mod queue;
pub mod run;
pub mod scenario;
pub mod size;
pub mod stats;
pub mod swarm;
pub mod table;
pub mod world;

/// The example of the README is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
