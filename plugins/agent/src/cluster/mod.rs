//! A cluster of real agents: child processes on free ports of the loopback interface, in a directory of their
//! own.

mod child;
mod directory;
mod seat;
mod wait;

pub(crate) use directory::Directory;
pub(crate) use seat::Seat;
pub(crate) use wait::{Progress, Stage, Wait};

use crate::exit::Failure;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};

/// Some agents, running or not. Dropping it ends them and removes the directory, unless it is kept.
#[derive(Debug)]
pub(crate) struct Cluster {
    seats: Vec<Seat>,
    // After the seats: removed when the processes have ended.
    directory: Directory,
}

impl Cluster {
    /// Finds places for `count` agents, named `prefix` and a number from 1; none is started.
    ///
    /// `mortal` agents end with this process, however it ends.
    pub(crate) fn new(prefix: &str, count: usize, mortal: bool) -> Result<Self, Failure> {
        let failed = |error: io::Error| Failure::Failed(format!("cannot prepare a cluster: {error}"));
        let directory = Directory::new().map_err(failed)?;
        let addresses = free_addresses(count).map_err(failed)?;
        let seed = addresses.first().copied();
        let digits = count.to_string().len();
        let seats = addresses.iter().enumerate().map(|(index, address)| {
            let name = format!("{prefix}-{:0digits$}", index + 1);
            let seed = seed.filter(|seed| seed != address);
            Seat::new(name, *address, seed, directory.path(), mortal)
        });
        Ok(Self { seats: seats.collect(), directory })
    }

    /// How many agents there are, running or not.
    pub(crate) fn len(&self) -> usize {
        self.seats.len()
    }

    /// The agent with this index.
    pub(crate) fn seat(&mut self, index: usize) -> &mut Seat {
        &mut self.seats[index]
    }

    /// All agents.
    pub(crate) fn seats(&self) -> &[Seat] {
        &self.seats
    }

    /// Where sockets and logs are.
    pub(crate) fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Lets everything live on when this is dropped.
    pub(crate) fn keep(&mut self) {
        self.seats.iter_mut().for_each(Seat::keep);
        self.directory.keep();
    }

    /// Keeps the logs when this is dropped; the agents end.
    pub(crate) fn keep_logs(&mut self) {
        self.directory.keep();
    }
}

/// Distinct free addresses: all are held until the last one is found.
fn free_addresses(count: usize) -> io::Result<Vec<SocketAddr>> {
    let sockets: Vec<UdpSocket> =
        (0..count).map(|_| UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))).collect::<Result<_, _>>()?;
    sockets.iter().map(UdpSocket::local_addr).collect()
}
