//! What is done to members and network, and when.

use super::selection::Selection;
use super::units::{Rate, Span};
use crate::network::Weather;
use serde::{Deserialize, Serialize};

/// One deed at one time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// When, counted from when the cluster stands.
    pub at: Span,
    /// What: `do.crash = "any 3"`, `do = "heal"`.
    #[serde(rename = "do")]
    pub deed: Deed,
}

/// What the clock of a machine says after a restart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Clock {
    /// The right time.
    #[default]
    Right,
    /// The same as when the process started before.
    Still,
    /// 500 s less than when the process started before.
    Back,
}

/// Something that goes wrong, or right again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Deed {
    /// Processes are gone without a word.
    Crash(Selection),
    /// Processes start anew at their address, with an empty table, whether they ran or not.
    Restart {
        /// Which; drawn from all seats.
        who: Selection,
        /// What their clock says, which their epoch comes from.
        #[serde(default)]
        clock: Clock,
        /// Whom they join through: one of these that is not itself. All.
        #[serde(default = "all")]
        through: Selection,
    },
    /// Members leave in order; their processes stay.
    Leave(Selection),
    /// Those that have left come back in the same process.
    Return(Selection),
    /// New members join through others.
    Grow(usize),
    /// Processes stand still for a while.
    Pause {
        /// Which.
        who: Selection,
        /// How long.
        #[serde(rename = "for")]
        length: Span,
    },
    /// Processes block just before sending and after receiving for a while (Lifeguard's anomaly).
    Block {
        /// Which.
        who: Selection,
        /// How long.
        #[serde(rename = "for")]
        length: Span,
    },
    /// The network falls apart: each selection is a side, and all others are one more.
    Split(Vec<Selection>),
    /// Nothing passes from the one to the others; the way back is open.
    Cut {
        /// Who is not heard.
        from: Selection,
        /// By whom.
        to: Selection,
    },
    /// Links come and go.
    Flap {
        /// One end.
        one: Selection,
        /// The other.
        other: Selection,
        /// Open for the first half of it, shut for the second.
        period: Span,
    },
    /// A part of what members send is lost.
    LoseEgress {
        /// Whose.
        who: Selection,
        /// How much.
        rate: Rate,
    },
    /// A part of what is sent to members is lost.
    LoseIngress {
        /// To whom.
        who: Selection,
        /// How much.
        rate: Rate,
    },
    /// Another weather, for all.
    Weather(Weather),
    /// A second process with the key of another, at an address of its own. Only for `identity = "named"`.
    Twin(Selection),
    /// Processes crash, and come back with the same key at another address. Only for `identity = "named"`.
    Move(Selection),
    /// Members put one small record more each, of the key `urgent`.
    Put(Selection),
    /// The network is as it was in the beginning. Processes stay as they are.
    Heal,
}

fn all() -> Selection {
    Selection::All
}

impl Deed {
    /// Everybody that it names.
    pub(crate) fn selections(&self) -> Vec<&Selection> {
        match self {
            Self::Crash(who)
            | Self::Leave(who)
            | Self::Return(who)
            | Self::Twin(who)
            | Self::Move(who)
            | Self::Put(who)
            | Self::Pause { who, .. }
            | Self::Block { who, .. }
            | Self::LoseEgress { who, .. }
            | Self::LoseIngress { who, .. } => vec![who],
            Self::Restart { who, through, .. } => vec![who, through],
            Self::Split(sides) => sides.iter().collect(),
            Self::Cut { from, to } => vec![from, to],
            Self::Flap { one, other, .. } => vec![one, other],
            Self::Grow(_) | Self::Weather(_) | Self::Heal => Vec::new(),
        }
    }
}

/// Members that crash and come back all the time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Churn {
    /// How often one crashes.
    pub every: Span,
    /// How long it is gone.
    pub gone: Span,
    /// From when on. 0 s.
    #[serde(default)]
    pub from: Span,
    /// Until when; to the end of the faults if it is not said.
    #[serde(default)]
    pub until: Option<Span>,
    /// What the clocks say. Right.
    #[serde(default)]
    pub clock: Clock,
}

/// What members publish.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Records {
    /// How many records each first member puts in the beginning, and keys that it has in all, 1 to 64. 3.
    pub each: usize,
    /// How often some member puts one of its keys again, or, every third time, removes it. Never.
    pub every: Option<Span>,
    /// Bytes of a value, 8 to 1,024. 16.
    pub bytes: usize,
}

impl Default for Records {
    fn default() -> Self {
        Self { each: 3, every: None, bytes: 16 }
    }
}

/// The moments, or user events, that members make known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moments {
    /// How often some member does.
    pub every: Span,
    /// Bytes of one, 8 to 1,024. 16.
    #[serde(default = "sixteen")]
    pub bytes: usize,
    /// After how long one is not told any more. For ever.
    #[serde(default)]
    pub ttl: Option<Span>,
}

fn sixteen() -> usize {
    16
}
