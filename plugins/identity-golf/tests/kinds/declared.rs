//! What `golf_identity!` declares.

use crate::samples::{MachineId, Otter, Pebble, Seal, Whale, machine, reads_as, renewed, update};
use haulout::Identity;
use haulout::fingerprint::{Canonical, Fingerprinter, fingerprint};
use haulout_identity_golf::{Key, OutOfRange, Pack, ParseError};

#[test]
fn fields_come_back_as_they_went_in_and_the_first_is_the_most_significant() {
    let id = machine(63, 1023, 15, 4095);
    assert_eq!((id.rack(), id.host(), id.shard(), id.epoch()), (63, 1023, 15, 4095));
    assert_eq!(machine(1, 2, 3, 4).pack(), 1 << 26 | 2 << 16 | 3 << 12 | 4);
    let whale = Whale::new(5, u64::MAX, 3, 1 << 39).unwrap();
    assert_eq!((whale.ocean(), whale.epoch(), whale.song(), whale.pod()), (5, u64::MAX, 3, 1 << 39));
}

#[test]
fn a_value_out_of_range_is_refused_with_its_field_and_limit() {
    let error = |field, value, limit| Err(OutOfRange { field, value, limit });
    assert_eq!(MachineId::new(64, 0, 0, 0), error("rack", 64, 63));
    assert_eq!(MachineId::new(0, 1024, 0, 0), error("host", 1024, 1023));
    assert_eq!(MachineId::new(0, 0, 16, 0), error("shard", 16, 15));
    assert_eq!(MachineId::new(0, 0, 0, 4096), error("epoch", 4096, 4095));
    assert_eq!(MachineId::new(64, 1024, 0, 0), error("rack", 64, 63), "the first");
    assert_eq!(MachineId::new(64, 0, 0, 0).unwrap_err().to_string(), "`rack` is at most 63, not 64");
}

#[test]
fn it_reads_as_its_numbers_and_debugs_with_their_names() {
    reads_as(&machine(3, 700, 1, 12), "3/700/1#12");
    reads_as(&Pebble::new(1, 7, 2).unwrap(), "1/7#2");
    reads_as(&Whale::new(5, u64::MAX, 3, 9).unwrap(), "5/3/9#18446744073709551615");
    reads_as(&machine(3, 700, 1, 12).addr(), "3/700");
    let debug = format!("{:?}", machine(3, 700, 1, 12));
    assert_eq!(debug, "MachineId { rack: 3, host: 700, shard: 1, epoch: 12 }");
    assert_eq!(format!("{:?}", machine(3, 700, 1, 12).addr()), "MachineId { rack: 3, host: 700 }");
}

#[test]
fn a_text_that_is_none_says_what_is_wrong() {
    let problem = |text: &str| text.parse::<MachineId>().unwrap_err();
    assert_eq!(problem("3/700/1"), ParseError::Epoch);
    assert_eq!(problem("3/700#1"), ParseError::Fields { needs: 3 });
    assert_eq!(problem("3/700/1/1#1"), ParseError::Fields { needs: 3 });
    for text in ["3/x/1#1", "3//1#1", "3/+7/1#1", "3/ 7/1#1", "3/-7/1#1"] {
        assert_eq!(problem(text), ParseError::Number { field: "host" }, "{text}");
    }
    assert_eq!(problem("3/7/1#"), ParseError::Number { field: "epoch" });
    let limit = OutOfRange { field: "shard", value: 16, limit: 15 };
    assert_eq!(problem("3/7/16#1"), ParseError::OutOfRange(limit));
    assert_eq!("3#0/1".parse::<Key<MachineId>>(), Err(ParseError::Number { field: "rack" }));
    assert_eq!("3".parse::<Key<MachineId>>(), Err(ParseError::Fields { needs: 2 }));
}

