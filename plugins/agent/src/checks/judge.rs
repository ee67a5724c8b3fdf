//! From what single checks find to the health that is published: thresholds, so that one slip is none.

use super::{Check, Finding};
use haulout_services::Health;

/// Judges a service by its checks. Critical until the first of them is good.
#[derive(Debug)]
pub(crate) struct Judge {
    health: Health,
    rise: u32,
    fall: u32,
    /// How many findings in a row would change the verdict.
    against: u32,
}

impl Judge {
    /// A judge who has seen nothing.
    pub(crate) fn new(check: &Check) -> Self {
        Self { health: Health::Critical, rise: check.rise, fall: check.fall, against: 0 }
    }

    /// The verdict.
    pub(crate) fn health(&self) -> Health {
        self.health
    }

    /// Takes a finding; whether the verdict has changed.
    pub(crate) fn hear(&mut self, finding: &Finding) -> bool {
        let before = self.health;
        let (bad, was_bad) = (finding.health == Health::Critical, self.health == Health::Critical);
        if bad == was_bad {
            self.against = 0;
            self.health = finding.health;
        } else {
            self.against += 1;
            if self.against >= if bad { self.fall } else { self.rise } {
                (self.health, self.against) = (finding.health, 0);
            }
        }
        self.health != before
    }
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;

    fn verdicts(rise: u32, fall: u32, findings: &str) -> String {
        let mut judge = Judge::new(&Check { rise, fall, ..Check::new(Kind::Tcp, "") });
        let letter = |health| match health {
            Health::Passing => 'p',
            Health::Warning => 'w',
            _ => 'c',
        };
        let judged = findings.chars().map(|found| {
            let finding = match found {
                'p' => Finding::passing(""),
                'w' => Finding::warning(""),
                _ => Finding::critical(""),
            };
            let before = judge.health();
            assert_eq!(judge.hear(&finding), judge.health() != before);
            letter(judge.health())
        });
        judged.collect()
    }

    #[test]
    fn a_service_is_critical_until_it_was_found_well() {
        assert_eq!(verdicts(1, 2, "ccpp"), "ccpp");
        assert_eq!(verdicts(3, 2, "ppp"), "ccp");
    }

    #[test]
    fn one_slip_is_none_and_only_those_in_a_row_count() {
        assert_eq!(verdicts(1, 2, "pcpcccp"), "ppppccp");
        assert_eq!(verdicts(2, 2, "ppccpcpp"), "cppccccp");
        assert_eq!(verdicts(1, 3, "pccc"), "pppc");
    }

    #[test]
    fn a_warning_is_said_at_once_and_is_not_bad() {
        assert_eq!(verdicts(1, 2, "wpwcw"), "wpwww");
        assert_eq!(verdicts(2, 1, "wwcw"), "cwcc");
    }
}
