"""Makes pyworkforce's task and scores the rosters of all peers by the product's own measures, in a process of its own.

python -m benchmarks.roster_score pools|score PEOPLE WEEKS FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.call_centre import CallCentre, make_call_centre
from benchmarks.roster_child import TIGHT
from benchmarks.roster_matrix import read_matrix, shifts_found
from benchmarks.roster_program import fixed_breaks
from domain.people import WorkAgreement
from domain.queues import LIST_SEPARATOR
from domain.tables import ROSTER
from scheduling import compare
from scheduling.roster.problem import RosterProblem, make_problem
from scheduling.roster.result import Record, shift_rows
from scheduling.shifts.localtime import midnight, stamps_of

Found = list[tuple[int, int]]  # person, slot
AWAY = ("leave", "sick", "training")


def score(centre: CallCentre, problem: RosterProblem, folder: Path) -> dict[str, Any]:
    """Cost, share uncovered and breaches of every roster in the folder, by method."""
    drafts = {}
    if (folder / "smena.parquet").exists():
        drafts["smena"] = pd.read_parquet(folder / "smena.parquet")
    for name, file in (("PuLP + HiGHS", "highs"), ("CP-SAT", "cpsat")):
        if (folder / f"{file}.npz").exists():
            values = np.load(folder / f"{file}.npz")["values"]
            drafts[name] = roster_of(problem, shifts_found(read_matrix(folder / "program.npz"), values))
    if (folder / "pyworkforce.json").exists():
        rows = json.loads((folder / "pyworkforce.json").read_text("utf-8"))
        if rows:
            drafts["pyworkforce"] = roster_of(problem, shifts_named(problem, rows))
    found = compare(drafts, centre.requirements, centre.people, centre.book, **centre.beside)
    hours = float((problem.need * problem.grid.hours).sum())
    rosters = {
        str(row["draft"]): {
            "cost": round(row["cost"], 1),
            "uncovered_%": round(100 * row["uncovered_hours"] / hours, 2),
            "hard_breaches": int(row["hard_breaches"]),
            "agents": int(drafts[str(row["draft"])]["agent"].nunique()),
        }
        for row in found.to_dict("records")
    }
    return {"rosters": rosters, "required_hours": hours, "under_per_hour": centre.book.cover.under_per_hour}


def roster_of(problem: RosterProblem, found: Found) -> pd.DataFrame:
    """Shifts as a frame under ROSTER, breaks in the middle of their windows."""
    records: list[Record] = []
    breaks = [fixed.breaks for fixed in fixed_breaks(problem.book).shifts]
    for person, slot in found:
        who = problem.people[person]
        offsets = tuple(pause.earliest_minutes for pause in breaks[int(problem.slots.template[slot])])
        records += shift_rows(problem, who.agent, LIST_SEPARATOR.join(who.queues), slot, offsets)
    frame = pd.DataFrame(records, columns=list(ROSTER.column_names))
    for edge in ("start", "end"):
        frame[edge] = stamps_of(frame[edge].to_numpy(dtype=np.float64))
    return ROSTER.check(frame.sort_values(["agent", "start"], kind="stable"))


def shifts_named(problem: RosterProblem, rows: list[tuple[str, int, str]]) -> Found:
    """pyworkforce's (agent, day, template@clock)."""
    slots, person_of = problem.slots, {person.agent: number for number, person in enumerate(problem.people)}
    slot_of = {(int(slots.day[j]), slot_name(problem, j)): j for j in range(len(slots))}
    return [(person_of[agent], slot_of[day, name]) for agent, day, name in rows]


def slot_name(problem: RosterProblem, slot: int) -> str:
    """`day8@0930`."""
    slots = problem.slots
    clock = int(slots.clock[slot])
    return f"{slots.templates[int(slots.template[slot])].name}@{clock // 60:02d}{clock % 60:02d}"


def pools(problem: RosterProblem) -> dict[str, Any]:
    """pyworkforce's task: need of all queues by day and interval, and a pool an agreement with a share of it."""
    day_minutes = 1440
    periods = day_minutes // problem.grid.interval_minutes
    first = midnight(int(problem.days[0]), problem.book.timezone)
    days = len(problem.days)
    at = np.round((problem.grid.start - first) / problem.grid.interval_minutes).astype(np.int64)
    inside = (at >= 0) & (at < days * periods)
    need = np.zeros(days * periods)
    need[at[inside]] = problem.need.sum(axis=0)[inside]
    found = [_pool(problem, agreement, periods) for agreement in problem.book.agreements]
    kept = [pool for pool in found if pool["agents"] and pool["shifts"]]
    hours = sum(pool["hours"] for pool in kept)
    asked = [{**pool, "share": pool["hours"] / hours} for pool in kept]
    return {"days": days, "periods": periods, "need": need.reshape(days, periods).tolist(), "pools": asked}


def _pool(problem: RosterProblem, agreement: WorkAgreement, periods: int) -> dict[str, Any]:
    """People of one agreement and those of its shifts that end before midnight, without their breaks."""
    slots, weeks = problem.slots, len(problem.days) / 7
    members = [person for person in problem.people if person.agreement.name == agreement.name]
    shifts = []
    for slot in np.flatnonzero(slots.day == 0):
        template = slots.templates[int(slots.template[slot])]
        clock, end = int(slots.clock[slot]), int(slots.clock[slot]) + template.length_minutes
        if template.name not in agreement.shifts or end > 1440:
            continue
        minute = np.arange(periods) * (1440 // periods)
        cover = (minute >= clock) & (minute < end)
        for pause in fixed_breaks(problem.book).shift(template.name).breaks:
            begin = clock + pause.earliest_minutes
            cover &= ~((minute >= begin) & (minute < begin + pause.minutes))
        name, hours = slot_name(problem, int(slot)), max(round(template.paid_minutes / 60), 1)
        shifts.append({"name": name, "hours": hours, "cover": cover.astype(int).tolist()})
    away = [
        (person.agent, position)
        for person in members
        for position, day in enumerate(problem.days)
        if any(absence.kind in AWAY and absence.holds(int(day)) for absence in person.absences)
    ]
    most = max((sum(1 for agent, _ in away if agent == person.agent) for person in members), default=0)
    least = agreement.hours_per_week_min * weeks * (1 - most / len(problem.days))  # one figure for everybody
    return {
        "name": agreement.name, "agents": [person.agent for person in members], "shifts": shifts, "away": away,
        "least_hours": max(int(least) - 8, 1), "hours": agreement.hours_per_week_max * len(members),
    }  # fmt: skip


if __name__ == "__main__":
    what, people, weeks, place = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    centre = make_call_centre(people, weeks, tight=TIGHT, shares=False)
    problem = make_problem(centre.requirements, centre.people, centre.book, **centre.beside)
    if what == "pools":
        (place / "pools.json").write_text(json.dumps(pools(problem)), "utf-8")
        print("{}")
    else:
        print(json.dumps(score(centre, problem, place)))
