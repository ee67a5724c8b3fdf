//! Two processes with one name.

use crate::support::{PATIENCE, eventually, quick, soon};
use haulout::{Event, Name, Named, Phase};
use haulout_codec_serde::PostcardCodec;
use haulout_tokio::{Handle, Node};
use std::net::SocketAddr;

type Id = Named<SocketAddr>;

async fn named(name: &str, epoch: u64, seeds: &[SocketAddr]) -> Handle<Id> {
    let name = Name::new(name).unwrap();
    let builder = Node::builder()
        .bind(([127, 0, 0, 1], 0))
        .identity_with(move |address| Named::new(name, address, epoch))
        .codec(PostcardCodec)
        .config(quick());
    builder.seeds(seeds.iter().copied()).start().await.unwrap()
}

#[tokio::test]
async fn the_one_that_lost_a_name_and_the_one_that_won_it_both_say_so() {
    let witness = named("witness", 1, &[]).await;
    let seeds = [witness.bound()];
    let first = named("seal", 1, &seeds).await;
    eventually("the first is a member", || witness.members().len() == 1).await;
    let mut told = first.events();

    let second = named("seal", 2, &seeds).await;
    let conflict = async {
        loop {
            if let Some(Event::Conflict { rival }) = told.next().await {
                return rival;
            }
        }
    };
    let rival = soon("the first is told", conflict).await;
    assert_eq!(rival.name().as_str(), "seal");
    assert_eq!(*rival.address(), second.bound());
    eventually("the first says so", || {
        let local = first.local();
        local.phase == Phase::Conflict
            && local.stale
            && local.conflict.is_some_and(|by| *by.address() == second.bound())
    })
    .await;
    let held = witness.member(&Name::new("seal").unwrap()).unwrap();
    assert_eq!(*held.identity.address(), second.bound());
    eventually("the second has seen it", || {
        second.local().rival.is_some_and(|seen| *seen.identity.address() == first.bound())
    })
    .await;

    second.leave(PATIENCE).await.unwrap();
    eventually("the name is free and the first takes it back", || first.local().conflict.is_none()).await;
    eventually("everybody holds the first", || {
        witness.members().iter().any(|held| *held.identity.address() == first.bound())
    })
    .await;
}
