"""Drafts of a roster: a week copied to another week, and drafts compared by cost, cover, fairness and wishes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from domain.people import RuleBook
from domain.tables import COMPARISON, PEOPLE, REQUIREMENTS, ROSTER
from scheduling.roster.audit import audit, works_of
from scheduling.roster.problem import make_problem, read_absences
from scheduling.roster.repair_state import RepairState
from scheduling.roster.rules import wishes
from scheduling.roster.work import ABSENT, PersonWork, Worked, is_day_row, read_rows, worked_shifts
from scheduling.shifts.localtime import at_clock, clock_of, midnight, stamps_of

NIGHT_FROM_MINUTES, NIGHT_TO_MINUTES = 22 * 60, 30 * 60  # after local midnight of the day a shift starts on
NIGHT_HOURS_LEAST = 3.0  # of a night shift (Directive 2003/88/EC, article 2)
SATURDAY = 5
# rules a copied shift must keep by itself
NOT_COPIED = ("leave", "availability", "shifts", "skills", "proficiency", "known_people")


@dataclass(frozen=True)
class Copied:
    """`roster`: frame under ROSTER. `dropped`: sentences about shifts that could not be copied."""

    roster: pd.DataFrame
    dropped: tuple[str, ...]


def copy_week(
    roster: pd.DataFrame,
    people: pd.DataFrame,
    rulebook: RuleBook,
    *,
    first: date,
    to: date,
    days: int = 7,
    time_off: pd.DataFrame | None = None,
) -> Copied:
    """The shifts that start on `days` local days from `first`, as many days later as `to` is.

    A shift starts at the same wall clock and lasts as long, also over a clock change; a start that the clock skips is
    dropped. Absences of the new days come from `time_off` (frame under TIME_OFF), none is copied; shifts that reach
    into one, or that their person may no longer work, are dropped and told. Rules over several days are not looked at:
    audit the draft. `roster` is a frame under ROSTER, `people` under PEOPLE. Raises `TableError`.
    """
    zone, shift_days = rulebook.timezone, to.toordinal() - first.toordinal()
    records: list[tuple[str, float, float, str, str, str, str]] = []
    dropped: list[str] = []
    for agent, rows in read_rows(ROSTER.check(roster)).items():
        for shift in worked_shifts([row for row in rows if not is_day_row(row)], rulebook):
            if not first.toordinal() <= shift.day < first.toordinal() + days:
                continue
            begins, exists = at_clock(shift.day + shift_days, np.array([clock_of(shift.start, zone)]), zone)
            if not exists[0]:
                dropped.append(f"{agent}: the clock skips the start on {date.fromordinal(shift.day + shift_days)}")
                continue
            move = float(begins[0]) - shift.start
            records += [
                (agent, row.start + move, row.end + move, row.activity, "|".join(row.queues), row.shift, "solver")
                for row in shift.rows
            ]
    frame = _frame([*records, *_away(people, time_off, to, days, zone)])
    return _without_breaches(frame, people, rulebook, time_off, dropped)


def compare(
    drafts: Mapping[str, pd.DataFrame],
    requirements: pd.DataFrame,
    people: pd.DataFrame,
    rulebook: RuleBook,
    *,
    time_off: pd.DataFrame | None = None,
    previous: pd.DataFrame | None = None,
    ledger: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """One row a draft, in their order, as a frame under COMPARISON.

    `drafts`: frames under ROSTER by name, over the days of `requirements`. All are priced alike: cover, pay, every
    rule's price. Spreads are taken among people of one agreement, the widest counts. Raises `TableError`, `BadValue`.
    """
    requirements, people = REQUIREMENTS.check(requirements), PEOPLE.check(people)
    checked = {name: ROSTER.check(draft) for name, draft in drafts.items()}
    problem = make_problem(requirements, people, rulebook, time_off=time_off, previous=previous, ledger=ledger)
    staff = {person.agent: person for person in problem.people}
    first = next(iter(checked.values()), ROSTER.empty())
    planned = (date.fromordinal(int(problem.days[0])), date.fromordinal(int(problem.days[-1])))
    records = []
    for name, draft in checked.items():
        rows = read_rows(draft)
        works = {work.agent: work for work in works_of(rows, staff, rulebook, previous, planned)}
        found = audit(draft, people, rulebook, time_off=time_off, previous=previous, ledger=ledger, days=planned)
        hard = int((found["strictness"] == "forbid").sum())
        records.append((name, *_measures(RepairState(problem, works), hard), _changed(draft, first, rulebook)))
    return (
        COMPARISON.check(pd.DataFrame(records, columns=list(COMPARISON.column_names)))
        if records
        else COMPARISON.empty()
    )


def _measures(state: RepairState, hard: int) -> tuple[float, float, float, float, float, int, float, float, float]:
    plan, works = state.plan, list(state.works.values())
    served = plan.prices.served(plan.cuts)
    needed = float((plan.prices.need * plan.prices.hours).sum())
    uncovered = max(state.uncovered_hours(), 0.0)
    surplus = float(((plan.present.sum(axis=0) - served) * plan.prices.hours).sum())
    paid = sum(shift.paid_hours for work in works for shift in work.audited)
    return (
        round(state.cost(), 4), round(paid, 4), round(uncovered, 4), round(max(surplus, 0.0), 4),
        1.0 if needed <= 0 else min(1 - uncovered / needed, 1.0), hard,
        _spread(works, _is_night), _spread(works, _is_weekend), _wishes_met(works),
    )  # fmt: skip


def _is_night(shift: Worked, timezone: str) -> bool:
    begin = midnight(shift.day, timezone)
    early = min(shift.end, begin + 360) - shift.start
    late = min(shift.end, begin + NIGHT_TO_MINUTES) - max(shift.start, begin + NIGHT_FROM_MINUTES)
    return max(early, 0.0) + max(late, 0.0) >= NIGHT_HOURS_LEAST * 60


def _is_weekend(shift: Worked, _timezone: str) -> bool:
    return date.fromordinal(shift.day).weekday() >= SATURDAY


def _spread(works: Iterable[PersonWork], counts: Callable[[Worked, str], bool]) -> float:
    """Most less least such shifts among people of one agreement; the widest of all agreements."""
    by_agreement: dict[str, list[int]] = defaultdict(list)
    for work in works:
        by_agreement[work.agreement.name].append(sum(counts(shift, work.timezone) for shift in work.audited))
    return float(max((max(own) - min(own) for own in by_agreement.values()), default=0))


def _wishes_met(works: Iterable[PersonWork]) -> float:
    wished, broken = 0, 0
    for work in works:
        for absence in work.absences:
            if absence.kind.startswith("wish"):
                last = min(absence.last_day, work.last_day)
                wished += max(last - max(absence.first_day, work.first_day) + 1, 0)
        broken += sum(1 for _ in wishes.check(work))
    return 1 - broken / wished if wished else float("nan")


def _changed(draft: pd.DataFrame, first: pd.DataFrame, book: RuleBook) -> int:
    """Agent-days whose shifts differ."""
    old, new = _by_day(first, book), _by_day(draft, book)
    return sum(old.get(key) != new.get(key) for key in {*old, *new})


def _by_day(roster: pd.DataFrame, book: RuleBook) -> dict[tuple[str, int], list[tuple[float, float, str]]]:
    days: dict[tuple[str, int], list[tuple[float, float, str]]] = defaultdict(list)
    for agent, rows in read_rows(roster).items():
        for shift in worked_shifts(rows, book):
            days[agent, shift.day] += [(row.start, row.end, row.activity) for row in shift.rows]
    return days


def _frame(records: list[tuple[str, float, float, str, str, str, str]]) -> pd.DataFrame:
    if not records:
        return ROSTER.empty()
    frame = pd.DataFrame(records, columns=list(ROSTER.column_names))
    for column in ("start", "end"):
        frame[column] = stamps_of(frame[column].to_numpy(dtype=np.float64))
    return ROSTER.check(frame.sort_values(["agent", "start"], kind="stable", ignore_index=True))


def _away(
    people: pd.DataFrame, time_off: pd.DataFrame | None, to: date, days: int, timezone: str
) -> list[tuple[str, float, float, str, str, str, str]]:
    """A row for each local day of the new span that somebody is absent."""
    absences, rows = read_absences(time_off), []
    for agent in people["agent"].astype(str):
        for day in range(to.toordinal(), to.toordinal() + days):
            kind = next((a.kind for a in absences.get(agent, ()) if a.kind in ABSENT and a.holds(day)), None)
            if kind is not None:
                begin, end = float(midnight(day, timezone)), float(midnight(day + 1, timezone))
                rows.append((agent, begin, end, kind, "", "", "solver"))
    return rows


def _without_breaches(
    frame: pd.DataFrame, people: pd.DataFrame, book: RuleBook, time_off: pd.DataFrame | None, dropped: list[str]
) -> Copied:
    """The draft without shifts that break a rule by themselves."""
    if frame.empty:
        return Copied(frame, tuple(dropped))
    found = audit(frame, people, book, time_off=time_off)
    found = found[found["rule"].isin(NOT_COPIED) & (found["strictness"] == "forbid")]
    bad = set(zip(found["agent"], found["start"], strict=True))
    strangers = set(found.loc[found["rule"] == "known_people", "agent"])
    stays = np.ones(len(frame), dtype=bool)
    rows = read_rows(frame)
    place = {key: number for number, key in enumerate(zip(frame["agent"], frame["start"], strict=True))}
    for agent, own in rows.items():
        for shift in worked_shifts(own, book):
            starts = list(stamps_of(np.array([row.start for row in shift.rows])))
            if agent in strangers or any((agent, start) in bad for start in starts):
                stays[[place[agent, start] for start in starts]] = False
    return Copied(frame[stays].reset_index(drop=True), (*dropped, *dict.fromkeys(found["words"])))
