"""What people of a plan cost each other: unequal shares and seats. Engines that see one person at a time skip those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scheduling.roster import rules
from scheduling.roster.engines import fair, seats
from scheduling.roster.engines.plan import Shift
from scheduling.roster.problem import RosterProblem


def ties_people(problem: RosterProblem) -> bool:
    """Whether what one person works changes what another one's shifts cost, cover apart."""
    return fair.is_priced(problem) or seats.price_per_hour(problem) > 0


def cost_among(problem: RosterProblem, shifts: Mapping[int, Sequence[Shift]]) -> float:
    """The price of all that, by plain counts."""
    crowded = seats.price_per_hour(problem) * sum(seats.hours_over(problem, shifts).values())
    return fair.shares_cost(problem, shifts) + crowded


def unkept(problem: RosterProblem, shifts: Mapping[int, Sequence[Shift]]) -> list[str]:
    """What of it the book forbids and is broken all the same, in words."""
    if problem.book.setting(rules.seats.RULE.name).strictness != "forbid":
        return []
    return [
        f"site {site}: {hours:.4g} hours of people above its {problem.book.sites[site].seats} seats"
        for site, hours in seats.hours_over(problem, shifts).items()
        if hours > 0
    ]
