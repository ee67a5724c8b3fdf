"""Datagrams: one `haulout.v1.Packet` each, read whole and checked before anything is done (section 2)."""

from __future__ import annotations

import dataclasses
import enum

from google.protobuf.message import DecodeError
from google.protobuf.unknown_fields import UnknownFieldSet

from .gen import haulout_pb2 as pb
from .identity import Identity, Refused, identity_of, key_of, route_of
from .wire import has_wide_varint

VERSION = 1
MAX_SENT = 1_400
MAX_RECEIVED = 8_192
MAX_SUSPECTERS = 4
MAX_HAVE = 240

NUMBERED = ("ping", "ack", "ping_req", "forwarded_ack", "nack", "announce", "challenge", "feed", "refused",
            "sync", "sync_leaves", "sync_pull", "sync_page")


class State(enum.IntEnum):
    """What a member is held to be."""

    ALIVE = 0
    SUSPECT = 1
    DOWN = 2
    LEFT = 3

    @property
    def active(self) -> bool:
        """Alive or suspect."""
        return self <= State.SUSPECT


@dataclasses.dataclass
class Update:
    """What somebody holds of a member."""

    identity: Identity
    incarnation: int
    state: State
    by: list[str] = dataclasses.field(default_factory=list)

    def message(self) -> pb.Update:
        """Its section."""
        by = [pb.Node(name=name) for name in self.by] if self.state is State.SUSPECT else []
        stamp = self.incarnation * 8 + self.state
        return pb.Update(identity=self.identity.node(), stamp=stamp, by=by)


@dataclasses.dataclass
class Datagram:
    """A datagram that was read. `kind` is the name of its message, "" if that is not known."""

    header: pb.Header
    source: Identity
    kind: str
    updates: list[Update] = dataclasses.field(default_factory=list)
    manifests: list[tuple[Identity, pb.Manifest]] = dataclasses.field(default_factory=list)
    records: list[tuple[str, pb.Record]] = dataclasses.field(default_factory=list)
    user_events: list[tuple[str, pb.UserEvent]] = dataclasses.field(default_factory=list)
    topics: list[pb.Topic] = dataclasses.field(default_factory=list)
    unknown_sections: int = 0

    @property
    def body(self):
        """The message."""
        return getattr(self.header, self.kind)


def encode(header: pb.Header, sections: list = ()) -> bytes:
    """A datagram of a header and sections."""
    packet = pb.Packet(header=header)
    for section in sections:
        _FIELDS[type(section)](packet).append(section)
    return packet.SerializeToString(deterministic=True)


_FIELDS = {
    pb.Update: lambda packet: packet.updates,
    pb.Manifest: lambda packet: packet.manifests,
    pb.Record: lambda packet: packet.records,
    pb.UserEvent: lambda packet: packet.user_events,
    pb.Topic: lambda packet: packet.topics,
    pb.Custom: lambda packet: packet.customs,
}


def decode(data: bytes) -> Datagram:
    """Reads a datagram; raises `Refused`."""
    if len(data) > MAX_RECEIVED:
        raise Refused("it is too long")
    if data[:1] == b"\0":
        raise Refused("it is sealed")
    packet = pb.Packet()
    try:
        packet.ParseFromString(data)
    except DecodeError as error:
        raise Refused(f"it is not protobuf: {error}") from None
    if has_wide_varint(pb.Packet.DESCRIPTOR, data):
        raise Refused("it is not protobuf: a varint has more than 64 bits")
    header = packet.header
    if not packet.HasField("header") or not header.HasField("source"):
        raise Refused("it has no header or no source")
    highest = header.highest or header.version
    if not 1 <= header.version <= highest <= 15:
        raise Refused(f"it claims version {header.version} of at most {highest}")
    read = Datagram(header, identity_of(header.source), header.WhichOneof("message") or "")
    if header.version != VERSION:
        return read
    if not read.kind:
        return read
    _check_message(read.kind, read.body)
    _read_sections(packet, read)
    return read


def _read_sections(packet: pb.Packet, read: Datagram) -> None:
    read.unknown_sections = len(UnknownFieldSet(packet))
    for message in packet.updates:
        update = _read_update(message)
        if update is None:
            read.unknown_sections += 1
        else:
            read.updates.append(update)
    for message in packet.manifests:
        _require(message, "identity")
        read.manifests.append((identity_of(message.identity), message))
    for message in packet.records:
        _require(message, "owner")
        read.records.append((key_of(message.owner), message))
    for message in packet.user_events:
        _require(message, "origin")
        read.user_events.append((key_of(message.origin), message))
    read.topics.extend(packet.topics)


def _read_update(message: pb.Update) -> Update | None:
    """`None` for a state that is not known."""
    _require(message, "identity")
    if len(message.by) > MAX_SUSPECTERS:
        raise Refused("it has more than four suspecters")
    identity, by = identity_of(message.identity), list(dict.fromkeys(map(key_of, message.by)))
    incarnation, state = message.stamp >> 3, message.stamp & 7
    if incarnation > 0xFFFFFFFF:
        raise Refused("an incarnation has 32 bits")
    if state > State.LEFT:
        return None
    return Update(identity, incarnation, State(state), by if state == State.SUSPECT else [])


def _check_message(kind: str, body) -> None:
    if kind in NUMBERED and body.number > 0xFFFF:
        raise Refused("a number has 16 bits")
    match kind:
        case "ping_req":
            _require(body, "target")
            key_of(body.target)
            if body.HasField("route"):
                route_of(body.route)
        case "forwarded_ack":
            _require(body, "identity")
            identity_of(body.identity)
        case "announce":
            _at_most(body.flags)
        case "refused":
            _at_most(body.min, body.max)
        case "sync":
            _at_most(body.version)
        case "sync_leaves":
            _check_plane(body.plane)
            if len(body.leaves) not in (0, 256):
                raise Refused("a plane has 256 leaves")
        case "sync_pull":
            _check_plane(body.plane)
            if len(body.have) > MAX_HAVE:
                raise Refused("a pull has at most 240 values")
        case "sync_page":
            _check_plane(body.plane)


def _require(message, field: str) -> None:
    if not message.HasField(field):
        raise Refused(f"{field} is missing")


def _at_most(*values: int) -> None:
    if max(values) > 0xFF:
        raise Refused("a value is over 255")


def _check_plane(plane: int) -> None:
    if plane not in (pb.PLANE_MEMBERS, pb.PLANE_RECORDS):
        raise Refused("there are two planes")
