//! The measurements.

use super::process::{cpu_time, resident};
use super::report::Samples;
use crate::cli::FiguresArgs;
use crate::clock::now_ms;
use crate::cluster::{Cluster, Seat, Stage, Wait};
use crate::control::api::{self, Info, Members, Offered, Services, State};
use crate::exit::Failure;
use crate::offer::Offer;
use crate::voice::Voice;
use std::time::{Duration, Instant};

/// How long anything may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(60);
/// The pause between two rounds of asking.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a cluster that has just come together needs until it is idle: the longest announce interval.
const SETTLE: Duration = Duration::from_secs(12);

/// All that was measured. Times are in milliseconds.
#[derive(Debug, Default)]
pub(super) struct Measured {
    /// From the last start until all know all, a sample a round.
    pub(super) convergence: Samples,
    /// Bytes, a sample an agent.
    pub(super) memory: Samples,
    /// Share of a core, a sample an agent.
    pub(super) cpu: Samples,
    /// From putting a service on one agent until all list it, a sample a service.
    pub(super) service: Samples,
    /// From SIGKILL until all others know, a sample a kill.
    pub(super) detection: Samples,
    /// Healthy members that some agent held down meanwhile.
    pub(super) false_alarms: usize,
}

/// Measures everything.
pub(super) async fn all(args: &FiguresArgs, voice: &mut Voice) -> Result<Measured, Failure> {
    let mut measured = Measured::default();
    for round in 1..args.rounds {
        let mut cluster = Cluster::new("seal", args.members.into(), true)?;
        converge(&mut cluster, voice, &mut measured, round).await?;
    }
    // The last cluster stays for the rest.
    let mut cluster = Cluster::new("seal", args.members.into(), true)?;
    converge(&mut cluster, voice, &mut measured, args.rounds).await?;
    idle(&mut cluster, voice, &mut measured, args.window).await?;
    for put in 1..=args.services {
        offer(&mut cluster, voice, &mut measured, put.into()).await?;
    }
    for kill in 1..=args.kills {
        detect(&mut cluster, voice, &mut measured, kill.into()).await?;
    }
    Ok(measured)
}

/// Starts all agents as fast as they can be started.
async fn converge(
    cluster: &mut Cluster,
    voice: &mut Voice,
    measured: &mut Measured,
    round: u16,
) -> Result<(), Failure> {
    let begun = Instant::now();
    for index in 0..cluster.len() {
        cluster.seat(index).start()?;
    }
    let (started, spawning) = (now_ms(), begun.elapsed().as_millis());
    let complete = everybody(cluster, voice).await?;
    let took = complete.saturating_sub(started);
    measured.convergence.push(ms(took));
    Ok(voice.say(&format!("round {round}: {} agents started within {spawning} ms know each other {took} ms after the last start", cluster.len()))?)
}

