//! A registry that is lent to a driver: the same rules as through typed handles of the engine.

use core::net::SocketAddr;
use haulout::broadcast::{Context, Kind, Registry, Topic};
use haulout::{CommandError, Config, Engine, Event, Instant, Renewing};
use haulout_codec_serde::PostcardCodec;

type Id = Renewing<SocketAddr>;

const LOAD: Topic<String> = Topic::new(1, "load");
const DEPLOY: Topic<String> = Topic::new(2, "deploy");
const LOAD_AS_BYTES: Topic<Vec<u8>> = Topic::new(1, "load");

fn engine() -> Engine<(Id, PostcardCodec, Registry<Id>)> {
    let registry = Registry::new().record(LOAD).unwrap().event(DEPLOY).unwrap();
    let identity = Renewing::new(([10, 0, 0, 1], 7946).into(), 1);
    let mut engine = Engine::new(identity, PostcardCodec, registry, Config::lan(), 7).unwrap();
    engine.start(Instant::ZERO);
    engine
}

fn lend<R>(
    engine: &mut Engine<(Id, PostcardCodec, Registry<Id>)>,
    f: impl FnOnce(&mut Registry<Id>, &mut Context<'_, Id>) -> R,
) -> R {
    engine.broadcasts(Instant::ZERO).with(f)
}

#[test]
fn a_driver_publishes_what_was_encoded_elsewhere() {
    let mut engine = engine();
    let owner = *engine.identity().address();
    let value = std::thread::spawn(|| LOAD.encode(&"0.7".into()).unwrap()).join().unwrap();
    assert_eq!(lend(&mut engine, |registry, context| registry.put(b"cpu", &value, context)), Ok(()));
    assert_eq!(engine.registry().get(&LOAD, &owner, "cpu"), Some(Ok("0.7".into())));

    assert_eq!(lend(&mut engine, |registry, context| registry.remove(&LOAD, b"cpu", context)), Ok(true));
    assert_eq!(lend(&mut engine, |registry, context| registry.remove(&LOAD, b"cpu", context)), Ok(false));
    assert_eq!(engine.registry().get(&LOAD, &owner, "cpu"), None);

    let moment = DEPLOY.encode(&"v2".into()).unwrap();
    assert_eq!(lend(&mut engine, |registry, context| registry.send(moment, None, context)), Ok(()));
    let told: Vec<_> = std::iter::from_fn(|| engine.poll_event()).collect();
    assert!(
        matches!(
            &told[..],
            [
                Event::Active,
                ..,
                Event::Published { .. },
                Event::Withdrawn { .. },
                Event::UserEvent { topic: 2, .. }
            ]
        ),
        "{told:?}"
    );
}

#[test]
fn what_may_be_published_is_known_without_the_engine() {
    let mut engine = engine();
    let topics = engine.registry().topics().clone();
    assert_eq!(topics.check(&LOAD, Kind::Record), Ok(()));
    assert_eq!(topics.check(&DEPLOY, Kind::UserEvent), Ok(()));
    let wrong = Err(CommandError::OtherType { topic: 1 });
    assert_eq!(topics.check(&LOAD, Kind::UserEvent), wrong);
    assert_eq!(topics.check(&LOAD_AS_BYTES, Kind::Record), wrong);

    let value = LOAD_AS_BYTES.encode(&vec![0xff]).unwrap();
    assert_eq!(lend(&mut engine, |registry, context| registry.put(b"cpu", &value, context)), wrong);
    assert_eq!(
        lend(&mut engine, |registry, context| registry.remove(&Topic::<String>::new(3, "x"), b"", context)),
        Err(CommandError::NotRegistered { topic: 3 })
    );
    assert_eq!(engine.registry().stored().count(), 0);
}
