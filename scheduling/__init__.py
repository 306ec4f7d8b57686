"""Floor 1: demand and people in, roster out. No files, no clock, no network."""

from scheduling.certify import certify
from scheduling.coverage import measure_coverage
from scheduling.multi_skill import multi_skill_need
from scheduling.requirements import check_backlog, require_staff
from scheduling.roster import RULES, RosterResult, audit, make_roster, prove, tightest
from scheduling.skills import pooling, skill_bounds

__all__ = [
    "RULES",
    "RosterResult",
    "audit",
    "certify",
    "check_backlog",
    "make_roster",
    "measure_coverage",
    "multi_skill_need",
    "pooling",
    "prove",
    "require_staff",
    "skill_bounds",
    "tightest",
]