/// Waits until every agent knows every other; the latest of the times at which they learned it.
async fn everybody(cluster: &mut Cluster, voice: &mut Voice) -> Result<u64, Failure> {
    let (count, deadline) = (cluster.len(), Instant::now() + PATIENCE);
    let mut complete = 0;
    for index in 0..count {
        loop {
            let info: Option<Info> = cluster.seat(index).get(api::INFO).await;
            if let Some(info) = info.filter(|info| info.members.alive as usize == count) {
                complete = complete.max(info.changed_ms);
                break;
            }
            if Instant::now() > deadline {
                cluster.keep_logs();
                let name = cluster.seat(index).name().to_owned();
                let logs = cluster.directory().path().display();
                return Err(Failure::Failed(format!("{name} does not know all {count}; logs are in {logs}")));
            }
            voice.wait(&format!("{index} of {count} agents know everybody"));
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(complete)
}

/// Watches a cluster in which nothing happens, and asks it nothing.
async fn idle(
    cluster: &mut Cluster,
    voice: &mut Voice,
    measured: &mut Measured,
    window: u16,
) -> Result<(), Failure> {
    let pids: Vec<u32> = cluster.seats().iter().filter_map(Seat::pid).collect();
    voice
        .say(&format!("the cluster is left alone for {} s, then watched for {window} s", SETTLE.as_secs()))?;
    tokio::time::sleep(SETTLE).await;
    let before = pids.iter().map(|pid| cpu_time(*pid)).collect::<Result<Vec<_>, _>>()?;
    let begun = Instant::now();
    tokio::time::sleep(Duration::from_secs(window.into())).await;
    let took = begun.elapsed();
    for (pid, before) in pids.iter().zip(before) {
        let used = cpu_time(*pid)?.saturating_sub(before);
        measured.cpu.push(used.as_secs_f64() / took.as_secs_f64());
    }
    for pid in &pids {
        #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
        measured.memory.push(resident(*pid)? as f64);
    }
    Ok(())
}

/// Has one agent offer a service, and waits until all others list it.
async fn offer(
    cluster: &mut Cluster,
    voice: &mut Voice,
    measured: &mut Measured,
    put: usize,
) -> Result<(), Failure> {
    let (count, owner, instance) = (cluster.len(), put % cluster.len(), format!("web-{put}"));
    let name = cluster.seat(owner).name().to_owned();
    let offer = Offer { name: "web".into(), instance: Some(instance.clone()), port: 80, ..Offer::default() };
    let begun = now_ms();
    let offered: Option<Offered> = cluster.seat(owner).tell(api::SERVICES, &offer).await;
    offered.ok_or_else(|| Failure::Failed(format!("{name} does not take a service")))?;
    let observers = (0..count).filter(|index| *index != owner).collect();
    let wait = Wait { observers, deadline: Instant::now() + PATIENCE, pause: PAUSE };
    let listed = |services: &Services| {
        let row = services.services.iter().find(|row| row.instance == instance && row.member == name);
        row.map_or(Stage::Nothing, |row| Stage::Seen(row.since_ms))
    };
    let waiting = |progress: crate::cluster::Progress| {
        voice.wait(&format!("{name} offers {instance}: {} of {} list it", progress.seen, progress.of));
    };
    let Some(listed) = wait.until(cluster, api::SERVICES, listed, waiting).await else {
        return Err(Failure::Failed(format!("{name} offers a service that some agents do not list")));
    };
    let took = listed.saturating_sub(begun);
    measured.service.push(ms(took));
    Ok(voice.say(&format!("service {put}: offered by {name}, all others list it after {took} ms"))?)
}

/// Kills one agent, waits until all others know, and starts it again.
async fn detect(
    cluster: &mut Cluster,
    voice: &mut Voice,
    measured: &mut Measured,
    kill: usize,
) -> Result<(), Failure> {
    let count = cluster.len();
    // Not the first: the restarted ones join through it.
    let victim = 1 + (kill - 1) % (count - 1);
    let name = cluster.seat(victim).name().to_owned();
    let killed = now_ms();
    cluster.seat(victim).kill();
    let observers = (0..count).filter(|index| *index != victim).collect();
    let wait = Wait { observers, deadline: Instant::now() + PATIENCE, pause: PAUSE };
    let down = |members: &Members| {
        let row = members.members.iter().find(|member| member.name == name && member.state == State::Down);
        row.map_or(Stage::Nothing, |row| Stage::Seen(row.since_ms))
    };
    let waiting = |progress: crate::cluster::Progress| {
        voice.wait(&format!("{name} is killed: {} of {} know", progress.seen, progress.of));
    };
    let Some(known) = wait.until(cluster, api::MEMBERS, down, waiting).await else {
        return Err(Failure::Failed(format!("{name} was killed, and some agents still do not know")));
    };
    let took = known.saturating_sub(killed);
    measured.detection.push(ms(took));
    for index in (0..count).filter(|index| *index != victim) {
        let info: Option<Info> = cluster.seat(index).get(api::INFO).await;
        measured.false_alarms += info.map_or(0, |info| info.members.down.saturating_sub(1) as usize);
    }
    voice.say(&format!("kill {kill}: {name}, all others know after {took} ms"))?;
    cluster.seat(victim).start()?;
    everybody(cluster, voice).await.map(drop)
}

#[expect(clippy::cast_precision_loss, reason = "minutes at most")]
fn ms(time: u64) -> f64 {
    time as f64
}
