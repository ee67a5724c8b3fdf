//! Golfed values as people read them: `3/7/1#12` is the fields in their order and, after `#`, the epoch.

use crate::error::ParseError;
use crate::layout::{Field, Fields};
use core::fmt;

/// `Name { field: value, … }`.
pub(crate) fn debug<'a>(
    name: &str,
    fields: impl Iterator<Item = (&'a Field, u128)>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let mut shown = f.debug_struct(name);
    for (field, value) in fields {
        shown.field(field.name, &value);
    }
    shown.finish()
}

/// Numbers with `/` between them.
pub(crate) fn numbers<'a>(
    fields: impl Iterator<Item = (&'a Field, u128)>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    for (at, (_, value)) in fields.enumerate() {
        let between = if at == 0 { "" } else { "/" };
        write!(f, "{between}{value}")?;
    }
    Ok(())
}

/// Reads numbers with `/` between them, one for each field.
pub(crate) fn parse<'a>(
    text: &str,
    fields: impl IntoIterator<Item = &'a Field, IntoIter: Clone>,
    mut take: impl FnMut(&Field, u128),
) -> Result<(), ParseError> {
    let fields = fields.into_iter();
    let needs = ParseError::Fields { needs: fields.clone().count() };
    let mut parts = text.split('/');
    for field in fields {
        let value = number(parts.next().ok_or(needs)?, field)?;
        take(field, value);
    }
    parts.next().map_or(Ok(()), |_| Err(needs))
}

/// Reads a number that fits the field. Decimal digits only.
pub(crate) fn number(text: &str, field: &Field) -> Result<u128, ParseError> {
    let error = ParseError::Number { field: field.name };
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(error);
    }
    let value = text.parse().map_err(|_| error)?;
    Field { shift: 0, ..*field }.put(value).map_err(ParseError::OutOfRange)
}

/// Shows a declared type with the names of its fields.
pub fn debug_fields<T: Fields>(value: T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    debug(T::NAME, T::FIELDS.iter().map(|field| (field, field.get(value.number()))), f)
}

/// Writes a declared type for people; the epoch, if it has one, comes last.
pub fn display<T: Fields>(value: T, epoch: Option<Field>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let others = T::FIELDS.iter().filter(|field| Some(**field) != epoch);
    numbers(others.map(|field| (field, field.get(value.number()))), f)?;
    epoch.map_or(Ok(()), |epoch| write!(f, "#{}", epoch.get(value.number())))
}

/// Reads what [`display`] writes.
pub fn read<T: Fields>(text: &str, epoch: Option<Field>) -> Result<T, ParseError> {
    let (text, life) = split(text, epoch.is_some())?;
    let mut bits = 0;
    if let (Some(field), Some(life)) = (epoch, life) {
        bits = number(life, &field)? << field.shift;
    }
    let others = T::FIELDS.iter().filter(|field| Some(**field) != epoch);
    parse(text, others, |field, value| bits |= value << field.shift)?;
    Ok(T::of_number(bits))
}

/// What stands before the `#`, and the epoch after it, which is there if there is one to have.
pub(crate) fn split(text: &str, has_epoch: bool) -> Result<(&str, Option<&str>), ParseError> {
    match (text.split_once('#'), has_epoch) {
        (Some((text, life)), true) => Ok((text, Some(life))),
        (None, false) => Ok((text, None)),
        _ => Err(ParseError::Epoch),
    }
}
