//! Forming a cluster at once: every table full, all quiet, without the hours that joining one by one takes.
//!
//! Each engine asks to join and is answered by a feed that this world writes, of everybody. What all of them
//! then have to tell is told to nobody, until nothing is left to tell. Cost: O(n²), which is what n full
//! tables are.

use super::World;
use super::place::Seat;
use crate::model::{IdentityOf, Life, Model};
use crate::observe::Observer;
use core::time::Duration;
use haulout::codec::{Codec, Header, Message, SectionRef, Update, Version};
use haulout::fingerprint::destination;
use haulout::{Config, ConfigError, Identity, Out, State};

/// Members in a datagram; with any stock identity it stays under the 8,192 bytes that an engine takes.
const PAGE: usize = 150;
/// How long telling may take, in seconds of virtual time.
const TOLD: u64 = 600;

impl<M: Model, O: Observer<IdentityOf<M>>> World<M, O> {
    /// Fills an empty world with `n` members that know each other and have nothing left to tell. The virtual
    /// time that this takes, some ten seconds, is part of the run.
    pub fn form(&mut self, n: usize, config: impl Fn(Seat) -> Config) -> Result<(), ConfigError> {
        let identities = self.boot_all(n, &config)?;
        if n == 1 {
            self.start(Seat(0));
            return Ok(());
        }
        self.is_hushed = true;
        let pages = Self::pages(&identities);
        for seat in 0..n {
            let feeder = (seat + 1) % n;
            let number = self.ask(Seat(seat), Seat(feeder));
            for (page, sections) in pages.iter().enumerate() {
                let message = if page == 0 { Message::Feed { number, clock: 0 } } else { Message::Gossip };
                let datagram = self.written(&identities[feeder], &identities[seat], message, sections);
                self.inject(Seat(seat), &datagram);
            }
        }
        let quiet = |world: &Self| {
            let told = |seat: usize| {
                world.engine(Seat(seat)).is_none_or(|engine| engine.stats().gauges.gossip_backlog == 0)
            };
            (0..n).all(told)
        };
        let told = self.run_until_holds(Duration::from_secs(1), Duration::from_secs(TOLD), quiet);
        self.is_hushed = false;
        debug_assert!(told.is_some(), "everything is told after {TOLD} s");
        Ok(())
    }

    fn boot_all(
        &mut self,
        n: usize,
        config: &dyn Fn(Seat) -> Config,
    ) -> Result<Vec<IdentityOf<M>>, ConfigError> {
        let mut identities = Vec::with_capacity(n);
        for _ in 0..n {
            let seat = self.add_seat();
            let life = Life { seat, key: seat.0 as u32, epoch: self.epoch_now() };
            self.boot(life, config(seat))?;
            identities.push(self.model.identity(life));
        }
        Ok(identities)
    }

    /// Has an engine ask a seat, and takes the question away; its number.
    fn ask(&mut self, seat: Seat, of: Seat) -> u16 {
        let (now, route, codec) = (self.now, self.model.route(of), self.model.codec());
        let Some(engine) = self.places[seat.0].engine.as_mut() else { return 0 };
        engine.join(now, route);
        let mut number = 0;
        while let Some(transmit) = engine.poll_transmit(now, &mut self.buf) {
            let decoded: Result<(Header<IdentityOf<M>>, _), _> = codec.decode(&self.buf[..transmit.len]);
            if let Ok((Header { message: Message::Announce { number: asked, .. }, .. }, _)) = decoded {
                number = asked;
            }
        }
        number
    }

    /// Everybody, as the sections of as many datagrams as it takes.
    fn pages(identities: &[IdentityOf<M>]) -> Vec<Vec<Update<IdentityOf<M>>>> {
        let update = |identity: &IdentityOf<M>| Update::new(identity.clone(), 0, State::Alive);
        identities.chunks(PAGE).map(|chunk| chunk.iter().map(update).collect()).collect()
    }

    /// A datagram from one member to another.
    fn written(
        &self,
        from: &IdentityOf<M>,
        to: &IdentityOf<M>,
        message: Message<IdentityOf<M>>,
        updates: &[Update<IdentityOf<M>>],
    ) -> Vec<u8> {
        let codec = self.model.codec();
        let header = Header {
            version: Version::CURRENT,
            cluster: None,
            dst: destination(&to.addr()),
            cookie: None,
            source: from.clone(),
            incarnation: 0,
            message,
        };
        let mut buf = vec![0; 8_192];
        let mut out = Out::new(&mut buf);
        let mut fits = codec.put_header(header.as_ref(), &mut out).is_ok_and(|fits| fits);
        for update in updates {
            fits &= codec.put_section(SectionRef::Update(update.as_ref()), &mut out).is_ok_and(|fits| fits);
        }
        debug_assert!(fits, "a page fits");
        let len = out.written().len();
        buf.truncate(len);
        buf
    }
}
