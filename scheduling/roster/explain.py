"""Why a roster is as it is: the biggest gaps in cover, the rules that bind, and rules that leave people no shift."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np

from domain.people import RuleBook, WorkAgreement
from scheduling.roster.engines.plan import Shift
from scheduling.roster.model import AgentModel
from scheduling.roster.problem import RosterProblem
from scheduling.roster.rules import GROUP_RULES, RULES
from scheduling.shifts.localtime import words_of

GAPS_SHOWN = 10
KNOWN_PEOPLE = "known_people"


def split_presence(problem: RosterProblem, present: np.ndarray) -> np.ndarray:
    """Need served by queue × interval: people with the fewest other uses first, then by augmenting paths (exact)."""
    served = np.zeros_like(problem.need)
    can = problem.can_serve
    for t in np.flatnonzero(problem.need.sum(axis=0) > 0):
        served[:, t] = _max_flow(present[:, t], problem.need[:, t], can)
    return served


def _max_flow(supply: np.ndarray, need: np.ndarray, can: np.ndarray) -> np.ndarray:
    """Maximum transport of supply (groups) to need (queues), need served by queue."""
    flow = np.zeros(can.shape)
    left, short = supply.astype(float).copy(), need.astype(float).copy()
    for k in np.argsort(can.sum(axis=1), kind="stable"):
        for q in np.flatnonzero(can[k]):
            amount = min(left[k], short[q])
            flow[k, q] += amount
            left[k] -= amount
            short[q] -= amount
    while _augment(flow, left, short, can):
        pass
    return np.asarray(flow.sum(axis=0))


def _augment(flow: np.ndarray, left: np.ndarray, short: np.ndarray, can: np.ndarray) -> bool:
    """One augmenting path from a group with people left to a queue that is short. Whether there was one."""
    came: dict[tuple[str, int], tuple[str, int] | None] = {("k", int(k)): None for k in np.flatnonzero(left > 1e-9)}
    line = list(came)
    for node in line:
        kind, number = node
        if kind == "k":
            fresh = [("q", int(q)) for q in np.flatnonzero(can[number]) if ("q", int(q)) not in came]
        elif short[number] > 1e-9:
            return _push(flow, left, short, came, node)
        else:
            fresh = [("k", int(k)) for k in np.flatnonzero(flow[:, number] > 1e-9) if ("k", int(k)) not in came]
        came.update(dict.fromkeys(fresh, node))
        line += fresh
    return False


def _push(
    flow: np.ndarray, left: np.ndarray, short: np.ndarray, came: dict[tuple[str, int], tuple[str, int] | None],
    end: tuple[str, int],
) -> bool:  # fmt: skip
    path = [end]
    while (before := came[path[-1]]) is not None:
        path.append(before)
    path.reverse()
    amount = min(left[path[0][1]], short[end[1]])
    steps = list(pairwise(path))
    for (kind, a), (_, b) in steps:
        if kind == "q":
            amount = min(amount, flow[b, a])
    for (kind, a), (_, b) in steps:
        flow[(a, b) if kind == "k" else (b, a)] += amount if kind == "k" else -amount
    left[path[0][1]] -= amount
    short[end[1]] -= amount
    return True


def biggest_gaps(problem: RosterProblem, present: np.ndarray) -> list[dict[str, Any]]:
    """The intervals with most missing people, biggest first."""
    gap = problem.need - split_presence(problem, present)
    order = np.argsort(-gap, axis=None, kind="stable")[:GAPS_SHOWN]
    found = []
    for flat in order:
        q, t = np.unravel_index(int(flat), gap.shape)
        if gap[q, t] < 1e-6:
            break
        found.append(
            {
                "queue": problem.queues[q],
                "start": words_of(float(problem.grid.start[t]), problem.book.timezone),
                "missing": round(float(gap[q, t]), 3),
                "required": round(float(problem.need[q, t]), 3),
            }
        )
    return found


def binding_rules(
    problem: RosterProblem, savings: dict[str, tuple[int, float]], shifts: dict[int, list[Shift]]
) -> list[dict[str, Any]]:
    """Rules that hold people back, dearest first: how many people, and what one more unit would save at most."""
    words = {rule.name: rule for rule in RULES}
    found = [
        {
            "rule": name,
            "words": words[name].words,
            "people": people,
            "price": round(price, 4),
            "unit": words[name].unit,
        }
        for name, (people, price) in savings.items()
    ]
    return sorted(found, key=lambda entry: (-float(str(entry["price"])), str(entry["rule"])))


def rule_warnings(problem: RosterProblem, idle: Iterable[int]) -> list[str]:
    """Rule names nobody knows, and who of the `idle` people can't have a shift at all, with the rules that do it."""
    known = {KNOWN_PEOPLE, *(rule.name for rule in RULES), *(rule.name for rule in GROUP_RULES)}
    unknown = sorted(set(problem.book.rules) - known)
    found = [f"the rule book sets rule {name!r}, which does not exist" for name in unknown]
    found += [f"{where}: the law asks for {words}" for where, words, _ in problem.book.laxer_than_law()]
    used = {person.agreement.name: person.agreement for person in problem.people}
    found += [words for agreement in used.values() for words in contradictions(agreement, problem.book)]
    blocked: dict[tuple[str, ...], list[str]] = {}
    for number in idle:
        if problem.group_of[number] >= 0:
            rules = blocking_rules(problem, number)
            if rules:
                blocked.setdefault(rules, []).append(problem.people[number].agent)
    for rules, agents in blocked.items():
        shown = ", ".join(agents[:5]) + (f" and {len(agents) - 5} more" if len(agents) > 5 else "")
        found.append(f"no shift is left for {len(agents)} people by {', '.join(rules)}: {shown}")
    return found


def blocking_rules(problem: RosterProblem, number: int) -> tuple[str, ...]:
    """The rules that together bar every slot of a person; none where a slot is left."""
    model = AgentModel(problem.people[number], problem.slots, problem.days, problem.book)
    guilty = []
    for rule in RULES:
        setting = rule.setting(problem.book)
        if setting.strictness != "forbid" or not model.active.any():
            continue
        before = int(model.active.sum())
        model.under(rule.name, setting, elastic=rule.elastic)
        rule.constrain(model)
        if int(model.active.sum()) < before:
            guilty.append(rule.name)
    if len(guilty) > 1 and guilty[0] == "shifts":
        guilty.remove("shifts")  # it bars the shifts of other agreements for everybody
    return () if model.active.any() else tuple(guilty)


def contradictions(agreement: WorkAgreement, book: RuleBook) -> list[str]:
    """A weekly minimum that no week can hold: shift lengths, days in a row and the weekly maximum leave less."""
    row = agreement.consecutive_days_max or 7
    days = 7 - 7 // (row + 1)
    daily = agreement.hours_per_day_max or 24.0
    lengths = {book.shift(name).paid_minutes for name in agreement.shifts}
    lengths = {minutes for minutes in lengths if minutes <= daily * 60}
    reached = {0}
    for _ in range(days * agreement.shifts_per_day_max):
        sums = {total + minutes for total in reached for minutes in lengths}
        reached |= {total for total in sums if total <= agreement.hours_per_week_max * 60}
    most = max(reached) / 60
    if agreement.hours_per_week_min <= most + 1e-9:
        return []
    return [
        f"agreement {agreement.name!r}: hours_per_week_min {agreement.hours_per_week_min:g} can't be reached; shifts, "
        f"hours_per_week, hours_per_day and consecutive_days leave at most {most:g} hours"
    ]
