"""Anti-entropy: section 13, as asker and as answerer."""

from __future__ import annotations

import collections
import dataclasses
import typing

from .codec import MAX_HAVE, State, Update
from .fingerprint import LEAVES, MASK, Digest, mix, salted
from .gen import haulout_pb2 as pb
from .identity import Identity
from .limits import Bucket
from .registry import Entry

if typing.TYPE_CHECKING:
    from .member import Member

Position = tuple[int, int]

DIGEST_VERSION = 1
PULLS = 16
PAGES = 64
TRIES = 4
LEAVES_A_RANGE = LEAVES // PULLS
LARGE_FEED = 32
BYTES_PER_SECOND, BURST = 1_000, 65_536
ANSWERS_A_PEER = 256


@dataclasses.dataclass
class Errand:
    """A range to be pulled, from this member or from any."""

    plane: int
    first: Position
    until: Position
    peer: str | None = None
    tries: int = 0
    pages: int = 0


@dataclasses.dataclass
class Pull:
    """A pull in flight."""

    errand: Errand
    peer: str
    back: bool
    sent: float
    challenged: bool = False


@dataclasses.dataclass
class Comparison:
    """A comparison, and the planes of which leaves came."""

    number: int
    peer: str
    sent: float
    challenged: bool = False
    answered: set[int] = dataclasses.field(default_factory=set)


