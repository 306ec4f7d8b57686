"""When a search ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic

Stopped = Callable[[], bool]


def never() -> bool:
    """Nobody stops the search."""
    return False


@dataclass(frozen=True)
class Until:
    """A search ends after its counts, at a moment (`at`, monotonic clock), or as soon as `stopped` says so.

    Searches ask between steps that leave a legal roster, so that there is always one to hand back.
    """

    at: float | None = None
    stopped: Stopped = never

    @classmethod
    def after(cls, seconds: float | None, stopped: Stopped = never) -> Until:
        """From now on so many seconds; None: as long as the counts say."""
        return cls(None if seconds is None else monotonic() + seconds, stopped)

    def over(self) -> bool:
        """Whether to hand back what there is."""
        return self.stopped() or (self.at is not None and monotonic() > self.at)

    def first(self, share: float) -> Until:
        """The end of the first part of what time is left."""
        if self.at is None:
            return self
        now = monotonic()
        return replace(self, at=now + share * max(self.at - now, 0.0))

    def passed(self, begin: float) -> float:
        """The share of the time from `begin` to `at` that has passed; 0 without a moment."""
        return 0.0 if self.at is None else (monotonic() - begin) / max(self.at - begin, 1e-9)


COUNTED = Until()  # the search's own counts end it
