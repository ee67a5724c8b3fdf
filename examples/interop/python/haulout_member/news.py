"""What is still to be told, and how often it was: section 10."""

from __future__ import annotations

from collections.abc import Hashable, Iterator


class News:
    """Pieces of news, those told least often first, the newest of these first."""

    def __init__(self) -> None:
        self._told: dict[Hashable, tuple[int, int]] = {}
        self._count = 0

    def __len__(self) -> int:
        return len(self._told)

    def __contains__(self, piece: Hashable) -> bool:
        return piece in self._told

    def queue(self, piece: Hashable) -> None:
        """Something changed: it is told anew."""
        self._count += 1
        self._told[piece] = (0, -self._count)

    def drop(self, piece: Hashable) -> None:
        """It is not told any more."""
        self._told.pop(piece, None)

    def sent(self, piece: Hashable, limit: int) -> None:
        """It left in a datagram."""
        told, order = self._told[piece]
        if told + 1 >= limit:
            del self._told[piece]
        else:
            self._told[piece] = (told + 1, order)

    def clear(self) -> None:
        """There is nobody to tell."""
        self._told.clear()

    def __iter__(self) -> Iterator[Hashable]:
        return iter(sorted(self._told, key=self._told.__getitem__))
