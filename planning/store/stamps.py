"""Times as text in the database: ISO 8601, UTC, microseconds, so that they sort."""

from __future__ import annotations

import pandas as pd


def to_text(stamp: pd.Timestamp) -> str:
    """`2026-09-01T00:00:00.000000+00:00`."""
    return stamp.tz_convert("UTC").isoformat(timespec="microseconds")


def from_text(text: str) -> pd.Timestamp:
    """The stamp of a text that `to_text` wrote."""
    return pd.Timestamp(text).tz_convert("UTC")
