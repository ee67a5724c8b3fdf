"""Settings: section 17."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Settings:
    """Times are in seconds. The defaults are the profile `lan`."""

    probe_interval: float = 1.0
    probe_timeout: float = 0.5
    helpers: int = 3
    alpha: int = 3
    beta: int = 6
    gossip_interval: float = 0.2
    fanout: int = 3
    retransmit: int = 4
    announce_interval: float = 10.0
    join_timeout: float = 5.0
    forget_after: float = 24 * 3600.0
    sync_shortest: float = 0.25
    sync_longest: float = 30.0
    members: int = 65_536
    departed: int = 8_192
    relays: int = 64
    notices_per_second: int = 32
    unasked_per_second: int = 4
    challenges_per_second: int = 1_024
    refusals_per_second: int = 8
    answers_per_second: int = 2_048
    records_per_owner: int = 64
    records: int = 65_536
    value: int = 1_024
    record_key: int = 64
    origins: int = 4_096


PROFILES = {
    "lan": Settings(),
    "wan": Settings(probe_interval=5.0, probe_timeout=3.0, alpha=6, gossip_interval=0.5, fanout=4,
                    announce_interval=30.0, join_timeout=15.0, sync_longest=60.0),
    "local": Settings(probe_timeout=0.2, helpers=1, gossip_interval=0.1, announce_interval=5.0,
                      join_timeout=2.0, sync_longest=15.0),
}
