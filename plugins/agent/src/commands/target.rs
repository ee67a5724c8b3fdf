//! Which agent a command talks to.

use crate::cli::Target;
use crate::control::{Client, ClientError, Endpoint, agent_of, runtime_directory, socket_of, sockets};
use crate::exit::Failure;
use haulout::Name;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

/// Connects to the agent that is meant.
pub(super) async fn connect(target: &Target) -> Result<(Client, Endpoint), Failure> {
    let endpoint = choose(target)?;
    let client = Client::connect(&endpoint).await.map_err(|error| failure(&endpoint, &error))?;
    Ok((client, endpoint))
}

/// What a failed request means for the user.
pub(super) fn failure(endpoint: &Endpoint, error: &ClientError) -> Failure {
    match error {
        ClientError::Absent(source) if source.kind() == std::io::ErrorKind::PermissionDenied => {
            Failure::NoAgent(format!(
                "no access to {endpoint}: {source}\n  the agent belongs to another user"
            ))
        }
        ClientError::Absent(_) => Failure::NoAgent(format!(
            "no agent at {endpoint}: {error}\n  start one with: {}",
            start(endpoint)
        )),
        ClientError::Silent(_) | ClientError::Broken(_) => {
            Failure::NoAgent(format!("no answer from the agent at {endpoint}: {error}"))
        }
        ClientError::Refused(why) => Failure::Failed(why.clone()),
    }
}

/// An answer that goes on has ended: whoever reads it should know.
pub(super) fn ended(endpoint: &Endpoint) -> Failure {
    Failure::Failed(format!("the agent at {endpoint} has stopped"))
}

/// The command that would start an agent there.
fn start(endpoint: &Endpoint) -> String {
    let named = match endpoint {
        Endpoint::Unix(path) => agent_of(path),
        Endpoint::Tcp(_) => None,
    };
    match named {
        Some(name) => format!("haulout agent --name {name} --bind 127.0.0.1:7946"),
        None => format!("haulout agent --bind 127.0.0.1:7946 --control {endpoint}"),
    }
}

/// `--control`, `--name`, `HAULOUT_CONTROL`, `HAULOUT_NAME`, the only one there is.
fn choose(target: &Target) -> Result<Endpoint, Failure> {
    if let Some(endpoint) = &target.control {
        return Ok(endpoint.clone());
    }
    if let Some(name) = &target.name {
        return Ok(Endpoint::Unix(socket_of(name.as_str())));
    }
    if let Some(endpoint) = variable::<Endpoint>("HAULOUT_CONTROL")? {
        return Ok(endpoint);
    }
    if let Some(name) = variable::<Name>("HAULOUT_NAME")? {
        return Ok(Endpoint::Unix(socket_of(name.as_str())));
    }
    let live: Vec<PathBuf> = sockets().into_iter().filter(|path| UnixStream::connect(path).is_ok()).collect();
    match live.as_slice() {
        [only] => Ok(Endpoint::Unix(only.clone())),
        [] => Err(Failure::NoAgent(format!(
            "no agent runs here: there is no live control socket in {}\n  start one with: haulout agent --bind \
             127.0.0.1:7946\n  or name the socket of one elsewhere with --control",
            runtime_directory().display()
        ))),
        several => Err(Failure::Usage(which(several))),
    }
}

fn which(several: &[PathBuf]) -> String {
    let choice = |path: &PathBuf| match agent_of(path) {
        Some(name) => format!("  --name {name}"),
        None => format!("  --control {}", path.display()),
    };
    let choices: Vec<String> = several.iter().map(choice).collect();
    format!("{} agents run here; say which one:\n{}", several.len(), choices.join("\n"))
}

fn variable<T: std::str::FromStr<Err: std::fmt::Display>>(name: &str) -> Result<Option<T>, Failure> {
    match std::env::var(name) {
        Ok(text) if !text.is_empty() => match text.parse() {
            Ok(value) => Ok(Some(value)),
            Err(expected) => Err(Failure::Usage(format!(
                "environment variable {name} is {text:?}\n  expected: {expected}"
            ))),
        },
        _ => Ok(None),
    }
}
