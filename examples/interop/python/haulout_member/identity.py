"""Named identities: a name is the key, an address the route, and an epoch tells life-spans apart."""

from __future__ import annotations

import dataclasses
import ipaddress
import time
import unicodedata
from functools import cached_property

from .fingerprint import MASK, byte_string, fingerprint, newer
from .gen import haulout_pb2 as pb

EPOCH_ORIGIN = 1_767_225_600
"""2026-01-01 00:00 UTC, in seconds of Unix time."""

MAX_NAME = 64
MAX_NODE = 128

Route = tuple[str, int]
"""Where datagrams go: an IP address as text, and a port."""


class Refused(ValueError):
    """Bytes that are no datagram, or values that the specification does not allow."""


@dataclasses.dataclass(frozen=True)
class Identity:
    """One life-span of a name."""

    name: str
    ip: bytes
    port: int
    epoch: int

    @classmethod
    def at(cls, name: str, route: Route, epoch: int | None = None) -> Identity:
        """An identity whose epoch is the clock's, if none is given."""
        if epoch is None:
            epoch = max(0, int(time.time()) - EPOCH_ORIGIN)
        return cls(name, ipaddress.ip_address(route[0]).packed, route[1], epoch)

    @cached_property
    def route(self) -> Route:
        """Where its datagrams go."""
        return str(ipaddress.ip_address(self.ip)), self.port

    @cached_property
    def key_print(self) -> int:
        """The fingerprint of the key."""
        return fingerprint(byte_string(self.name.encode()))

    @property
    def dst(self) -> int:
        """What a datagram says of the key that it is meant for."""
        return self.key_print & 0xFFFFFFFF

    @property
    def _address(self) -> bytes:
        return byte_string(self.ip) + self.port.to_bytes(2, "little")

    @cached_property
    def print(self) -> int:
        """The fingerprint of all of it."""
        return fingerprint(byte_string(self.name.encode()) + self._address + self.epoch.to_bytes(8, "little"))

    def supersedes(self, other: Identity) -> bool:
        """Whether it replaces another identity of its key."""
        if self.epoch != other.epoch:
            return newer(self.epoch, other.epoch)
        return self._address > other._address

    def renew(self, rival: Identity) -> Identity:
        """A newer life-span, over a rival's."""
        later = self.epoch if newer(self.epoch, rival.epoch) else rival.epoch
        epoch = (later + 1) & MASK
        if not newer(epoch, rival.epoch):
            epoch = (rival.epoch + 1) & MASK
        return dataclasses.replace(self, epoch=epoch)

    def node(self) -> pb.Node:
        """Its message."""
        return pb.Node(ip=self.ip, port=self.port, epoch=self.epoch, name=self.name)

    def route_node(self) -> pb.Node:
        """The message of its route."""
        return pb.Node(ip=self.ip, port=self.port)

    def __str__(self) -> str:
        host, port = self.route
        return f"{self.name}@{host}:{port}#{self.epoch}"


def identity_of(node: pb.Node) -> Identity:
    """The identity that a message is."""
    _check_size(node)
    return Identity(_name(node), _ip(node), _port(node), node.epoch)


def key_of(node: pb.Node) -> str:
    """The key that a message is."""
    _check_size(node)
    if node.ip or node.port or node.epoch:
        raise Refused("a key is a name and nothing else")
    return _name(node)


def route_of(node: pb.Node) -> Route:
    """The route that a message is."""
    _check_size(node)
    if node.name or node.epoch:
        raise Refused("a route is an address and nothing else")
    return str(ipaddress.ip_address(_ip(node))), _port(node)


def check_name(name: str) -> str:
    """A name as members may have it."""
    if not 1 <= len(name.encode()) <= MAX_NAME:
        raise Refused("a name has 1 to 64 bytes")
    if any(c.isspace() or unicodedata.category(c) == "Cc" for c in name):
        raise Refused("a name has neither white space nor control characters")
    return name


def _check_size(node: pb.Node) -> None:
    if node.ByteSize() > MAX_NODE:
        raise Refused("an identity, key or route has at most 128 bytes")


def _name(node: pb.Node) -> str:
    return check_name(node.name)


def _ip(node: pb.Node) -> bytes:
    if len(node.ip) not in (4, 16):
        raise Refused("an ip has 4 or 16 bytes")
    return node.ip


def _port(node: pb.Node) -> int:
    if node.port > 0xFFFF:
        raise Refused("a port is at most 65,535")
    return node.port
