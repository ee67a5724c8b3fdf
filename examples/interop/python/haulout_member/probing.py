"""Watching members, and pinging for others: section 8."""

from __future__ import annotations

import dataclasses
import typing

from .codec import State, Update
from .gen import haulout_pb2 as pb
from .identity import Identity, Route, route_of

if typing.TYPE_CHECKING:
    from .member import Member

WORST = 8


@dataclasses.dataclass
class Probe:
    """The one probe in flight."""

    identity: Identity
    number: int
    asked: int | None = None
    answered: int = 0
    challenged: bool = False

    @property
    def blame(self) -> int:
        """How much a failure says of ourselves."""
        return max(0, self.asked - self.answered) if self.asked else 1


@dataclasses.dataclass
class Relay:
    """A ping that we made for another."""

    target: str
    asker: Identity
    number: int
    created: float
    challenged: bool = False
    nacked: bool = False


class Prober:
    """Probes one member an interval, and helps others."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self.health = 0
        self.probe: Probe | None = None
        self._round: list[str] = []
        self._next: str | None = None
        self._relays: dict[int, Relay] = {}

    def deadline(self) -> float | None:
        """When a nack is due, or an entry is over."""
        return min(map(self._due, self._relays.values()), default=None)

    def _due(self, relay: Relay) -> float:
        settings = self._member.settings
        patience = 0.8 * min(settings.probe_timeout, settings.probe_interval - settings.probe_timeout)
        return relay.created + patience + (settings.probe_interval if relay.nacked else 0)

    def worsen(self, by: int) -> None:
        """Something went wrong that may be our own fault."""
        self.health = min(WORST, self.health + by)

    def probe_next(self, name: str) -> None:
        """This member is next."""
        self._next = name

    def probe_due(self) -> None:
        """An interval is over: judge the present probe, start the next."""
        member = self._member
        member.timers.pop("probe_timeout", None)
        probe, self.probe = self.probe, None
        held = member.table.get(probe.identity.name) if probe else None
        if held and held.identity == probe.identity and held.state.active:
            self.worsen(probe.blame)
            member.apply(Update(probe.identity, held.incarnation, State.SUSPECT, [member.me.name]), None)
        name = self._draw()
        if name is None:
            member.timers.pop("probe", None)
            return
        identity, number = member.table[name].identity, member.number()
        self.probe = Probe(identity, number)
        stretch = self.health + 1
        member.timers["probe"] = member.now + member.settings.probe_interval * stretch
        member.timers["probe_timeout"] = member.now + member.settings.probe_timeout * stretch
        member.send(identity, ping=pb.Ping(number=number))

    def _draw(self) -> str | None:
        member = self._member
        if self._next is not None and member.is_active(self._next):
            name, self._next = self._next, None
            return name
        for _ in range(2):
            while self._round:
                name = self._round.pop()
                if member.is_active(name):
                    return name
            self._round = [held.identity.name for held in member.members()]
            member.rng.shuffle(self._round)
        return None

    def timeout_due(self) -> None:
        """No direct answer in time: helpers are asked."""
        member, probe = self._member, self.probe
        if probe is None:
            return
        alive = [held for held in member.members()
                 if held.state is State.ALIVE and held.identity.name != probe.identity.name]
        helpers = member.rng.sample(alive, min(member.settings.helpers, len(alive)))
        probe.asked = len(helpers)
        target, suspect = probe.identity, member.table.get(probe.identity.name)
        sections = [member.update_of(suspect)] if suspect and suspect.state is State.SUSPECT else []
        for helper in helpers:
            request = pb.PingReq(number=probe.number, target=pb.Node(name=target.name), route=target.route_node())
            member.send(helper.identity, sections=sections, ping_req=request)

    def void(self) -> None:
        """The probe in flight says nothing any more."""
        self.probe = None
        self._member.timers.pop("probe_timeout", None)

    def _succeeded(self) -> None:
        self.void()
        self.health = max(0, self.health - 1)
        self._member.activate()

    def hear_ack(self, source: Identity, number: int, incarnation: int) -> None:
        """An ack: of our probe, or of a ping for another."""
        if self.probe and self.probe.number == number:
            if self.probe.identity == source:
                self._succeeded()
        elif relay := self._relays.get(number):
            if relay.target == source.name:
                del self._relays[number]
                self._forward(relay, source, incarnation)
        else:
            self._member.meeting.pinged(number)

    def hear_challenge(self, source: Identity, number: int, cookie: int) -> bool:
        """Whoever challenges a ping is there. True if it was one of these."""
        member, probe = self._member, self.probe
        if probe and probe.number == number and probe.identity.name == source.name:
            if not probe.challenged:
                probe.challenged = True
                member.send(probe.identity, cookie=cookie, ping=pb.Ping(number=number))
                if probe.identity == source:
                    self._succeeded()
            return True
        relay = self._relays.get(number)
        if relay is None or relay.target != source.name:
            return False
        if not relay.challenged:
            relay.challenged = True
            member.send(source, news=False, cookie=cookie, ping=pb.Ping(number=number))
            held = member.table.get(source.name)
            del self._relays[number]
            self._forward(relay, source, held.incarnation if held and held.identity == source else 0)
        return True

    def hear_forwarded_ack(self, helper: str, message: pb.ForwardedAck, identity: Identity) -> None:
        """A helper had an answer."""
        member, probe = self._member, self.probe
        if probe is None or probe.number != message.number or probe.identity.name != identity.name:
            return
        member.apply(Update(identity, message.incarnation, State.ALIVE), helper)
        if self.probe is probe:
            if identity == probe.identity and member.table[identity.name].identity == identity:
                self._succeeded()
            else:
                probe.answered += 1

    def hear_nack(self, number: int) -> None:
        """A helper is there, and has no word."""
        if self.probe and self.probe.number == number:
            self.probe.answered += 1

    def hear_ping_req(self, asker: Identity, message: pb.PingReq) -> None:
        """A member asks us to ping another."""
        member = self._member
        target, held = message.target.name, member.table.get(message.target.name)
        route: Route | None = held.identity.route if held else None
        if message.HasField("route"):
            route = route_of(message.route)
        if route is None or target == member.me.name or len(self._relays) >= member.settings.relays:
            member.send(asker, news=False, nack=pb.Nack(number=message.number))
            return
        number = member.number()
        self._relays[number] = Relay(target, asker, message.number, member.now)
        member.send_to(route, target, news=held is not None and held.identity.route == route,
                       ping=pb.Ping(number=number))

    def _forward(self, relay: Relay, identity: Identity, incarnation: int) -> None:
        answer = pb.ForwardedAck(number=relay.number, identity=identity.node(), incarnation=incarnation)
        self._member.send(relay.asker, forwarded_ack=answer)

    def relays_due(self) -> None:
        """Pings for others without an ack in time."""
        member = self._member
        for number, relay in list(self._relays.items()):
            if self._due(relay) > member.now:
                continue
            if relay.nacked:
                del self._relays[number]
            else:
                relay.nacked = True
                member.send(relay.asker, news=False, nack=pb.Nack(number=relay.number))

    def postpone(self, lateness: float) -> None:
        """This process stood still."""
        for relay in self._relays.values():
            relay.created += lateness

    def clear(self) -> None:
        """We do not serve any more."""
        self.void()
        self._relays.clear()
