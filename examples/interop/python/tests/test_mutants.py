"""Mutants of the good vectors, by the recipe of `proto/vectors/README.md`: they become what they become in every
language, and none does harm to a member. `HAULOUT_MUTANTS=1000000` tries all."""

import contextlib
import os
import random
import unittest

from haulout_member.codec import Datagram, State, Update, decode, encode
from haulout_member.fingerprint import MASK, fin, fingerprint
from haulout_member.gen import haulout_pb2 as pb
from haulout_member.identity import Identity, Refused
from haulout_member.member import Member
from haulout_member.settings import PROFILES

from .test_vectors import vectors

COUNT = int(os.environ.get("HAULOUT_MUTANTS", "20000"))
BLOCK = 1_000


class Draws:
    """SplitMix64."""

    def __init__(self, state):
        self._state = state

    def below(self, count):
        self._state = (self._state + 0x9E3779B97F4A7C15) & MASK
        return fin(self._state) % count


def mutant(number, intact):
    draws = Draws(fin(number))
    data = bytearray(intact[draws.below(len(intact))])
    for _ in range(1 + draws.below(3)):
        if data:
            mutate(data, draws)
    return bytes(data)


def mutate(data, draws):
    at = draws.below(len(data))
    match draws.below(6):
        case 0 | 1:
            data[at] ^= 1 << draws.below(8)
        case 2:
            data[at] = draws.below(256)
        case 3:
            del data[at]
        case 4:
            data.insert(at, draws.below(256))
        case _:
            data += data[at:at + draws.below(30)]


def outcome(data):
    """What becomes of a datagram."""
    try:
        datagram = decode(data)
    except Refused:
        return b"\0"
    known = datagram.kind and datagram.header.version == 1
    kind = pb.Header.DESCRIPTOR.fields_by_name[datagram.kind].number - 7 if known else 0
    form = form_of(datagram, data)
    return bytes([1, kind]) + datagram.unknown_sections.to_bytes(4, "little") + len(form).to_bytes(4, "little") + form


def form_of(datagram: Datagram, data):
    """The canonical bytes of what counts."""
    header = datagram.header
    header.DiscardUnknownFields()
    if header.highest == header.version:
        header.ClearField("highest")
    if header.version != 1 or not datagram.kind:
        if datagram.kind:
            header.ClearField(datagram.kind)
        return encode(header)
    settle(datagram.kind, datagram.body)
    sections = [update.message() for update in datagram.updates]
    sections += [message for _, message in datagram.manifests + datagram.records + datagram.user_events]
    sections += [*datagram.topics, *pb.Packet.FromString(data).customs]
    for section in sections:
        section.DiscardUnknownFields()
    return encode(header, sections)


def settle(kind, body):
    """Makes what means the same the same."""
    if kind == "announce":
        body.padding = bytes(len(body.padding))
    elif kind == "refused" and body.reason not in pb.Reason.values():
        body.reason = 0
    elif kind == "sync_leaves" and not body.leaves:
        body.ClearField("plane")
        body.ClearField("salt")
    elif kind in ("sync_pull", "sync_page"):
        for name in ("first", "until", "next"):
            if name in body.DESCRIPTOR.fields_by_name and body.HasField(name):
                settle_position(body, name)


def settle_position(body, name):
    position = getattr(body, name)
    if body.plane == pb.PLANE_MEMBERS:
        position.item = 0
    if name != "next" and not position.key and not position.item:
        body.ClearField(name)


def seal(n):
    return Identity.at(f"seal-{n}", (f"10.0.0.{n}", 7946), 28_300_000)


def fed():
    """`seal-2`, fed by `seal-1` with `seal-3` and `seal-9`."""
    member = Member(seal(2), PROFILES["lan"], None, random.Random(1))
    member.join(1.0, seal(1).route)
    [(_, announce)] = member.outbox
    feed = pb.Feed(number=decode(announce).body.number)
    known = [Update(seal(3), 0, State.ALIVE), Update(seal(9), 4, State.ALIVE)]
    header = pb.Header(version=1, source=seal(1).node(), feed=feed)
    member.handle_datagram(1.0, encode(header, [update.message() for update in known]))
    assert len(member.table) == 3
    return member


def view(member):
    """What it holds of itself and of others."""
    lines = [f"{member.me.epoch} {member.incarnation}\n"]
    for name, held in sorted(member.table.items(), key=lambda item: item[0].encode()):
        identity = held.identity
        lines.append(f"{name} {identity.port} {identity.epoch} {held.incarnation} {int(held.state)}\n")
    return "".join(lines).encode()


class Mutants(unittest.TestCase):
    def test_they_become_what_is_written_down_and_crash_nobody(self):
        intact = [bytes.fromhex(vector["hex"]) for vector in vectors("good.json")]
        written, outcomes, refused = vectors("mutants.json"), [], 0
        member, held, counted = fed(), vectors("held.json"), 0
        for number in range(COUNT):
            data = mutant(number, intact)
            outcomes.append(outcome(data))
            refused += outcomes[-1] == b"\0"
            with contextlib.suppress(Refused):
                member.handle_datagram(1.0, data)
            self.assertEqual(counted + member.dropped["malformed"], refused, data.hex())
            member.outbox.clear()
            member.events.clear()
            if len(outcomes) == BLOCK:
                self.assertEqual(f"{fingerprint(b''.join(outcomes)):016x}", written[number // BLOCK], number)
                outcomes.clear()
                self.assertEqual(f"{fingerprint(view(member)):016x}", held[number // BLOCK], number)
                counted, member = refused, fed()
        print(f"{COUNT} mutants: {COUNT - refused} read, {refused} refused")

    def test_cuts_become_what_is_written_down(self):
        member, refused = fed(), 0
        for vector, written in zip(vectors("good.json"), vectors("cuts.json"), strict=True):
            data = bytes.fromhex(vector["hex"])
            outcomes = [outcome(data[:end]) for end in range(len(data))]
            self.assertEqual(f"{fingerprint(b''.join(outcomes)):016x}", written, vector["name"])
            refused += outcomes.count(b"\0")
            for end in range(len(data)):
                with contextlib.suppress(Refused):
                    member.handle_datagram(1.0, data[:end])
                member.outbox.clear()
            self.assertEqual(member.dropped["malformed"], refused)
