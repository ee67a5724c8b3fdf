"""Fingerprints, digests and orders: section 3 and 13 of the specification.

The same 64 bits in every language; `proto/vectors/fingerprints.json` has values to check against.
"""

from __future__ import annotations

from collections.abc import Iterable

MASK = (1 << 64) - 1
LEAVES = 256


def fin(x: int) -> int:
    """The finaliser of splitmix64."""
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB & MASK
    return x ^ (x >> 31)


def mix(*values: int) -> int:
    """Folds numbers of 64 bits into one."""
    h = 0
    for value in values:
        h = fin(h ^ value)
    return h


def fingerprint(canonical: bytes) -> int:
    """FNV-1a of canonical bytes, closed by `fin`."""
    h = 0xCBF29CE484222325
    for byte in canonical:
        h = (h ^ byte) * 0x100000001B3 & MASK
    return fin(h)


def byte_string(value: bytes) -> bytes:
    """The canonical form of a byte string: its length in 32 bits, and its bytes."""
    return len(value).to_bytes(4, "little") + value


def text_print(text: str) -> int:
    """The fingerprint of a text."""
    return fingerprint(byte_string(text.encode()))


def label_hash(label: str) -> int:
    """The number by which the members of a labelled cluster know each other."""
    return text_print(label) & 0xFFFFFFFF or 1


def newer(a: int, b: int, bits: int = 64) -> bool:
    """Whether serial number `a` is newer than `b` (RFC 1982; at half the range the larger)."""
    ahead = (a - b) % (1 << bits)
    half = 1 << (bits - 1)
    return 0 < ahead < half or (ahead == half and a > b)


def salted(value: int, salt: int) -> int:
    """32 salted bits of a leaf or of a value."""
    return fin(value ^ salt) & 0xFFFFFFFF


class Digest:
    """256 leaves of XOR over the values of entries, given as (key of the position, value)."""

    def __init__(self, entries: Iterable[tuple[int, int]] = ()) -> None:
        self.leaves = [0] * LEAVES
        for key, value in entries:
            self.leaves[key >> 56] ^= value

    def root(self) -> int:
        """What two digests are compared by first."""
        root = 0
        for number, leaf in enumerate(self.leaves):
            root ^= mix(leaf, number)
        return root

    def salted(self, salt: int) -> list[int]:
        """The leaves as they are compared."""
        return [salted(leaf, salt) for leaf in self.leaves]
