"""Wishes are granted where it costs little.

Source: time off of the kinds wish_off and wish_work with their weights; with a `shift` template or a start (`clock`)
the wish is for (or against) that shift alone. A broken wish of weight 1 costs the price of the rule for each day, on a
day wished off for each shift; where the book is silent, as much as four paid hours at the usual price of one.
For all people a, wished days d and the slots W of d that the wish names (all where it names none):
    wish_off  Σ_{s in W} x[a,s] ≤ 0;  wish_work  Σ_{s in W} x[a,s] ≥ 1.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from domain.people import RuleSetting
from scheduling.roster.model import AgentModel
from scheduling.roster.rules.base import Finding, Rule
from scheduling.roster.rules.pinned import fits
from scheduling.roster.work import Absence, PersonWork
from scheduling.shifts.localtime import clock_of, midnight

Start = tuple[str, int]  # shift template, minutes after local midnight


def wished_days(absences: Sequence[Absence], first_day: int, last_day: int) -> Iterator[tuple[Absence, int]]:
    """Every wish with every day of the plan that it is for."""
    for absence in absences:
        if absence.kind.startswith("wish"):
            for day in range(max(absence.first_day, first_day), min(absence.last_day, last_day) + 1):
                yield absence, day


def is_granted(wish: Absence, worked: Collection[Start]) -> bool:
    """Whether a day on which these shifts start goes as wished."""
    return any(fits(wish, name, clock) for name, clock in worked) != (wish.kind == "wish_off")


def constrain(model: AgentModel) -> None:
    """A row a wish and day."""
    names = [template.name for template in model.slots.templates]
    first = int(model.days[0]) if len(model.days) else 0
    for wish, day in wished_days(model.person.absences, first, first + len(model.days) - 1):
        slots = model.open_on(day - first)
        right = [fits(wish, names[model.slots.template[s]], int(model.slots.clock[s])) for s in slots]
        slots = slots[np.array(right, dtype=bool)]
        ones = np.ones(len(slots))
        if wish.kind == "wish_off" and slots.size:
            model.at_most(f"off_d{day - first}", slots, ones, 0.0, unit=wish.weight)
        elif wish.kind == "wish_work":  # also where no slot is left: the wish is broken whatever is worked
            model.at_least(f"work_d{day - first}", slots, ones, 1.0, unit=wish.weight)


def check(work: PersonWork) -> Iterator[Finding]:
    """Wished days that went the other way."""
    for wish, day in wished_days(work.absences, work.first_day, work.last_day):
        shifts = [shift for shift in work.audited if shift.day == day]
        starts = {shift: (shift.shift, clock_of(shift.start, work.timezone)) for shift in shifts}
        if is_granted(wish, list(starts.values())):
            continue
        what = " ".join(part for part in (wish.shift, wish.clock) if part)
        if wish.kind == "wish_off":
            worked = [shift for shift in shifts if fits(wish, *starts[shift])]
            words = f"works {what} on a day wished without" if what else "works on a day wished off"
            yield Finding(worked[0].start, wish.weight * len(worked), 0.0, words)
        else:
            words = f"does not work {what} as wished" if what else "does not work on a day wished for work"
            yield Finding(midnight(day, work.timezone), 0.0, wish.weight, words)


RULE = Rule(
    "wishes", "Wishes are granted where it costs little", "time off", "wishes", constrain, check,
    default=RuleSetting(strictness="pay", price=4.0), elastic=True,
)  # fmt: skip
