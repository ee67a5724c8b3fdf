//! Who looks on in a run: the checkers, and the meter.
//!
//! A checker that has found a violation is not asked again: what follows from the first is of no use.

use super::meter::Meter;
use crate::checkers::{Checker, Verdict, Violation};
use crate::observe::{Observation, Observer, Survey};
use haulout::{Identity, Instant};

/// The observer of a run.
pub struct Watch<I: Identity> {
    /// What is measured.
    pub meter: Meter<I>,
    checkers: Vec<Box<dyn Checker<I>>>,
    violations: Vec<Violation>,
    /// Gets every observation in words.
    narrator: Option<Narrator>,
}

/// Where a run is told in words, line by line: time and what was seen.
pub type Narrator = Box<dyn FnMut(Instant, &str)>;

impl<I: Identity> Watch<I> {
    /// These checkers.
    pub fn new(checkers: Vec<Box<dyn Checker<I>>>) -> Self {
        Self { meter: Meter::default(), checkers, violations: Vec::new(), narrator: None }
    }

    /// Other checkers, from the beginning.
    pub fn set(&mut self, checkers: Vec<Box<dyn Checker<I>>>) {
        self.checkers = checkers;
    }

    /// Tells the run in words.
    pub fn narrate(&mut self, narrator: Narrator) {
        self.narrator = Some(narrator);
    }

    /// What was found so far.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// Shows all processes to the checkers.
    pub fn survey(&mut self, survey: &Survey<'_, I>) {
        self.ask(survey.at, |checker| checker.survey(survey));
    }

    /// Shows them the end.
    pub fn conclude(&mut self, survey: &Survey<'_, I>) {
        self.ask(survey.at, |checker| checker.conclude(survey));
    }

    fn ask(&mut self, at: Instant, mut question: impl FnMut(&mut dyn Checker<I>) -> Verdict) {
        let violations = &mut self.violations;
        self.checkers.retain_mut(|checker| match question(checker.as_mut()) {
            Ok(()) => true,
            Err(what) => {
                violations.push(Violation { theorem: checker.theorem(), at: at.as_micros(), what });
                false
            }
        });
    }
}

impl<I: Identity> Observer<I> for Watch<I> {
    fn observe(&mut self, at: Instant, seen: Observation<'_, I>) {
        self.meter.observe(at, &seen);
        if let Some(narrator) = &mut self.narrator
            && !matches!(seen, Observation::Stepped { .. })
        {
            narrator(at, &format!("{seen:?}"));
        }
        self.ask(at, |checker| checker.observe(at, &seen));
    }
}

impl<I: Identity> core::fmt::Debug for Watch<I> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Watch")
            .field("checkers", &self.checkers.len())
            .field("violations", &self.violations)
            .finish_non_exhaustive()
    }
}
