//! `haulout join`: one outcome an address.

use super::print_json;
use super::target::{connect, failure};
use crate::cli::JoinArgs;
use crate::control::api::{self, Join, JoinOutcome, Joined};
use crate::exit::{Answer, Failure};
use crate::table::{BAD, Cell, DOUBTFUL, GOOD, Table};
use std::io::Write;
use std::time::Duration;

/// Longer than any profile's join timeout and a slow name service together.
const PATIENCE: Duration = Duration::from_secs(60);

/// Makes an agent join; the answer is no if no address was reached.
pub(crate) async fn join(args: &JoinArgs, out: &mut impl Write) -> Result<Answer, Failure> {
    let (client, endpoint) = connect(&args.target).await?;
    let request = Join { addresses: args.addresses.clone() };
    let reply: Joined = client
        .patience(PATIENCE)
        .post(api::JOIN, &request)
        .await
        .map_err(|error| failure(&endpoint, &error))?;
    if args.json {
        print_json(out, &reply)?;
    } else {
        print(&reply, out)?;
    }
    Ok(if reply.reached { Answer::Yes } else { Answer::No })
}

fn print(reply: &Joined, out: &mut impl Write) -> Result<(), Failure> {
    let mut table = Table::new(&["ADDRESS", "TRIED", "OUTCOME", "DETAIL"]);
    for result in &reply.results {
        let (word, style) = match result.outcome {
            JoinOutcome::Reached => ("reached", GOOD),
            JoinOutcome::Refused => ("refused", BAD),
            JoinOutcome::NoAnswer => ("no answer", BAD),
            JoinOutcome::Myself => ("myself", DOUBTFUL),
            JoinOutcome::Unresolved => ("unresolved", BAD),
        };
        table.row([
            result.address.clone().into(),
            result.route.clone().unwrap_or_else(|| "-".into()).into(),
            Cell::styled(word, style),
            result.detail.clone().into(),
        ]);
    }
    Ok(table.print(out)?)
}
