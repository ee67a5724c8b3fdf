//! The program as its users have it: real processes on the loopback interface.
//!
//! Nothing here sleeps for a fixed time: each test waits for its condition, with a deadline. Every process is
//! ended by the test that started it, however the test ends.
#![expect(clippy::unwrap_used, reason = "in a test it is an assertion")]

mod conflict;
mod control;
#[cfg(target_os = "linux")] // it looks processes up in /proc
mod demo;
mod events;
mod failure;
mod generated;
mod hostile;
mod join;
mod leave;
mod output;
#[cfg(all(target_os = "linux", target_env = "gnu"))] // elsewhere the program stays as it was begun
mod pages;
mod services;
mod settings;
mod support;
