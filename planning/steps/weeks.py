"""The local days a roster is for, and what a look at the roster before it takes from there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from domain.intervals import local_midnights
from planning.steps.produce import Materials

PREVIOUS_DAYS = 14  # how far back a roster looks at the one before it: rest and days in a row


def week_of(parameters: Mapping[str, Any]) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First instant and end (UTC) of the local days a roster is for."""
    first = pd.Timestamp(parameters["week_start"])
    days = pd.DatetimeIndex([first, first + pd.Timedelta(days=parameters["days"])])
    begin, end = local_midnights(days, parameters["timezone"])
    return begin, end


def days_of(parameters: Mapping[str, Any]) -> tuple[date, date]:
    """First and last local day a roster is for."""
    first = pd.Timestamp(parameters["week_start"])
    return first.date(), (first + pd.Timedelta(days=parameters["days"] - 1)).date()


def within(frame: pd.DataFrame, first: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """The rows that start in [first, end)."""
    return frame[(frame["start"] >= first) & (frame["start"] < end)].reset_index(drop=True)


def previous_of(parameters: Mapping[str, Any], inputs: Mapping[str, str]) -> str | None:
    """The roster that counts as the one before: the `previous` of the parameters where they have one, else the roster
    that was read (of a repaired or copied roster that is the roster it was made from)."""
    found = parameters["previous"] if "previous" in parameters else inputs.get("roster")
    return None if found is None else str(found)


def previous_rows(materials: Materials) -> pd.DataFrame | None:
    """Of the roster before this one, the rows shortly before the week and on its first day, on which shifts of the last
    night end; None where there is none."""
    version = previous_of(materials.parameters, materials.recipe.inputs)
    if version is None:
        return None
    first, _ = week_of(materials.parameters)
    return within(
        materials.version("roster", version), first - pd.Timedelta(days=PREVIOUS_DAYS), first + pd.Timedelta(days=1)
    )
