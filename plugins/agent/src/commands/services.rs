//! `haulout services`: what members offer, once or from now on.

use super::print_json;
use super::target::{connect, ended, failure};
use crate::cli::ServicesArgs;
use crate::clock::since_ms;
use crate::control::api::{self, Service, ServiceChange, Services};
use crate::exit::{Answer, Failure};
use crate::table::{BAD, Cell, DOUBTFUL, FAINT, GOOD, Table, ago};
use anstyle::Style;
use std::collections::BTreeSet;
use std::io::Write;

/// Lists services; the answer is no if none is as it is asked for.
pub(crate) async fn services(args: &ServicesArgs, out: &mut impl Write) -> Result<Answer, Failure> {
    if args.watch {
        return watch(args, out).await;
    }
    let (mut client, endpoint) = connect(&args.target).await?;
    let mut reply: Services = client.get(api::SERVICES).await.map_err(|error| failure(&endpoint, &error))?;
    reply.services.retain(|service| is_wanted(args, service));
    if args.json {
        print_json(out, &reply)?;
    } else {
        print(&reply.services, out)?;
        if reply.stale {
            let hint =
                "this agent is not part of a cluster at present, so the list is old: see `haulout info`";
            writeln!(out, "{DOUBTFUL}{hint}{DOUBTFUL:#}")?;
        }
    }
    Ok(if reply.services.is_empty() { Answer::No } else { Answer::Yes })
}

async fn watch(args: &ServicesArgs, out: &mut impl Write) -> Result<Answer, Failure> {
    let (client, endpoint) = connect(&args.target).await?;
    let mut lines = client.follow(api::SERVICES_WATCH).await.map_err(|error| failure(&endpoint, &error))?;
    let mut shown = BTreeSet::new();
    while let Some(change) = lines.next().await.map_err(|error| failure(&endpoint, &error))? {
        let Some(change) = wanted(args, &mut shown, change) else { continue };
        if args.json {
            let line = serde_json::to_string(&change).map_err(|error| Failure::Failed(error.to_string()))?;
            writeln!(out, "{line}")?;
        } else {
            tell(&change, out)?;
        }
        out.flush()?;
    }
    Err(ended(&endpoint))
}

fn is_wanted(args: &ServicesArgs, service: &Service) -> bool {
    let named = args.service.as_ref().is_none_or(|name| service.name == *name);
    named && args.tag.iter().all(|tag| service.tags.contains(tag))
}

/// The change, as far as it is about what is asked for; a service that has lost its tag is gone.
fn wanted(
    args: &ServicesArgs,
    shown: &mut BTreeSet<(String, String)>,
    change: ServiceChange,
) -> Option<ServiceChange> {
    let place = |service: &Service| (service.member.clone(), service.instance.clone());
    match change {
        ServiceChange::Snapshot { mut services } => {
            services.retain(|service| is_wanted(args, service));
            *shown = services.iter().map(place).collect();
            Some(ServiceChange::Snapshot { services })
        }
        ServiceChange::Added { service } | ServiceChange::Changed { service } => {
            match (is_wanted(args, &service), shown.contains(&place(&service))) {
                (true, true) => Some(ServiceChange::Changed { service }),
                (true, false) => {
                    shown.insert(place(&service));
                    Some(ServiceChange::Added { service })
                }
                (false, true) => {
                    shown.remove(&place(&service));
                    Some(ServiceChange::Removed { service })
                }
                (false, false) => None,
            }
        }
        ServiceChange::Removed { service } => {
            shown.remove(&place(&service)).then_some(ServiceChange::Removed { service })
        }
    }
}

fn tell(change: &ServiceChange, out: &mut impl Write) -> Result<(), Failure> {
    let (word, style, service) = match change {
        ServiceChange::Snapshot { services } => return print(services, out),
        ServiceChange::Added { service } => ("added", GOOD, service),
        ServiceChange::Changed { service } => ("changed", DOUBTFUL, service),
        ServiceChange::Removed { service } => ("removed", BAD, service),
    };
    let Service { name, instance, member, health, tags, .. } = service;
    let tags = if tags.is_empty() { String::new() } else { format!(", tags {}", tags.join(" ")) };
    let at = address(service);
    Ok(writeln!(out, "{style}{word:<7}{style:#}  {name}/{instance} at {at} on {member}, {health}{tags}")?)
}

/// A table of services, if there are any.
pub(super) fn print(services: &[Service], out: &mut impl Write) -> Result<(), Failure> {
    let mut table =
        Table::new(&["SERVICE", "INSTANCE", "ADDRESS", "HEALTH", "SINCE", "TAGS", "VERSION", "MEMBER"]);
    for service in services {
        let member =
            if service.own { format!("{} (this agent)", service.member) } else { service.member.clone() };
        table.row([
            service.name.clone().into(),
            service.instance.clone().into(),
            address(service).into(),
            Cell::styled(health(service), style_of(&service.health)),
            ago(since_ms(service.since_ms)).into(),
            said(&service.tags.join(" ")),
            said(&service.version),
            member.into(),
        ]);
    }
    if services.is_empty() { Ok(()) } else { Ok(table.print(out)?) }
}

fn said(text: &str) -> Cell {
    if text.is_empty() { Cell::styled("-", FAINT) } else { text.into() }
}

/// The health and, where it is checked and not passing, why.
fn health(service: &Service) -> String {
    let last = service.checked.as_ref().and_then(|checked| checked.last.as_ref());
    match last {
        Some(last) if service.health != "passing" => format!("{} ({})", service.health, last.detail),
        _ => service.health.clone(),
    }
}

fn style_of(health: &str) -> Style {
    match health {
        "passing" => GOOD,
        "warning" => DOUBTFUL,
        _ => BAD,
    }
}

fn address(service: &Service) -> String {
    let Service { address, port, .. } = service;
    if address.contains(':') { format!("[{address}]:{port}") } else { format!("{address}:{port}") }
}
