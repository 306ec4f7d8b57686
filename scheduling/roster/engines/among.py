"""What people of a plan cost each other: unequal shares, too few seats, trainees without their mentors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scheduling.roster.engines import fair, mentors, seats
from scheduling.roster.engines.plan import Shift
from scheduling.roster.problem import RosterProblem


def ties_people(problem: RosterProblem) -> bool:
    """Whether what one person works changes what another one's shifts cost, cover apart."""
    return fair.is_priced(problem) or seats.price_per_hour(problem) > 0 or mentors.price_per_hour(problem) > 0


def cost_among(problem: RosterProblem, shifts: Mapping[int, Sequence[Shift]]) -> float:
    """The price of all that, by plain counts."""
    crowded = seats.price_per_hour(problem) * sum(seats.hours_over(problem, shifts).values())
    alone = mentors.price_per_hour(problem) * sum(mentors.hours_alone(problem, shifts).values())
    return fair.shares_cost(problem, shifts) + crowded + alone


def unkept(problem: RosterProblem, shifts: Mapping[int, Sequence[Shift]]) -> list[str]:
    """What of it the book forbids and is broken all the same, in words."""
    found = []
    if problem.book.setting("seats").strictness == "forbid":
        for site, hours in seats.hours_over(problem, shifts).items():
            if hours > 0:
                limit = problem.book.sites[site].seats
                found.append(f"site {site}: {hours:.4g} hours of people above its {limit} seats")
    if problem.book.setting("mentor").strictness == "forbid":
        for agent, hours in mentors.hours_alone(problem, shifts).items():
            if hours > 1e-9:
                found.append(f"{agent}: {hours:.4g} hours too few beside the mentor")
    return found
