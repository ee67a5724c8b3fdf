from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Reason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REASON_OTHER: _ClassVar[Reason]
    REASON_CLUSTER: _ClassVar[Reason]
    REASON_VERSION: _ClassVar[Reason]
    REASON_NOT_ADMITTED: _ClassVar[Reason]
    REASON_FULL: _ClassVar[Reason]
    REASON_CONFLICT: _ClassVar[Reason]

class Plane(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PLANE_MEMBERS: _ClassVar[Plane]
    PLANE_RECORDS: _ClassVar[Plane]
REASON_OTHER: Reason
REASON_CLUSTER: Reason
REASON_VERSION: Reason
REASON_NOT_ADMITTED: Reason
REASON_FULL: Reason
REASON_CONFLICT: Reason
PLANE_MEMBERS: Plane
PLANE_RECORDS: Plane

class Packet(_message.Message):
    __slots__ = ("header", "updates", "manifests", "records", "user_events", "topics", "customs")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    UPDATES_FIELD_NUMBER: _ClassVar[int]
    MANIFESTS_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    USER_EVENTS_FIELD_NUMBER: _ClassVar[int]
    TOPICS_FIELD_NUMBER: _ClassVar[int]
    CUSTOMS_FIELD_NUMBER: _ClassVar[int]
    header: Header
    updates: _containers.RepeatedCompositeFieldContainer[Update]
    manifests: _containers.RepeatedCompositeFieldContainer[Manifest]
    records: _containers.RepeatedCompositeFieldContainer[Record]
    user_events: _containers.RepeatedCompositeFieldContainer[UserEvent]
    topics: _containers.RepeatedCompositeFieldContainer[Topic]
    customs: _containers.RepeatedCompositeFieldContainer[Custom]
    def __init__(self, header: _Optional[_Union[Header, _Mapping]] = ..., updates: _Optional[_Iterable[_Union[Update, _Mapping]]] = ..., manifests: _Optional[_Iterable[_Union[Manifest, _Mapping]]] = ..., records: _Optional[_Iterable[_Union[Record, _Mapping]]] = ..., user_events: _Optional[_Iterable[_Union[UserEvent, _Mapping]]] = ..., topics: _Optional[_Iterable[_Union[Topic, _Mapping]]] = ..., customs: _Optional[_Iterable[_Union[Custom, _Mapping]]] = ...) -> None: ...

class Header(_message.Message):
    __slots__ = ("version", "highest", "cluster", "dst", "cookie", "source", "incarnation", "ping", "ack", "gossip", "ping_req", "forwarded_ack", "nack", "announce", "challenge", "feed", "refused", "you_are_down", "sync", "sync_leaves", "sync_pull", "sync_page")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    HIGHEST_FIELD_NUMBER: _ClassVar[int]
    CLUSTER_FIELD_NUMBER: _ClassVar[int]
    DST_FIELD_NUMBER: _ClassVar[int]
    COOKIE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    INCARNATION_FIELD_NUMBER: _ClassVar[int]
    PING_FIELD_NUMBER: _ClassVar[int]
    ACK_FIELD_NUMBER: _ClassVar[int]
    GOSSIP_FIELD_NUMBER: _ClassVar[int]
    PING_REQ_FIELD_NUMBER: _ClassVar[int]
    FORWARDED_ACK_FIELD_NUMBER: _ClassVar[int]
    NACK_FIELD_NUMBER: _ClassVar[int]
    ANNOUNCE_FIELD_NUMBER: _ClassVar[int]
    CHALLENGE_FIELD_NUMBER: _ClassVar[int]
    FEED_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    YOU_ARE_DOWN_FIELD_NUMBER: _ClassVar[int]
    SYNC_FIELD_NUMBER: _ClassVar[int]
    SYNC_LEAVES_FIELD_NUMBER: _ClassVar[int]
    SYNC_PULL_FIELD_NUMBER: _ClassVar[int]
    SYNC_PAGE_FIELD_NUMBER: _ClassVar[int]
    version: int
    highest: int
    cluster: int
    dst: int
    cookie: int
    source: Node
    incarnation: int
    ping: Ping
    ack: Ack
    gossip: Gossip
    ping_req: PingReq
    forwarded_ack: ForwardedAck
    nack: Nack
    announce: Announce
    challenge: Challenge
    feed: Feed
    refused: Refused
    you_are_down: YouAreDown
    sync: Sync
    sync_leaves: SyncLeaves
    sync_pull: SyncPull
    sync_page: SyncPage
    def __init__(self, version: _Optional[int] = ..., highest: _Optional[int] = ..., cluster: _Optional[int] = ..., dst: _Optional[int] = ..., cookie: _Optional[int] = ..., source: _Optional[_Union[Node, _Mapping]] = ..., incarnation: _Optional[int] = ..., ping: _Optional[_Union[Ping, _Mapping]] = ..., ack: _Optional[_Union[Ack, _Mapping]] = ..., gossip: _Optional[_Union[Gossip, _Mapping]] = ..., ping_req: _Optional[_Union[PingReq, _Mapping]] = ..., forwarded_ack: _Optional[_Union[ForwardedAck, _Mapping]] = ..., nack: _Optional[_Union[Nack, _Mapping]] = ..., announce: _Optional[_Union[Announce, _Mapping]] = ..., challenge: _Optional[_Union[Challenge, _Mapping]] = ..., feed: _Optional[_Union[Feed, _Mapping]] = ..., refused: _Optional[_Union[Refused, _Mapping]] = ..., you_are_down: _Optional[_Union[YouAreDown, _Mapping]] = ..., sync: _Optional[_Union[Sync, _Mapping]] = ..., sync_leaves: _Optional[_Union[SyncLeaves, _Mapping]] = ..., sync_pull: _Optional[_Union[SyncPull, _Mapping]] = ..., sync_page: _Optional[_Union[SyncPage, _Mapping]] = ...) -> None: ...

class Node(_message.Message):
    __slots__ = ("ip", "port", "epoch", "name")
    IP_FIELD_NUMBER: _ClassVar[int]
    PORT_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ip: bytes
    port: int
    epoch: int
    name: str
    def __init__(self, ip: _Optional[bytes] = ..., port: _Optional[int] = ..., epoch: _Optional[int] = ..., name: _Optional[str] = ...) -> None: ...

class Ping(_message.Message):
    __slots__ = ("number",)
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    number: int
    def __init__(self, number: _Optional[int] = ...) -> None: ...

class Ack(_message.Message):
    __slots__ = ("number",)
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    number: int
    def __init__(self, number: _Optional[int] = ...) -> None: ...

class Gossip(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PingReq(_message.Message):
    __slots__ = ("number", "target", "route")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    ROUTE_FIELD_NUMBER: _ClassVar[int]
    number: int
    target: Node
    route: Node
    def __init__(self, number: _Optional[int] = ..., target: _Optional[_Union[Node, _Mapping]] = ..., route: _Optional[_Union[Node, _Mapping]] = ...) -> None: ...

class ForwardedAck(_message.Message):
    __slots__ = ("number", "identity", "incarnation")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    INCARNATION_FIELD_NUMBER: _ClassVar[int]
    number: int
    identity: Node
    incarnation: int
    def __init__(self, number: _Optional[int] = ..., identity: _Optional[_Union[Node, _Mapping]] = ..., incarnation: _Optional[int] = ...) -> None: ...

class Nack(_message.Message):
    __slots__ = ("number",)
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    number: int
    def __init__(self, number: _Optional[int] = ...) -> None: ...

class Announce(_message.Message):
    __slots__ = ("number", "flags", "padding")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    FLAGS_FIELD_NUMBER: _ClassVar[int]
    PADDING_FIELD_NUMBER: _ClassVar[int]
    number: int
    flags: int
    padding: bytes
    def __init__(self, number: _Optional[int] = ..., flags: _Optional[int] = ..., padding: _Optional[bytes] = ...) -> None: ...

class Challenge(_message.Message):
    __slots__ = ("number", "cookie")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    COOKIE_FIELD_NUMBER: _ClassVar[int]
    number: int
    cookie: int
    def __init__(self, number: _Optional[int] = ..., cookie: _Optional[int] = ...) -> None: ...

class Feed(_message.Message):
    __slots__ = ("number", "clock")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    CLOCK_FIELD_NUMBER: _ClassVar[int]
    number: int
    clock: int
    def __init__(self, number: _Optional[int] = ..., clock: _Optional[int] = ...) -> None: ...

class Refused(_message.Message):
    __slots__ = ("number", "reason", "cluster", "min", "max")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CLUSTER_FIELD_NUMBER: _ClassVar[int]
    MIN_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    number: int
    reason: Reason
    cluster: int
    min: int
    max: int
    def __init__(self, number: _Optional[int] = ..., reason: _Optional[_Union[Reason, str]] = ..., cluster: _Optional[int] = ..., min: _Optional[int] = ..., max: _Optional[int] = ...) -> None: ...

class YouAreDown(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Sync(_message.Message):
    __slots__ = ("number", "version", "members", "records", "clock")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    CLOCK_FIELD_NUMBER: _ClassVar[int]
    number: int
    version: int
    members: int
    records: int
    clock: int
    def __init__(self, number: _Optional[int] = ..., version: _Optional[int] = ..., members: _Optional[int] = ..., records: _Optional[int] = ..., clock: _Optional[int] = ...) -> None: ...

class SyncLeaves(_message.Message):
    __slots__ = ("number", "plane", "salt", "leaves")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    PLANE_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    LEAVES_FIELD_NUMBER: _ClassVar[int]
    number: int
    plane: Plane
    salt: int
    leaves: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, number: _Optional[int] = ..., plane: _Optional[_Union[Plane, str]] = ..., salt: _Optional[int] = ..., leaves: _Optional[_Iterable[int]] = ...) -> None: ...

class Position(_message.Message):
    __slots__ = ("key", "item")
    KEY_FIELD_NUMBER: _ClassVar[int]
    ITEM_FIELD_NUMBER: _ClassVar[int]
    key: int
    item: int
    def __init__(self, key: _Optional[int] = ..., item: _Optional[int] = ...) -> None: ...

class SyncPull(_message.Message):
    __slots__ = ("number", "plane", "back", "first", "until", "salt", "have")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    PLANE_FIELD_NUMBER: _ClassVar[int]
    BACK_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    HAVE_FIELD_NUMBER: _ClassVar[int]
    number: int
    plane: Plane
    back: bool
    first: Position
    until: Position
    salt: int
    have: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, number: _Optional[int] = ..., plane: _Optional[_Union[Plane, str]] = ..., back: bool = ..., first: _Optional[_Union[Position, _Mapping]] = ..., until: _Optional[_Union[Position, _Mapping]] = ..., salt: _Optional[int] = ..., have: _Optional[_Iterable[int]] = ...) -> None: ...

class SyncPage(_message.Message):
    __slots__ = ("number", "plane", "first", "next")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    PLANE_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    number: int
    plane: Plane
    first: Position
    next: Position
    def __init__(self, number: _Optional[int] = ..., plane: _Optional[_Union[Plane, str]] = ..., first: _Optional[_Union[Position, _Mapping]] = ..., next: _Optional[_Union[Position, _Mapping]] = ...) -> None: ...

class Update(_message.Message):
    __slots__ = ("identity", "stamp", "by")
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    STAMP_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    identity: Node
    stamp: int
    by: _containers.RepeatedCompositeFieldContainer[Node]
    def __init__(self, identity: _Optional[_Union[Node, _Mapping]] = ..., stamp: _Optional[int] = ..., by: _Optional[_Iterable[_Union[Node, _Mapping]]] = ...) -> None: ...

class Manifest(_message.Message):
    __slots__ = ("identity", "life", "floor")
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    LIFE_FIELD_NUMBER: _ClassVar[int]
    FLOOR_FIELD_NUMBER: _ClassVar[int]
    identity: Node
    life: int
    floor: int
    def __init__(self, identity: _Optional[_Union[Node, _Mapping]] = ..., life: _Optional[int] = ..., floor: _Optional[int] = ...) -> None: ...

class Record(_message.Message):
    __slots__ = ("owner", "topic", "key", "life", "version", "value")
    OWNER_FIELD_NUMBER: _ClassVar[int]
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    LIFE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    owner: Node
    topic: int
    key: bytes
    life: int
    version: int
    value: bytes
    def __init__(self, owner: _Optional[_Union[Node, _Mapping]] = ..., topic: _Optional[int] = ..., key: _Optional[bytes] = ..., life: _Optional[int] = ..., version: _Optional[int] = ..., value: _Optional[bytes] = ...) -> None: ...

class UserEvent(_message.Message):
    __slots__ = ("origin", "topic", "life", "seq", "time", "ttl", "payload")
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    LIFE_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    TTL_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    origin: Node
    topic: int
    life: int
    seq: int
    time: int
    ttl: int
    payload: bytes
    def __init__(self, origin: _Optional[_Union[Node, _Mapping]] = ..., topic: _Optional[int] = ..., life: _Optional[int] = ..., seq: _Optional[int] = ..., time: _Optional[int] = ..., ttl: _Optional[int] = ..., payload: _Optional[bytes] = ...) -> None: ...

class Topic(_message.Message):
    __slots__ = ("id", "name")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    id: int
    name: str
    def __init__(self, id: _Optional[int] = ..., name: _Optional[str] = ...) -> None: ...

class Custom(_message.Message):
    __slots__ = ("topic", "payload")
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    topic: int
    payload: bytes
    def __init__(self, topic: _Optional[int] = ..., payload: _Optional[bytes] = ...) -> None: ...