#[test]
fn the_key_is_its_fields_in_the_order_of_the_clause_and_leads_to_the_route() {
    let id = machine(3, 700, 1, 12);
    assert_eq!(id.addr().values(), (3, 700));
    assert_eq!(id.addr().pack(), 3 << 10 | 0x2bc);
    assert_eq!(id.route(), "10.3.2.188:7946".parse().unwrap());
    assert_eq!(MachineId::route_of(&id.addr()), Some(id.route()));
    let whale = Whale::new(5, 0, 3, 9).unwrap();
    assert_eq!(whale.addr().values(), (9, 5));
    assert_eq!((whale.addr().pack(), whale.route()), (9 << 3 | 5, whale.addr()));
    assert_eq!(Otter::new(8, 1, 0).unwrap().addr(), Otter::new(8, 2, 9).unwrap().addr());
}

#[test]
fn renewing_touches_the_epoch_alone_and_wraps() {
    assert_eq!(renewed(&machine(3, 700, 1, 4095)), machine(3, 700, 1, 0));
    assert_eq!(machine(3, 700, 1, 5).renew(&machine(3, 700, 9, 4000)), Some(machine(3, 700, 1, 6)));
    assert_eq!(machine(3, 700, 1, 4000).renew(&machine(3, 700, 9, 5)), Some(machine(3, 700, 1, 6)));
    assert!(machine(3, 700, 1, 0).supersedes(&machine(3, 700, 1, 4095)));
    assert!(machine(3, 700, 2, 7).supersedes(&machine(3, 700, 1, 7)), "one epoch: the larger facts");
    let mut whale = Whale::new(5, u64::MAX, 3, 9).unwrap();
    whale = renewed(&whale);
    assert_eq!(whale, Whale::new(5, 0, 3, 9).unwrap());
}

#[test]
fn on_the_wire_it_is_the_carrier_in_its_natural_size_whatever_the_values() {
    for (epoch, host) in [(0, 0), (4095, 1023)] {
        let bytes = update(&machine(63, host, 15, epoch));
        assert_eq!(bytes[1..], (machine(63, host, 15, epoch).pack() as u32).to_le_bytes());
    }
    assert_eq!(update(&Pebble::new(3, 7, 3).unwrap()).len(), 1 + 1);
    assert_eq!(update(&Seal::new(63, 1023).unwrap()).len(), 1 + 2);
    assert_eq!(update(&Otter::new(1 << 30, 31, 0).unwrap()).len(), 1 + 8);
    assert_eq!(update(&Whale::new(7, u64::MAX, 0, 0).unwrap()).len(), 1 + 16);
}

#[test]
fn bits_that_no_field_has_are_refused() {
    assert_eq!(Pebble::unpack(0x7f), Some(Pebble::new(3, 7, 3).unwrap()));
    assert_eq!(Pebble::unpack(0x80), None);
    assert_eq!(Otter::unpack(1 << 56), None);
    assert_eq!(Key::<MachineId>::unpack(1 << 16), None);
    assert_eq!(
        serde_json::from_str::<Pebble>("\"4/0#0\"").unwrap_err().to_string(),
        "`colour` is at most 3, not 4 at line 1 column 7"
    );
}

#[test]
fn fingerprints_are_over_the_number_little_endian_in_its_width() {
    let mut fields = Vec::new();
    machine(3, 700, 1, 12).canonical(&mut fields);
    assert_eq!(fields, (3_u32 << 26 | 0x2bc << 16 | 1 << 12 | 0xc).to_le_bytes());
    fields.clear();
    machine(3, 700, 1, 12).addr().canonical(&mut fields);
    assert_eq!(fields, (3_u16 << 10 | 0x2bc).to_le_bytes());
    let mut fingerprinter = Fingerprinter::new();
    (3_u16 << 10 | 0x2bc).canonical(&mut fingerprinter);
    assert_eq!(fingerprint(&machine(3, 700, 9, 9).addr()), fingerprinter.finish());
}
