"""Floor 1: demand and people in, roster out. No files, no clock, no network."""

from scheduling.certify import certify
from scheduling.coverage import measure_coverage
from scheduling.requirements import require_staff
from scheduling.roster import RULES, RosterResult, audit, make_roster

__all__ = [
    "RULES",
    "RosterResult",
    "audit",
    "certify",
    "make_roster",
    "measure_coverage",
    "require_staff",
]
