"""Rosters for named people: the problem, its rules, the engines that plan, and the audit of any roster."""

from scheduling.roster.audit import audit
from scheduling.roster.ledger import carry
from scheduling.roster.proof import prove, tightest
from scheduling.roster.repair import Repair, repair
from scheduling.roster.result import RosterResult, make_roster
from scheduling.roster.rules import GROUP_RULES, RULES
from scheduling.roster.variants import Copied, compare, copy_week

__all__ = [
    "GROUP_RULES",
    "RULES",
    "Copied",
    "Repair",
    "RosterResult",
    "audit",
    "carry",
    "compare",
    "copy_week",
    "make_roster",
    "prove",
    "repair",
    "tightest",
]
