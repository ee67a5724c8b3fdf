//! Who is meant: `"3"`, `"1,4,7"`, `"0..8"`, `"any 5"`, `"any 10%"`, `"all"`.

use super::units::{Rate, as_text};
use crate::world::Seat;
use core::fmt;
use core::str::FromStr;
use rand::RngExt;
use rand::rngs::SmallRng;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A choice of members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// All of them.
    All,
    /// These, by number.
    These(Vec<usize>),
    /// From the first, which is included, to the last, which is not.
    Range(usize, usize),
    /// So many at random.
    Any(usize),
    /// Such a part of them at random, at least one.
    Part(Rate),
}

impl Selection {
    /// Draws from `candidates`; seats that are named and are no candidates are left out.
    pub fn draw(&self, rng: &mut SmallRng, candidates: &[Seat]) -> Vec<Seat> {
        match self {
            Self::All => candidates.to_vec(),
            Self::These(seats) => {
                seats.iter().map(|seat| Seat(*seat)).filter(|s| candidates.contains(s)).collect()
            }
            Self::Range(first, end) => {
                candidates.iter().copied().filter(|seat| (*first..*end).contains(&seat.0)).collect()
            }
            Self::Any(count) => any(rng, candidates, *count),
            Self::Part(rate) => {
                let count = (rate.fraction() * candidates.len() as f64).round() as usize;
                any(rng, candidates, count.max(1))
            }
        }
    }

    /// The first member that both name.
    pub(crate) fn shared(&self, other: &Self) -> Option<usize> {
        let seats = |selection: &Self| match selection {
            Self::These(seats) => seats.clone(),
            Self::Range(first, end) => (*first..*end).collect(),
            Self::All | Self::Any(_) | Self::Part(_) => Vec::new(),
        };
        let others = seats(other);
        seats(self).into_iter().find(|seat| others.contains(seat))
    }

    /// The highest number that is named.
    pub(crate) fn highest(&self) -> Option<usize> {
        match self {
            Self::These(seats) => seats.iter().max().copied(),
            Self::Range(_, end) => end.checked_sub(1),
            Self::All | Self::Any(_) | Self::Part(_) => None,
        }
    }
}

impl From<usize> for Selection {
    fn from(seat: usize) -> Self {
        Self::These(vec![seat])
    }
}

impl FromStr for Selection {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` names nobody: write \"3\", \"1,4,7\", \"0..8\", \"any 5\", \"any 10%\" or \"all\""
            )
        };
        if text == "all" {
            return Ok(Self::All);
        }
        if let Some(count) = text.strip_prefix("any ") {
            return match count.parse() {
                Ok(count) => Ok(Self::Any(count)),
                Err(_) => count.parse().map(Self::Part).map_err(|_| wrong()),
            };
        }
        if let Some((first, end)) = text.split_once("..") {
            return match (first.parse(), end.parse()) {
                (Ok(first), Ok(end)) if first < end => Ok(Self::Range(first, end)),
                _ => Err(wrong()),
            };
        }
        let seats: Result<Vec<usize>, _> = text.split(',').map(|seat| seat.trim().parse()).collect();
        seats.map(Self::These).map_err(|_| wrong())
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::These(seats) => {
                let seats: Vec<_> = seats.iter().map(ToString::to_string).collect();
                f.write_str(&seats.join(","))
            }
            Self::Range(first, end) => write!(f, "{first}..{end}"),
            Self::Any(count) => write!(f, "any {count}"),
            Self::Part(rate) => write!(f, "any {rate}"),
        }
    }
}

as_text!(Selection, "members in quotes, like \"3\", \"0..8\" or \"any 5\"");

/// So many of them, in the order of their seats.
fn any(rng: &mut SmallRng, candidates: &[Seat], count: usize) -> Vec<Seat> {
    let mut drawn = candidates.to_vec();
    for at in 0..count.min(drawn.len()) {
        let other = rng.random_range(at..drawn.len());
        drawn.swap(at, other);
    }
    drawn.truncate(count);
    drawn.sort_unstable();
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn selections_are_read_drawn_and_shown() {
        let seats: Vec<_> = (0..20).map(Seat).collect();
        for (text, count) in
            [("3", 1), ("1,4,7", 3), ("0..8", 8), ("any 5", 5), ("any 10%", 2), ("all", 20), ("30", 0)]
        {
            let selection: Selection = text.parse().expect(text);
            assert_eq!(selection.to_string(), text);
            let drawn = selection.draw(&mut SmallRng::seed_from_u64(1), &seats);
            assert_eq!(drawn.len(), count, "{text}");
            assert!(drawn.is_sorted());
        }
        for text in ["", "x", "8..0", "any", "any x", "1;2"] {
            assert!(
                text.parse::<Selection>().is_err_and(|problem| problem.contains("names nobody")),
                "{text}"
            );
        }
    }
}
