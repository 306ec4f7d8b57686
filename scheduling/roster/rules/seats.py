"""There are no more people in a shift at a site than it has seats.

Source: `[site.NAME]` of the book (`seats`), people by the column `site` of PEOPLE. Whoever is in a shift holds a seat
from its start to its end, breaks included: nobody else sits down there meanwhile.
For all sites s and moments τ:
    #{people p of s in a shift at τ} ≤ seats[s].
A breach is counted in hours: each person too many for as long. The roster before takes its seats, but breaks no rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from scheduling.roster.rules.base import Finding, GroupRule
from scheduling.roster.work import PersonWork
from scheduling.shifts.localtime import words_of

Spans = Sequence[tuple[float, float]] | np.ndarray


@dataclass(frozen=True)
class Crowd:
    """Too many people from `start` to `end` (minutes since 1970 UTC): at most `people` at once, `hours` in all."""

    start: float
    end: float
    people: int
    hours: float


def crowds(seats: int, own: Spans, before: Spans = ()) -> list[Crowd]:
    """When shifts (start, end) of one site are too many for its seats; `before`: those of the roster before."""
    moments, there, over = _over(seats, own, before)
    found: list[Crowd] = []
    for place in np.flatnonzero(over > 0).tolist():
        start, end = float(moments[place]), float(moments[place + 1])
        people, hours = int(there[place]), over[place] * (end - start) / 60
        if found and found[-1].end == start:
            last = found.pop()
            start, people, hours = last.start, max(people, last.people), hours + last.hours
        found.append(Crowd(start, end, people, float(hours)))
    return found


def hours_over(seats: int, own: Spans, before: Spans = ()) -> float:
    """Hours of all crowds."""
    moments, _, over = _over(seats, own, before)
    return float(over[:-1] @ np.diff(moments)) / 60


def _over(seats: int, own: Spans, before: Spans) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Moments (minutes); from each to the next: people there, and how many of them are too many."""
    edges, earlier_edges = (np.asarray(spans, dtype=np.float64).reshape(-1, 2) for spans in (own, before))
    moments = np.unique(np.concatenate([edges, earlier_edges]))
    there, earlier = _people(edges, moments), _people(earlier_edges, moments)
    return moments, there + earlier, np.maximum(there + earlier - seats, 0) - np.maximum(earlier - seats, 0)


def _people(edges: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """How many spans (rows of `edges`) hold the time from each moment to the next."""
    begun = np.searchsorted(np.sort(edges[:, 0]), moments, side="right")
    return np.asarray(begun - np.searchsorted(np.sort(edges[:, 1]), moments, side="right"))


def check(works: Sequence[PersonWork]) -> Iterator[tuple[str, Finding]]:
    """Every time a site is too full, reported at the last to have come when it begins."""
    for site, setting in works[0].book.sites.items() if works else ():
        shifts = [(shift, work) for work in works if work.site == site for shift in work.shifts]
        if setting.seats is None or not shifts:
            continue
        own = [(shift.start, shift.end) for shift, _ in shifts if not shift.previous]
        before = [(shift.start, shift.end) for shift, _ in shifts if shift.previous]
        for crowd in crowds(setting.seats, own, before):
            came = [(s.start, w.agent) for s, w in shifts if not s.previous and s.start <= crowd.start < s.end]
            until = words_of(crowd.end, works[0].timezone)
            words = f"site {site}: up to {crowd.people} people on {setting.seats} seats until {until}"
            yield max(came)[1], Finding(crowd.start, crowd.hours, 0.0, words)


RULE = GroupRule("seats", "No more people at a site than seats", "site operations", "hours", check)
