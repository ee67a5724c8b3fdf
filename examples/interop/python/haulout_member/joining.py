"""Meeting strangers: section 7."""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
import typing

from .codec import Datagram, State
from .gen import haulout_pb2 as pb
from .identity import Identity, Route
from .topics import NAMES

if typing.TYPE_CHECKING:
    from .member import Member

FIRST_PAUSE = 0.25
PATIENCE = 30.0
SLOT = 10.0
PADDED = 256
FORGOTTEN = 16
OUTSTANDING = 64


class Cookies:
    """Proof, without state, that somebody can be reached where it says."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(16)

    def bake(self, now: float, identity: Identity) -> int:
        """The cookie for an identity now."""
        return self._of(identity, int(now / SLOT))

    def holds(self, now: float, identity: Identity, cookie: int) -> bool:
        """Whether it was given to this identity in this slot or the one before."""
        slot = int(now / SLOT)
        return cookie in (self._of(identity, slot), self._of(identity, slot - 1))

    def _of(self, identity: Identity, slot: int) -> int:
        said = identity.print.to_bytes(8, "little") + (slot & (1 << 64) - 1).to_bytes(8, "little")
        return int.from_bytes(hashlib.blake2b(said, key=self._key, digest_size=8).digest(), "little")


@dataclasses.dataclass
class Seed:
    """An address given to `join`: asked until it answers, then again in the same rhythm, then now and then."""

    route: Route
    until: float
    at: float
    pause: float = FIRST_PAUSE
    state: str = "asking"
    key: str | None = None
    refused: str | None = None


@dataclasses.dataclass
class Request:
    """A request without an answer so far."""

    ask: str
    route: Route
    at: float
    challenged: bool = False


class Meeting:
    """Announces, challenges, feeds and refusals."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self.seeds: dict[Route, Seed] = {}
        self.forgotten: list[Route] = []
        self._requests: dict[int, Request] = {}
        self._cookies = Cookies()

    def deadline(self) -> float | None:
        """When a seed is to be asked again, or reported."""
        due = [min(seed.at, seed.until) if seed.state == "asking" else seed.at
               for seed in self.seeds.values() if seed.state != "resting"]
        return min(due, default=None)

    def join(self, route: Route) -> None:
        """The user names somebody who may know the cluster."""
        member = self._member
        if route == member.me.route:
            member.emit("seed", route=route, outcome="myself")
            return
        now = member.now
        self.seeds[route] = Seed(route, now + member.settings.join_timeout, now + FIRST_PAUSE)
        self.announce_to(route)

    def seeds_due(self) -> None:
        """Ask again, or say that there was no answer."""
        member = self._member
        for seed in self.seeds.values():
            if seed.state == "asking" and seed.until <= member.now:
                seed.state = "resting"
                member.emit("seed", route=seed.route, outcome=seed.refused or "no answer")
            elif seed.state != "resting" and seed.at <= member.now:
                seed.pause = min(seed.pause * 2, member.settings.announce_interval)
                seed.at = member.now + seed.pause
                self.announce_to(seed.route)

    def announce_due(self) -> None:
        """Announce to one seed, one member held down or one forgotten route."""
        member = self._member
        active = {held.identity.route for held in member.members()}
        routes = [route for route in self.seeds if route not in active] + self.forgotten
        routes += [held.identity.route for held in member.table.values() if held.state is State.DOWN]
        if routes:
            self.announce_to(member.rng.choice(routes))

    def announce_to(self, route: Route, cookie: int | None = None, number: int | None = None) -> None:
        """Asks whoever is at a route to take us in."""
        member = self._member
        if number is None:
            number = member.number()
            self._add(number, Request("announce", route, member.now))
        member.send_to(route, None, news=False, sections=_topics(), cookie=cookie, pad_to=PADDED,
                       announce=pb.Announce(number=number))

    def ping(self, identity: Identity) -> None:
        """Shows us to one who is no member here."""
        number = self._member.number()
        self._add(number, Request("ping", identity.route, self._member.now))
        self._member.send(identity, news=False, ping=pb.Ping(number=number))

    def pinged(self, number: int) -> None:
        """The ping was answered."""
        request = self._requests.get(number)
        if request and request.ask == "ping":
            del self._requests[number]

    def _add(self, number: int, request: Request) -> None:
        now = self._member.now
        self._requests = {n: r for n, r in self._requests.items() if now - r.at < PATIENCE}
        while len(self._requests) >= OUTSTANDING:
            del self._requests[next(iter(self._requests))]
        self._requests[number] = request

    def has_announced(self, number: int) -> bool:
        """Whether this is the number of an announce that is not answered."""
        request = self._requests.get(number)
        return request is not None and request.ask == "announce" and self._member.now - request.at < PATIENCE

    def is_proven(self, datagram: Datagram) -> bool:
        """Whether the sender has shown that it can be reached where it says."""
        header = datagram.header
        return header.HasField("cookie") and self._cookies.holds(self._member.now, datagram.source, header.cookie)

    def challenge(self, source: Identity, number: int) -> None:
        """Asks a stranger to show that it can be reached."""
        member = self._member
        if member.challenges.take(member.now):
            cookie = self._cookies.bake(member.now, source)
            member.send(source, news=False, challenge=pb.Challenge(number=number, cookie=cookie))

    def refuse(self, source: Identity, number: int, reason: int) -> None:
        """Turns a joiner away."""
        member = self._member
        if member.refusals.take(member.now):
            refused = pb.Refused(number=number, reason=reason, cluster=member.cluster, min=1, max=1)
            member.send(source, news=False, refused=refused)

    def hear_announce(self, datagram: Datagram, sender: str) -> None:
        """Somebody wants to join, or to be heard again."""
        member, number = self._member, datagram.body.number
        if sender == "member":
            sections = [member.alive_of(held) for held in member.members()
                        if held.identity != datagram.source]
            member.rng.shuffle(sections)
            sections = _topics() + sections
            feed = pb.Feed(number=number, clock=member.registry.clock)
            member.send(datagram.source, news=False, sections=sections, feed=feed)
        elif sender == "known" and self.is_proven(datagram):
            self.refuse(datagram.source, number, pb.REASON_CONFLICT)
        elif sender == "full":
            self.refuse(datagram.source, number, pb.REASON_FULL)
        else:
            self.challenge(datagram.source, number)

    def hear_challenge(self, source: Identity, number: int, cookie: int) -> None:
        """One of our requests is to be repeated, once, with the cookie."""
        member, request = self._member, self._requests.get(number)
        if member.prober.hear_challenge(source, number, cookie) or member.sync.hear_challenge(source, number, cookie):
            return
        if request is None or request.challenged:
            return
        request.challenged = True
        if request.ask == "announce":
            self.announce_to(request.route, cookie, number)
        else:
            member.send_to(request.route, source.name, news=False, cookie=cookie, ping=pb.Ping(number=number))

    def fed(self, source: Identity, number: int) -> None:
        """A feed that we asked for was applied."""
        request = self._requests.pop(number, None)
        seed = self.seeds.get(request.route) if request else None
        if seed:
            if seed.key is None:
                self._member.emit("seed", route=seed.route, outcome="reached")
                seed.at, seed.pause = self._member.now + FIRST_PAUSE, FIRST_PAUSE
            seed.key, seed.state = source.name, "reached" if seed.state != "resting" else "resting"
        self._member.activate()

    def rest(self) -> None:
        """What seeds could teach is known."""
        for seed in self.seeds.values():
            if seed.state == "reached":
                seed.state = "resting"

    def hear_refused(self, message: pb.Refused) -> None:
        """A request was refused, perhaps by one of another cluster or version."""
        member = self._member
        if not self.has_announced(message.number):
            return
        request = self._requests.pop(message.number)
        if member.life == "conflict":
            member.conflict_answered(won=message.reason != pb.REASON_CONFLICT)
            return
        seed = self.seeds.get(request.route)
        if seed is None or seed.state != "asking":
            return
        reason = pb.Reason.Name(message.reason) if message.reason in pb.Reason.values() else "REASON_OTHER"
        outcome = "refused: " + reason.removeprefix("REASON_").lower().replace("_", " ")
        if message.reason == pb.REASON_VERSION:
            outcome += f" ({message.min} to {message.max} there, 1 here)"
        if message.reason == pb.REASON_CONFLICT:
            seed.refused = outcome
        else:
            seed.state = "resting"
            member.emit("seed", route=seed.route, outcome=outcome)

    def met_myself(self, number: int) -> None:
        """An announce of ours came back: that seed is ourselves."""
        if self.has_announced(number):
            route = self._requests.pop(number).route
            if self.seeds.pop(route, None):
                self._member.emit("seed", route=route, outcome="myself")

    def announce_again(self) -> None:
        """Announces that are under way are made again: cookies are of one identity."""
        again = {request.route for request in self._requests.values() if request.ask == "announce"}
        self._requests = {n: r for n, r in self._requests.items() if r.ask != "announce"}
        for route in again:
            self.announce_to(route)

    def remember(self, route: Route) -> None:
        """The route of one that was held down and is forgotten."""
        self.forgotten = [*self.forgotten, route][-FORGOTTEN:]

    def postpone(self, lateness: float) -> None:
        """This process stood still."""
        for seed in self.seeds.values():
            seed.until += lateness

    def clear(self) -> None:
        """Nothing is asked any more."""
        self._requests.clear()


def _topics() -> list[pb.Topic]:
    """What the topics are called here, so that two uses of one number are noticed."""
    return [pb.Topic(id=topic, name=name) for topic, name in NAMES.items()]
