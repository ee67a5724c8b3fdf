//! The wire: bytes, sizes, what newer members write, what hostile ones do, and the generated types beside it.

mod bytes;
mod generated;
mod newer;
mod plain;
mod random;
mod refused;
mod sizes;
mod support;
