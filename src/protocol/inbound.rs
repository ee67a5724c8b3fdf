//! A decoded datagram arrives: who speaks, may it, and what does it say.
//!
//! The order of the checks: receiver, version, cluster, our own key; then what the header says of its
//! sender; then the message; then the sections, if the sender is a member under exactly that identity.

use super::apply::{Speaker, is_known};
use super::{Life, Protocol, Say};
use crate::broadcast::Broadcasts;
use crate::codec::{Header, Message, Pull, Refusal, Section, Update, VERSION};
use crate::error::DatagramError;
use crate::event::Event;
use crate::identity::Identity;
use crate::members::Slot;
use crate::seeds::Ask;
use crate::state::State;
use alloc::vec::Vec;
use core::num::NonZeroU32;
use core::time::Duration;

/// How often the user is told of one who claims our key.
const RIVAL_INTERVAL: Duration = Duration::from_secs(5);

/// Why a well-formed datagram was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rejected {
    Version { spoken: u8, highest: u8 },
    Cluster { theirs: Option<NonZeroU32> },
    Misdirected,
}

impl<E> From<Rejected> for DatagramError<E> {
    fn from(rejected: Rejected) -> Self {
        match rejected {
            Rejected::Version { spoken, highest } => Self::Version { spoken, highest },
            Rejected::Cluster { theirs } => Self::Cluster { theirs },
            Rejected::Misdirected => Self::Misdirected,
        }
    }
}

/// Who speaks, after its header was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sender {
    /// An active member under exactly this identity.
    Member(Slot),
    /// Its key is held, but not so: departed, or superseded.
    Known,
    /// Not held: unproven, or refused for this reason.
    Stranger(Option<Refusal>),
}

impl<I: Identity, B: Broadcasts<I>> Protocol<I, B> {
    /// Takes a datagram: its header, its updates, its other sections.
    pub(crate) fn receive(
        &mut self,
        header: &Header<I>,
        updates: &mut Vec<Update<I>>,
        sections: &mut Vec<Section<'_, I>>,
    ) -> Result<(), Rejected> {
        self.check_address(header)?;
        if let Message::Refused { .. } = header.message {
            self.hear_refused(&header.message);
            return Ok(());
        }
        let is_notice = matches!(header.message, Message::YouAreDown);
        if header.source.is_at(&self.me.addr) && !(is_notice && header.source != self.me.identity) {
            self.hear_own_key(header);
            return Ok(());
        }
        if is_notice {
            match updates.pop() {
                Some(update) if updates.is_empty() => self.hear_notice(&header.source, &update),
                _ => self.stats.dropped.unmatched += 1,
            }
            return Ok(());
        }
        let is_feed = matches!(header.message, Message::Feed { number, .. } if self.has_announced(number));
        if let Life::Conflict(_) = self.me.life {
            match header.message {
                Message::Challenge { number, cookie } => self.hear_challenge(&header.source, number, cookie),
                Message::Feed { .. } if is_feed => self.conflict_won(),
                _ => {}
            }
            return Ok(());
        }
        let is_page = matches!(header.message, Message::SyncPage(_));
        let roots = is_page.then(|| (self.members.digest().root(), self.records_root()));
        let members = self.members.len();
        let fed = updates.len();
        let leaves =
            matches!(updates.first(), Some(u) if u.state == State::Left && u.identity == header.source);
        let sender = self.hear_header(header, is_feed, leaves);
        self.hear_message(header, sender);
        let (Sender::Member(slot), false) = (sender, matches!(header.message, Message::Unknown(_))) else {
            if !updates.is_empty() || !sections.is_empty() {
                self.stats.dropped.unapplied += 1;
            }
            return Ok(());
        };
        if !updates.is_empty() {
            self.hear_updates(&header.source, slot, updates);
        }
        if !sections.is_empty() {
            // The others know what a joiner learns.
            self.hear_sections(sections, !is_page || self.exchange.complete);
        }
        match &header.message {
            Message::Feed { number, clock } if is_feed => {
                self.broadcasts.hear_clock(*clock);
                self.fed(&header.source, *number, members);
                self.sync_after_feed(slot, fed);
            }
            Message::SyncPage(page) => {
                let taught = roots != Some((self.members.digest().root(), self.records_root()));
                self.hear_page(slot, page, taught);
            }
            _ => {}
        }
        Ok(())
    }

