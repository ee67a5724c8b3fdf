//! The bounds of a service, one function a field. Cost: O(bytes).

use super::{
    Field, MAX_ADDRESS, MAX_LABEL, MAX_META, MAX_META_KEY, MAX_META_TOGETHER, MAX_META_VALUE, MAX_PROTOCOL,
    MAX_TAG, MAX_TAGS, MAX_TAGS_TOGETHER, MAX_VERSION,
};
use crate::error::ServiceError;
use core::net::IpAddr;
use core::num::NonZeroU16;
use std::collections::{BTreeMap, BTreeSet};

type Checked<T> = Result<T, ServiceError>;

const LABEL: &str = "a DNS label in lower case: letters, digits and hyphens, no hyphen at either end";

pub(super) fn name(name: String) -> Checked<Box<str>> {
    label(Field::Name, name)
}

pub(super) fn instance(instance: String) -> Checked<Box<str>> {
    label(Field::Instance, instance)
}

fn label(field: Field, label: String) -> Checked<Box<str>> {
    sized(field, &label, MAX_LABEL)?;
    if is_label(&label) { Ok(label.into()) } else { Err(ServiceError::form(field, &label, LABEL)) }
}

/// An IP address in its shortest form, or a host name.
pub(super) fn address(address: String) -> Checked<Box<str>> {
    sized(Field::Address, &address, MAX_ADDRESS)?;
    if let Ok(ip) = address.parse::<IpAddr>() {
        return Ok(ip.to_string().into());
    }
    // A last label of digits alone is a mistyped IPv4 address.
    let last = address.rsplit('.').next().unwrap_or_default();
    let named = address.split('.').all(|label| label.len() <= MAX_LABEL && is_label(label));
    if named && !last.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(address.into());
    }
    let expected = "an IP address without a zone, or a host name in lower case";
    Err(ServiceError::form(Field::Address, &address, expected))
}

pub(super) fn port(port: u32) -> Checked<NonZeroU16> {
    let checked = u16::try_from(port).ok().and_then(NonZeroU16::new);
    checked.ok_or(ServiceError::Range { field: Field::Port, value: port, min: 1, max: u16::MAX.into() })
}

pub(super) fn weight(weight: u32) -> Checked<u16> {
    let range = ServiceError::Range { field: Field::Weight, value: weight, min: 0, max: u16::MAX.into() };
    u16::try_from(weight).map_err(|_| range)
}

pub(super) fn protocol(protocol: String) -> Checked<Box<str>> {
    within(Field::Protocol, &protocol, MAX_PROTOCOL)?;
    let expected = "letters, digits and `+` `-` `.` `/` `_`";
    formed(Field::Protocol, protocol, expected, |byte| is_word(byte) || byte == b'+')
}

pub(super) fn version(version: String) -> Checked<Box<str>> {
    within(Field::Version, &version, MAX_VERSION)?;
    let expected = "visible ASCII characters, no spaces";
    formed(Field::Version, version, expected, |byte| byte.is_ascii_graphic())
}

pub(super) fn tags(tags: Vec<String>) -> Checked<BTreeSet<Box<str>>> {
    let expected = "visible ASCII characters, no spaces, no `,`";
    let mut checked = BTreeSet::new();
    for tag in tags {
        sized(Field::Tag, &tag, MAX_TAG)?;
        checked.insert(formed(Field::Tag, tag, expected, |byte| byte.is_ascii_graphic() && byte != b',')?);
    }
    few(Field::Tags, checked.len(), MAX_TAGS)?;
    together(Field::Tags, checked.iter().map(|tag| tag.len()).sum(), MAX_TAGS_TOGETHER)?;
    Ok(checked)
}

pub(super) fn meta(meta: Vec<(String, String)>) -> Checked<BTreeMap<Box<str>, Box<str>>> {
    let mut checked = BTreeMap::<Box<str>, Box<str>>::new();
    for (key, value) in meta {
        sized(Field::MetaKey, &key, MAX_META_KEY)?;
        let key = formed(Field::MetaKey, key, "letters, digits and `-` `.` `/` `_`", is_word)?;
        within(Field::MetaValue, &value, MAX_META_VALUE)?;
        if value.chars().any(char::is_control) {
            let expected = "text without control characters";
            return Err(ServiceError::form(Field::MetaValue, &value, expected));
        }
        checked.insert(key, value.into());
    }
    few(Field::Meta, checked.len(), MAX_META)?;
    let len = checked.iter().map(|(key, value)| key.len() + value.len()).sum();
    together(Field::Meta, len, MAX_META_TOGETHER)?;
    Ok(checked)
}

fn sized(field: Field, value: &str, limit: usize) -> Checked<()> {
    if value.is_empty() { Err(ServiceError::Empty { field }) } else { within(field, value, limit) }
}

fn within(field: Field, value: &str, limit: usize) -> Checked<()> {
    if value.len() > limit { Err(ServiceError::too_long(field, value, limit)) } else { Ok(()) }
}

fn formed(
    field: Field,
    value: String,
    expected: &'static str,
    allows: impl Fn(u8) -> bool,
) -> Checked<Box<str>> {
    if value.bytes().all(allows) {
        Ok(value.into())
    } else {
        Err(ServiceError::form(field, &value, expected))
    }
}

fn few(field: Field, count: usize, limit: usize) -> Checked<()> {
    if count > limit { Err(ServiceError::TooMany { field, count, limit }) } else { Ok(()) }
}

fn together(field: Field, len: usize, limit: usize) -> Checked<()> {
    if len > limit { Err(ServiceError::TooLongTogether { field, len, limit }) } else { Ok(()) }
}

/// Whether a text is a DNS label in lower case; its length is checked elsewhere.
fn is_label(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(allowed) && !text.starts_with('-') && !text.ends_with('-')
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'/' | b'_')
}
