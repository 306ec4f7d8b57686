"""What a planner changes on a roster by hand: one person's local day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

Start = tuple[str, int]  # shift template, minutes after local midnight


@dataclass(frozen=True)
class DayEdit:
    """What `agent` does on the local day `day`: the shifts that start then (none: free), or those of `takes` as they
    stand before any edit."""

    agent: str
    day: date
    shifts: tuple[Start, ...] = ()
    takes: str = ""