    /// What is decoded already.
    #[cfg(feature = "bench")]
    pub(crate) fn hear_from(&mut self, teller: &I::Addr, updates: impl Iterator<Item = Update<I>>) {
        let Some(slot) = self.members.find(teller) else { return };
        for update in updates {
            self.apply(update, Speaker::Member(slot));
        }
    }

    /// Applies what a member told of others, and of itself.
    fn hear_updates(&mut self, source: &I, slot: Slot, updates: &mut Vec<Update<I>>) {
        let mut updates = updates.drain(..);
        while let Some(update) = updates.as_slice().first() {
            let held = self.members.find_member(&update.identity.addr());
            // Most say nothing new, and are not worth moving.
            if held.is_some_and(|(_, held)| is_known(held, update)) {
                updates.next();
                continue;
            }
            let held = held.map(|(slot, _)| slot);
            let from_subject = update.identity == *source;
            let speaker =
                if from_subject { Speaker::Subject { proven: false } } else { Speaker::Member(slot) };
            if let Some(update) = updates.next() {
                self.apply_to(held, update, speaker);
            }
        }
    }

    /// Receiver, version and cluster. A joiner of another version or cluster is told so.
    fn check_address(&mut self, header: &Header<I>) -> Result<(), Rejected> {
        if header.dst.is_some() && header.dst != self.me.dst {
            self.stats.dropped.misdirected += 1;
            return Err(Rejected::Misdirected);
        }
        let refused = matches!(header.message, Message::Refused { .. });
        if header.version.spoken != VERSION && !refused {
            self.turn_away(header, Refusal::Version);
            self.stats.dropped.version += 1;
            return Err(Rejected::Version { spoken: header.version.spoken, highest: header.version.highest });
        }
        if header.cluster != self.config.cluster && !refused {
            self.turn_away(header, Refusal::Cluster);
            self.stats.dropped.cluster += 1;
            return Err(Rejected::Cluster { theirs: header.cluster });
        }
        Ok(())
    }

    fn turn_away(&mut self, header: &Header<I>, reason: Refusal) {
        if let Message::Announce { number, .. } = header.message
            && self.me.is_serving()
        {
            self.refuse(&header.source, number, reason);
        }
    }

    fn has_announced(&mut self, number: u16) -> bool {
        self.meeting.requests.find(self.now, number, Ask::Announce).is_some()
    }

    /// A datagram whose source claims our own key proves nothing, but for a notice: from the winner of our key
    /// it is all that two processes without a third member tell each other.
    fn hear_own_key(&mut self, header: &Header<I>) {
        self.stats.dropped.own_key += 1;
        let is_echo =
            matches!(header.message, Message::Announce { number, .. } if self.has_announced(number));
        if header.source == self.me.identity || is_echo {
            return self.met_myself(&header.message);
        }
        if !self.me.is_serving() {
            return;
        }
        if self.me.identity.supersedes(&header.source) {
            let held = (self.me.identity.clone(), self.me.incarnation, State::Alive);
            self.notify(&header.source, held, Speaker::Subject { proven: false });
            if self.restraint.rival_told.is_none_or(|at| self.now.since(at) >= RIVAL_INTERVAL) {
                self.restraint.rival_told = Some(self.now);
                self.event(Event::Rival { identity: header.source.clone() });
            }
        } else if let Message::Announce { number, .. } = header.message {
            self.refuse(&header.source, number, Refusal::Conflict);
        }
    }

    /// Whether the sender has shown that it can be reached where it says.
    pub(super) fn is_proven(&self, header: &Header<I>) -> bool {
        header.cookie.is_some_and(|cookie| self.meeting.cookies.holds(self.now, &header.source, cookie))
    }

