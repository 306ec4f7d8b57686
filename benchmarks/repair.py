"""Repair of one person's absence: seconds, changed agent-days, what is gained, breaches found by the audit.

The week of the made-up call centre stands under everything that `benchmarks.call_centre` switches on (the law pack,
fair shares, wishes, a week before) and is planned in few rounds. Absences of one day, drawn by a seed among the shifts,
and one of the whole week are repaired one at a time, each on the published roster. The last row has seats and trainees
too, whom nobody thought of when the roster was made, so that much is broken at first.
Seconds are those of `scheduling.repair` alone, after one repair that is not counted: compiled code is loaded once.
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from benchmarks.call_centre import FIRST_DAY, CallCentre, make_call_centre
from benchmarks.registry import BenchSpec, Effort, Row, Tables
from domain.people import RuleBook, SiteSetting
from scheduling import Repair, audit, make_roster, repair

GOAL_CPU_SECONDS, GOAL_CHANGED_DAYS = 2.0, 5
SIZES: dict[Effort, tuple[tuple[int, int], ...]] = {
    "quick": ((50, 2),),  # people, absences of one day
    "usual": ((200, 5),),
    "full": ((200, 20), (1000, 5)),
}
TIGHT = 0.92  # about as much work as the contracts hold once breaks and nights are taken off
ROUNDS = 4
SEATS_SHARE, TRAINEES_SHARE = 0.75, 0.05  # of the people
ONE_DAY, WHOLE_WEEK = "one day", "whole week"


def measure(effort: Effort = "usual") -> list[Row]:
    """One row an absence: those of one day, one of the whole week, one of one day with seats and trainees."""
    rows: list[Row] = []
    for people, absences in SIZES[effort]:
        centre = make_call_centre(people, 1, tight=TIGHT)
        roster = make_roster(centre.requirements, centre.people, centre.book, **centre.beside, iterations=ROUNDS).roster
        drawn = draw_shifts(roster, absences)
        _repaired(centre, centre.people, centre.book, roster, _with_absence(centre, *drawn[0], days=1))
        for agent, day in drawn:
            rows.append(row(centre, roster, ONE_DAY, agent, day))
        rows.append(row(centre, roster, WHOLE_WEEK, drawn[0][0], FIRST_DAY, days=7))
        rows.append(row(centre, roster, "seats and mentors broken", *drawn[0], crowded=True))
    return rows


def draw_shifts(roster: pd.DataFrame, count: int, seed: int = 1) -> list[tuple[str, pd.Timestamp]]:
    """`count` shifts of a roster (ROSTER, local time UTC), no person twice: (agent, day of the start)."""
    shifts = roster[roster["shift"] != ""].sort_values(["agent", "start"], kind="stable")
    begins = shifts["agent"].ne(shifts["agent"].shift()) | shifts["start"].ne(shifts["end"].shift())
    drawn = shifts[begins].sample(frac=1.0, random_state=seed).drop_duplicates("agent").head(count)
    return list(zip(drawn["agent"].astype(str), drawn["start"].dt.tz_localize(None).dt.normalize(), strict=True))


def row(
    centre: CallCentre, roster: pd.DataFrame, case: str, agent: str, day: pd.Timestamp, *, days: int = 1,
    crowded: bool = False,
) -> Row:  # fmt: skip
    """One absence repaired and audited."""
    people, book = with_seats_and_trainees(centre) if crowded else (centre.people, centre.book)
    time_off = _with_absence(centre, agent, day, days)
    begin, cpu = time.perf_counter(), time.process_time()
    done = _repaired(centre, people, book, roster, time_off)
    seconds, cpu_seconds = time.perf_counter() - begin, time.process_time() - cpu
    found = audit(done.roster, people, book, time_off=time_off, previous=centre.previous)
    before, broken, after = (done.summary[name] for name in ("before", "broken", "after"))
    return {
        "case": case,
        "people": len(people),
        "agent": agent,
        "day": f"{day:%a}" if days == 1 else "all",
        "cpu_seconds": round(cpu_seconds, 2),
        "wall_seconds": round(seconds, 2),
        "changed_days": done.summary["changed_days"],
        "forced_days": done.summary["forced_days"],
        "gain": round(broken["cost"] - after["cost"]),
        "cost_before": round(before["cost"]),
        "cost_broken": round(broken["cost"]),
        "cost_after": round(after["cost"]),
        "uncovered_broken": round(broken["uncovered_hours"], 1),
        "uncovered_after": round(after["uncovered_hours"], 1),
        "hard_breaches": int((found["strictness"] == "forbid").sum()),
    }


def with_seats_and_trainees(centre: CallCentre) -> tuple[pd.DataFrame, RuleBook]:
    """All people at one site with too few seats; the first of them learn from those in the middle."""
    many = len(centre.people)
    trainees = max(int(TRAINEES_SHARE * many), 1)
    agents = centre.people["agent"].to_numpy(dtype=object)
    mentors = np.where(np.arange(many) < trainees, np.roll(agents, -(many // 2)), "")
    sites = {"s": SiteSetting(seats=int(SEATS_SHARE * many))}
    return centre.people.assign(site="s", mentor=mentors), centre.book.model_copy(update={"sites": sites})


def _with_absence(centre: CallCentre, agent: str, day: pd.Timestamp, days: int) -> pd.DataFrame:
    last = day + pd.Timedelta(days=days - 1)
    sick = pd.DataFrame({"agent": [agent], "from": [day], "to": [last], "kind": ["sick"], "weight": [1.0]})
    return pd.concat([centre.time_off, sick.assign(shift="", clock="")], ignore_index=True)


def _repaired(
    centre: CallCentre, people: pd.DataFrame, book: RuleBook, roster: pd.DataFrame, time_off: pd.DataFrame
) -> Repair:
    return repair(roster, centre.requirements, people, book, time_off=time_off, previous=centre.previous)


def tables(rows: list[Row]) -> Tables:
    """The repairs, and the worst of each kind against the goals."""
    frame = pd.DataFrame(rows)
    worst = frame.groupby(["people", "case"], sort=False)[
        ["cpu_seconds", "wall_seconds", "changed_days", "hard_breaches"]
    ].max()
    met = (worst["cpu_seconds"] <= GOAL_CPU_SECONDS) & (worst["changed_days"] <= GOAL_CHANGED_DAYS)
    verdict = np.where(met & (worst["hard_breaches"] == 0), "ok", "MISSED")
    title = f"worst of each case; goals: {GOAL_CPU_SECONDS:g} CPU s, {GOAL_CHANGED_DAYS} changed agent-days, no breach"
    return {"": frame, title: worst.assign(verdict=verdict).reset_index()}


BENCH = BenchSpec(
    "repair", "repair of one person's absence: seconds, changed days", measure, has_effort=True, tables=tables
)
