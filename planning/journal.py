"""The night's journal: JSON lines in the store's folder, one event a line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

JOURNAL = Path("logs") / "nightly.jsonl"


@contextmanager
def journal(folder: Path, run: str) -> Iterator[structlog.typing.FilteringBoundLogger]:
    """A logger whose lines are appended to `logs/nightly.jsonl` of the store."""
    path = folder / JOURNAL
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        yield structlog.wrap_logger(
            structlog.WriteLogger(file),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            wrapper_class=structlog.make_filtering_bound_logger("info"),
            run=run,
        )
