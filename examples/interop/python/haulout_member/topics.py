"""The project's own topics: services, which are records, and named events."""

from __future__ import annotations

import contextlib
import dataclasses
import typing

from google.protobuf.message import DecodeError

from .gen import named_event_pb2, service_pb2

if typing.TYPE_CHECKING:
    from .member import Member

SERVICES, EVENTS = 1, 2
NAMES = {SERVICES: "service", EVENTS: "event"}


@dataclasses.dataclass(frozen=True)
class Service:
    """An instance of a service that a member offers."""

    name: str
    instance: str
    address: str
    port: int
    tags: tuple[str, ...] = ()
    owner: str = ""

    def record(self) -> tuple[bytes, bytes]:
        """Key and value of its record."""
        message = service_pb2.Service(name=self.name, instance=self.instance, address=self.address, port=self.port,
                                      tags=self.tags, health=service_pb2.HEALTH_PASSING)
        return self.instance.encode(), message.SerializeToString(deterministic=True)


def offer(member: Member, now: float, service: Service) -> None:
    """Publishes a service."""
    member.put(now, SERVICES, *service.record())


def services(member: Member) -> list[Service]:
    """What the members offer. What is no service, or not that of its key, is as if it were not there."""
    found = []
    for owner, topic, key, value in member.registry.records():
        with contextlib.suppress(DecodeError):
            if topic == SERVICES:
                message = service_pb2.Service.FromString(value)
                if message.name and message.instance.encode() == key and 0 < message.port <= 0xFFFF:
                    found.append(Service(message.name, message.instance, message.address, message.port,
                                         tuple(message.tags), owner))
    return found


def named_event(name: str, payload: bytes) -> bytes:
    """The payload of a named event."""
    return named_event_pb2.NamedEvent(name=name, payload=payload).SerializeToString(deterministic=True)


def read_named_event(payload: bytes) -> tuple[str, bytes] | None:
    """Name and payload; `None` if it is none."""
    try:
        message = named_event_pb2.NamedEvent.FromString(payload)
    except DecodeError:
        return None
    return (message.name, message.payload) if 1 <= len(message.name.encode()) <= 64 else None
