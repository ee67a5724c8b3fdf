"""What is held of other members, and the merge table: section 4.

`decide` is the table itself, without effects; `member.Member.apply` carries it out.
"""

from __future__ import annotations

import dataclasses
import enum
import math

from .codec import State
from .identity import Identity
from .settings import Settings

CONFIRMATIONS = 3


@dataclasses.dataclass
class Suspicion:
    """Who suspects a member, and since when."""

    by: list[str]
    started: float

    def deadline(self, settings: Settings, n: int) -> float:
        """When it is over, in a cluster of `n` members (section 9)."""
        shortest = settings.alpha * max(1.0, math.log10(n)) * settings.probe_interval
        if n < CONFIRMATIONS + 2:
            return self.started + shortest
        longest = settings.beta * shortest
        confirmed = min(max(len(self.by) - 1, 0), CONFIRMATIONS)
        fall = math.log(confirmed + 1) / math.log(CONFIRMATIONS + 1)
        return self.started + max(shortest, longest - (longest - shortest) * fall)


@dataclasses.dataclass
class Held:
    """What is held of one member."""

    identity: Identity
    incarnation: int
    state: State = State.ALIVE
    suspicion: Suspicion | None = None
    departed: float = 0.0


class Change(enum.Enum):
    """What becomes of what is held."""

    KEEP = enum.auto()
    ALIVE = enum.auto()
    SUSPECT = enum.auto()
    CONFIRM = enum.auto()
    DEPART = enum.auto()
    TURN_LEFT = enum.auto()
    RAISE = enum.auto()
    REPLACE = enum.auto()


class Answer(enum.Enum):
    """What is said in answer: nothing, (a) or (b)."""

    NOTHING = enum.auto()
    NOTIFY = enum.auto()
    CORRECT = enum.auto()


def decide(held: Held, identity: Identity, incarnation: int, state: State) -> tuple[Change, Answer]:
    """The row of the table."""
    if held.identity != identity:
        return _decide_other(held, identity, state)
    i, j = held.incarnation, incarnation
    if state is State.ALIVE and held.state.active:
        return (Change.ALIVE if j > i else Change.KEEP), Answer.NOTHING
    if state is State.SUSPECT and held.state.active:
        if j > i or (j == i and held.state is State.ALIVE):
            return Change.SUSPECT, Answer.NOTHING
        return (Change.CONFIRM if j == i else Change.KEEP), Answer.NOTHING
    if state.active:
        return Change.KEEP, Answer.NOTIFY if held.state is State.DOWN else Answer.CORRECT
    if held.state.active:
        return (Change.DEPART, Answer.NOTHING) if j >= i else (Change.KEEP, Answer.NOTIFY)
    if state is held.state:
        return Change.RAISE, Answer.NOTHING
    if state is State.LEFT:
        return Change.TURN_LEFT, Answer.NOTHING
    return Change.KEEP, Answer.CORRECT


def _decide_other(held: Held, identity: Identity, state: State) -> tuple[Change, Answer]:
    if identity.supersedes(held.identity):
        return Change.REPLACE, Answer.NOTHING
    return Change.KEEP, Answer.CORRECT if state.active else Answer.NOTHING
