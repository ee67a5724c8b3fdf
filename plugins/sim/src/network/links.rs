//! Faults between particular seats: cuts, sides, losses in and out, and links that come and go.
//!
//! Cost: O(1) a datagram, and O(flapping links) while there are any; nothing is looked up while all is well.

use crate::scenario::{Rate, Span};
use haulout::Instant;
use rand::rngs::SmallRng;
use std::collections::{BTreeMap, BTreeSet};

/// A link that comes and goes: open for one half of the period, shut for the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flap {
    /// One end; both directions are shut together.
    pub one: usize,
    /// The other.
    pub other: usize,
    /// Open and shut together, at least 2 µs.
    pub period: Span,
}

/// What is wrong between whom.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// The side of each seat; seats without one are on side 0.
    sides: Vec<u8>,
    cuts: BTreeSet<(usize, usize)>,
    egress: BTreeMap<usize, Rate>,
    ingress: BTreeMap<usize, Rate>,
    flaps: Vec<Flap>,
}

impl Links {
    /// Only seats of one side hear each other from now on.
    pub fn split(&mut self, sides: Vec<u8>) {
        self.sides = sides;
    }

    /// Nothing passes from one seat to another; the way back stays open.
    pub fn cut(&mut self, from: usize, to: usize) {
        self.cuts.insert((from, to));
    }

    /// How much of what a seat sends is lost.
    pub fn lose_egress(&mut self, seat: usize, rate: Rate) {
        self.egress.insert(seat, rate);
    }

    /// How much of what is sent to a seat is lost.
    pub fn lose_ingress(&mut self, seat: usize, rate: Rate) {
        self.ingress.insert(seat, rate);
    }

    /// A link that comes and goes.
    pub fn flap(&mut self, flap: Flap) {
        self.flaps.push(flap);
    }

    /// All is well.
    pub fn heal(&mut self) {
        *self = Self::default();
    }

    /// Whether nothing is wrong between anybody.
    pub fn are_well(&self) -> bool {
        self.sides.is_empty()
            && self.cuts.is_empty()
            && self.egress.is_empty()
            && self.ingress.is_empty()
            && self.flaps.is_empty()
    }

    /// Whether a datagram passes.
    pub fn passes(&self, now: Instant, rng: &mut SmallRng, from: usize, to: usize) -> bool {
        let side = |seat: usize| self.sides.get(seat).copied().unwrap_or(0);
        let loses = |of: &BTreeMap<usize, Rate>, seat: usize, rng: &mut SmallRng| {
            !of.is_empty() && of.get(&seat).is_some_and(|rate| rate.happens(rng))
        };
        let shut = |flap: &Flap| {
            ((flap.one, flap.other) == (from, to) || (flap.one, flap.other) == (to, from))
                && now.as_micros() % flap.period.micros().max(2) >= flap.period.micros().max(2) / 2
        };
        (self.sides.is_empty() || side(from) == side(to))
            && (self.cuts.is_empty() || !self.cuts.contains(&(from, to)))
            && !self.flaps.iter().any(shut)
            && !loses(&self.egress, from, rng)
            && !loses(&self.ingress, to, rng)
    }
}
