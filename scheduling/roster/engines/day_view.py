"""One local day of a plan on its own: its slots, the intervals they touch, and what each slot there is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduling.roster.engines.plan import Plan, slot_worth
from scheduling.roster.problem import RosterProblem
from scheduling.shifts.cover import SlotCover, make_cover
from scheduling.shifts.slots import SlotTable


@dataclass(frozen=True)
class DayView:
    """`slots`: the day's slots (positions in the problem's table); `span`: the intervals they touch."""

    slots: np.ndarray
    span: slice
    cover: SlotCover

    def worth(self, plan: Plan, group: int, proficiency: float) -> tuple[np.ndarray, np.ndarray]:
        """True worth of each of the day's slots to one such person, (by slot, offsets by slot × break)."""
        prices = plan.prices
        hours = prices.hours[self.span]
        room = prices.room(plan.cuts[:, self.span], group)
        return slot_worth(self.cover, room, (prices.under + prices.over) * hours, prices.over * hours, proficiency)

    def cover_cost(self, plan: Plan) -> float:
        """Price of cover in the day's intervals, without the part that no plan changes."""
        prices = plan.prices
        hours = prices.hours[self.span]
        served = float(plan.cuts[:, self.span].min(axis=0) @ hours)
        return (
            prices.over * float(plan.present[:, self.span].sum(axis=0) @ hours) - (prices.under + prices.over) * served
        )


def day_views(problem: RosterProblem) -> tuple[DayView, ...]:
    """A view of every day of the plan; days without slots have an empty one."""
    views = []
    slots, grid = problem.slots, problem.grid
    for position in range(len(problem.days)):
        chosen = np.flatnonzero(slots.day == position)
        inside = (grid.end > slots.start[chosen].min()) & (grid.start < slots.end[chosen].max()) if chosen.size else []
        touched = np.flatnonzero(inside)
        span = slice(int(touched[0]), int(touched[-1]) + 1) if touched.size else slice(0, 1)
        table = SlotTable(
            slots.day[chosen], slots.template[chosen], slots.start[chosen], slots.end[chosen], slots.clock[chosen],
            slots.paid_hours[chosen], slots.templates, slots.step_minutes,
        )  # fmt: skip
        views.append(DayView(chosen, span, make_cover(table, grid.part(span.start, span.stop))))
    return tuple(views)
