"""A member on a UDP socket: `Node` runs a `Member` in an asyncio loop."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator

from .event import Event
from .identity import Identity, Refused, Route, check_name
from .member import Member
from .settings import PROFILES, Settings
from .topics import SERVICES, Service


class Node(asyncio.DatagramProtocol):
    """Start one with `await Node.start(...)`."""

    def __init__(self, member_of, route: Route) -> None:
        self._member_of, self._route = member_of, route
        self._transport: asyncio.DatagramTransport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._loss, self._rng = 0.0, random.Random()
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self.member: Member

    @classmethod
    async def start(cls, name: str, bind: Route, join: list[Route] = (), label: str | None = None,
                    settings: Settings = PROFILES["lan"], loss: float = 0.0,
                    loss_seed: int = 1) -> Node:
        """Binds a socket and joins, or, without anybody to join, starts a cluster. `loss` is for tests: the share
        of datagrams that it drops instead of sending, drawn from `loss_seed`."""
        check_name(name)

        def member_of(route: Route) -> Member:
            return Member(Identity.at(name, route), settings, label)

        loop = asyncio.get_running_loop()
        _, node = await loop.create_datagram_endpoint(lambda: cls(member_of, bind), local_addr=bind)
        node._loss, node._rng = loss, random.Random(loss_seed)
        for route in join:
            node._do(node.member.join, route)
        if not join:
            node._do(node.member.start)
        return node

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        """The socket is bound, and its port known."""
        self._transport = transport
        host, port = transport.get_extra_info("sockname")[:2]
        self.member = self._member_of((host, port))

    def datagram_received(self, data: bytes, addr: tuple) -> None:
        """A datagram came; what is refused changes nothing."""
        with contextlib.suppress(Refused):
            self.member.handle_datagram(time.monotonic(), data)
        self._drain()

    def error_received(self, exc: OSError) -> None:
        """Nobody is at an address: the protocol finds that out by itself."""

    @property
    def address(self) -> Route:
        """Where it is."""
        return self.member.me.route

    async def events(self) -> AsyncIterator[Event]:
        """What happens, from the start on."""
        while True:
            yield await self._events.get()

    def put(self, topic: int, key: bytes, value: bytes) -> None:
        """Publishes a record."""
        self._do(self.member.put, topic, key, value)

    def offer(self, service: Service) -> None:
        """Publishes a service."""
        self.put(SERVICES, *service.record())

    def remove(self, topic: int, key: bytes) -> bool:
        """Removes a record."""
        return self._do(self.member.remove, topic, key)

    def send_event(self, topic: int, payload: bytes) -> None:
        """Sends a user event."""
        self._do(self.member.send_event, topic, payload)

    async def leave(self) -> None:
        """Leaves, and closes the socket."""
        self._do(self.member.leave)
        while self.member.life != "dormant":
            await asyncio.sleep(self.member.settings.gossip_interval / 4)
        self.close()

    def close(self) -> None:
        """Closes the socket without a word."""
        if self._timer:
            self._timer.cancel()
        self._transport.close()

    def _do(self, command, *arguments):
        try:
            return command(time.monotonic(), *arguments)
        finally:
            self._drain()

    def _drain(self) -> None:
        """Sends what waits, hands events out, and sets the timer anew."""
        member = self.member
        for route, data in member.outbox:
            if self._rng.random() >= self._loss:
                self._transport.sendto(data, route)
        member.outbox.clear()
        while member.events:
            self._events.put_nowait(member.events.popleft())
        if self._timer:
            self._timer.cancel()
        deadline = member.deadline()
        if deadline is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(0.0, deadline - time.monotonic()), self._timeout)

    def _timeout(self) -> None:
        self.member.handle_timeout(time.monotonic())
        self._drain()
