"""Limits on what is sent unasked."""

from __future__ import annotations


class Bucket:
    """So many a second."""

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._tokens = float(per_second)
        self._filled = 0.0

    def take(self, now: float) -> bool:
        """Whether one more may be sent now."""
        self._tokens = min(self._per_second, self._tokens + (now - self._filled) * self._per_second)
        self._filled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Limiter:
    """So many a second in all, and one a subject and period."""

    def __init__(self, per_second: int, period: float) -> None:
        self._bucket = Bucket(per_second)
        self._period = period
        self._last: dict[object, float] = {}

    def take(self, now: float, subject: object = None) -> bool:
        """Whether one about `subject` may be sent now; `None` is nobody's."""
        if subject is not None:
            self._last = {key: at for key, at in self._last.items() if now - at < self._period}
            if subject in self._last:
                return False
        if not self._bucket.take(now):
            return False
        if subject is not None:
            self._last[subject] = now
        return True
