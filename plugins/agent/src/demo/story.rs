//! The steps of the demo. Each does something to the cluster and waits until all others have seen it.
//!
//! Times are those at which the agents themselves saw a change, not those at which they were asked.

use crate::clock::now_ms;
use crate::cluster::{Cluster, Progress, Stage, Wait};
use crate::control::api::{self, Left, Member, Members, Services, State};
use crate::exit::Failure;
use crate::voice::Voice;
use rustix::process::Signal;
use serde::de::DeserializeOwned;
use std::time::{Duration, Instant};

/// How long a step may take.
const PATIENCE: Duration = Duration::from_secs(25);
/// The pause between two rounds of asking.
const PAUSE: Duration = Duration::from_millis(60);

/// What came of one step.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// What should be seen.
    pub(super) what: String,
    /// By how many agents.
    pub(super) by: usize,
    /// After how many milliseconds all of them had seen it; `None` if they did not.
    pub(super) after_ms: Option<u64>,
}

/// The story under way.
#[derive(Debug)]
pub(super) struct Story<'a> {
    cluster: &'a mut Cluster,
    voice: &'a mut Voice,
    seen: Vec<Seen>,
}

impl<'a> Story<'a> {
    /// How many steps a whole story has.
    pub(super) const STEPS: usize = 10;

    /// A story that is not told so far.
    pub(super) fn new(cluster: &'a mut Cluster, voice: &'a mut Voice) -> Self {
        Self { cluster, voice, seen: Vec::new() }
    }

    /// Tells it: up to the end, or to the first step that does not hold.
    pub(super) async fn tell(mut self) -> Result<Vec<Seen>, Failure> {
        // The last three have a part in it.
        let count = self.cluster.len();
        let (leaver, killed, frozen) = (count - 3, count - 2, count - 1);
        let _complete = self.gather().await?
            && self.lose(killed, frozen).await?
            && self.thaw(frozen, killed).await?
            && self.restart(killed).await?
            && self.leave(leaver).await?
            && self.agree(leaver).await?;
        Ok(self.seen)
    }

    async fn gather(&mut self) -> Result<bool, Failure> {
        let count = self.cluster.len();
        let (first, last) = (self.name(0), self.name(count - 1));
        self.voice.say(&format!("{count} agents start, {first} to {last}; all join through {first}"))?;
        for index in 0..count {
            let seat = self.cluster.seat(index);
            seat.offer(format!("web:{},instance={}", 8_001 + index, seat.name()));
            seat.start()?;
        }
        let started = now_ms();
        let complete = move |members: &Members| all_alive(members, count).map_or(Stage::Nothing, Stage::Seen);
        let all = self.all_but(&[]);
        let told = "everybody knows everybody";
        let known = self.see(told, api::MEMBERS, started, all.clone(), complete, |progress| {
            format!("{} of {} agents know everybody", progress.seen, progress.of)
        });
        Ok(known.await?
            && self.see_services("everybody lists the service of everybody", started, all).await?)
    }

    /// Waits until all observers list as many services as there are agents.
    async fn see_services(&mut self, what: &str, begun: u64, observers: Vec<usize>) -> Result<bool, Failure> {
        let count = self.cluster.len();
        let complete = move |services: &Services| {
            let latest = services.services.iter().map(|service| service.since_ms).max();
            if services.services.len() == count {
                Stage::Seen(latest.unwrap_or_default())
            } else {
                Stage::Nothing
            }
        };
        self.see(what, api::SERVICES, begun, observers, complete, |progress| {
            format!("{} of {} list all services", progress.seen, progress.of)
        })
        .await
    }

    async fn lose(&mut self, killed: usize, frozen: usize) -> Result<bool, Failure> {
        let (dead, ice) = (self.name(killed), self.name(frozen));
        self.voice.say(&format!("{dead} is killed (SIGKILL), {ice} is frozen (SIGSTOP)"))?;
        let at = now_ms();
        self.cluster.seat(killed).kill();
        self.cluster.seat(frozen).signal(Signal::STOP)?;
        let others = self.all_but(&[killed, frozen]);
        Ok(self.see_down(&dead, "killed", at, &others).await?
            && self.see_no_service(&dead, at, &others).await?
            && self.see_down(&ice, "frozen", at, &others).await?)
    }

