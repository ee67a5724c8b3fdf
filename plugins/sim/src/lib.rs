//! sim
pub mod checkers;
pub mod log;
pub mod model;
pub mod network;
pub mod observe;
pub mod parallel;
pub mod queue;
pub mod run;
pub mod scenario;
pub mod swarm;
pub mod world;
