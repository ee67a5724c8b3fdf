//! What an operator should know and would not see in a list of members: two agents of one name.

use super::Identity;
use crate::clock::now_ms;
use crate::control::api::Notice;

/// Rivals that are remembered; the one that was seen longest ago is forgotten first.
const MOST: usize = 8;

/// What an operator should know at present.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    list: Vec<(Identity, Notice)>,
}

impl Notices {
    /// Another agent has this agent's name, and has won.
    pub(super) fn conflict(&mut self, rival: &Identity) -> &Notice {
        let message = format!(
            "another agent has taken the name {}: it is at {}. This one is silent and out of the cluster",
            rival.name(),
            rival.address()
        );
        let advice = "stop one of the two, or start one of them with another --name; \
                      when the other one is gone, this one comes back by itself";
        self.add("conflict", rival, message, advice.into())
    }

    /// Another agent claims this agent's name, and has lost.
    pub(super) fn rival(&mut self, rival: &Identity) -> &Notice {
        let message = format!(
            "another agent uses this one's name, {}: it is at {}. It was turned away",
            rival.name(),
            rival.address()
        );
        let advice = format!("stop the agent at {}, or start it again with another --name", rival.address());
        self.add("rival", rival, message, advice)
    }

    /// The agent is a member again: no conflict is left.
    pub(super) fn settled(&mut self) {
        self.list.retain(|(_, notice)| notice.kind != "conflict");
    }

    /// All of them, oldest first.
    pub(crate) fn list(&self) -> Vec<Notice> {
        self.list.iter().map(|(_, notice)| notice.clone()).collect()
    }

    fn add(&mut self, kind: &str, rival: &Identity, message: String, advice: String) -> &Notice {
        let same = |(known, notice): &(Identity, Notice)| {
            notice.kind == kind && known.name() == rival.name() && known.address() == rival.address()
        };
        let times = match self.list.iter().position(same) {
            Some(index) => self.list.remove(index).1.times + 1,
            None => 1,
        };
        if self.list.len() == MOST {
            self.list.remove(0);
        }
        let notice = Notice { kind: kind.into(), at_ms: now_ms(), times, message, advice };
        self.list.push((rival.clone(), notice));
        &self.list[self.list.len() - 1].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use haulout::Name;

    fn rival(port: u16, epoch: u64) -> Identity {
        Identity::new(Name::new("a").unwrap(), ([127, 0, 0, 1], port).into(), epoch)
    }

    #[test]
    fn one_rival_is_one_notice_however_often_it_comes() {
        let mut notices = Notices::default();
        notices.rival(&rival(1, 7));
        notices.rival(&rival(2, 7));
        assert_eq!(notices.rival(&rival(1, 8)).times, 2);
        assert_eq!(notices.list().len(), 2);
        for port in 3..100 {
            notices.rival(&rival(port, 7));
        }
        assert_eq!(notices.list().len(), MOST);
    }

    #[test]
    fn a_conflict_is_over_when_the_agent_is_back() {
        let mut notices = Notices::default();
        notices.rival(&rival(1, 7));
        notices.conflict(&rival(2, 9));
        notices.settled();
        assert_eq!(notices.list().iter().map(|notice| notice.kind.as_str()).collect::<Vec<_>>(), ["rival"]);
    }
}
