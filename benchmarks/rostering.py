"""Published rostering problems through the product's engine: `python -m benchmarks.rostering solve INSTANCE …`.

Writes a roster that the formats' checkers read and prints penalty, bound and gap as JSON. What is compiled on first use
is compiled before the clock of the search starts, and its seconds are told apart.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from math import ceil
from pathlib import Path

from benchmarks import massp
from benchmarks.curtois_qu import Contract, Instance, make_problem, read_instance
from domain.errors import BadValue
from scheduling.roster.engines.insertion import CELLS_MOST, solve_by_insertion
from scheduling.roster.engines.plan import Shift
from scheduling.roster.engines.until import Until

ROUNDS_MOST = 100_000  # where the time limit ends the search
WARM_DAYS = 28


def penalty_of(instance: Instance, roster: dict[tuple[str, int], str]) -> int:
    """Requests not met and cover missed, each times its weight; `roster`: type by employee and day."""
    total = sum(weight for who, day, name, weight in instance.wanted if roster.get((who, day)) != name)
    total += sum(weight for who, day, name, weight in instance.unwanted if roster.get((who, day)) == name)
    there: dict[tuple[int, str], int] = {}
    for (_, day), name in roster.items():
        there[day, name] = there.get((day, name), 0) + 1
    for day, name, need, under, over in instance.cover:
        people = there.get((day, name), 0)
        total += under * max(need - people, 0) + over * max(people - need, 0)
    return total


def solve(
    instance: Instance, seconds: float, seed: int, rounds: int | None
) -> tuple[dict[tuple[str, int], str], dict[str, object]]:
    """The roster (type by employee and day) and what is printed of it; `rounds` instead of seconds repeat exactly."""
    begin = time.monotonic()
    problem, staff, owed = make_problem(instance)
    deadline = begin + seconds if rounds is None else None
    found = solve_by_insertion(problem, seed=seed, rounds=rounds or ROUNDS_MOST, until=Until(deadline), staff=staff)
    roster = _roster(instance, found.shifts)
    penalty = penalty_of(instance, roster)
    bound = min(max(ceil(found.bound + owed - 1e-3), 0), penalty)  # penalties are whole numbers
    summary: dict[str, object] = {
        "penalty": penalty,
        "bound": bound,
        "gap": round((penalty - bound) / max(bound, 1.0), 5),
        "seconds": round(time.monotonic() - begin, 1),
        "seed": seed,
    }
    return roster, summary


def warm(form: str) -> float:
    """Compiles what a format needs, on made-up instances of a few rows; the seconds that this took."""
    begin = time.monotonic()
    if form == "massp":
        massp.solve(massp.made_up(), 0.0, 1, 1)
    else:
        for types in (1, 1 + CELLS_MOST // WARM_DAYS):  # few rows of cover and many go different ways
            problem, staff, _ = make_problem(_made_up(types))
            solve_by_insertion(problem, seed=1, rounds=1, staff=staff)
    return time.monotonic() - begin


def _made_up(types: int) -> Instance:
    """One person for four weeks; one is wanted of every type on every day."""
    names = [f"type {number}" for number in range(types)]
    return Instance(
        WARM_DAYS,
        minutes=dict.fromkeys(names, 480),
        banned=dict.fromkeys(names, ()),
        staff={"a": Contract(tuple((name, WARM_DAYS) for name in names), 4800, 1440, 5, 2, 2, 1)},
        cover=[(day, name, 1, 100, 1) for day in range(WARM_DAYS) for name in names],
    )


def _roster(instance: Instance, shifts: dict[int, list[Shift]]) -> dict[tuple[str, int], str]:
    names, many = tuple(instance.minutes), len(instance.minutes)
    return {
        (employee, slot // many): names[slot % many]
        for number, employee in enumerate(instance.staff)
        for slot, _ in shifts[number]
    }


def main(arguments: list[str] | None = None) -> int:
    """The command; exit 2 for input that can't be read."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rostering")
    parser.add_argument("action", choices=["solve"])
    parser.add_argument("instance", type=Path)
    parser.add_argument("--format", choices=["curtois-qu", "massp"], required=True)
    parser.add_argument("--time-limit", type=float, default=60.0, metavar="S")
    parser.add_argument("--rounds", type=int, help="rounds of search instead of seconds, to repeat a run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, metavar="ROSTER")
    given = parser.parse_args(arguments)
    try:
        if given.format == "massp":
            instance = massp.read_instance(given.instance)
            compiled = warm(given.format)
            blocks, summary = massp.solve(instance, given.time_limit, given.seed, given.rounds)
            massp.write_roster(instance, blocks, given.out)
        else:
            problem = read_instance(given.instance)
            compiled = warm(given.format)
            roster, summary = solve(problem, given.time_limit, given.seed, given.rounds)
            lines = ["employee,day,shift", *(f"{who},{day},{name}" for (who, day), name in sorted(roster.items()))]
            given.out.write_text("\n".join(lines) + "\n", "utf-8")
    except (BadValue, OSError) as fault:
        print(f"benchmarks.rostering: {fault}", file=sys.stderr)
        return 2
    print(json.dumps({"instance": given.instance.stem} | summary | {"compile_seconds": round(compiled, 1)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
