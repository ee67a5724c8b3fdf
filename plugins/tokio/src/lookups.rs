//! Host names among the seeds: looked up, and looked up again until one leads to a member.
//!
//! A name is done with when one of its addresses took us in, and begins anew when the node finds itself
//! alone. Until then each round (a look-up, and the outcomes of what it found) is followed by another, after
//! a pause that doubles from [`FIRST_PAUSE`] to [`LONGEST_PAUSE`], jittered. A name that leads to ourselves
//! alone is not done with: the others may not be listed yet.

use crate::command::JoinReply;
use crate::error::JoinError;
use crate::seed::Seed;
use haulout::SeedOutcome;
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::task::{AbortHandle, JoinSet};

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The names, and the look-ups under way. Dropping it cancels them.
#[derive(Default)]
pub(crate) struct Lookups {
    names: Vec<Name>,
    under_way: JoinSet<(usize, io::Result<Vec<SocketAddr>>)>,
}

struct Name {
    host: String,
    port: u16,
    stage: Stage,
    /// Rounds that led to no member.
    failures: u32,
    /// Who waits for the present look-up.
    replies: Vec<JoinReply>,
}

enum Stage {
    /// Once at a time: beginning anew ends the one under way.
    LookingUp(AbortHandle),
    /// Addresses without an outcome so far.
    Asking(Vec<SocketAddr>),
    Reached,
}

/// A look-up that is over: join these addresses, and answer those who asked for them.
pub(crate) struct Found {
    pub(crate) seed: Seed,
    pub(crate) addresses: Vec<SocketAddr>,
    pub(crate) replies: Vec<JoinReply>,
}

impl Lookups {
    /// Looks a name up, at once.
    pub(crate) fn add(&mut self, host: String, port: u16, reply: Option<JoinReply>) {
        let known = self.names.iter().position(|name| name.host == host && name.port == port);
        let index = known.unwrap_or_else(|| {
            self.names.push(Name { host, port, stage: Stage::Reached, failures: 0, replies: Vec::new() });
            self.names.len() - 1
        });
        self.names[index].replies.extend(reply);
        self.look_up(index, Duration::ZERO);
    }

    /// The next look-up that is over and found something; never, while there is none. Cancel safe.
    pub(crate) async fn next(&mut self, reaches: impl Fn(SocketAddr) -> bool) -> Found {
        loop {
            match self.under_way.join_next().await {
                Some(Ok((index, result))) => {
                    if let Some(found) = self.looked_up(index, result, &reaches) {
                        return found;
                    }
                }
                Some(Err(_cancelled)) => {}
                None => pending().await,
            }
        }
    }

    /// An address has an outcome.
    pub(crate) fn outcome(&mut self, address: SocketAddr, outcome: SeedOutcome) {
        for index in 0..self.names.len() {
            let name = &mut self.names[index];
            let Stage::Asking(asked) = &mut name.stage else { continue };
            let Some(position) = asked.iter().position(|&asked| asked == address) else { continue };
            asked.swap_remove(position);
            if outcome == SeedOutcome::Reached {
                name.stage = Stage::Reached;
                name.failures = 0;
            } else if asked.is_empty() {
                self.retry(index);
            }
        }
    }

    /// Whether a name is on its way to a member.
    pub(crate) fn is_searching(&self) -> bool {
        self.names.iter().any(|name| !matches!(name.stage, Stage::Reached))
    }

    /// The node has lost every member: what the names led to may have moved.
    pub(crate) fn alone(&mut self) {
        for index in 0..self.names.len() {
            if matches!(self.names[index].stage, Stage::Reached) {
                self.retry(index);
            }
        }
    }

    /// The node leaves: forgets everything.
    pub(crate) fn cancel(&mut self) {
        self.under_way = JoinSet::new();
        for reply in self.names.drain(..).flat_map(|name| name.replies) {
            let _ = reply.send(Err(JoinError::Left));
        }
    }

    fn looked_up(
        &mut self,
        index: usize,
        result: io::Result<Vec<SocketAddr>>,
        reaches: impl Fn(SocketAddr) -> bool,
    ) -> Option<Found> {
        let name = &mut self.names[index];
        let seed = Seed::Host { name: name.host.clone(), port: name.port };
        let replies = std::mem::take(&mut name.replies);
        match result.and_then(|addresses| within_reach(addresses, reaches)) {
            Ok(addresses) => {
                name.stage = Stage::Asking(addresses.clone());
                Some(Found { seed, addresses, replies })
            }
            Err(error) => {
                tracing::debug!(%seed, %error, "seed not resolved, tried again");
                for reply in replies {
                    let source = io::Error::new(error.kind(), error.to_string());
                    let _ = reply.send(Err(JoinError::Resolve { seed: seed.clone(), source }));
                }
                self.retry(index);
                None
            }
        }
    }

