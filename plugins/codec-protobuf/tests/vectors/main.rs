//! The golden datagrams of `proto/vectors/`: written by one command, and checked here as every language has to.
//!
//! `HAULOUT_REGENERATE=1 cargo test -p haulout-codec-protobuf --test vectors` writes them.

mod good;
mod mutants;
mod mutated;
mod prints;
mod refused;
mod write;

use haulout::codec::{Codec, Header, Message, Section, VERSION};
use haulout_codec_protobuf::{CodecError, ProtobufCodec};
use prost::bytes::Bytes;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use write::{Node, hex};

/// A datagram that is read.
struct Good {
    name: String,
    bytes: Vec<u8>,
}

/// A datagram that is refused.
struct Refused {
    name: &'static str,
    bytes: Vec<u8>,
}

type Read<'a> = Result<(Header<Node>, Vec<Section<'a, Node>>), CodecError>;

fn read(bytes: &[u8]) -> Read<'_> {
    let (header, sections) = Codec::<Node>::decode(&ProtobufCodec, bytes)?;
    Ok((header, sections.collect::<Result<_, _>>()?))
}

/// The packet as protobuf's JSON, by a library that knows nothing of the codec.
fn descriptor() -> MessageDescriptor {
    let proto = concat!(env!("CARGO_MANIFEST_DIR"), "/../../proto");
    let files = protox::compile(["haulout/v1/haulout.proto"], [proto]).expect("the schema compiles");
    let pool = DescriptorPool::from_file_descriptor_set(files).expect("the schema is whole");
    pool.get_message_by_name("haulout.v1.Packet").expect("the schema has packets")
}

fn good_json() -> Value {
    let descriptor = descriptor();
    let of = |Good { name, bytes }: Good| {
        let packet = DynamicMessage::decode(descriptor.clone(), Bytes::from(bytes.clone()));
        let packet = packet.unwrap_or_else(|error| panic!("{name}: {error}"));
        let (header, sections) = read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        let unknown = sections.iter().filter(|section| matches!(section, Section::Unknown { .. })).count();
        json!({
            "name": name,
            "hex": hex(&bytes),
            "packet": serde_json::to_value(&packet).expect("a packet has a form in JSON"),
            "kind": header.message.number(),
            "known_message": !matches!(header.message, Message::Unknown(_)),
            "sections": sections.len() - unknown,
            "unknown_sections": unknown,
            "canonical": write::datagram(&header, &sections) == bytes,
        })
    };
    Value::Array(good::all().into_iter().map(of).collect())
}

fn refused_json() -> Value {
    let of = |Refused { name, bytes }: Refused| {
        let error = read(&bytes).map(drop).expect_err(name);
        json!({ "name": name, "hex": hex(&bytes), "reason": error.to_string() })
    };
    Value::Array(refused::all().into_iter().map(of).collect())
}

fn mutated_json() -> Value {
    let of = |bytes: Vec<u8>| match read(&bytes) {
        Err(_) => json!({ "hex": hex(&bytes), "read": false }),
        Ok((header, sections)) => {
            let unknown =
                sections.iter().filter(|section| matches!(section, Section::Unknown { .. })).count();
            let known = !matches!(header.message, Message::Unknown(_)) && header.version.spoken == VERSION;
            json!({
                "hex": hex(&bytes),
                "read": true,
                "source": fingerprint_of(&header),
                "kind": if known { header.message.number() } else { 0 },
                "sections": sections.len() - unknown,
                "unknown_sections": unknown,
            })
        }
    };
    Value::Array(mutated::all().into_iter().map(of).collect())
}

fn fingerprint_of(header: &Header<Node>) -> String {
    format!("{:016x}", haulout::fingerprint::fingerprint(&header.source))
}

/// Compares a file with what it should be, or writes it; the value that it holds.
fn check(file: &str, value: &Value) {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../proto/vectors")).join(file);
    let text = lines(value);
    if std::env::var_os("HAULOUT_REGENERATE").is_some() {
        fs::write(&path, &text).expect("the vectors are written");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    let again = "HAULOUT_REGENERATE=1 cargo test -p haulout-codec-protobuf --test vectors";
    assert!(found == text, "proto/vectors/{file} is not what the codec does; {again}");
}

/// A vector a line, if there are many.
fn lines(value: &Value) -> String {
    match value {
        Value::Array(list) => {
            let lines: Vec<_> = list.iter().map(Value::to_string).collect();
            format!("[\n{}\n]\n", lines.join(",\n"))
        }
        value => serde_json::to_string_pretty(value).expect("it is JSON") + "\n",
    }
}

fn names(value: &Value) -> Vec<String> {
    let list = value.as_array().expect("vectors are a list");
    list.iter().map(|vector| vector["name"].as_str().expect("it has a name").into()).collect()
}

#[test]
fn good_datagrams_are_read_as_they_are_written_down() {
    let value = good_json();
    let mut names = names(&value);
    assert!(names.len() >= 60, "{} good datagrams", names.len());
    names.sort();
    names.dedup();
    assert_eq!(names.len(), value.as_array().map_or(0, Vec::len), "names are unique");
    check("good.json", &value);
}

#[test]
fn bad_datagrams_are_refused_for_the_reasons_that_are_written_down() {
    let value = refused_json();
    let names = names(&value);
    assert!(names.len() >= 40, "{} bad datagrams", names.len());
    check("refused.json", &value);
}

#[test]
fn mutated_datagrams_become_what_is_written_down() {
    let value = mutated_json();
    let list = value.as_array().expect("vectors are a list");
    let read = list.iter().filter(|vector| vector["read"] == true).count();
    assert!(
        list.len() >= 1_000 && read * 10 > list.len() && read * 2 < list.len(),
        "{read} of {}",
        list.len()
    );
    check("mutated.json", &value);
}

#[test]
fn fingerprints_are_those_that_are_written_down() {
    check("fingerprints.json", &prints::json());
}
