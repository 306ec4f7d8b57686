"""How people fare in a finished plan: what each agreement shares, whose share is furthest off, the wishes granted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from scheduling.roster.engines.fair import plan_counts, plan_fairness
from scheduling.roster.engines.plan import Shift
from scheduling.roster.problem import RosterProblem
from scheduling.roster.rules.fairness import COUNTS
from scheduling.roster.rules.wishes import is_granted, wished_days

ONE = 1.05  # shifts: "one off" of a mean that is no whole number


def fairness_figures(problem: RosterProblem, shifts: Mapping[int, Sequence[Shift]]) -> list[dict[str, Any]]:
    """One entry a group (agreement and site) and count that its people share: how many, least, most, who is worst off.

    `within_one`: share of the people who are at most one off; `worst_off`: positive where it is too many.
    """
    fairness, counts = plan_fairness(problem), plan_counts(problem, shifts)
    off, shares = fairness.off(counts), fairness.presence > 0
    found: list[dict[str, Any]] = []
    for (name, site), members in zip(dict.fromkeys(fairness.groups), fairness.members(), strict=True):
        for k, count in enumerate(COUNTS):
            own = np.flatnonzero(members & shares[:, k])
            if len(own) < 2:
                continue
            worst = own[np.abs(off[own, k]).argmax()]
            found.append(
                {
                    "agreement": name,
                    "site": site,
                    "count": count,
                    "people": len(own),
                    "total": int(counts[own, k].sum()),
                    "least": int(counts[own, k].min()),
                    "most": int(counts[own, k].max()),
                    "within_one": round(float((np.abs(off[own, k]) <= ONE).mean()), 4),
                    "worst": problem.people[worst].agent,
                    "worst_off": round(float(off[worst, k]), 2),
                }
            )
    return found


def wish_figures(problem: RosterProblem, shifts: Mapping[int, Sequence[Shift]]) -> dict[str, Any]:
    """Wished days and the share of them that goes as wished: days off, shifts, and each person's weightiest wishes."""
    templates, slots = problem.slots.templates, problem.slots
    first, last = int(problem.days[0]), int(problem.days[-1])
    answers: list[tuple[str, bool, bool]] = []  # kind, one of the weightiest, granted
    for number, person in enumerate(problem.people):
        wishes = list(wished_days(person.absences, first, last))
        heaviest = max((wish.weight for wish, _ in wishes), default=0.0)
        starts: dict[int, list[tuple[str, int]]] = {}
        for slot, _ in shifts.get(number, []) if wishes else ():
            start = (templates[int(slots.template[slot])].name, int(slots.clock[slot]))
            starts.setdefault(first + int(slots.day[slot]), []).append(start)
        for wish, day in wishes:
            whole = "shifts" if wish.kind == "wish_work" or wish.shift or wish.clock else "days_off"
            answers.append((whole, wish.weight == heaviest, is_granted(wish, starts.get(day, []))))
    chosen = {
        "days_off": [granted for kind, _, granted in answers if kind == "days_off"],
        "shifts": [granted for kind, _, granted in answers if kind == "shifts"],
        "first": [granted for _, top, granted in answers if top],
    }
    found: dict[str, Any] = {}
    for name, granted in chosen.items():
        found[name] = len(granted)
        found[f"{name}_granted"] = round(sum(granted) / len(granted), 4) if granted else None
    return found
