//! `haulout service`: what one agent offers.

use super::print_json;
use super::services::print;
use super::target::{connect, failure};
use crate::cli::{AddArgs, HealthArgs, RemoveArgs, ServiceArgs, ServiceCommand};
use crate::control::api::{self, Offered, Remove, Removed, SetHealth};
use crate::exit::{Answer, Failure};
use std::io::Write;

/// Adds, removes or judges a service.
pub(crate) async fn service(args: &ServiceArgs, out: &mut impl Write) -> Result<Answer, Failure> {
    match &args.command {
        ServiceCommand::Add(args) => add(args, out).await,
        ServiceCommand::Remove(args) => remove(args, out).await,
        ServiceCommand::Health(args) => health(args, out).await,
    }
}

async fn add(args: &AddArgs, out: &mut impl Write) -> Result<Answer, Failure> {
    let (mut client, endpoint) = connect(&args.target).await?;
    let reply: Offered =
        client.post(api::SERVICES, &args.offer).await.map_err(|error| failure(&endpoint, &error))?;
    show(args.json, &reply, out)
}

async fn remove(args: &RemoveArgs, out: &mut impl Write) -> Result<Answer, Failure> {
    let (mut client, endpoint) = connect(&args.target).await?;
    let request = Remove { instance: args.instance.clone() };
    let reply: Removed =
        client.post(api::SERVICES_REMOVE, &request).await.map_err(|error| failure(&endpoint, &error))?;
    if args.json {
        print_json(out, &reply)?;
    } else {
        writeln!(out, "removed {}", reply.removed)?;
    }
    Ok(Answer::Yes)
}

async fn health(args: &HealthArgs, out: &mut impl Write) -> Result<Answer, Failure> {
    let (mut client, endpoint) = connect(&args.target).await?;
    let request = SetHealth { instance: args.instance.clone(), health: args.health.to_string() };
    let reply: Offered =
        client.post(api::SERVICES_HEALTH, &request).await.map_err(|error| failure(&endpoint, &error))?;
    show(args.json, &reply, out)
}

fn show(json: bool, reply: &Offered, out: &mut impl Write) -> Result<Answer, Failure> {
    if json {
        print_json(out, reply)?;
    } else {
        print(std::slice::from_ref(&reply.service), out)?;
    }
    Ok(Answer::Yes)
}
