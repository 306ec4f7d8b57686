"""What nameless shifts have to cover, and which there are: need on a grid, slots of the templates, prices.

- **fine step**: starts, breaks and intervals all lie on it; time is counted in fine steps from the grid's start.
- **around**: the plan repeats; what is left of a shift after its end covers its beginning.
- **cost** of a shift: its pay and the price of its presence as surplus. What it serves earns the price of a missing
  hour and that of a surplus hour back, so that Σ cost + Σ `most` · missing − `constant` is what the plan costs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from domain.errors import BadValue
from domain.people import RuleBook
from domain.shifts import ShiftTemplate
from scheduling.roster.engines.arrays import Slots
from scheduling.roster.engines.site import fine_step, flat_slots
from scheduling.roster.problem import lay_out, need_on_grid, needed_people
from scheduling.shifts.grid import CoverGrid, interval_of
from scheduling.shifts.localtime import midnight
from scheduling.shifts.slots import SlotTable

HARD_FACTOR = 1.25  # a missing person for one interval costs more than any shift, where all need must be covered


@dataclass(frozen=True)
class MixProblem:
    """T intervals of `steps` fine steps, J slots sorted by start, K templates.

    `need` (T) people; `hours` (T); `slots`: table, `flat`: the same in fine steps, first step inside the plan;
    `cost` (K) currency a shift; `most` (T) currency a missing person for the interval; `unreached_hours`: need left out
    because no shift is there then (only where all need must be met).
    """

    need: np.ndarray
    hours: np.ndarray
    steps: int
    step_minutes: int
    slots: SlotTable
    flat: Slots
    cost: np.ndarray
    most: np.ndarray
    constant: float
    unreached_hours: float
    around: bool

    @property
    def span(self) -> np.ndarray:
        """Length of each template in fine steps."""
        return np.array([template.length_minutes for template in self.slots.templates]) // self.step_minutes


def make_mix_problem(requirements: pd.DataFrame, book: RuleBook, *, hard: bool, around: bool) -> MixProblem:
    """The need of all queues of a REQUIREMENTS frame (not empty) together, and the shifts that agreements allow.

    Raises `BadValue` where a plan that repeats has no whole number of intervals.
    """
    book = book.model_copy(update={"shifts": _worked(book)})
    days, slots, grid = lay_out(requirements, book, after_last=around)
    queues = tuple(sorted(requirements["queue"].unique()))
    need = need_on_grid(requirements, needed_people(requirements)[0], queues, grid).sum(axis=0)
    hours = grid.hours
    if around:
        need, hours = _folded(need, hours, days, grid, book.timezone)
    step = fine_step(slots, grid)
    steps = interval_of(requirements) // step
    flat = flat_slots(slots, grid, step)
    first = flat.first % (len(need) * steps)
    order = np.argsort(first, kind="stable")
    last = first + flat.last - flat.first
    flat = flat._replace(first=first[order], last=last[order], template=flat.template[order])
    slots = _sorted(slots, order)
    over = 0.0 if hard else book.cover.over_per_hour
    cost = np.array([_price(book, template, hard) for template in slots.templates]) + over * _present_hours(slots)
    under = np.full(len(need), HARD_FACTOR * float(cost.max(initial=0.0)))
    if hard:
        need = np.ceil(need * steps - 1e-6) / steps  # presence comes in whole steps
    else:
        under = (book.cover.under_per_hour + over) * hours
    reached = _reached(flat, len(need), steps) if hard else np.ones(len(need), dtype=bool)
    unreached = float((need * hours)[~reached].sum())
    need = np.where(reached, need, 0.0)
    constant = over * float((need * hours).sum())
    return MixProblem(need, hours, steps, step, slots, flat, cost, under, constant, unreached, around)


def _reached(flat: Slots, many: int, steps: int) -> np.ndarray:
    """Whether some shift is there in each interval, breaks apart."""
    reached = np.zeros(many, dtype=bool)
    for first, last in {(int(a), int(b)) for a, b in zip(flat.first, flat.last, strict=True)}:
        reached[np.arange(first // steps, (last - 1) // steps + 1) % many] = True
    return reached


def _worked(book: RuleBook) -> tuple[ShiftTemplate, ...]:
    """The templates that an agreement allows."""
    allowed = {name for agreement in book.agreements for name in agreement.shifts}
    return tuple(template for template in book.shifts if template.name in allowed)


def _folded(
    need: np.ndarray, hours: np.ndarray, days: np.ndarray, grid: CoverGrid, timezone: str
) -> tuple[np.ndarray, np.ndarray]:
    """Need and hours of one round, from the first interval of the grid on."""
    length = midnight(int(days[-1]) + 1, timezone) - midnight(int(days[0]), timezone)
    if length % grid.interval_minutes or grid.interval_minutes >= length:
        raise BadValue("a repeating plan of whole intervals", column="interval_minutes", found=grid.interval_minutes)
    many = length // grid.interval_minutes
    round_ = np.zeros(many)
    np.add.at(round_, np.arange(len(need)) % many, need)
    return round_, np.full(many, grid.interval_minutes / 60)


def _sorted(slots: SlotTable, order: np.ndarray) -> SlotTable:
    return SlotTable(
        day=slots.day[order], template=slots.template[order], start=slots.start[order], end=slots.end[order],
        clock=slots.clock[order], paid_hours=slots.paid_hours[order], templates=slots.templates,
        step_minutes=slots.step_minutes,
    )  # fmt: skip


def _price(book: RuleBook, template: ShiftTemplate, hard: bool) -> float:
    """Pay of one shift by the cheapest agreement that allows it; where nobody is paid, full cover counts hours."""
    rates = [own.cost_per_hour for own in book.agreements if template.name in own.shifts]
    unpaid = hard and not any(own.cost_per_hour > 0 for own in book.agreements)
    return (1.0 if unpaid else min(rates)) * template.paid_minutes / 60


def _present_hours(slots: SlotTable) -> np.ndarray:
    return np.array([(t.length_minutes - sum(pause.minutes for pause in t.breaks)) / 60 for t in slots.templates])
