"""Rosters and forecasts for people and other systems, one format a file."""

from connectors.formulas import harmless
from connectors.schedules.calendars import shift_uid, write_roster_ics
from connectors.schedules.pages import write_roster_pdf
from connectors.schedules.proof_sheet import write_proof_file
from connectors.schedules.teams import write_roster_teams
from connectors.schedules.tidy import write_forecast_csv, write_roster_csv
from connectors.schedules.workbook import write_roster_xlsx

__all__ = [
    "harmless",
    "shift_uid",
    "write_forecast_csv",
    "write_proof_file",
    "write_roster_csv",
    "write_roster_ics",
    "write_roster_pdf",
    "write_roster_teams",
    "write_roster_xlsx",
]
