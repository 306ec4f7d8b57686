"""A trainee works beside the mentor.

Source: column `mentor` of PEOPLE, `[mentoring]` of the book (`share`). Time in a shift counts, breaks included, in the
trainee's and in the mentor's; what the mentor still works of the roster before counts too.
For all trainees p with mentor m:
    hours(p within shifts of m) ≥ share · hours(p).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scheduling.roster.rules.base import Finding, GroupRule
from scheduling.roster.work import PersonWork
from scheduling.shifts.localtime import words_of

Span = tuple[float, float]


def beside(span: Span, mentors: Sequence[Span]) -> float:
    """Hours of a shift (start, end; minutes) that lie within the mentor's shifts."""
    shared = sum(max(min(span[1], end) - max(span[0], start), 0.0) for start, end in mentors)
    return min(shared, span[1] - span[0]) / 60


def alone(own: Sequence[Span], mentors: Sequence[Span], share: float) -> float:
    """Hours by which a trainee's shifts have too little of the mentor."""
    due = share * sum(end - start for start, end in own) / 60
    return max(due - sum(beside(span, mentors) for span in own), 0.0)


def check(works: Sequence[PersonWork]) -> Iterator[tuple[str, Finding]]:
    """Every trainee with too little of the mentor, reported at the first shift that is not all beside them."""
    shifts = {work.agent: [(shift.start, shift.end) for shift in work.shifts] for work in works}
    for work in works:
        own, mentors = [(s.start, s.end) for s in work.audited], shifts.get(work.mentor, [])
        share = work.book.mentoring.share
        if not work.mentor or alone(own, mentors, share) < 1e-9:
            continue
        hours = sum(end - start for start, end in own) / 60
        had = sum(beside(span, mentors) for span in own)
        first = next(s for s, e in own if beside((s, e), mentors) < (e - s) / 60 - 1e-9)
        words = f"{had:.4g} of {hours:.4g} hours beside mentor {work.mentor}, alone from the shift of "
        yield work.agent, Finding(first, had, share * hours, words + words_of(first, work.timezone))


RULE = GroupRule("mentor", "Trainees work beside their mentors", "training", "hours", check)
