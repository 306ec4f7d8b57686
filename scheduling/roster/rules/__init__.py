"""The rules of the roster, one a file. A rule joins by its line here; the contract test runs on this list.

Rules that bar single shifts come first, so that the others see only what is left. `GROUP_RULES` look at all people.
"""

from scheduling.roster.rules import (
    after_night,
    availability,
    breaks,
    complete_weekends,
    consecutive_days,
    consecutive_days_min,
    consecutive_nights,
    consecutive_weekends,
    days_off,
    fair_share,
    hours_per_day,
    hours_per_period,
    hours_per_period_min,
    hours_per_week,
    hours_per_week_min,
    leave,
    mentor,
    overlap,
    overtime,
    overtime_day,
    pinned,
    proficiency,
    rest,
    rotation,
    seats,
    shifts,
    shifts_per_day,
    skills,
    weekends,
    weekly_rest,
    wishes,
)
from scheduling.roster.rules.base import Finding, GroupRule, Rule

RULES: tuple[Rule, ...] = (
    skills.RULE,
    proficiency.RULE,
    shifts.RULE,
    availability.RULE,
    leave.RULE,
    rotation.RULE,
    hours_per_day.RULE,
    shifts_per_day.RULE,
    hours_per_week.RULE,
    hours_per_period.RULE,
    rest.RULE,
    overlap.RULE,
    consecutive_days.RULE,
    consecutive_days_min.RULE,
    days_off.RULE,
    weekly_rest.RULE,
    weekends.RULE,
    consecutive_weekends.RULE,
    complete_weekends.RULE,
    consecutive_nights.RULE,
    after_night.RULE,
    hours_per_week_min.RULE,
    hours_per_period_min.RULE,
    overtime.RULE,
    overtime_day.RULE,
    breaks.RULE,
    pinned.RULE,
    wishes.RULE,
)

GROUP_RULES: tuple[GroupRule, ...] = (*fair_share.FAIR_RULES, seats.RULE, mentor.RULE)

__all__ = ["GROUP_RULES", "RULES", "Finding", "GroupRule", "Rule"]
