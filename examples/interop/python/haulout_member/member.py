"""A member, without sockets and clocks: bytes and the time go in, bytes and events come out.

The caller gives the time, in seconds of a clock that does not step, with every call; afterwards it sends
`outbox` and reads `events`, and calls `handle_timeout` when `deadline` is reached. Sections 4 to 7 and 9 to 12
of the specification are here, the rest in the modules that it composes.
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import math
import random

from .codec import MAX_SENT, VERSION, Datagram, State, Update, decode, encode
from .fingerprint import label_hash, text_print
from .gen import haulout_pb2 as pb
from .identity import Identity, Refused, Route
from .joining import Meeting
from .limits import Bucket, Limiter
from .news import News
from .probing import Prober
from .registry import Entry, Registry
from .settings import Settings
from .syncing import Sync
from .table import CONFIRMATIONS, Answer, Change, Held, Suspicion, decide

TRUCE = 5.0
TWIN_WINDOW, TWIN_ALARMS = 60.0, 3
ROUNDS, FAREWELL = 3, 20
LONGEST_PAUSE = 3_600.0
WITH_NEWS = {"ping", "ack", "gossip", "forwarded_ack"}


@dataclasses.dataclass
class Event:
    """What the user should know: a kind, and what it is about."""

    kind: str
    data: dict


class Member:
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
            return
        if self.life == "conflict" or not self.members():
            return self._fall_idle()
        self.prober.clear()
        self.meeting.clear()
        self.sync.restart()
        self.timers = {"gossip": now}
        self.life, self._left_told, self._left_since = "leaving", 0, now
        self._farewell = self.registry.own_backlog

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
                self.prober.hear_forwarded_ack(source.name, body, _identity(body.identity))
            case "nack":
                self.prober.hear_nack(body.number)
            case "sync" if self.serving:
                self.sync.hear_sync(source, body)
            case "sync_pull" if self.serving:
                self.sync.hear_pull(source, body)
            case "sync_leaves":
                self.sync.hear_leaves(source.name, body)

    # The merge table, carried out.

    def apply(self, update: Update, speaker: str | None, proven: bool = False) -> None:
        """Applies an update that a member said, or, with `None`, we ourselves."""
        identity, name = update.identity, update.identity.name
        if name == self.me.name:
            return self._hear_about_me(update)
        held = self.table.get(name)
        if held is None:
            if update.state.active and self._admit(identity, update.incarnation) and update.state is State.SUSPECT:
                self._suspect(self.table[name], update)
            return
        change, answer = decide(held, identity, update.incarnation, update.state)
        if answer is Answer.NOTIFY:
            self._notify_of_death(held, update, proven)
        elif answer is Answer.CORRECT:
            if speaker == name:
                self._notify(identity, Update(held.identity, held.incarnation, held.state), proven)
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

    def _forget(self, held: Held) -> None:
        name = held.identity.name
        del self.table[name]
        self.news.drop(name)
        self.registry.forgotten(name)
        self.sync.forgotten(name)
        if held.state is State.DOWN:
            self.meeting.remember(held.identity.route)

    # Notices and corrections.

    def _notify_of_death(self, held: Held, update: Update, proven: bool) -> None:
        if held.state.active:
            self.prober.probe_next(held.identity.name)
            self._notify(update.identity, update, proven)
        else:
            self._notify(update.identity, Update(held.identity, held.incarnation, held.state), proven)

    def _notify(self, to: Identity, held: Update, proven: bool = False) -> None:
        came, answered = self._accusers.get(to.print, (-math.inf, -math.inf))
        if self.now - came < TRUCE and self.now - answered < TRUCE:
            return
        if self._notices.take(self.now, None if proven else to.name):
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

    # About oneself.

    def _hear_about_me(self, update: Update) -> None:
        if self.life == "conflict":
            return self._hear_about_me_in_conflict(update)
        if not self.serving:
            return
        identity, j = update.identity, update.incarnation
        if identity == self.me:
            if update.state is State.ALIVE:
                if j > self.incarnation:
                    self._outbid_twin(j)
            elif update.state is State.SUSPECT:
                if j >= self.incarnation:
                    self.prober.worsen(1)
                    self._rise_above(j)
                else:
                    self._reassure()
            else:
                self._renew_past(identity)
        elif self.me.supersedes(identity):
            self._reassure()
        elif not update.state.active:
            self._renew_past(identity)
        elif self.life == "joining" and not self._met_earlier_life:
            self._met_earlier_life = True
            self._renew_past(identity)
        else:
            self._enter_conflict(identity)

    def _outbid_twin(self, j: int) -> None:
        self._rise_above(j)
        self._alarms = [at for at in self._alarms if self.now - at < TWIN_WINDOW] + [self.now]
        if len(self._alarms) >= TWIN_ALARMS:
            self.timers.setdefault("twin", self.now + self.rng.random())

    def _twin_due(self) -> None:
        del self.timers["twin"]
        self._alarms.clear()
        if self.serving:
            self._renew_past(self.me)

    def _rise_above(self, j: int) -> None:
        if j == 0xFFFFFFFF:
            return self._renew_past(self.me)
        self.incarnation = j + 1
        self._tell_own()

    def _reassure(self) -> None:
        if self.now - self._reassured >= self.settings.gossip_interval:
            self._reassured = self.now
            self._tell_own()

    def _renew_past(self, rival: Identity) -> None:
        self._become(self.me.renew(rival))
        if self.life == "conflict":
            self.life = "active"
            self.timers.pop("conflict", None)
            self.timers["announce"] = self.now + self.rng.random() * self.settings.announce_interval
            self._arm_probe()
        self._tell_own()
        self.meeting.announce_again()
        self.emit("rejoined", member=self.me)

    def _become(self, identity: Identity) -> None:
        self.me, self.incarnation = identity, 0
        self.registry.renewed(identity)

    def _hear_own_key(self, datagram: Datagram) -> None:
        announce = datagram.kind == "announce"
        if datagram.source == self.me or (announce and self.meeting.has_announced(datagram.body.number)):
            if announce:
                self.meeting.met_myself(datagram.body.number)
        elif self.serving and self.me.supersedes(datagram.source):
            self._notify(datagram.source, Update(self.me, self.incarnation, State.ALIVE))
            self.emit("rival", member=datagram.source)
        elif self.serving and announce:
            self.meeting.refuse(datagram.source, datagram.body.number, pb.REASON_CONFLICT)

    # Two processes with one key.

    def _enter_conflict(self, rival: Identity) -> None:
        self.prober.clear()
        self.meeting.clear()
        self.sync.restart()
        self.life, self._rival = "conflict", rival
        self._conflict_pause = self._longest_suspicion()
        self._conflict_silent, self._conflict_answered = 0, True
        self.emit("conflict", member=rival)
        self.timers = {}
        self._arm_conflict()

    def _arm_conflict(self) -> None:
        self.timers["conflict"] = self.now + self._conflict_pause * (1 + self.rng.random())
        self._conflict_pause = min(self._conflict_pause * 2, LONGEST_PAUSE)

    def _conflict_due(self) -> None:
        self._conflict_silent = 0 if self._conflict_answered else self._conflict_silent + 1
        self._conflict_answered = False
        if self._conflict_silent >= 3:
            return self._renew_past(self._rival)
        routes = {held.identity.route for held in self.rng.sample(self.members(), min(2, len(self.members())))}
        for route in (routes | {self._rival.route}) - {self.me.route}:
            self.meeting.announce_to(route)
        self._arm_conflict()

    def conflict_answered(self, won: bool) -> None:
        """An answer came; `won` says that nobody there knows the rival."""
        self._conflict_answered = True
        if won:
            self._renew_past(self._rival)

    def _hear_in_conflict(self, datagram: Datagram) -> None:
        if datagram.kind == "challenge":
            self.meeting.hear_challenge(datagram.source, datagram.body.number, datagram.body.cookie)
        elif datagram.kind == "feed" and self.meeting.has_announced(datagram.body.number):
            self.conflict_answered(won=True)

    def _hear_about_me_in_conflict(self, update: Update) -> None:
        self._conflict_answered = True
        if update.identity != self._rival and update.identity.supersedes(self._rival):
            self._rival = update.identity
        if not update.state.active:
            self._renew_past(self._rival)

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
                if self._notices.take(self.now):
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

    # Gossip and leaving.

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
            return
        self._last_gossip = self.now
        self.timers["gossip"] = self.now + self.settings.gossip_interval
        for held in self.rng.sample(members, min(self.settings.fanout, len(members))):
            self.send(held.identity, gossip=pb.Gossip())

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

    # What goes out.

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


def _identity(node: pb.Node) -> Identity:
    return Identity(node.name, node.ip, node.port, node.epoch)


@functools.lru_cache(maxsize=4_096)
def _dst(name: str) -> int:
    return text_print(name) & 0xFFFFFFFF
