"""The golden vectors: what is read, what is refused, and fingerprints."""

import json
import pathlib
import unittest

from google.protobuf.json_format import MessageToDict, ParseDict

from haulout_member.codec import State, decode, encode
from haulout_member.fingerprint import Digest, fin, fingerprint, label_hash, mix, newer
from haulout_member.gen import haulout_pb2 as pb
from haulout_member.identity import Identity, Refused

VECTORS = pathlib.Path(__file__).parents[4] / "proto" / "vectors"


def vectors(name):
    return json.loads((VECTORS / name).read_text())


def named(vector):
    host, _, port = vector["address"].rpartition(":")
    return Identity.at(vector["name"], (host.strip("[]"), int(port)), int(vector["epoch"]))


class Datagrams(unittest.TestCase):
    def test_good_ones_are_read(self):
        for vector in vectors("good.json"):
            with self.subTest(vector["name"]):
                datagram = decode(bytes.fromhex(vector["hex"]))
                self.assertEqual(bool(datagram.kind) and datagram.header.version == 1,
                                 vector["known_message"] and datagram.header.version == 1)
                sections = sum(map(len, (datagram.updates, datagram.manifests, datagram.records,
                                         datagram.user_events, datagram.topics)))
                packet = pb.Packet.FromString(bytes.fromhex(vector["hex"]))
                if datagram.kind and datagram.header.version == 1:
                    self.assertEqual(sections + len(packet.customs), vector["sections"])
                    self.assertEqual(datagram.unknown_sections, vector["unknown_sections"])

    def test_the_json_of_a_packet_is_the_packet(self):
        for vector in vectors("good.json"):
            with self.subTest(vector["name"]):
                packet = pb.Packet.FromString(bytes.fromhex(vector["hex"]))
                packet.DiscardUnknownFields()
                self.assertEqual(ParseDict(vector["packet"], pb.Packet()), packet)
                self.assertEqual(MessageToDict(ParseDict(vector["packet"], pb.Packet())), MessageToDict(packet))

    def test_canonical_ones_are_written_to_the_byte(self):
        canonical = [vector for vector in vectors("good.json") if vector["canonical"]]
        self.assertGreater(len(canonical), 60)
        for vector in canonical:
            with self.subTest(vector["name"]):
                packet = pb.Packet.FromString(bytes.fromhex(vector["hex"]))
                sections = [section for field in ("updates", "manifests", "records", "user_events", "topics", "customs")
                            for section in getattr(packet, field)]
                if vector["known_message"]:
                    packet.header.DiscardUnknownFields()
                if not vector["unknown_sections"]:
                    self.assertEqual(encode(packet.header, sections).hex(), vector["hex"])

    def test_updates_are_written_as_they_were_read(self):
        for vector in vectors("good.json"):
            packet = pb.Packet.FromString(bytes.fromhex(vector["hex"]))
            datagram = decode(bytes.fromhex(vector["hex"]))
            known = [update for update in packet.updates if update.stamp & 7 <= State.LEFT]
            for message, update in zip(known, datagram.updates, strict=bool(datagram.updates)):
                if vector["canonical"]:
                    self.assertEqual(update.message(), message, vector["name"])

    def test_bad_ones_are_refused(self):
        for vector in vectors("refused.json"):
            with self.subTest(vector["name"]), self.assertRaises(Refused):
                decode(bytes.fromhex(vector["hex"]))


class Fingerprints(unittest.TestCase):
    def setUp(self):
        self.vectors = vectors("fingerprints.json")

    def test_fin_mix_and_labels(self):
        for vector in self.vectors["fin"]:
            self.assertEqual(f"{fin(int(vector['of'], 16)):016x}", vector["is"])
        for vector in self.vectors["mix"]:
            self.assertEqual(f"{mix(*(int(x, 16) for x in vector['of'])):016x}", vector["is"])
        for vector in self.vectors["labels"]:
            self.assertEqual(f"{label_hash(vector['label']):08x}", vector["hash"])

    def test_identities(self):
        for vector in self.vectors["named"]:
            identity = named(vector)
            self.assertEqual(f"{identity.key_print:016x}", vector["key"]["fingerprint"])
            self.assertEqual(f"{identity.print:016x}", vector["identity"]["fingerprint"])
            self.assertEqual(identity.dst, vector["dst"])
            self.assertEqual(f"{mix(identity.key_print, identity.print, 7):016x}", vector["member_value_at_7"])
        for kind in ("renewing", "fixed"):
            for vector in self.vectors[kind]:
                canonical = bytes.fromhex(vector["identity"]["canonical"])
                self.assertEqual(f"{fingerprint(canonical):016x}", vector["identity"]["fingerprint"])

    def test_orders(self):
        for vector in self.vectors["serial_newer"]:
            self.assertEqual(newer(int(vector["a"], 16), int(vector["b"], 16)), vector["newer"], vector)
        for vector in self.vectors["supersedes"]:
            a, b = (named({"name": "a", **vector[side]}) for side in "ab")
            self.assertEqual(a.supersedes(b), vector["supersedes"], vector)
            self.assertEqual(str(a.renew(b).epoch), vector["renewed_epoch"], vector)

    def test_the_digest(self):
        vector = self.vectors["digest"]
        entries = []
        for member in vector["members"]:
            identity = named(member)
            entries.append((identity.key_print, mix(identity.key_print, identity.print, member["incarnation"])))
        digest = Digest(entries)
        self.assertEqual(f"{digest.root():016x}", vector["root"])
        self.assertEqual([f"{leaf:08x}" for leaf in digest.salted(int(vector["salt"], 16))], vector["salted"])
        held = [(number, f"{leaf:016x}") for number, leaf in enumerate(digest.leaves) if leaf]
        self.assertEqual(held, [(leaf["leaf"], leaf["value"]) for leaf in vector["leaves"]])


class Mutated(unittest.TestCase):
    def test_they_become_what_they_become_in_every_language(self):
        self.assertGreater(len(vectors("mutated.json")), 1_000)
        for vector in vectors("mutated.json"):
            self.assertEqual(self.outcome(bytes.fromhex(vector["hex"])), vector, vector["hex"])

    @staticmethod
    def outcome(data):
        try:
            datagram = decode(data)
        except Refused:
            return {"hex": data.hex(), "read": False}
        known = datagram.kind and datagram.header.version == 1
        packet = pb.Packet.FromString(data)
        sections = sum(map(len, (datagram.updates, datagram.manifests, datagram.records, datagram.user_events,
                                 datagram.topics, packet.customs if known else ())))
        kind = pb.Header.DESCRIPTOR.fields_by_name[datagram.kind].number - 7 if known else 0
        return {"hex": data.hex(), "read": True, "source": f"{datagram.source.print:016x}", "kind": kind,
                "sections": sections, "unknown_sections": datagram.unknown_sections}
