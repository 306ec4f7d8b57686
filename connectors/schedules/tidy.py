"""Schedules and forecasts as plain CSV for other systems: UTF-8, comma, header, one row an activity or interval."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from connectors.files import atomic_write
from connectors.formulas import harmless_frame
from connectors.schedules.spans import Shift, read_shifts
from connectors.stamps import iso_texts
from domain.intervals import check_timezone
from domain.people import RuleBook
from domain.tables import ADJUSTED, FORECAST

ROSTER_COLUMNS = (
    "agent", "date", "shift", "shift_number", "shift_start", "shift_end", "activity", "activity_start", "activity_end",
    "paid_minutes", "queue", "source",
)  # fmt: skip


def write_roster_csv(
    path: str | Path, roster: pd.DataFrame, *, timezone: str, rulebook: RuleBook | None = None
) -> None:
    """A roster (frame under ROSTER) with one row an activity and its shift beside it; "-" is standard output.

    `date` is the local day the shift starts on, stamps are ISO 8601 with the offset of `timezone`, `paid_minutes`
    counts pauses as the shift's template says. An absence has no shift: one row a local day, no paid minutes. Text that
    a spreadsheet would run as a formula gets an apostrophe before it (`harmless`). A roster without shifts gives the
    header alone. Raises `InputError` where the folder is missing, `TableError`.
    """
    check_timezone(timezone)
    shifts, absences = read_shifts(roster, timezone, rulebook)
    rows = [row for shift in shifts for row in _activity_rows(shift)]
    for absence in absences:
        for day in pd.date_range(absence.first_day, absence.last_day, freq="D"):
            rows.append({"agent": absence.agent, "date": f"{day:%Y-%m-%d}", "activity": absence.kind})
    frame = pd.DataFrame(rows, columns=list(ROSTER_COLUMNS))
    frame = frame.astype({"shift_number": "Int64"})  # absences have none, and 1.0 is no number of a shift
    frame = frame.sort_values(["agent", "date", "activity_start"], kind="stable", ignore_index=True)
    _write(frame, path)


def write_forecast_csv(path: str | Path, forecast: pd.DataFrame, *, timezone: str) -> None:
    """A forecast (frame under FORECAST or ADJUSTED) with `start` as ISO 8601 with the offset of `timezone`.

    Text that a spreadsheet would run gets an apostrophe before it. Raises `InputError` where the folder is missing.
    """
    check_timezone(timezone)
    table = ADJUSTED if "baseline" in forecast.columns else FORECAST
    checked = table.check(forecast)
    _write(checked.assign(start=iso_texts(checked["start"], timezone)), path)


def _activity_rows(shift: Shift) -> list[dict[str, object]]:
    return [
        {
            "agent": shift.agent,
            "date": shift.day.isoformat(),
            "shift": shift.name,
            "shift_number": shift.number,
            "shift_start": shift.start.isoformat(),
            "shift_end": shift.end.isoformat(),
            "activity": part.activity,
            "activity_start": part.start.isoformat(),
            "activity_end": part.end.isoformat(),
            "paid_minutes": f"{part.paid_minutes:g}",
            "queue": part.queue,
            "source": part.source,
        }
        for part in shift.parts
    ]


def _write(frame: pd.DataFrame, path: str | Path) -> None:
    with atomic_write(path) as part:
        part.write_bytes(harmless_frame(frame).to_csv(index=False, lineterminator="\n").encode())
