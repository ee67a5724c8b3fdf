//! The wire that an agent speaks: one of two codecs, chosen at its start.

use crate::agent::Identity;
use haulout::Out;
use haulout::codec::{Codec, Header, HeaderRef, Section, SectionRef};
use haulout_codec_protobuf::ProtobufCodec;
use haulout_codec_serde::PostcardCodec;
use std::fmt;
use std::str::FromStr;

/// Which codec the members of a cluster speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Wire {
    /// The wire of every language.
    #[default]
    Protobuf,
    /// Smaller datagrams, for clusters of Rust members alone.
    Postcard,
}

impl Wire {
    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Protobuf => "protobuf",
            Self::Postcard => "postcard",
        }
    }
}

impl FromStr for Wire {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Protobuf, Self::Postcard]
            .into_iter()
            .find(|wire| wire.name() == text)
            .ok_or_else(|| "protobuf or postcard".into())
    }
}

/// The error of either codec.
#[derive(Debug)]
pub(crate) enum WireError {
    Protobuf(haulout_codec_protobuf::CodecError),
    Postcard(haulout_codec_serde::CodecError),
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Protobuf(error) => error.fmt(f),
            Self::Postcard(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for WireError {}

/// The sections of either codec.
pub(crate) enum Sections<'a> {
    Protobuf(haulout_codec_protobuf::Sections<'a, Identity>),
    Postcard(haulout_codec_serde::Sections<'a, Identity, PostcardCodec>),
}

impl<'a> Iterator for Sections<'a> {
    type Item = Result<Section<'a, Identity>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Protobuf(sections) => sections.next().map(|section| section.map_err(WireError::Protobuf)),
            Self::Postcard(sections) => sections.next().map(|section| section.map_err(WireError::Postcard)),
        }
    }
}

impl Codec<Identity> for Wire {
    type Error = WireError;
    type Sections<'a> = Sections<'a>;

    fn put_header(&self, header: HeaderRef<'_, Identity>, out: &mut Out<'_>) -> Result<bool, WireError> {
        match self {
            Self::Protobuf => ProtobufCodec.put_header(header, out).map_err(WireError::Protobuf),
            Self::Postcard => PostcardCodec.put_header(header, out).map_err(WireError::Postcard),
        }
    }

    fn put_section(&self, section: SectionRef<'_, Identity>, out: &mut Out<'_>) -> Result<bool, WireError> {
        match self {
            Self::Protobuf => ProtobufCodec.put_section(section, out).map_err(WireError::Protobuf),
            Self::Postcard => PostcardCodec.put_section(section, out).map_err(WireError::Postcard),
        }
    }

    fn decode<'a>(&'a self, datagram: &'a [u8]) -> Result<(Header<Identity>, Sections<'a>), WireError> {
        match self {
            Self::Protobuf => match ProtobufCodec.decode(datagram) {
                Ok((header, sections)) => Ok((header, Sections::Protobuf(sections))),
                Err(error) => Err(WireError::Protobuf(error)),
            },
            Self::Postcard => match PostcardCodec.decode(datagram) {
                Ok((header, sections)) => Ok((header, Sections::Postcard(sections))),
                Err(error) => Err(WireError::Postcard(error)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use haulout::{Name, conformance};

    #[test]
    fn either_wire_is_a_codec() {
        let member = |name: &str, epoch| {
            Identity::new(Name::new(name).expect("a name"), ([10, 0, 0, 1], 7946).into(), epoch)
        };
        let samples = [member("a", 0), member("a", 7), member("b", 7), member("c", 7), member("d", 7)];
        for wire in ["protobuf", "postcard"] {
            conformance::codec(&wire.parse::<Wire>().expect("a wire"), &samples);
        }
        assert_eq!("json".parse::<Wire>(), Err("protobuf or postcard".into()));
    }
}
