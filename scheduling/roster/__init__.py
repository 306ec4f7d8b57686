"""Rosters for named people: the problem, its rules, the engines that plan, and the audit of any roster."""

from scheduling.roster.audit import audit
from scheduling.roster.proof import prove, tightest
from scheduling.roster.result import RosterResult, make_roster
from scheduling.roster.rules import RULES

__all__ = ["RULES", "RosterResult", "audit", "make_roster", "prove", "tightest"]
