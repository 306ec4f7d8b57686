"""The rules of the roster, one a file. A rule joins by its line here; the contract test runs on this list.

Rules that bar single shifts come first, so that the others see only what is left.
"""

from scheduling.roster.rules import (
    availability,
    breaks,
    consecutive_days,
    hours_per_day,
    hours_per_week,
    hours_per_week_min,
    leave,
    overlap,
    rest,
    shifts,
    shifts_per_day,
    skills,
    weekly_rest,
    wishes,
)
from scheduling.roster.rules.base import Finding, Rule

RULES: tuple[Rule, ...] = (
    skills.RULE,
    shifts.RULE,
    availability.RULE,
    leave.RULE,
    hours_per_day.RULE,
    shifts_per_day.RULE,
    hours_per_week.RULE,
    rest.RULE,
    overlap.RULE,
    consecutive_days.RULE,
    weekly_rest.RULE,
    hours_per_week_min.RULE,
    breaks.RULE,
    wishes.RULE,
)

__all__ = ["RULES", "Finding", "Rule"]
