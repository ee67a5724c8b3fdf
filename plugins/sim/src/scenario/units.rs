//! Values as people write them: `"500ms"`, `"2%"`.
//!
//! Both are whole numbers inside, microseconds and millionths, so that a run is the same on every machine.

use core::fmt;
use core::str::FromStr;
use core::time::Duration;
use rand::RngExt;
use rand::rngs::SmallRng;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time, in whole microseconds: `"250us"`, `"20ms"`, `"1.5s"`, `"2m"`, `"24h"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u64);

/// Units of [`Span`], in microseconds; the longest that divides a span is the one it is shown in.
const UNITS: [(&str, u64); 5] =
    [("us", 1), ("ms", 1_000), ("s", 1_000_000), ("m", 60_000_000), ("h", 3_600_000_000)];

impl Span {
    /// No time.
    pub const ZERO: Self = Self(0);

    /// So many microseconds.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// So many milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    /// So many seconds.
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }

    /// In microseconds.
    pub const fn micros(self) -> u64 {
        self.0
    }

    /// As the standard library has it.
    pub const fn duration(self) -> Duration {
        Duration::from_micros(self.0)
    }
}

impl From<Duration> for Span {
    fn from(duration: Duration) -> Self {
        Self(duration.as_micros().try_into().unwrap_or(u64::MAX))
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is no length of time: write it like \"250us\", \"20ms\", \"1.5s\", \"2m\" or \"24h\""
            )
        };
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(wrong)?;
        let (number, unit) = text.split_at(digits);
        let (_, micros) = UNITS.iter().find(|(name, _)| *name == unit.trim()).ok_or_else(wrong)?;
        Ok(Self(scaled(number, *micros).ok_or_else(wrong)?))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = |(_, micros): &&(&str, u64)| self.0.is_multiple_of(*micros);
        let (unit, micros) =
            UNITS.iter().rev().find(fits).filter(|_| self.0 > 0).unwrap_or(&("s", 1_000_000));
        f.pad(&format!("{}{unit}", self.0 / micros))
    }
}

/// How often something happens, in millionths: `"2%"`, `"0.1%"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(u32);

impl Rate {
    /// Never.
    pub const ZERO: Self = Self(0);

    /// So many of a hundred, at most all of them.
    pub const fn percent(percent: u32) -> Self {
        Self::millionths(percent.saturating_mul(10_000))
    }

    /// So many of a million, at most all of them.
    pub const fn millionths(millionths: u32) -> Self {
        if millionths > 1_000_000 { Self(1_000_000) } else { Self(millionths) }
    }

    /// From 0 to 1.
    pub fn fraction(self) -> f64 {
        f64::from(self.0) / 1e6
    }

    /// Whether it happens this time; nothing is drawn where it never or always does.
    pub fn happens(self, rng: &mut SmallRng) -> bool {
        match self.0 {
            0 => false,
            1_000_000 => true,
            millionths => rng.random_range(0..1_000_000) < millionths,
        }
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no rate: write it like \"2%\" or \"0.1%\", at most \"100%\"");
        let number = text.strip_suffix('%').ok_or_else(wrong)?;
        let millionths =
            scaled(number.trim(), 10_000).filter(|value| *value <= 1_000_000).ok_or_else(wrong)?;
        Ok(Self(millionths as u32))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}%", f64::from(self.0) / 1e4))
    }
}

/// A decimal number, times `unit`, as a whole number; `None` if it is none or has digits below the unit.
fn scaled(number: &str, unit: u64) -> Option<u64> {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let mut value = whole.parse::<u64>().ok()?.checked_mul(unit)?;
    let mut digit_unit = unit;
    for digit in part.chars() {
        let digit = u64::from(digit.to_digit(10)?);
        if !digit_unit.is_multiple_of(10) && digit > 0 {
            return None;
        }
        digit_unit /= 10;
        value = value.checked_add(digit * digit_unit)?;
    }
    Some(value)
}

/// A type whose form in a file is its text; the second argument says which text that is.
macro_rules! as_text {
    ($type:ty, $expected:literal) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;

                impl serde::de::Visitor<'_> for Text {
                    type Value = $type;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expected)
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$type, E> {
                        text.parse().map_err(E::custom)
                    }
                }

                deserializer.deserialize_str(Text)
            }
        }
    };
}

as_text!(Span, "a length of time in quotes, like \"20ms\"");
as_text!(Rate, "a rate in quotes, like \"2%\"");
pub(crate) use as_text;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_shown_in_the_unit_that_fits() {
        for (text, micros, shown) in [
            ("250us", 250, "250us"),
            ("20ms", 20_000, "20ms"),
            ("1.5s", 1_500_000, "1500ms"),
            ("2m", 120_000_000, "2m"),
            ("24h", 86_400_000_000, "24h"),
            ("60s", 60_000_000, "1m"),
            ("0s", 0, "0s"),
        ] {
            let span: Span = text.parse().expect(text);
            assert_eq!((span.micros(), span.to_string().as_str()), (micros, shown));
        }
    }

    #[test]
    fn rates_are_read_and_shown_in_percent() {
        for (text, millionths, shown) in
            [("2%", 20_000, "2%"), ("0.1%", 1_000, "0.1%"), ("100 %", 1_000_000, "100%")]
        {
            let rate: Rate = text.parse().expect(text);
            assert_eq!((rate, rate.to_string().as_str()), (Rate::millionths(millionths), shown));
        }
    }

    #[test]
    fn what_is_neither_says_how_to_write_it() {
        for text in ["", "5", "5 parsecs", "s", "-1s", "1.2.3s", "0.5us"] {
            assert!(text.parse::<Span>().is_err_and(|problem| problem.contains("write it like")), "{text}");
        }
        for text in ["", "5", "101%", "-1%", "%", "0.00001%"] {
            assert!(text.parse::<Rate>().is_err_and(|problem| problem.contains("write it like")), "{text}");
        }
    }
}
