"""Records and user events: sections 14 and 15."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Iterator

from .fingerprint import byte_string, fingerprint, mix
from .gen import haulout_pb2 as pb
from .identity import Identity
from .news import News
from .settings import Settings

TOMBSTONES = 16
FLIGHT = 64
LEAP = 1 << 20
SMALL = 256
LIVES = 4
SILENCE = 60.0

Emit = Callable[..., None]


@dataclasses.dataclass
class Item:
    """A record; without a value a tombstone."""

    version: int
    value: bytes | None

    @property
    def rank(self) -> tuple[int, bool, bytes]:
        """What decides between two of one life."""
        return self.version, self.value is None, self.value or b""


@dataclasses.dataclass
class Owner:
    """A manifest, and the records under it."""

    identity: Identity
    life: int
    floor: int
    shown: bool = True
    items: dict[tuple[int, bytes], Item] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Moment:
    """A user event that is being told."""

    message: pb.UserEvent
    expires: float | None


@dataclasses.dataclass
class Entry:
    """An entry of a plane: where it is, its value, and the section that says it."""

    key: int
    item: int
    value: int
    section: Callable[[], object]


class Registry:
    """What members publish. `member(name)` gives the identity under which one is active."""

    def __init__(self, me: Identity, settings: Settings, rng: random.Random,
                 member: Callable[[str], Identity | None], emit: Emit) -> None:
        self.me = me
        self.life = rng.getrandbits(32)
        # That of user events, which is the same until somebody forges an event in it.
        self._event_life, self._rng = self.life, rng
        self.owners: dict[str, Owner] = {}
        self.clock = 0
        self.news = News()
        self._settings, self._member, self._emit = settings, member, emit
        self._counter = self._seq = 0
        self._collecting: int | None = None
        self._moments: dict[tuple[str, int, int], Moment] = {}
        self._windows: dict[str, dict[int, tuple[int, int]]] = {}
        self._heard: dict[str, float] = {}

    # What the user wants.

    def put(self, topic: int, key: bytes, value: bytes) -> None:
        """Puts a value; raises `ValueError` over a limit."""
        limits = self._settings
        if len(key) > limits.record_key or len(value) > limits.value:
            raise ValueError("a key has at most 64 bytes, a value 1,024")
        own = self._publish()
        held = own.items.get((topic, key))
        if held and held.value == value:
            return
        if held is None and len(own.items) >= limits.records_per_owner:
            if not any(item.value is None for item in own.items.values()):
                raise ValueError("a member has at most 64 records")
            self._put_all(own, self._counter)
        self._set(own, topic, key, value)
        self._emit("published", owner=self.me.name, topic=topic, key=key, value=value)

    def remove(self, topic: int, key: bytes) -> bool:
        """Removes a value; false if there is none."""
        own = self.owners.get(self.me.name)
        held = own.items.get((topic, key)) if own else None
        if held is None or held.value is None:
            return False
        self._set(own, topic, key, None)
        self._emit("withdrawn", owner=self.me.name, topic=topic, key=key)
        if self._collecting is None and sum(item.value is None for item in own.items.values()) > TOMBSTONES:
            self._collecting = self._counter
            self._raise_all(own, tombstones=False)
        return True

    def send(self, now: float, topic: int, payload: bytes, ttl: float | None = None) -> None:
        """Sends a user event; raises `ValueError` over a limit."""
        if len(payload) > self._settings.value:
            raise ValueError("a payload has at most 1,024 bytes")
        if sum(name == self.me.name for name, *_ in self._moments) >= FLIGHT:
            raise ValueError("64 user events are being told")
        self._seq += 1
        self.clock += 1
        message = pb.UserEvent(origin=pb.Node(name=self.me.name), topic=topic, life=self._event_life, seq=self._seq,
                               time=self.clock, payload=payload)
        self._emit("user_event", origin=self.me.name, topic=topic, time=self.clock, payload=payload)
        self._tell(message, None if ttl is None else now + ttl)

    def records(self) -> Iterator[tuple[str, int, bytes, bytes]]:
        """What is visible: owner, topic, key, value."""
        for name, owner in self.owners.items():
            for (topic, key), item in owner.items.items() if owner.shown else ():
                if item.value is not None:
                    yield name, topic, key, item.value

    # What others say.

    def hear_manifest(self, identity: Identity, message: pb.Manifest, relays: bool) -> bool:
        """Takes a manifest. True if we have to renew: another process has our identity."""
        if identity.name == self.me.name:
            return self._hear_own_manifest(identity, message)
        if self._member(identity.name) != identity:
            return False
        owner = self.owners.get(identity.name)
        if owner is None:
            self.owners[identity.name] = Owner(identity, message.life, message.floor)
        elif owner.identity == identity and (message.floor, message.life) <= (owner.floor, owner.life):
            return False
        else:
            self._take_manifest(owner, identity, message)
        if relays:
            self.news.queue(("manifest", identity.name))
        return False

    def _take_manifest(self, owner: Owner, identity: Identity, message: pb.Manifest) -> None:
        for (topic, key), item in list(owner.items.items()):
            if owner.life != message.life or item.version < message.floor:
                del owner.items[topic, key]
                self.news.drop(("record", identity.name, topic, key))
                if owner.shown and item.value is not None:
                    self._emit("withdrawn", owner=identity.name, topic=topic, key=key)
        owner.identity, owner.life, owner.floor = identity, message.life, message.floor
        if not owner.shown:
            self._show(owner)

    def hear_record(self, name: str, message: pb.Record, relays: bool) -> None:
        """Takes a record."""
        limits = self._settings
        value = message.value if message.HasField("value") else None
        if len(message.key) > limits.record_key or len(value or b"") > limits.value:
            return None
        if name == self.me.name:
            return self._hear_own_record(message, value)
        owner = self.owners.get(name)
        if owner is None or not owner.shown or owner.life != message.life or message.version < owner.floor:
            return None
        item, held = Item(message.version, value), owner.items.get((message.topic, message.key))
        if held and held.rank >= item.rank:
            return None
        if held is None and (len(owner.items) >= limits.records_per_owner
                             or sum(len(o.items) for o in self.owners.values()) >= limits.records):
            return None
        owner.items[message.topic, message.key] = item
        if relays:
            self.news.queue(("record", name, message.topic, message.key))
        if value is not None:
            self._emit("published", owner=name, topic=message.topic, key=message.key, value=value)
        elif held and held.value is not None:
            self._emit("withdrawn", owner=name, topic=message.topic, key=message.key)
        return None

    def hear_user_event(self, now: float, name: str, message: pb.UserEvent) -> None:
        """Takes a user event."""
        over = message.HasField("ttl") and message.ttl == 0
        if over or len(message.payload) > self._settings.value:
            return
        if name == self.me.name:
            if message.life == self._event_life and message.seq > self._seq:
                # It was forged: others take ours for old ones now.
                self._event_life, self._seq = self._rng.getrandbits(32), 0
            return
        if not self._note(now, name, message):
            return
        if message.time - self.clock <= LEAP:
            self.clock = max(self.clock, message.time)
        self._emit("user_event", origin=name, topic=message.topic, time=message.time, payload=message.payload)
        self._tell(message, now + message.ttl / 1000 if message.HasField("ttl") else None)

    def hear_clock(self, time: int) -> None:
        """A member's clock."""
        if self.clock == 0 or 0 <= time - self.clock <= LEAP:
            self.clock = min(max(self.clock, time), (1 << 63) - 1)

    def _note(self, now: float, name: str, message: pb.UserEvent) -> bool:
        """Notes an event; false if it is known, too old to say, or there is no room."""
        if name not in self._windows and len(self._windows) >= self._settings.origins:
            silent = next((key for key, at in self._heard.items() if now - at >= SILENCE), None)
            if silent is None:
                return False
            del self._windows[silent], self._heard[silent]
        windows = self._windows.setdefault(name, {})
        self._heard[name] = now
        if message.life not in windows and len(windows) == LIVES:
            del windows[next(iter(windows))]
        # Taken out and put in again: the last to be heard is the last to go.
        top, known = windows.pop(message.life, (0, 0))
        if message.seq > top:
            ahead = message.seq - top
            known = (known << ahead & (1 << 64) - 1 if ahead < 64 else 0) | 1
            windows[message.life] = (message.seq, known)
            return True
        bit = 1 << (top - message.seq) if top - message.seq < 64 else 0
        windows[message.life] = (top, known | bit)
        return bit != 0 and not known & bit

    # Members come and go.

    def appeared(self, identity: Identity) -> None:
        """A member is active under this identity."""
        owner = self.owners.get(identity.name)
        if owner and owner.identity == identity and not owner.shown:
            self._show(owner)

    def concealed(self, name: str) -> None:
        """A member is gone, or goes on under another identity."""
        owner = self.owners.get(name)
        if owner:
            owner.shown = False
            self.news.drop(("manifest", name))
            for topic, key in owner.items:
                self.news.drop(("record", name, topic, key))

    def forgotten(self, name: str) -> None:
        """A departed member is forgotten."""
        self.concealed(name)
        self.owners.pop(name, None)

    def renewed(self, me: Identity) -> None:
        """We go on under another identity."""
        self.me = me
        own = self.owners.get(me.name)
        if own:
            own.identity = me
            self.news.queue(("manifest", me.name))

    def _show(self, owner: Owner) -> None:
        owner.shown = True
        for (topic, key), item in owner.items.items():
            if item.value is not None:
                self._emit("published", owner=owner.identity.name, topic=topic, key=key, value=item.value)

    # What we publish.

    def _publish(self) -> Owner:
        own = self.owners.get(self.me.name)
        if own is None:
            own = self.owners[self.me.name] = Owner(self.me, self.life, 0)
            self.news.queue(("manifest", self.me.name))
        return own

    def _set(self, own: Owner, topic: int, key: bytes, value: bytes | None) -> None:
        self._counter += 1
        own.items[topic, key] = Item(self._counter, value)
        self.news.queue(("record", self.me.name, topic, key))

    def _raise_all(self, own: Owner, tombstones: bool) -> None:
        for (topic, key), item in list(own.items.items()):
            if tombstones or item.value is not None:
                self._set(own, topic, key, item.value)

    def _put_all(self, own: Owner, last: int) -> None:
        """Puts the live records above `last`, and lets the floor follow at once."""
        self._raise_all(own, tombstones=False)
        self._raise_floor(own, last)

    def _raise_floor(self, own: Owner, last: int) -> None:
        self._collecting = None
        self._counter = max(self._counter, last + 1)
        own.floor = last + 1
        for topic, key in [place for place, item in own.items.items() if item.version <= last]:
            del own.items[topic, key]
            self.news.drop(("record", self.me.name, topic, key))
        self.news.queue(("manifest", self.me.name))

    def _hear_own_record(self, message: pb.Record, value: bytes | None) -> None:
        own = self._publish()
        if message.life != self.life:
            self.news.queue(("manifest", self.me.name))
            return
        place = (message.topic, message.key)
        held = own.items.get(place)
        if message.version < own.floor or (held and held.rank >= Item(message.version, value).rank):
            return
        self._counter = max(self._counter, message.version)
        if held is None and len(own.items) >= self._settings.records_per_owner:
            self._put_all(own, self._counter)
        else:
            self._set(own, *place, held.value if held else None)

    def _hear_own_manifest(self, identity: Identity, message: pb.Manifest) -> bool:
        if identity != self.me:
            return False
        if message.life != self.life:
            return True
        own = self._publish()
        if message.floor > own.floor:
            self._counter = max(self._counter, message.floor) + 1
            own.floor = self._counter
            self._raise_all(own, tombstones=True)
            self.news.queue(("manifest", self.me.name))
        return False

    # What is told, and what is compared.

    def _tell(self, message: pb.UserEvent, expires: float | None) -> None:
        event = (message.origin.name, message.life, message.seq)
        self._moments[event] = Moment(message, expires)
        self.news.queue(("event", *event))

    @property
    def own_backlog(self) -> bool:
        """Whether something of our own is still to be told."""
        return any(piece[1] == self.me.name for piece in self.news)

    def fill(self, add: Callable[[object], bool], now: float, receiver: str, limit: int, alone: bool) -> None:
        """Offers what waits: manifests, small pieces, large ones. `alone`: there is no other member."""
        pieces = [(self._section(piece, now), piece) for piece in self.news]
        order = {"manifest": 0, "event": 1, "record": 2}
        pieces.sort(key=lambda pair: (pair[0] is not None and pair[0].ByteSize() > SMALL, order[pair[1][0]]))
        for section, piece in pieces:
            known = piece[1] == receiver
            if section is None:
                self._over(piece)
            elif (alone if known else add(section)):
                self.news.sent(piece, limit)
                if piece not in self.news:
                    self._over(piece)
        if self._collecting is not None and not self.own_backlog:
            self._raise_floor(self.owners[self.me.name], self._collecting)

    def _over(self, piece: tuple) -> None:
        self.news.drop(piece)
        if piece[0] == "event":
            self._moments.pop(piece[1:], None)

    def _section(self, piece: tuple, now: float) -> object | None:
        match piece:
            case ("manifest", name):
                return self._manifest(self.owners[name])
            case ("record", name, topic, key):
                return self._record(name, self.owners[name], topic, key)
        moment = self._moments[piece[1:]]
        message = pb.UserEvent()
        message.CopyFrom(moment.message)
        if moment.expires is not None:
            left = int((moment.expires - now) * 1000)
            if left <= 0:
                return None
            message.ttl = left
        return message

    @staticmethod
    def _manifest(owner: Owner) -> pb.Manifest:
        return pb.Manifest(identity=owner.identity.node(), life=owner.life, floor=owner.floor)

    @staticmethod
    def _record(name: str, owner: Owner, topic: int, key: bytes) -> pb.Record:
        item = owner.items[topic, key]
        return pb.Record(owner=pb.Node(name=name), topic=topic, key=key, life=owner.life,
                         version=item.version, value=item.value)

    def entries(self) -> list[Entry]:
        """The records plane."""
        entries = []
        for name, owner in self.owners.items():
            if not owner.shown:
                continue
            place = owner.identity.key_print
            value = mix(owner.identity.print, owner.life, owner.floor)
            entries.append(Entry(place, 0, value, lambda owner=owner: self._manifest(owner)))
            for (topic, key), item in owner.items.items():
                position = fingerprint(topic.to_bytes(4, "little") + byte_string(key)) or 1
                value = mix(place, topic, fingerprint(byte_string(key)), owner.life, item.version,
                            item.value is None, fingerprint(byte_string(item.value or b"")))
                def section(name=name, owner=owner, topic=topic, key=key):
                    return (self._record(name, owner, topic, key))
                entries.append(Entry(place, position, value, section))
        return entries
