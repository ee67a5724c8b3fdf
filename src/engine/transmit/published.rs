//! What members published travels along: the broadcast plugin fills what room it is given.

use crate::broadcast::{Broadcasts, Packet, Round};
use crate::codec::{Codec, SectionRef};
use crate::engine::Engine;
use crate::identity::Identity;
use crate::members::Slot;
use crate::out::Out;
use crate::spec::Spec;

/// One packet of so many gives what was published the first place.
const TURN: u8 = 4;

/// The rest of a datagram, as the plugin sees it.
pub(super) struct Rest<'a, 'b, C> {
    pub(super) codec: &'a C,
    pub(super) out: &'a mut Out<'b>,
    /// Sections that were written.
    pub(super) count: u64,
}

impl<I: Identity, C: Codec<I>> Packet<I> for Rest<'_, '_, C> {
    fn put(&mut self, section: SectionRef<'_, I>) -> bool {
        let before = self.out.len();
        let put = matches!(self.codec.put_section(section, self.out), Ok(true));
        if !put {
            self.out.truncate(before);
        }
        self.count += u64::from(put);
        put
    }

    fn room(&self) -> usize {
        self.out.remaining()
    }
}

impl<S: Spec> Engine<S> {
    /// Updates and what was published; neither starves the other. True if any was written.
    pub(super) fn put_all_news(&mut self, receiver: Slot, out: &mut Out<'_>) -> bool {
        if self.protocol.broadcasts.backlog() == 0 {
            return !self.protocol.news.is_empty() && self.put_news(receiver, 0, out);
        }
        self.put_both(receiver, out)
    }

    #[inline(never)]
    fn put_both(&mut self, receiver: Slot, out: &mut Out<'_>) -> bool {
        self.turn = (self.turn + 1) % TURN;
        if self.turn == 0 {
            let published = self.put_published(receiver, out);
            return self.put_news(receiver, 0, out) | published;
        }
        let (kept, mut published) = (out.remaining() / 2, false);
        let updates = self.put_news_around(receiver, kept, out, |engine, out| {
            published = engine.put_published(receiver, out);
        });
        updates | published
    }

    fn put_published(&mut self, receiver: Slot, out: &mut Out<'_>) -> bool {
        let (limit, now) = (self.protocol.retransmit_limit(), self.protocol.now);
        let Some(member) = self.protocol.members.get(receiver) else { return false };
        let receiver = member.identity.addr();
        let round = Round { now, limit, receiver: &receiver, sole: self.protocol.members.len() == 1 };
        let mut rest = Rest { codec: &self.codec, out, count: 0 };
        self.protocol.broadcasts.fill(&mut rest, &round);
        let count = rest.count;
        self.protocol.stats.sent.broadcasts += count;
        count > 0
    }

    /// The names of topics; those that do not fit are left out.
    pub(super) fn put_topics(&self, out: &mut Out<'_>) -> bool {
        let mut rest = Rest { codec: &self.codec, out, count: 0 };
        self.protocol.broadcasts.put_topics(&mut rest);
        rest.count > 0
    }
}
