"""What the app shows before anything is stored: a dry run of an import, and what a change would ask of the staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

import scheduling
from connectors import TicketImport, presets, read_tickets
from domain.tables import REQUIREMENTS
from planning.session import Session
from planning.steps.ingest import stored_ticket_ids


@dataclass(frozen=True)
class ImportPreview:
    """A dry run: the import as the reader found it, and how many of its tickets the store already has."""

    found: TicketImport
    already_stored: int


def preset_names() -> tuple[str, ...]:
    """The layouts of ticket files that are known by name."""
    return tuple(presets())


def preview_import(
    session: Session,
    files: Sequence[Path],
    *,
    preset: str | None = None,
    timezone: str | None = None,
    mapping: Mapping[str, str] | None = None,
) -> ImportPreview:
    """Read files as `ingest` would and store nothing. Raises the `InputError`s of the readers."""
    settings = session.settings
    found = read_tickets(
        list(files),
        preset=preset,
        timezone=timezone or settings.timezone,
        mapping=mapping,
        megabytes_max=settings.upload_megabytes_max,
    )
    known = stored_ticket_ids(session) if found.kind == "tickets" else set()
    return ImportPreview(found, len(known & set(found.frame["ticket_id"])) if known else 0)


def preview_requirements(session: Session, demand: pd.DataFrame, *, percentile: float | None = None) -> pd.DataFrame:
    """REQUIREMENTS of `demand` (FORECAST or ADJUSTED) under the site's targets; nothing is stored."""
    found = scheduling.require_staff(
        demand,
        session.site.targets,
        interval_minutes=session.settings.interval_minutes,
        percentile=percentile,
        timezone=session.settings.timezone,
    )
    return REQUIREMENTS.check(found)
