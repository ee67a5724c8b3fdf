//! Drawing a scenario from a seed.
//!
//! Faults are drawn over members by number where they must meet the same ones again, and at random otherwise.
//! Some recipes are whole stories, those that broke drafts of the protocol.

use crate::network::{Latency, Weather};
use crate::scenario::{
    Churn, Clock, Deed, Formation, Identities, Keeping, Moments, Profile, Rate, Records, Scenario, Selection,
    Span, Variant, Wire,
};
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

/// Most faults of a scenario, beside its story.
const FAULTS: usize = 12;

/// The scenario of a seed.
pub fn scenario(seed: u64) -> Scenario {
    let rng = &mut SmallRng::seed_from_u64(seed);
    let members = match rng.random_range(0..10) {
        0 => 2,
        1..=6 => rng.random_range(3..=10),
        7 | 8 => rng.random_range(11..=24),
        _ => rng.random_range(25..=48),
    };
    let mut drawn = Scenario::new(&format!("swarm-{seed}"), members).seeded(seed);
    drawn.about = "drawn by the swarm".into();
    (drawn.identity, drawn.codec) = engines(rng);
    drawn.profile = pick(rng, &[Profile::Lan, Profile::Lan, Profile::Local]);
    drawn.duration = Span::from_secs(rng.random_range(20..=180));
    drawn.settle = Span::from_secs(400);
    if rng.random_ratio(1, 4) {
        drawn.formation = Formation::JoinOver(Span::from_millis(rng.random_range(0..5_000)));
    }
    // A fault, too: what is demanded in the end is demanded of a quiet network.
    let first = weather(rng, 20);
    drawn = drawn.at(Span::ZERO, Deed::Weather(first));
    settings(rng, &mut drawn);
    for _ in 0..rng.random_range(0..=FAULTS) {
        let at = moment(rng, &drawn);
        let deed = deed(rng, &drawn);
        drawn = drawn.at(at, deed);
    }
    drawn = story(rng, drawn);
    if rng.random_ratio(1, 5) {
        drawn.churn = Some(Churn {
            every: Span::from_millis(rng.random_range(500..10_000)),
            gone: Span::from_millis(rng.random_range(100..30_000)),
            from: Span::ZERO,
            until: None,
            clock: clock(rng),
        });
    }
    // Without, lives end that never published anything.
    if rng.random_ratio(1, 2) {
        let every = rng.random_ratio(3, 4).then(|| Span::from_millis(rng.random_range(100..5_000)));
        drawn.records =
            Some(Records { each: rng.random_range(1..=8), every, bytes: rng.random_range(8..=300) });
    }
    if rng.random_ratio(1, 3) {
        drawn.moments = Some(Moments {
            every: Span::from_millis(rng.random_range(20..5_000)),
            bytes: rng.random_range(8..=200),
            ttl: rng.random_ratio(1, 3).then(|| Span::from_millis(rng.random_range(100..20_000))),
        });
    }
    // Processes of one key agree in rounds whose pauses double.
    if drawn.faults.iter().any(|fault| matches!(fault.deed, Deed::Twin(_) | Deed::Move(_))) {
        drawn.settle = Span::from_secs(6 * 3_600);
    }
    drawn.faults.sort_by_key(|fault| fault.at);
    drawn
}

/// Identities and their wire.
fn engines(rng: &mut SmallRng) -> (Identities, Wire) {
    let identities = [
        Identities::Renewing,
        Identities::Renewing,
        Identities::Named,
        Identities::Fixed,
        #[cfg(feature = "golf")]
        Identities::Golfed,
    ];
    let wires = [
        Wire::Postcard,
        Wire::Postcard,
        Wire::Bincode,
        #[cfg(feature = "protobuf")]
        Wire::Protobuf,
    ];
    let (identity, wire) = (pick(rng, &identities), pick(rng, &wires));
    #[cfg(feature = "golf")]
    if identity == Identities::Golfed {
        return (identity, Wire::Postcard);
    }
    (identity, wire)
}

