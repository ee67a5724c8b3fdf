//! `haulout leave`: an agent says good-bye and stops.

use super::print_json;
use super::target::{connect, failure};
use crate::cli::LeaveArgs;
use crate::control::api::{self, Left};
use crate::exit::{Answer, Failure};
use std::io::Write;
use std::time::Duration;

/// Longer than an agent takes to leave, whatever happens.
const PATIENCE: Duration = Duration::from_secs(60);

/// Makes an agent leave; the answer is no if it stopped before its farewell was sent.
pub(crate) async fn leave(args: &LeaveArgs, out: &mut impl Write) -> Result<Answer, Failure> {
    let (client, endpoint) = connect(&args.target).await?;
    let reply: Left = client
        .patience(PATIENCE)
        .post(api::LEAVE, &serde_json::json!({}))
        .await
        .map_err(|error| failure(&endpoint, &error))?;
    if args.json {
        print_json(out, &reply)?;
    } else if reply.left {
        writeln!(out, "left the cluster in {} ms; the agent at {endpoint} stops", reply.took_ms)?;
    } else {
        writeln!(
            out,
            "the agent at {endpoint} stops before it could tell enough members that it leaves; they may find it down"
        )?;
    }
    Ok(if reply.left { Answer::Yes } else { Answer::No })
}
