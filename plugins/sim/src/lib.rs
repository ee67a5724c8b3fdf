//! sim
pub mod checkers;
pub mod log;
pub mod model;
pub mod network;
pub mod observe;
pub mod queue;
pub mod run;
pub mod scenario;
pub mod world;