fn settings(rng: &mut SmallRng, drawn: &mut Scenario) {
    drawn.settings.join.announce_interval = Some(Span::from_secs(rng.random_range(2..=10)));
    if rng.random_ratio(1, 3) {
        drawn.settings.suspicion.beta = Some(rng.random_range(1..=4));
    }
    if rng.random_ratio(1, 4) {
        let health = rng.random_ratio(1, 2);
        drawn.settings.probe.health = Some(health);
        drawn.settings.suspicion.dynamic = Some(rng.random_ratio(1, 2));
        drawn.settings.suspicion.buddy = Some(rng.random_ratio(1, 2));
    }
    if rng.random_ratio(1, 4) {
        drawn.settings.probe.helpers = Some(rng.random_range(0..=4));
    }
    // Some forget soon, and at other times than others.
    if rng.random_ratio(1, 3) {
        let mut variant = Variant::of(half());
        variant.settings.join.forget_after = Some(Span::from_secs(rng.random_range(5..60)));
        drawn.variants.push(variant);
        if rng.random_ratio(1, 2) {
            let mut variant = Variant::of(Selection::Part(Rate::percent(30)));
            variant.settings.join.forget_after = Some(Span::from_secs(rng.random_range(5..60)));
            drawn.variants.push(variant);
        }
    }
    // Hooks that differ: some refuse some.
    if rng.random_ratio(1, 8) && drawn.members > 2 {
        let mut variant = Variant::of(Selection::Any(rng.random_range(1..=3)));
        variant.refuses = Some(Selection::Any(rng.random_range(1..=2)));
        drawn.variants.push(variant);
    }
    // Registries that differ: some know no topic, some keep nothing.
    for keeps in [Keeping::Unregistered, Keeping::Nothing] {
        if rng.random_ratio(1, 8) {
            drawn.variants.push(Variant { keeps, ..Variant::of(Selection::Part(Rate::percent(30))) });
        }
    }
}

/// A network that is bad up to so many percent.
fn weather(rng: &mut SmallRng, worst: u32) -> Weather {
    let mut weather = Weather::default();
    let mut rate = |often: u32, most: u32| {
        if rng.random_ratio(often, 10) {
            Rate::millionths(rng.random_range(0..=most * 10_000))
        } else {
            Rate::ZERO
        }
    };
    weather.loss = rate(5, worst);
    weather.duplication = rate(4, 20);
    weather.reordering = rate(4, 30);
    weather.late = rate(4, 5);
    weather.latency = match rng.random_range(0..4) {
        0 => Latency::Fixed(Span::from_micros(rng.random_range(0..50_000))),
        1 => Latency::Uniform(Span::from_micros(100), Span::from_millis(rng.random_range(1..=200))),
        2 => Latency::LogNormal { median: Span::from_millis(rng.random_range(1..=40)), sigma: 0.7 },
        _ => Latency::default(),
    };
    weather
}

fn deed(rng: &mut SmallRng, drawn: &Scenario) -> Deed {
    let member = || Selection::from(0);
    let any = |rng: &mut SmallRng| Selection::Any(rng.random_range(1..=2));
    let one = |rng: &mut SmallRng| Selection::from(rng.random_range(0..drawn.members));
    let length = |rng: &mut SmallRng| {
        Span::from_millis(if rng.random_ratio(1, 4) {
            rng.random_range(5_000..60_000)
        } else {
            rng.random_range(50..5_000)
        })
    };
    match rng.random_range(0..18) {
        0 => Deed::Crash(any(rng)),
        1..=3 => Deed::Restart { who: any(rng), clock: clock(rng), through: Selection::All },
        4 => Deed::Restart { who: half(), clock: clock(rng), through: Selection::All },
        5 => Deed::Leave(one(rng)),
        6 => Deed::Return(Selection::All),
        7 => Deed::Grow(rng.random_range(1..=3)),
        8 => Deed::Pause { who: any(rng), length: length(rng) },
        9 => Deed::Block { who: any(rng), length: length(rng) },
        10 => Deed::Split(vec![half()]),
        11 => Deed::Split(vec![Selection::Any(1), half()]),
        12 => Deed::Cut { from: any(rng), to: half() },
        13 => Deed::Flap { one: any(rng), other: half(), period: length(rng) },
        14 => Deed::LoseEgress { who: any(rng), rate: Rate::percent(rng.random_range(10..=100)) },
        15 => Deed::LoseIngress { who: any(rng), rate: Rate::percent(rng.random_range(10..=100)) },
        16 => Deed::Weather(weather(rng, 50)),
        _ if drawn.identity == Identities::Named && rng.random_ratio(1, 2) => {
            if rng.random_ratio(1, 2) {
                Deed::Move(any(rng))
            } else {
                Deed::Twin(member())
            }
        }
        _ => Deed::Heal,
    }
}

