"""Floor 1: demand and people in, roster out. No files, no clock, no network."""

from scheduling.certify import certify
from scheduling.coverage import measure_coverage
from scheduling.mix import ShiftMix, make_shift_mix
from scheduling.multi_skill import multi_skill_need
from scheduling.requirements import check_backlog, require_staff
from scheduling.roster import (
    GROUP_RULES,
    RULES,
    Copied,
    Edited,
    Repair,
    RosterResult,
    audit,
    carry,
    compare,
    copy_week,
    edit,
    fair_shares,
    make_roster,
    possible_swaps,
    prove,
    repair,
    shifts_by_day,
    tightest,
    wish_grants,
)
from scheduling.skills import pooling, skill_bounds

__all__ = [
    "GROUP_RULES",
    "RULES",
    "Copied",
    "Edited",
    "Repair",
    "RosterResult",
    "ShiftMix",
    "audit",
    "carry",
    "certify",
    "check_backlog",
    "compare",
    "copy_week",
    "edit",
    "fair_shares",
    "make_roster",
    "make_shift_mix",
    "measure_coverage",
    "multi_skill_need",
    "pooling",
    "possible_swaps",
    "prove",
    "repair",
    "require_staff",
    "shifts_by_day",
    "skill_bounds",
    "tightest",
    "wish_grants",
]
