"""A member, without sockets and clocks: bytes and the time go in, bytes and events come out.

The caller gives the time, in seconds of a clock that does not step, with every call; afterwards it sends
`outbox` and reads `events`, and calls `handle_timeout` when `deadline` is reached. Sections 4, 5 and 10 to 12
of the specification are in the three modules that it inherits, the rest in those that it composes.
"""

from __future__ import annotations

import collections
import math
import random

from .codec import VERSION, Datagram, State, Update, decode
from .event import Event
from .fingerprint import label_hash
from .gen import haulout_pb2 as pb
from .identity import Identity, Refused, Route, identity_of
from .joining import Meeting
from .limits import Bucket, Limiter
from .merging import Merging
from .myself import Myself
from .news import News
from .probing import Prober
from .registry import Registry
from .sending import Sending
from .settings import Settings
from .syncing import Sync
from .table import Held


class Member(Merging, Myself, Sending):
    """One member of a cluster."""

    def __init__(self, me: Identity, settings: Settings, label: str | None = None,
                 rng: random.Random | None = None) -> None:
        self.me, self.settings = me, settings
        self.cluster = 0 if label is None else label_hash(label)
        self.rng = rng or random.Random()
        self.now = 0.0
        self.life = "dormant"
        self.incarnation = 0
        self.table: dict[str, Held] = {}
        self.news = News()
        self.outbox: list[tuple[Route, bytes]] = []
        self.events: collections.deque[Event] = collections.deque()
        self.dropped: collections.Counter[str] = collections.Counter()
        self.timers: dict[str, float] = {}
        self.challenges, self.refusals = Bucket(settings.challenges_per_second), Bucket(settings.refusals_per_second)
        self.registry = Registry(me, settings, self.rng, self._active_identity, self.emit)
        self.prober, self.meeting, self.sync = Prober(self), Meeting(self), Sync(self)
        self._notices = Limiter(settings.notices_per_second, settings.probe_interval)
        self._unasked = Limiter(settings.unasked_per_second, settings.probe_interval)
        self._corrections = Limiter(settings.notices_per_second, settings.probe_interval)
        self._accusers: dict[int, tuple[float, float]] = {}
        self._number = self.rng.getrandbits(16)
        self._own_news: int | None = None
        self._reassured = self._last_gossip = -math.inf
        self._alarms: list[float] = []
        self._met_earlier_life = self._served = False
        self._left_told = 0
        self._left_since = 0.0
        self._farewell = False
        self._rival: Identity | None = None
        self._conflict_pause, self._conflict_silent, self._conflict_answered = 0.0, 0, True

    # What the user wants.

    def start(self, now: float) -> None:
        """Starts a cluster, or goes on without seeds."""
        self._advance(now)
        if self.life in ("dormant", "joining"):
            self._wake()
            self.activate()
            self.sync.completed()

    def join(self, now: float, route: Route) -> None:
        """Names somebody who may know the cluster."""
        self._advance(now)
        if self.life in ("dormant", "leaving"):
            self._wake()
            self.life = "active" if self._served else "joining"
            self.timers["announce"] = now + self.rng.random() * self.settings.announce_interval
            self._arm_probe()
        self.meeting.join(route)

    def leave(self, now: float) -> None:
        """Leaves the cluster; the event `idle` says that it is done."""
        self._advance(now)
        if self.life in ("dormant", "leaving"):
            return None
        if self.life == "conflict" or not self.members():
            return self._fall_idle()
        self.prober.clear()
        self.meeting.clear()
        self.sync.restart()
        self.timers = {"gossip": now}
        self.life, self._left_told, self._left_since = "leaving", 0, now
        self._farewell = self.registry.own_backlog
        return None

    def put(self, now: float, topic: int, key: bytes, value: bytes) -> None:
        """Publishes a record."""
        self._advance(now)
        self.registry.put(topic, key, value)
        self._arm_gossip()

    def remove(self, now: float, topic: int, key: bytes) -> bool:
        """Removes a record."""
        self._advance(now)
        removed = self.registry.remove(topic, key)
        self._arm_gossip()
        return removed

    def send_event(self, now: float, topic: int, payload: bytes, ttl: float | None = None) -> None:
        """Sends a user event."""
        self._advance(now)
        self.registry.send(now, topic, payload, ttl)
        self._arm_gossip()

    # Views.

    @property
    def serving(self) -> bool:
        """Whether it probes, gossips and answers as a member."""
        return self.life in ("joining", "active")

    def members(self) -> list[Held]:
        """The others that are alive or suspect."""
        return [held for held in self.table.values() if held.state.active]

    def is_active(self, name: str) -> bool:
        """Whether a key is another member's."""
        held = self.table.get(name)
        return held is not None and held.state.active

    def _active_identity(self, name: str) -> Identity | None:
        return self.table[name].identity if self.is_active(name) else None

    # The world.

    def handle_datagram(self, now: float, data: bytes) -> None:
        """Takes a datagram; raises `Refused` if it is none."""
        self._advance(now)
        if self.life == "dormant":
            return
        try:
            datagram = decode(data)
        except Refused:
            self.dropped["malformed"] += 1
            raise
        header, source, kind = datagram.header, datagram.source, datagram.kind
        if header.dst not in (0, self.me.dst):
            self.dropped["misdirected"] += 1
            return
        if kind != "refused" and not self._speaks(datagram):
            return
        self.dropped["unknown_sections"] += datagram.unknown_sections
        if kind == "refused":
            self.meeting.hear_refused(datagram.body)
        elif source.name == self.me.name and not (kind == "you_are_down" and source != self.me):
            self._hear_own_key(datagram)
        elif kind == "you_are_down":
            self._hear_notice(datagram)
        elif self.life == "conflict":
            self._hear_in_conflict(datagram)
        else:
            self._hear(datagram, len(data))

    def _speaks(self, datagram: Datagram) -> bool:
        header = datagram.header
        if header.version != VERSION:
            reason, count = pb.REASON_VERSION, "version"
        elif header.cluster != self.cluster:
            reason, count = pb.REASON_CLUSTER, "cluster"
        else:
            return True
        self.dropped[count] += 1
        if datagram.kind == "announce" and self.serving:
            self.meeting.refuse(datagram.source, datagram.body.number, reason)
        return False

    def _hear(self, datagram: Datagram, size: int) -> None:
        source, kind = datagram.source, datagram.kind
        is_feed = kind == "feed" and self.meeting.has_announced(datagram.body.number)
        before = self._roots() if kind == "sync_page" else None
        sender = self._hear_header(datagram, is_feed)
        if kind in ("sync_leaves", "sync_page"):
            self.sync.heard(datagram.body.number, size)
        self._hear_message(datagram, sender)
        if sender != "member" or not kind:
            return
        for update in datagram.updates:
            self.apply(update, source.name)
        self._hear_published(datagram, kind != "sync_page" or self.sync.complete)
        if is_feed:
            self.registry.hear_clock(datagram.body.clock)
            self.meeting.fed(source, datagram.body.number)
            self.sync.fed(source.name, len(datagram.updates))
        elif kind == "sync_page":
            self.sync.hear_page(source.name, datagram.body, before != self._roots())

    def _roots(self) -> tuple[int, int]:
        return self.sync.digest(pb.PLANE_MEMBERS).root(), self.sync.digest(pb.PLANE_RECORDS).root()

    def _hear_published(self, datagram: Datagram, relays: bool) -> None:
        renew = False
        for identity, manifest in datagram.manifests:
            renew |= self.registry.hear_manifest(identity, manifest, relays)
        for owner, record in datagram.records:
            self.registry.hear_record(owner, record, relays)
        for origin, event in datagram.user_events:
            self.registry.hear_user_event(self.now, origin, event)
        if renew and self.serving:
            self._renew_past(self.me)
        self._arm_gossip()

    def _hear_header(self, datagram: Datagram, is_feed: bool) -> str:
        """The header is Alive of its sender: a `member`, `known`, a `stranger`, or a stranger when we are `full`."""
        source, held = datagram.source, self.table.get(datagram.source.name)
        proven = is_feed or self.meeting.is_proven(datagram)
        if held is None:
            if not proven:
                return "stranger"
            return "member" if self._admit(source, datagram.header.incarnation) else "full"
        leaves = bool(datagram.updates) and datagram.updates[0].state is State.LEFT
        if held.state is State.LEFT and held.identity == source and leaves:
            return "known"
        moved = held.identity.route != source.route and source.supersedes(held.identity)
        if moved and not proven:
            return "stranger"
        alive = Update(source, datagram.header.incarnation, State.ALIVE)
        self.apply(alive, source.name, proven=proven and datagram.kind == "announce")
        held = self.table[source.name]
        return "member" if held.identity == source and held.state.active else "known"

    def _hear_message(self, datagram: Datagram, sender: str) -> None:
        source, body = datagram.source, datagram.body if datagram.kind else None
        match datagram.kind:
            case "":
                self.dropped["unknown_messages"] += 1
            case "ping" if sender in ("member", "known"):
                self.send(source, ack=pb.Ack(number=body.number))
            case "ping" | "sync" | "sync_pull" if sender == "stranger" and self.serving:
                self.meeting.challenge(source, body.number)
            case "announce" if self.serving:
                self.meeting.hear_announce(datagram, sender)
            case "challenge":
                self.meeting.hear_challenge(source, body.number, body.cookie)
            case _ if sender != "member":
                self.dropped["stranger"] += 1
            case "ack":
                self.prober.hear_ack(source, body.number, datagram.header.incarnation)
            case "ping_req":
                self.prober.hear_ping_req(source, body)
            case "forwarded_ack":
                self.prober.hear_forwarded_ack(source.name, body, identity_of(body.identity))
            case "nack":
                self.prober.hear_nack(body.number)
            case "sync" if self.serving:
                self.sync.hear_sync(source, body)
            case "sync_pull" if self.serving:
                self.sync.hear_pull(source, body)
            case "sync_leaves":
                self.sync.hear_leaves(source.name, body)

    # Time.

    def deadline(self) -> float | None:
        """When `handle_timeout` is to be called; `None` while dormant."""
        if self.life == "dormant":
            return None
        return min(self._deadlines().values(), default=None)

    def _deadlines(self) -> dict[str, float]:
        due = dict(self.timers)
        if not self.serving:
            return due
        n = len(self.members()) + 1
        for held in self.table.values():
            if held.suspicion:
                at = held.suspicion.deadline(self.settings, n)
                due["suspicion"] = min(due.get("suspicion", math.inf), at)
            elif not held.state.active:
                due["forget"] = min(due.get("forget", math.inf), held.departed + self.settings.forget_after)
        parts = {"relay": self.prober, "seeds": self.meeting, "sync": self.sync}
        due |= {kind: at for kind, part in parts.items() if (at := part.deadline()) is not None}
        return due

    def _advance(self, now: float) -> None:
        """Takes the time. A deadline that was missed by far means that this process stood still."""
        self.now = max(self.now, now)
        late = {kind: at for kind, at in self._deadlines().items() if kind != "forget"}
        if self.life == "dormant" or not late:
            return
        lateness = self.now - min(late.values())
        if lateness > self.settings.probe_timeout / 2:
            self._stood_still(lateness)

    def _stood_still(self, lateness: float) -> None:
        for held in self.table.values():
            if held.suspicion:
                held.suspicion.started += lateness
        self.prober.postpone(lateness)
        self.meeting.postpone(lateness)
        self.timers = {kind: max(at, self.now) for kind, at in self.timers.items()}
        self.prober.void()
        self.prober.worsen(1)
        if self.serving:
            self._tell_own()
            if lateness > self._longest_suspicion():
                self.sync.doubt()

    def _longest_suspicion(self) -> float:
        n = len(self.members()) + 1
        return self.settings.beta * self.settings.alpha * max(1.0, math.log10(n)) * self.settings.probe_interval

    def handle_timeout(self, now: float) -> None:
        """Serves every deadline that has come."""
        self._advance(now)
        for _ in range(1_000):
            due = [kind for kind, at in self._deadlines().items() if at <= self.now]
            if not due or self.life == "dormant":
                return
            for kind in due:
                self._serve(kind)

    def _serve(self, kind: str) -> None:
        match kind:
            case "probe":
                self.prober.probe_due()
            case "probe_timeout":
                self.timers.pop(kind, None)
                self.prober.timeout_due()
            case "gossip":
                self._gossip_due()
            case "announce":
                self.timers[kind] = self.now + self.settings.announce_interval
                self.meeting.announce_due()
            case "twin":
                self._twin_due()
            case "conflict":
                self._conflict_due()
            case "relay":
                self.prober.relays_due()
            case "seeds":
                self.meeting.seeds_due()
            case "sync":
                self.sync.due()
            case "suspicion":
                self._suspicions_due()
            case "forget":
                for held in list(self.table.values()):
                    if not held.state.active and held.departed + self.settings.forget_after <= self.now:
                        self._forget(held)

    def _suspicions_due(self) -> None:
        """Suspects whose time is up are down, and told so."""
        n = len(self.members()) + 1
        for held in list(self.table.values()):
            if held.suspicion and held.suspicion.deadline(self.settings, n) <= self.now:
                self._depart(held, held.incarnation, State.DOWN)
                if self._unasked.take(self.now):
                    self._send_notice(held.identity, Update(held.identity, held.incarnation, State.DOWN))

    def _wake(self) -> None:
        if self._served and self.life != "joining":
            self._become(self.me.renew(self.me))
            self.sync.restart()

    def activate(self) -> None:
        """A member from now on."""
        if self.life in ("dormant", "joining"):
            self.life, self._served = "active", True
            self.timers.setdefault("announce", self.now + self.rng.random() * self.settings.announce_interval)
            self._arm_probe()
            self.emit("active")
            self._tell_own()

    def _arm_probe(self) -> None:
        if self.serving and self.members() and "probe" not in self.timers:
            self.timers["probe"] = self.now + self.rng.random() * self.settings.probe_interval
