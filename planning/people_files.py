"""People and their time off from plain files, checked row by row where the lines are still known."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from connectors import read_table
from domain.people import RuleBook
from domain.tables import PEOPLE, TIME_OFF
from planning.site_checks import check_agreements, check_availability, check_time_off


def people_of(path: Path, book: RuleBook, rules: Path) -> pd.DataFrame:
    """PEOPLE of a file; `rules` is the file of their agreements. Raises `InputError`s naming file, line and column."""
    people = read_table(path, PEOPLE)
    check_agreements(people, book, path.name, rules.name)
    check_availability(people, path.name)
    return people


def time_off_of(path: Path | None) -> pd.DataFrame | None:
    """TIME_OFF of a file; None where there is no file. Raises `InputError`s naming file, line and column."""
    if path is None:
        return None
    found = read_table(path, TIME_OFF)
    check_time_off(found, None, path.name)
    return found