    async fn see_no_service(&mut self, name: &str, at: u64, others: &[usize]) -> Result<bool, Failure> {
        let owner = name.to_owned();
        let vanished = move |services: &Services| {
            let there = services.services.iter().any(|service| service.member == owner);
            if there { Stage::Nothing } else { Stage::Seen(services.changed_ms) }
        };
        let what = format!("the service of {name} vanished with it");
        self.see(&what, api::SERVICES, at, others.into(), vanished, |progress| {
            format!("{} of {} list it no longer", progress.seen, progress.of)
        })
        .await
    }

    async fn see_down(&mut self, name: &str, how: &str, at: u64, others: &[usize]) -> Result<bool, Failure> {
        let subject = name.to_owned();
        let down = move |members: &Members| match find(members, &subject) {
            Some(member) if member.state == State::Down => Stage::Seen(member.since_ms),
            Some(member) if member.state == State::Suspect => Stage::Suspects,
            _ => Stage::Nothing,
        };
        let subject = name.to_owned();
        self.see(
            &format!("{name}, {how}, is found down"),
            api::MEMBERS,
            at,
            others.into(),
            down,
            move |progress| {
                let Progress { of, suspect, seen } = progress;
                format!("{subject}: {suspect} of {of} suspect it, {seen} found it down")
            },
        )
        .await
    }

    async fn thaw(&mut self, frozen: usize, killed: usize) -> Result<bool, Failure> {
        let name = self.name(frozen);
        let old = self.epoch(0, &name).await?;
        self.voice.say(&format!("{name} is continued (SIGCONT)"))?;
        let at = now_ms();
        self.cluster.seat(frozen).signal(Signal::CONT)?;
        let what = format!("{name}, continued, is back by itself");
        let back = move |members: &Members| match own(members, &name) {
            // The one that was frozen: it is back when it knows that it has a new life.
            Some(own) if own.epoch > old && !members.stale => Stage::Seen(0),
            Some(_) => Stage::Nothing,
            None => renewed(members, &name, old),
        };
        self.see(&what, api::MEMBERS, at, self.all_but(&[killed]), back, |progress| {
            format!("{} of {} see it back", progress.seen, progress.of)
        })
        .await
    }

    async fn restart(&mut self, killed: usize) -> Result<bool, Failure> {
        let (name, address) = (self.name(killed), self.cluster.seat(killed).address());
        let (count, old) = (self.cluster.len(), self.epoch(0, &name).await?);
        self.voice.say(&format!("{name} is started again at {address}"))?;
        let at = now_ms();
        self.cluster.seat(killed).start()?;
        let joiner = name.clone();
        let what = format!("{name}, restarted, is renewed, and no ghost is left");
        // As many rows as members, all alive: the old life is not listed beside the new one.
        let renewed = move |members: &Members| match (all_alive(members, count), own(members, &name)) {
            (None, _) => Stage::Nothing,
            (Some(complete), Some(_)) => Stage::Seen(complete),
            (Some(_), None) => renewed(members, &name, old),
        };
        let all = self.all_but(&[]);
        let known = self.see(&what, api::MEMBERS, at, all, renewed, |progress| {
            format!("{} of {} list it anew, once", progress.seen, progress.of)
        });
        let what = format!("{joiner}, which joined last, lists all {count} services");
        Ok(known.await? && self.see_services(&what, at, vec![killed]).await?)
    }

    async fn leave(&mut self, leaver: usize) -> Result<bool, Failure> {
        let name = self.name(leaver);
        self.voice.say(&format!("{name} is told to leave"))?;
        let at = now_ms();
        let _: Option<Left> = self.cluster.seat(leaver).tell(api::LEAVE, &serde_json::json!({})).await;
        self.cluster.seat(leaver).end().await;
        let what = format!("{name} is listed as left, not as down");
        let left = move |members: &Members| match find(members, &name) {
            Some(member) if member.state == State::Left => Stage::Seen(member.since_ms),
            _ => Stage::Nothing,
        };
        self.see(&what, api::MEMBERS, at, self.all_but(&[leaver]), left, |progress| {
            format!("{} of {} list it as left", progress.seen, progress.of)
        })
        .await
    }