    fn retry(&mut self, index: usize) {
        let name = &mut self.names[index];
        let pause = pause(name.failures).mul_f64(rand::random_range(0.5..=1.0));
        name.failures += 1;
        self.look_up(index, pause);
    }

    fn look_up(&mut self, index: usize, pause: Duration) {
        let name = &mut self.names[index];
        if let Stage::LookingUp(previous) = &name.stage {
            previous.abort();
        }
        let (host, port) = (name.host.clone(), name.port);
        name.stage = Stage::LookingUp(self.under_way.spawn(async move {
            tokio::time::sleep(pause).await;
            let found = tokio::net::lookup_host((host.as_str(), port)).await;
            (index, found.map(Iterator::collect))
        }));
    }
}

fn pause(failures: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << failures.min(16)).min(LONGEST_PAUSE)
}

fn within_reach(
    mut addresses: Vec<SocketAddr>,
    reaches: impl Fn(SocketAddr) -> bool,
) -> io::Result<Vec<SocketAddr>> {
    let found = addresses.len();
    addresses.retain(|&address| reaches(address));
    addresses.sort_unstable();
    addresses.dedup();
    match (addresses.is_empty(), found) {
        (false, _) => Ok(addresses),
        (true, 0) => Err(io::Error::new(io::ErrorKind::NotFound, "it leads to no address")),
        (true, _) => Err(io::Error::new(
            io::ErrorKind::AddrNotAvailable,
            "its addresses are of a family that the node's socket does not speak, or none that a member can have",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    fn at(n: u8) -> SocketAddr {
        ([10, 0, 0, n], 7).into()
    }

    fn found(lookups: &mut Lookups, addresses: &[SocketAddr]) -> Option<Vec<SocketAddr>> {
        lookups.looked_up(0, Ok(addresses.to_vec()), |to| to.is_ipv4()).map(|found| found.addresses)
    }

    fn looking_up(lookups: &Lookups) -> bool {
        matches!(lookups.names[0].stage, Stage::LookingUp(_))
    }

    #[tokio::test]
    async fn a_name_is_looked_up_again_when_no_address_of_it_led_to_a_member() {
        let mut lookups = Lookups::default();
        lookups.add("db".into(), 7, None);
        assert_eq!(found(&mut lookups, &[at(2), at(1), at(2)]), Some(vec![at(1), at(2)]));
        lookups.outcome(at(1), SeedOutcome::NoAnswer);
        assert!(!looking_up(&lookups));
        lookups.outcome(at(2), SeedOutcome::Myself);
        assert!(looking_up(&lookups));
    }

    #[tokio::test]
    async fn a_name_that_led_to_a_member_rests_until_the_node_is_alone() {
        let mut lookups = Lookups::default();
        lookups.add("db".into(), 7, None);
        found(&mut lookups, &[at(1), at(2)]);
        lookups.outcome(at(1), SeedOutcome::Reached);
        lookups.outcome(at(2), SeedOutcome::NoAnswer);
        assert!(!looking_up(&lookups));
        lookups.alone();
        assert!(looking_up(&lookups));
    }

    #[tokio::test]
    async fn addresses_out_of_reach_are_an_error_and_tried_again() {
        let mut lookups = Lookups::default();
        let (reply, answer) = oneshot::channel();
        lookups.add("db".into(), 7, Some(reply));
        assert_eq!(found(&mut lookups, &["[::1]:7".parse().unwrap()]), None);
        let error = answer.await.unwrap().unwrap_err();
        assert!(error.to_string().contains("family"), "{error}");
        assert!(looking_up(&lookups));
    }

    #[tokio::test]
    async fn leaving_answers_those_who_wait_and_ends_the_look_ups() {
        let mut lookups = Lookups::default();
        let (reply, answer) = oneshot::channel();
        lookups.add("db".into(), 7, Some(reply));
        lookups.cancel();
        assert!(matches!(answer.await, Ok(Err(JoinError::Left))));
        assert!(lookups.under_way.is_empty());
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        assert_eq!(pause(0), FIRST_PAUSE);
        assert_eq!(pause(1), 2 * FIRST_PAUSE);
        assert_eq!(pause(u32::MAX), LONGEST_PAUSE);
    }
}
