"""What a member tells its user."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass
class Event:
    """What the user should know: a kind, and what it is about."""

    kind: str
    data: dict
