"""Floor 0: the words both cores need. Imports nothing of the house."""

from domain.calendar import OpeningHours, public_holidays
from domain.intervals import IntervalGrid
from domain.people import RuleBook, WorkAgreement
from domain.queues import SegmentRules
from domain.settings import Settings
from domain.shifts import BreakTemplate, ShiftTemplate
from domain.tables import TABLES, Table
from domain.targets import QueueTargets, Targets

__all__ = [
    "TABLES",
    "BreakTemplate",
    "IntervalGrid",
    "OpeningHours",
    "QueueTargets",
    "RuleBook",
    "SegmentRules",
    "Settings",
    "ShiftTemplate",
    "Table",
    "Targets",
    "WorkAgreement",
    "public_holidays",
]