    /// In the end all agree: one has left, the others are alive, nobody is listed twice.
    async fn agree(&mut self, leaver: usize) -> Result<bool, Failure> {
        let (name, count, at) = (self.name(leaver), self.cluster.len(), now_ms());
        let agrees = move |members: &Members| {
            let expected = |member: &Member| if member.name == name { State::Left } else { State::Alive };
            let right = members.members.iter().all(|member| member.state == expected(member));
            if right && members.members.len() == count { Stage::Seen(now_ms()) } else { Stage::Nothing }
        };
        let what = format!("in the end all agree: {} alive, 1 left", count - 1);
        self.see(&what, api::MEMBERS, at, self.all_but(&[leaver]), agrees, |progress| {
            format!("{} of {} agree", progress.seen, progress.of)
        })
        .await
    }

    /// Waits until all observers have seen something, and says when that was.
    async fn see<T: DeserializeOwned>(
        &mut self,
        what: &str,
        path: &str,
        begun: u64,
        observers: Vec<usize>,
        stage: impl Fn(&T) -> Stage,
        show: impl Fn(Progress) -> String,
    ) -> Result<bool, Failure> {
        let by = observers.len();
        let wait = Wait { observers, deadline: Instant::now() + PATIENCE, pause: PAUSE };
        let Self { cluster, voice, seen } = self;
        let at = wait.until(cluster, path, stage, |progress| voice.wait(&show(progress))).await;
        let after_ms = at.map(|at| at.saturating_sub(begun));
        let said = match after_ms {
            Some(after) => format!("{what}: seen by {} after {}", agents(by), seconds(after)),
            None => format!("{what}: NOT seen by {} within {} s", agents(by), PATIENCE.as_secs()),
        };
        voice.say(&said)?;
        seen.push(Seen { what: what.into(), by, after_ms });
        Ok(after_ms.is_some())
    }

    fn name(&mut self, index: usize) -> String {
        self.cluster.seat(index).name().into()
    }

    fn all_but(&self, absent: &[usize]) -> Vec<usize> {
        (0..self.cluster.len()).filter(|index| !absent.contains(index)).collect()
    }

    /// The epoch under which one agent holds another.
    async fn epoch(&mut self, observer: usize, name: &str) -> Result<u64, Failure> {
        let members: Option<Members> = self.cluster.seat(observer).get(api::MEMBERS).await;
        let epoch = members.as_ref().and_then(|members| find(members, name)).map(|member| member.epoch);
        epoch.ok_or_else(|| Failure::Failed(format!("{} does not answer any more", self.name(observer))))
    }
}

/// Milliseconds for people.
pub(super) fn seconds(ms: u64) -> String {
    if ms < 1_000 { format!("{ms} ms") } else { format!("{}.{:02} s", ms / 1_000, ms % 1_000 / 10) }
}

/// A number of agents for people.
pub(super) fn agents(count: usize) -> String {
    if count == 1 { "1 agent".into() } else { format!("{count} agents") }
}

fn find<'a>(members: &'a Members, name: &str) -> Option<&'a Member> {
    members.members.iter().find(|member| member.name == name)
}

/// The row of the agent that was asked, if it is the one of this name.
fn own<'a>(members: &'a Members, name: &str) -> Option<&'a Member> {
    find(members, name).filter(|member| member.own)
}

/// When the last of `count` members came up, if all are there and alive.
fn all_alive(members: &Members, count: usize) -> Option<u64> {
    let all = members.members.len() == count && !members.stale;
    let alive = members.members.iter().all(|member| member.state == State::Alive);
    (all && alive).then(|| members.members.iter().map(|member| member.since_ms).max().unwrap_or_default())
}

/// Whether a member is alive under a newer epoch.
fn renewed(members: &Members, name: &str, old: u64) -> Stage {
    match find(members, name) {
        Some(member) if member.state == State::Alive && member.epoch > old => Stage::Seen(member.since_ms),
        _ => Stage::Nothing,
    }
}
