//! `haulout demo`: a cluster of real agents on this machine, and what becomes of it when some are killed,
//! frozen and restarted.

mod ending;
mod story;

use crate::cli::DemoArgs;
use crate::cluster::Cluster;
use crate::exit::{Answer, Failure};
use crate::signals::interrupted;
use crate::voice::Voice;
use std::io;
use story::Story;

/// Tells the story; the answer is no unless every step held. The agents are ended however this ends, unless
/// the story came to its end and they are to be kept.
pub(crate) async fn run(args: &DemoArgs) -> Result<Answer, Failure> {
    let mut cluster = Cluster::new("seal", args.members, !args.keep)?;
    let mut voice = Voice::new();
    let told = tokio::select! {
        told = Story::new(&mut cluster, &mut voice).tell() => told,
        name = interrupted() => Err(Failure::Failed(format!("{name}: the demo stops, and its agents with it"))),
    };
    voice.hush();
    let ended = told.and_then(|seen| ending::print(args, &mut cluster, &voice, &seen));
    match ended {
        // Nobody reads on, and the story is not over.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Answer::No),
        other => other,
    }
}
