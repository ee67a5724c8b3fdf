//! What an owner does with its services, on an engine.

use haulout::broadcast::Registry;
use haulout::{CommandError, Config, Engine, Identity, Instant, Renewing};
use haulout_codec_serde::PostcardCodec;
use haulout_services::{
    Directory, Health, MAX_ENCODED, MAX_META_TOGETHER, MAX_META_VALUE, SERVICES, Service, ServiceRecords,
};
use std::net::SocketAddr;

type Id = Renewing<SocketAddr>;
type Seal = Engine<(Id, PostcardCodec, Registry<Id>)>;

const NOW: Instant = Instant::ZERO;

fn engine(config: Config) -> Seal {
    let identity = Id::new(([10, 0, 0, 1], 7946).into(), 1);
    let registry = Registry::new().record(SERVICES).expect("one topic");
    let mut engine = Engine::new(identity, PostcardCodec, registry, config, 7).expect("possible settings");
    engine.start(NOW);
    engine
}

fn web(instance: &str) -> Service {
    Service::builder("web", "10.0.0.1", 80).instance(instance).tag("v2").build().expect("within the bounds")
}

/// What the directory of an engine says after its events.
fn seen(engine: &mut Seal, directory: &Directory<Id>) -> Vec<(String, Health)> {
    while let Some(event) = engine.poll_event() {
        directory.apply(&event);
    }
    let instances = directory.lookup("web");
    instances.iter().map(|instance| (instance.instance().into(), instance.health())).collect()
}

#[test]
fn an_owner_registers_says_its_health_and_deregisters() {
    let (mut engine, directory) = (engine(Config::lan()), Directory::new());
    let records = |engine: &mut Seal, health| {
        let mut records = engine.broadcasts(NOW).records(&SERVICES).unwrap();
        (records.set_health("a", health).unwrap(), records.set_health("b", health).unwrap())
    };
    engine.broadcasts(NOW).records(&SERVICES).unwrap().register(&web("a")).unwrap();
    assert_eq!(seen(&mut engine, &directory), [("a".into(), Health::Passing)]);
    assert_eq!(records(&mut engine, Health::Critical), (true, false));
    assert_eq!(seen(&mut engine, &directory), [("a".into(), Health::Critical)]);
    let held = engine.registry().get(&SERVICES, &engine.identity().addr(), "a").unwrap().unwrap();
    assert_eq!(held, web("a").with_health(Health::Critical));
    // Nothing is new: nothing is said.
    assert_eq!(records(&mut engine, Health::Critical), (true, false));
    assert_eq!(engine.poll_event(), None);
    let deregister =
        |engine: &mut Seal| engine.broadcasts(NOW).records(&SERVICES).unwrap().deregister("a").unwrap();
    assert_eq!((deregister(&mut engine), deregister(&mut engine)), (true, false));
    assert_eq!(seen(&mut engine, &directory), []);
}

#[test]
fn a_valid_service_fits_the_default_limit_and_a_smaller_limit_is_named() {
    let value = "m".repeat(MAX_META_VALUE);
    let rest = "m".repeat(MAX_META_TOGETHER - MAX_META_VALUE - 2);
    let service = web("a").to_builder().meta("x", value).meta("y", rest).build().unwrap();
    let put = |config| engine(config).broadcasts(NOW).records(&SERVICES).unwrap().register(&service);
    assert_eq!(Config::lan().limits.value as usize, MAX_ENCODED);
    assert_eq!(put(Config::lan()), Ok(()));
    let mut small = Config::lan();
    small.limits.value = 100;
    assert_eq!(put(small), Err(CommandError::ValueTooLong { len: service.to_bytes().len(), limit: 100 }));
}

#[test]
fn a_value_that_is_no_service_says_so_when_it_is_read() {
    let said = |bytes: &[u8]| SERVICES.decode(bytes).unwrap_err().to_string();
    assert_eq!(said(&[0xff; 3]), "value of topic 1: not such a protobuf message");
    assert_eq!(said(&[]), "value of topic 1: not a service: a number is out of its range");
}
