"""Rosters for named people: the problem, its rules, the engines that plan, and the audit of any roster."""

from scheduling.roster.audit import audit
from scheduling.roster.edits import Edited, edit, possible_swaps, shifts_by_day
from scheduling.roster.ledger import carry
from scheduling.roster.proof import prove, tightest
from scheduling.roster.repair import Repair, repair
from scheduling.roster.result import RosterResult, make_roster
from scheduling.roster.rules import GROUP_RULES, RULES
from scheduling.roster.shares import fair_shares, wish_grants
from scheduling.roster.variants import Copied, compare, copy_week

__all__ = [
    "GROUP_RULES",
    "RULES",
    "Copied",
    "Edited",
    "Repair",
    "RosterResult",
    "audit",
    "carry",
    "compare",
    "copy_week",
    "edit",
    "fair_shares",
    "make_roster",
    "possible_swaps",
    "prove",
    "repair",
    "shifts_by_day",
    "tightest",
    "wish_grants",
]