class Sync:
    """Makes the views of members equal."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self.complete = False
        self._comparison: Comparison | None = None
        self._errands: collections.deque[Errand] = collections.deque()
        self._pulls: dict[int, Pull] = {}
        self._useful: bool | None = None
        self._given_up = False
        self._pace = member.settings.sync_shortest
        self._next = 0.0
        self._tokens, self._filled = float(BURST), 0.0
        self._doubt = 0.0
        self._answers = Bucket(member.settings.answers_per_second)
        self._peers: dict[str, Bucket] = {}

    @property
    def _awaits(self) -> bool:
        return self._comparison is not None and not self._comparison.answered

    @property
    def _idle(self) -> bool:
        return self._useful is None and not self._awaits

    def deadline(self) -> float | None:
        """The next step."""
        if not self._member.serving or not self._member.members():
            return None
        patience = self._member.settings.probe_timeout
        due = [pull.sent + patience for pull in self._pulls.values()]
        if self._awaits:
            due.append(self._comparison.sent + patience)
        if self._idle:
            due.append(self._next)
        elif not due:
            due.append(self._filled + self._member.settings.sync_shortest)
        return min(due)

    def due(self) -> None:
        """Ask again what was not answered, or compare with somebody."""
        member, patience = self._member, self._member.settings.probe_timeout
        if self._awaits and self._comparison.sent + patience <= member.now:
            self._comparison = None
            self._schedule(self._pace)
        for number, pull in list(self._pulls.items()):
            if pull.sent + patience <= member.now:
                del self._pulls[number]
                if not pull.back:
                    self._failed(pull)
        self._run()
        if self._idle and self._next <= member.now:
            self._compare_with_any()

    def _compare_with_any(self) -> None:
        member = self._member
        if not member.members() or not self._may_ask():
            return self._schedule(member.settings.sync_shortest)
        self.compare(member.rng.choice(member.members()).identity.name)
        return None

    def compare(self, peer: str) -> None:
        """Asks one member whether it holds what we hold."""
        member = self._member
        self._comparison = Comparison(member.number(), peer, member.now)
        self._send_sync(self._comparison, None)

    def _send_sync(self, comparison: Comparison, cookie: int | None) -> None:
        member = self._member
        sync = pb.Sync(number=comparison.number, version=DIGEST_VERSION, members=self.digest(pb.PLANE_MEMBERS).root(),
                       records=self.digest(pb.PLANE_RECORDS).root(), clock=member.registry.clock)
        self._spend(member.send(member.table[comparison.peer].identity, news=False, cookie=cookie, sync=sync))

    def fed(self, peer: str, updates: int) -> None:
        """A member fed us: learn the rest of what it holds."""
        if not self._idle or not self._member.is_active(peer):
            return None
        if self.complete or updates < LARGE_FEED:
            return self.compare(peer)
        self._useful, self._given_up = False, False
        for plane in (pb.PLANE_MEMBERS, pb.PLANE_RECORDS):
            for first in range(0, LEAVES, LEAVES_A_RANGE):
                self._errands.append(_leaves(plane, first, first + LEAVES_A_RANGE - 1, None))
        self._run()
        return None

    # The asker.

    def hear_leaves(self, peer: str, message: pb.SyncLeaves) -> None:
        """The answer to a comparison, of one plane."""
        comparison = self._comparison
        if comparison is None or (comparison.number, comparison.peer) != (message.number, peer):
            return
        if message.plane in comparison.answered:
            return
        first = not comparison.answered
        comparison.answered.add(message.plane)
        if first:
            self._useful, self._given_up = False, False
        if message.leaves:
            self._plan(peer, message)
        self._run()

    def _plan(self, peer: str, message: pb.SyncLeaves) -> None:
        ours = self.digest(message.plane).salted(message.salt)
        start = None
        for number in range(LEAVES + 1):
            differs = number < LEAVES and ours[number] != message.leaves[number]
            if start is not None and (not differs or number - start == LEAVES_A_RANGE):
                self._errands.append(_leaves(message.plane, start, number - 1, peer))
                start = None
            if differs and start is None:
                start = number

    def _run(self) -> None:
        member = self._member
        while self._errands and len(self._pulls) < PULLS and self._may_ask():
            errand = self._errands.popleft()
            if errand.peer is None or not member.is_active(errand.peer):
                if not member.members():
                    self._given_up = True
                    continue
                errand.peer = member.rng.choice(member.members()).identity.name
            self._send_pull(errand, back=False)
        busy = self._errands or any(not pull.back for pull in self._pulls.values())
        if self._useful is not None and not busy:
            self._conclude()

    def _send_pull(self, errand: Errand, back: bool) -> None:
        entries = self.entries(errand.plane, errand.first, errand.until)
        if len(entries) > MAX_HAVE:
            beyond = entries[MAX_HAVE]
            rest = dataclasses.replace(errand, first=(beyond.key, beyond.item))
            errand = dataclasses.replace(errand, until=_before(rest.first))
            if not back:
                self._errands.appendleft(rest)
        member = self._member
        number = member.number()
        self._pulls[number] = Pull(errand, errand.peer, back, member.now)
        self._ask(number, self._pulls[number], entries[:MAX_HAVE], None)

    def _ask(self, number: int, pull: Pull, entries: list[Entry], cookie: int | None) -> None:
        member, errand = self._member, pull.errand
        salt = member.rng.getrandbits(64)
        message = pb.SyncPull(number=number, plane=errand.plane, back=pull.back, salt=salt,
                              until=_message(errand.plane, errand.until),
                              have=[salted(entry.value, salt) for entry in entries])
        if errand.first != (0, 0):
            message.first.CopyFrom(_message(errand.plane, errand.first))
        self._spend(member.send(member.table[pull.peer].identity, news=False, cookie=cookie, sync_pull=message))

    def hear_challenge(self, source: Identity, number: int, cookie: int) -> bool:
        """One of our requests was challenged. True if it was one of these."""
        comparison = self._comparison
        if comparison and (comparison.number, comparison.peer) == (number, source.name):
            if not comparison.challenged:
                comparison.challenged = True
                self._send_sync(comparison, cookie)
            return True
        pull = self._pulls.get(number)
        if pull is None or pull.peer != source.name:
            return False
        if not pull.challenged:
            pull.challenged = True
            errand = pull.errand
            entries = self.entries(errand.plane, errand.first, errand.until)
            self._ask(number, pull, entries[:MAX_HAVE], cookie)
        return True

    def hear_page(self, peer: str, message: pb.SyncPage, taught: bool) -> None:
        """A page was applied; `taught` says that it changed what we hold."""
        pull = self._pulls.get(message.number)
        if pull is None or pull.peer != peer or pull.errand.plane != message.plane:
            return
        del self._pulls[message.number]
        if not pull.back and self._useful is not None:
            self._useful |= taught
        if message.HasField("next"):
            self._turn(pull, (message.next.key, message.next.item))
        self._run()

    def _turn(self, pull: Pull, next_: Position) -> None:
        errand = pull.errand
        if not errand.first < next_ <= errand.until:
            if not pull.back:
                self._failed(pull)
            return
        pages = errand.pages + 1
        peer = pull.peer if pages < PAGES else None
        onward = Errand(errand.plane, next_, errand.until, peer, pages=pages if peer else 0)
        if not pull.back:
            self._errands.appendleft(onward)
        elif peer and self._member.is_active(peer):
            self._send_pull(onward, back=True)

    def _failed(self, pull: Pull) -> None:
        errand = pull.errand
        errand.tries += 1
        if errand.tries < TRIES:
            errand.peer = pull.peer if errand.tries < TRIES // 2 else None
            self._errands.append(errand)
        else:
            self._given_up = True

    def _conclude(self) -> None:
        settings = self._member.settings
        pace = self._pace / 2 if self._useful else self._pace * 2
        self._pace = min(max(pace, settings.sync_shortest), settings.sync_longest)
        self._useful = None
        self._schedule(self._pace)
        if not self._given_up:
            self._doubt = 0.0
            self.completed()

    def completed(self) -> None:
        """We hold what the cluster holds."""
        if not self.complete:
            self.complete = True
            self._member.meeting.rest()
            self._member.emit("synced")

    def _schedule(self, pause: float) -> None:
        self._next = self._member.now + pause * (1 + self._member.rng.random() / 4)

    def soon(self) -> None:
        """There is somebody to compare with."""
        if self._idle and self._next < self._member.now:
            self._schedule(self._pace)

    def doubt(self) -> None:
        """We stood still for long: ask before answering."""
        self._restart()
        self._doubt = self._member.now + self._member.settings.sync_longest
        self._next = self._member.now

    def restart(self) -> None:
        """Whoever joins again asks anew."""
        self._restart()
        self.complete = False

    def _restart(self) -> None:
        self._comparison, self._useful = None, None
        self._errands.clear()
        self._pulls.clear()

    # The answerer.

    def hear_sync(self, source: Identity, message: pb.Sync) -> None:
        """A member asks whether we hold what it holds."""
        self._member.registry.hear_clock(message.clock)
        if message.version != DIGEST_VERSION or not self._may_answer(source.name):
            return
        theirs = {pb.PLANE_MEMBERS: message.members}
        if message.HasField("records"):
            theirs[pb.PLANE_RECORDS] = message.records
        equal = True
        for plane, root in theirs.items():
            digest = self.digest(plane)
            if digest.root() != root:
                equal, salt = False, self._member.rng.getrandbits(64)
                leaves = pb.SyncLeaves(number=message.number, plane=plane, salt=salt, leaves=digest.salted(salt))
                self._member.send(source, news=False, sync_leaves=leaves)
        if equal:
            self._member.send(source, news=False, sync_leaves=pb.SyncLeaves(number=message.number))

    def hear_pull(self, source: Identity, message: pb.SyncPull) -> None:
        """A member asks for a range. If it has what we lack, we ask it back, once."""
        plane, members = message.plane, message.plane == pb.PLANE_MEMBERS
        first = (message.first.key, 0 if members else message.first.item)
        until = (message.until.key, MASK if members else message.until.item)
        if first > until or not self._may_answer(source.name):
            return
        have = set(message.have)
        ours = self.entries(plane, first, until)
        values = {salted(entry.value, message.salt): entry for entry in ours}
        lacks = any(value not in values for value in have)
        own = self._member.me.key_print if members else None
        told = [entry for value, entry in values.items() if value not in have and entry.key != own]
        self._member.send_page(source, message, told)
        if lacks and not message.back and len(self._pulls) < PULLS and self._may_ask():
            self._send_pull(Errand(plane, first, until, source.name), back=True)

    def _may_answer(self, peer: str) -> bool:
        now = self._member.now
        if now < self._doubt:
            return False
        bucket = self._peers.setdefault(peer, Bucket(ANSWERS_A_PEER))
        return bucket.take(now) and self._answers.take(now)

    def forgotten(self, peer: str) -> None:
        """A departed member is forgotten."""
        self._peers.pop(peer, None)

    # What both need.

    def entries(self, plane: int, first: Position, until: Position) -> list[Entry]:
        """The entries of a range, in the order of positions."""
        entries = self._members() if plane == pb.PLANE_MEMBERS else self._member.registry.entries()
        chosen = [entry for entry in entries if first <= (entry.key, entry.item) <= until]
        return sorted(chosen, key=lambda entry: (entry.key, entry.item))

    def _members(self) -> list[Entry]:
        member = self._member
        held = [(held.identity, held.incarnation) for held in member.members()]
        return [
            Entry(identity.key_print, 0, mix(identity.key_print, identity.print, incarnation),
                  lambda identity=identity, incarnation=incarnation:
                  Update(identity, incarnation, State.ALIVE).message())
            for identity, incarnation in [*held, (member.me, member.incarnation)]
        ]

    def digest(self, plane: int) -> Digest:
        """The digest of a plane."""
        entries = self._members() if plane == pb.PLANE_MEMBERS else self._member.registry.entries()
        return Digest((entry.key, entry.value) for entry in entries)

    def heard(self, number: int, size: int) -> None:
        """Bytes of an answer that we asked for."""
        asked = self._comparison is not None and self._comparison.number == number
        if asked or number in self._pulls:
            self._spend(size)

    def _spend(self, size: int) -> None:
        self._tokens = max(self._tokens - size, -BURST)

    def _may_ask(self) -> bool:
        now = self._member.now
        self._tokens = min(BURST, self._tokens + (now - self._filled) * BYTES_PER_SECOND)
        self._filled = now
        return not self.complete or self._tokens > 0


def _leaves(plane: int, first: int, last: int, peer: str | None) -> Errand:
    return Errand(plane, (first << 56, 0), ((last + 1 << 56) - 1, MASK), peer)


def _before(position: Position) -> Position:
    key, item = position
    return (key, item - 1) if item else (key - 1, MASK)


def _message(plane: int, position: Position) -> pb.Position:
    key, item = position
    return pb.Position(key=key, item=0 if plane == pb.PLANE_MEMBERS else item)


