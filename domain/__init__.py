"""Floor 0: the words both cores need. Imports nothing of the house."""

from domain.calendar import OpeningHours, public_holidays
from domain.intervals import IntervalGrid
from domain.people import RuleBook, WorkAgreement
from domain.production_calendar import norm_hours, working_day_kind
from domain.queues import SegmentRules
from domain.settings import Settings
from domain.shifts import BreakTemplate, ShiftTemplate
from domain.tables import TABLES, Table
from domain.targets import QueueTargets, Targets
from domain.work_calendar import WorkCalendar, work_calendar

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
    "WorkCalendar",
    "norm_hours",
    "public_holidays",
    "work_calendar",
    "working_day_kind",
]
