//! How an owner finds its service; nobody else sets it.

use crate::v1;
use core::fmt;
use core::str::FromStr;

/// How the owner of a service finds it.
///
/// It says nothing of the owner: a member that is down takes its services with it, whatever they were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Health {
    /// It works; also if nobody checks it.
    #[default]
    Passing,
    /// It works, and needs attention.
    Warning,
    /// It does not work.
    Critical,
    /// A state that only later versions know, by its number on the wire. It is kept as it is.
    Unknown(i32),
}

impl Health {
    /// Whether the service should be used: it is passing or warning.
    ///
    /// A state that is not known here is not healthy: what later versions add are reasons not to use a service.
    pub const fn is_healthy(self) -> bool {
        matches!(self, Self::Passing | Self::Warning)
    }

    /// The number on the wire.
    pub(crate) const fn to_wire(self) -> i32 {
        match self {
            Self::Passing => v1::Health::Passing as i32,
            Self::Warning => v1::Health::Warning as i32,
            Self::Critical => v1::Health::Critical as i32,
            Self::Unknown(number) => number,
        }
    }

    pub(crate) fn from_wire(number: i32) -> Self {
        match v1::Health::try_from(number) {
            Ok(v1::Health::Unspecified | v1::Health::Passing) => Self::Passing,
            Ok(v1::Health::Warning) => Self::Warning,
            Ok(v1::Health::Critical) => Self::Critical,
            Err(_) => Self::Unknown(number),
        }
    }
}

/// `passing`, `warning`, `critical`, `unknown(7)`.
impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passing => f.pad("passing"),
            Self::Warning => f.pad("warning"),
            Self::Critical => f.pad("critical"),
            Self::Unknown(number) => write!(f, "unknown({number})"),
        }
    }
}

/// `passing`, `warning` or `critical`.
impl FromStr for Health {
    type Err = UnknownHealth;

    fn from_str(text: &str) -> Result<Self, UnknownHealth> {
        match text {
            "passing" => Ok(Self::Passing),
            "warning" => Ok(Self::Warning),
            "critical" => Ok(Self::Critical),
            _ => Err(UnknownHealth(())),
        }
    }
}

/// A text is none of `passing`, `warning` and `critical`. The caller is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownHealth(());

impl fmt::Display for UnknownHealth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("health is `passing`, `warning` or `critical`")
    }
}

impl core::error::Error for UnknownHealth {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_a_later_version_is_kept_and_is_not_healthy() {
        for number in [-1, 4, i32::MAX] {
            let health = Health::from_wire(number);
            assert_eq!((health, health.to_wire()), (Health::Unknown(number), number));
            assert!(!health.is_healthy());
        }
    }

    #[test]
    fn what_is_not_said_is_passing() {
        assert_eq!(Health::from_wire(0), Health::Passing);
        assert_eq!(Health::default(), Health::Passing);
    }

    #[test]
    fn words_and_numbers_lead_back_to_the_state() {
        for (health, healthy) in [(Health::Passing, true), (Health::Warning, true), (Health::Critical, false)]
        {
            assert_eq!(health.to_string().parse(), Ok(health));
            assert_eq!(Health::from_wire(health.to_wire()), health);
            assert_eq!(health.is_healthy(), healthy);
        }
        let error = "fine".parse::<Health>().unwrap_err();
        assert_eq!(error.to_string(), "health is `passing`, `warning` or `critical`");
    }
}
