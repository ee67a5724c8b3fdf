"""Carrying out the merge table, and telling those who are wrong: section 4."""

from __future__ import annotations

import math
import typing

from .codec import Datagram, State, Update
from .gen import haulout_pb2 as pb
from .identity import Identity
from .table import CONFIRMATIONS, Answer, Change, Held, Suspicion, decide

if typing.TYPE_CHECKING:
    pass

TRUCE = 5.0
ACCUSERS = 64


class Merging:
    """The part of a member that hears of others."""

    def apply(self, update: Update, speaker: str | None, proven: bool = False) -> None:
        """Applies an update that a member said, or, with `None`, we ourselves."""
        identity, name = update.identity, update.identity.name
        if name == self.me.name:
            return self._hear_about_me(update)
        held = self.table.get(name)
        if held is None:
            if update.state.active and self._admit(identity, update.incarnation) and update.state is State.SUSPECT:
                self._suspect(self.table[name], update)
            return None
        change, answer = decide(held, identity, update.incarnation, update.state)
        if answer is Answer.NOTIFY:
            self._notify_of_death(held, update, speaker == name, proven)
        elif answer is Answer.CORRECT:
            if speaker == name:
                self._notify(identity, Update(held.identity, held.incarnation, held.state), proven=proven)
            self._correct(held, speaker)
        match change:
            case Change.ALIVE:
                if held.state is State.SUSPECT:
                    held.state, held.suspicion = State.ALIVE, None
                    self.emit("refuted", member=identity)
                held.incarnation = update.incarnation
                self._tell(name)
            case Change.SUSPECT:
                self._suspect(held, update)
            case Change.CONFIRM:
                added = [key for key in self._accusers_of(update) if key not in held.suspicion.by]
                if added and len(held.suspicion.by) <= CONFIRMATIONS:
                    held.suspicion.by = (held.suspicion.by + added)[:CONFIRMATIONS + 1]
                    self._tell(name)
            case Change.DEPART:
                self._depart(held, update.incarnation, update.state)
            case Change.TURN_LEFT:
                held.state = State.LEFT
                held.incarnation = max(held.incarnation, update.incarnation)
                self.emit("left", member=identity)
                self._tell(name)
            case Change.RAISE:
                held.incarnation = max(held.incarnation, update.incarnation)
            case Change.REPLACE:
                self._replace(held, update)
        return None

    def _admit(self, identity: Identity, incarnation: int) -> bool:
        if len(self.members()) >= self.settings.members:
            self.dropped["full"] += 1
            return False
        self.table[identity.name] = Held(identity, incarnation)
        self.emit("up", member=identity)
        self._appeared(identity)
        self._tell(identity.name)
        return True

    def _appeared(self, identity: Identity) -> None:
        self.registry.appeared(identity)
        self._arm_probe()
        self.sync.soon()

    def _accusers_of(self, update: Update) -> list[str]:
        """Nobody accuses itself, and nobody who is not a member accuses."""
        return [key for key in update.by
                if key != update.identity.name and (key == self.me.name or self.is_active(key))]

    def _suspect(self, held: Held, update: Update) -> None:
        if held.state is State.ALIVE:
            self.emit("suspected", member=held.identity)
        held.state, held.incarnation = State.SUSPECT, update.incarnation
        held.suspicion = Suspicion(self._accusers_of(update), self.now)
        self._tell(held.identity.name)

    def _depart(self, held: Held, incarnation: int, state: State) -> None:
        identity = held.identity
        if self.prober.probe and self.prober.probe.identity.name == identity.name:
            self.prober.void()
        held.suspicion, held.incarnation, held.state, held.departed = None, incarnation, state, self.now
        self.registry.concealed(identity.name)
        self.emit("down" if state is State.DOWN else "left", member=identity)
        self._tell(identity.name)
        departed = [h for h in self.table.values() if not h.state.active]
        if len(departed) > self.settings.departed:
            self._forget(min(departed, key=lambda h: h.departed))

    def _replace(self, held: Held, update: Update) -> None:
        old, was = held.identity, held.state
        held.identity, held.incarnation, held.suspicion = update.identity, update.incarnation, None
        if not was.active and not update.state.active:
            held.state = update.state
            if (was, update.state) == (State.DOWN, State.LEFT):
                self.emit("left", member=update.identity)
            return self._tell(update.identity.name)
        held.state = State.ALIVE
        self.emit("renewed", old=old, member=update.identity)
        self.registry.concealed(old.name)
        self._appeared(update.identity)
        if update.state is State.SUSPECT:
            self._suspect(held, update)
        elif not update.state.active:
            self._depart(held, update.incarnation, update.state)
        else:
            self._tell(update.identity.name)
        return None

    def _forget(self, held: Held) -> None:
        name = held.identity.name
        del self.table[name]
        self.news.drop(name)
        self.registry.forgotten(name)
        self.sync.forgotten(name)
        if held.state is State.DOWN:
            self.meeting.remember(held.identity.route)

    def _notify_of_death(self, held: Held, update: Update, spoke: bool, proven: bool) -> None:
        if held.state.active:
            self.prober.probe_next(held.identity.name)
            self._notify(update.identity, update, spoke, proven)
        else:
            self._notify(update.identity, Update(held.identity, held.incarnation, held.state), spoke, proven)

    def _notify(self, to: Identity, held: Update, spoke: bool = True, proven: bool = False) -> None:
        """Tells somebody what is held of its key, since it spoke itself, or another spoke of it."""
        came, answered = self._accusers.get(to.print, (-math.inf, -math.inf))
        if self.now - came < TRUCE and self.now - answered < TRUCE:
            return
        limit = self._notices if spoke else self._unasked
        if limit.take(self.now, None if proven else to.name):
            if self.now - came < TRUCE:
                self._accusers[to.print] = (came, self.now)
            self._send_notice(to, held)

    def _send_notice(self, to: Identity, held: Update) -> None:
        self.send(to, news=False, sections=[held.message()], you_are_down=pb.YouAreDown())

    def _correct(self, held: Held, speaker: str | None) -> None:
        other = speaker if speaker != held.identity.name else None
        if self._corrections.take(self.now, (held.identity.name, other)):
            self._tell(held.identity.name)
            if other is not None and self.is_active(other):
                self.send(self.table[other].identity, gossip=pb.Gossip())

    def _hear_notice(self, datagram: Datagram) -> None:
        source = datagram.source
        if len(datagram.updates) != 1 or datagram.updates[0].identity.name != self.me.name:
            self.dropped["unmatched"] += 1
            return
        update = datagram.updates[0]
        self._accusers[source.print] = (self.now, self._accusers.get(source.print, (0, -math.inf))[1])
        while len(self._accusers) > 64:
            del self._accusers[next(iter(self._accusers))]
        self._hear_about_me(update)
        outdated = (self.me, self.incarnation) != (update.identity, update.incarnation)
        if self.serving and outdated and source.name != self.me.name:
            if self._active_identity(source.name) == source:
                self.send(source, gossip=pb.Gossip())
            elif self._notices.take(self.now):
                self.meeting.ping(source)