    /// The header is `Alive` of its sender, under the merge table. A stranger enters only by a cookie, or by
    /// the feed that we asked it for; so does a newer identity of a known key at another route.
    ///
    /// One that says itself that it leaves is not told that it has left.
    fn hear_header(&mut self, header: &Header<I>, is_feed: bool, leaves: bool) -> Sender {
        let source = &header.source;
        let Some((slot, held)) = self.members.find_member(&source.addr()) else {
            if !is_feed && !self.is_proven(header) {
                return Sender::Stranger(None);
            }
            return match self.admit(source, header.incarnation) {
                Ok(slot) => Sender::Member(slot),
                Err(reason) => Sender::Stranger(Some(reason)),
            };
        };
        let is_known =
            held.identity == *source && held.state == State::Alive && held.incarnation == header.incarnation;
        if is_known {
            return Sender::Member(slot);
        }
        self.hear_change(header, slot, (is_feed, leaves))
    }

    /// A known key's header says something else than what is held.
    #[inline(never)]
    fn hear_change(&mut self, header: &Header<I>, slot: Slot, (is_feed, leaves): (bool, bool)) -> Sender {
        let source = &header.source;
        let held = &self.members[slot];
        let same = held.identity == *source;
        if same && held.state == State::Left && leaves {
            return Sender::Known;
        }
        let moved = !same && held.identity.route() != source.route() && source.supersedes(&held.identity);
        if moved && !is_feed && !self.is_proven(header) {
            return Sender::Stranger(None);
        }
        let proven = matches!(header.message, Message::Announce { .. }) && self.is_proven(header);
        let alive = Update::new(source.clone(), header.incarnation, State::Alive);
        self.apply(alive, Speaker::Subject { proven });
        // Forgetting is the one change that could have taken the slot, and nothing is forgotten here.
        let held = &self.members[slot];
        if held.identity == *source && held.state.is_active() { Sender::Member(slot) } else { Sender::Known }
    }

    fn hear_message(&mut self, header: &Header<I>, sender: Sender) {
        if let (Message::Ping { number }, Sender::Member(slot)) = (&header.message, sender) {
            self.send_to(slot, Say::Ack { number: *number });
        } else {
            self.hear_other_message(header, sender);
        }
    }

    /// What is said less often, or by others than members.
    #[inline(never)]
    fn hear_other_message(&mut self, header: &Header<I>, sender: Sender) {
        let source = &header.source;
        match (&header.message, sender) {
            (Message::Ping { number }, Sender::Known) => self.answer(source, Say::Ack { number: *number }),
            (Message::Ping { number }, Sender::Stranger(None)) if self.me.is_serving() => {
                self.challenge(source, *number);
            }
            (Message::Announce { number, .. }, _) => self.hear_announce(header, sender, *number),
            (Message::Challenge { number, cookie }, _) => self.hear_challenge(source, *number, *cookie),
            (Message::Ack { number }, Sender::Member(slot)) => {
                self.hear_ack(slot, *number, header.incarnation);
            }
            (Message::PingReq { number, target, route }, Sender::Member(slot)) => {
                self.hear_ping_req(slot, *number, target, route.as_ref());
            }
            (Message::ForwardedAck { number, identity, incarnation }, Sender::Member(slot)) => {
                self.hear_forwarded_ack(slot, *number, identity, *incarnation);
            }
            (Message::Nack { number }, Sender::Member(_)) => self.hear_nack(*number),
            (sync @ Message::Sync { .. }, Sender::Member(slot)) => self.hear_sync(slot, sync),
            (Message::SyncPull(pull), Sender::Member(slot)) => self.hear_pull(slot, pull),
            (Message::SyncLeaves { number, leaves }, Sender::Member(slot)) => {
                self.hear_leaves(slot, *number, leaves.as_ref());
            }
            (
                Message::Sync { number, .. } | Message::SyncPull(Pull { number, .. }),
                Sender::Stranger(None),
            ) if self.me.is_serving() => self.challenge(source, *number),
            (Message::Unknown(_), _) => self.stats.dropped.unknown_messages += 1,
            (_, Sender::Stranger(_)) => self.stats.dropped.stranger += 1,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
