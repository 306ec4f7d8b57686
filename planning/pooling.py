"""What people with several skills save, from files: behind `smena require --people`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

import scheduling
from connectors import read_table
from domain.tables import PEOPLE
from planning.stages import of_file, targets_of


def pooling_of_requirements(
    requirements: pd.DataFrame, targets: Path, people: Path
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """SKILL_BOUNDS of requirements and a file of people, and the hours that their several skills save at most."""
    staff, promises = read_table(people, PEOPLE), targets_of(targets)
    with of_file(people):
        bounds = scheduling.skill_bounds(requirements, promises, staff)
        return bounds, dict(scheduling.pooling(requirements, promises, staff))