/// What broke drafts of the protocol.
fn story(rng: &mut SmallRng, drawn: Scenario) -> Scenario {
    let at = moment(rng, &drawn);
    let after = |micros: u64| Span::from_micros((at.micros() + micros).min(drawn.duration.micros()));
    let one = Selection::from(rng.random_range(0..drawn.members));
    match rng.random_range(0..9) {
        // A leave and a return in the same second.
        0 => {
            let (soon, later) = (after(rng.random_range(1..900_000)), after(20_000_000));
            drawn
                .at(at, Deed::Leave(one.clone()))
                .at(soon, Deed::Return(one.clone()))
                .at(later, Deed::Return(one))
        }
        // Everybody's only seed crashes during a partition.
        1 => {
            let (soon, later) = (after(3_000_000), after(60_000_000));
            let mut drawn = drawn;
            drawn.formation = Formation::JoinOver(Span::from_secs(2));
            drawn
                .at(at, Deed::Split(vec![half()]))
                .at(soon, Deed::Crash(0.into()))
                .at(later, Deed::Restart { who: 0.into(), clock: clock(rng), through: Selection::All })
        }
        // One comes back with a clock that stood still or stepped back, while everything is late.
        2 => {
            let mut worse = weather(rng, 20);
            worse.late = Rate::percent(20);
            let (clock, soon) = (clock(rng), after(rng.random_range(1..20_000_000)));
            drawn
                .at(at, Deed::Weather(worse))
                .at(soon, Deed::Restart { who: one, clock, through: Selection::All })
        }
        // Killed twice within a suspicion.
        3 => {
            let (soon, clock) = (after(rng.random_range(1..3_000_000)), clock(rng));
            let restart = |who| Deed::Restart { who, clock, through: Selection::All };
            drawn.at(at, restart(one.clone())).at(soon, restart(one))
        }
        // A joiner is killed while it joins.
        4 => {
            let (soon, newcomer) = (after(rng.random_range(0..500_000)), drawn.members);
            let grown = drawn.faults.iter().any(|fault| matches!(fault.deed, Deed::Grow(_)));
            if grown { drawn } else { drawn.at(at, Deed::Grow(1)).at(soon, Deed::Crash(newcomer.into())) }
        }
        // Two processes with one key, for good or until one of them is gone.
        5 if drawn.identity == Identities::Named => {
            let (soon, is_gone) = (after(rng.random_range(1..60_000_000)), rng.random_ratio(1, 3));
            let drawn = drawn.at(at, Deed::Twin(one.clone()));
            if is_gone { drawn.at(soon, Deed::Crash(one)) } else { drawn }
        }
        _ => drawn,
    }
}

fn half() -> Selection {
    Selection::Part(Rate::percent(50))
}

fn clock(rng: &mut SmallRng) -> Clock {
    pick(rng, &[Clock::Right, Clock::Right, Clock::Still, Clock::Back])
}

fn moment(rng: &mut SmallRng, drawn: &Scenario) -> Span {
    Span::from_micros(rng.random_range(0..=drawn.duration.micros()))
}

fn pick<T: Copy>(rng: &mut SmallRng, choices: &[T]) -> T {
    *choices.choose(rng).expect("there are choices")
}
