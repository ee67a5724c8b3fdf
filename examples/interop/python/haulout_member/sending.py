"""Gossip, leaving, and what goes out: sections 10 and 11."""

from __future__ import annotations

import functools
import math

from .codec import MAX_SENT, VERSION, State, Update, encode
from .event import Event
from .fingerprint import text_print
from .gen import haulout_pb2 as pb
from .identity import Identity, Route
from .registry import Entry
from .table import Held

ROUNDS, FAREWELL = 3, 20
WITH_NEWS = {"ping", "ack", "gossip", "forwarded_ack"}


class Sending:
    """The part of a member that speaks."""

    def _arm_gossip(self) -> None:
        news = self.news or self.registry.news or self._own_news is not None
        if news and self.life in ("joining", "active") and "gossip" not in self.timers:
            self.timers["gossip"] = max(self.now, self._last_gossip + self.settings.gossip_interval)

    def _tell(self, name: str) -> None:
        self.news.queue(name)
        self._arm_gossip()

    def _tell_own(self) -> None:
        self._own_news = 0
        self._arm_gossip()

    def _limit(self) -> int:
        return self.settings.retransmit * math.ceil(math.log10(len(self.members()) + 2))

    def _gossip_due(self) -> None:
        del self.timers["gossip"]
        members, leaving = self.members(), self.life == "leaving"
        if leaving and self._has_left():
            return self._fall_idle()
        if not members:
            self.news.clear()
            self.registry.news.clear()
            self._own_news = None
        if not leaving and not self.news and not self.registry.news and self._own_news is None:
            return None
        self._last_gossip = self.now
        self.timers["gossip"] = self.now + self.settings.gossip_interval
        for held in self.rng.sample(members, min(self.settings.fanout, len(members))):
            self.send(held.identity, gossip=pb.Gossip())
        return None

    def _has_left(self) -> bool:
        waited = self.now - self._left_since
        interval = self.settings.gossip_interval
        if self._farewell and (not self.registry.own_backlog or waited >= FAREWELL * interval):
            self._farewell, self._left_since = False, self.now
            return False
        told = self._left_told >= self._limit() and waited >= ROUNDS * interval
        return not self.members() or (not self._farewell and told)

    def _fall_idle(self) -> None:
        self.prober.clear()
        self.meeting.clear()
        self.meeting.seeds.clear()
        self.sync.restart()
        self.timers = {}
        self.life, self._own_news = "dormant", None
        self.emit("idle")

    def number(self) -> int:
        """The number of a request."""
        self._number = (self._number + 1) & 0xFFFF
        return self._number

    def emit(self, kind: str, **data) -> None:
        """Tells the user."""
        self.events.append(Event(kind, data))

    def update_of(self, held: Held) -> pb.Update:
        """What is held of a member."""
        by = held.suspicion.by if held.suspicion else []
        return Update(held.identity, held.incarnation, held.state, by).message()

    def alive_of(self, held: Held) -> pb.Update:
        """A member as alive, for feeds and pages."""
        return Update(held.identity, held.incarnation, State.ALIVE).message()

    def send(self, to: Identity, **message) -> int:
        """Sends to an identity; see `send_to`."""
        return self.send_to(to.route, to.name, **message)

    def send_to(self, route: Route, name: str | None, *, news: bool = True, sections: list = (),
                cookie: int | None = None, pad_to: int = 0, **message) -> int:
        """Sends one message, with news if it carries any; the length of the datagram."""
        header = self._header(name, cookie, **message)
        packer = _Packer(header)
        for section in sections:
            packer.add(section)
        kind = next(iter(message))
        if news and kind in WITH_NEWS and name is not None and not self._add_news(packer, name) and kind == "gossip":
            return 0
        data = packer.encode()
        if len(data) < pad_to:
            header.announce.padding = bytes(pad_to - len(data))
            data = packer.encode()
        self.outbox.append((route, data))
        return len(data)

    def send_page(self, to: Identity, pull: pb.SyncPull, entries: list[Entry]) -> None:
        """Answers a pull with as many entries as fit."""
        page = pb.SyncPage(number=pull.number, plane=pull.plane, next=pb.Position(key=(1 << 64) - 1, item=1))
        if pull.HasField("first"):
            page.first.CopyFrom(pull.first)
        packer = _Packer(self._header(to.name, None, sync_page=page))
        count = next((at for at, entry in enumerate(entries) if not packer.add(entry.section())), len(entries))
        page.ClearField("next")
        if count < len(entries):
            item = 0 if pull.plane == pb.PLANE_MEMBERS else entries[count].item
            page.next.CopyFrom(pb.Position(key=entries[count].key, item=item))
        sections = packer.sections[:count]
        self.outbox.append((to.route, encode(self._header(to.name, None, sync_page=page), sections)))

    def _header(self, name: str | None, cookie: int | None, **message) -> pb.Header:
        dst = 0 if name is None else _dst(name)
        return pb.Header(version=VERSION, cluster=self.cluster, dst=dst, cookie=cookie, source=self.me.node(),
                         incarnation=self.incarnation, **message)

    def _add_news(self, packer: _Packer, receiver: str) -> bool:
        """Own news, the buddy, updates, and what was published. True if there was any."""
        news, limit, alone = False, self._limit(), len(self.members()) == 1
        if self.life == "leaving":
            if not self._farewell:
                packer.add(Update(self.me, self.incarnation, State.LEFT).message())
                self._left_told += 1
                news = True
        elif self._own_news is not None:
            self._own_news = self._own_news + 1 if self._own_news + 1 < limit else None
            news = True
        held = self.table.get(receiver)
        if held and held.state is State.SUSPECT:
            news |= packer.add(self.update_of(held))
        for name in self.news:
            told = self.table[name]
            if name == receiver and told.state.active:
                if alone:
                    self.news.sent(name, limit)
            elif packer.add(self.update_of(told)):
                self.news.sent(name, limit)
                news = True
        before = len(packer.sections)
        self.registry.fill(packer.add, self.now, receiver, limit, alone)
        return news or len(packer.sections) > before


class _Packer:
    """Sections of a datagram, as many as fit."""

    def __init__(self, header: pb.Header) -> None:
        self.header, self.sections = header, []
        self._room = MAX_SENT - _field_size(header)

    def add(self, section) -> bool:
        """Adds a section; false if it does not fit."""
        size = _field_size(section)
        if size > self._room:
            return False
        self._room -= size
        self.sections.append(section)
        return True

    def encode(self) -> bytes:
        """The datagram."""
        return encode(self.header, self.sections)


def _field_size(message) -> int:
    size = message.ByteSize()
    return 1 + max(1, math.ceil(size.bit_length() / 7)) + size


@functools.lru_cache(maxsize=4_096)
def _dst(name: str) -> int:
    return text_print(name) & 0xFFFFFFFF
