"""Text that a spreadsheet would run as a formula, made plain and back."""

from __future__ import annotations

import re

import pandas as pd

_RUNS = re.compile(r"^'*[=+\-@\t\r\n]")


def would_run(text: str) -> bool:
    """Whether a spreadsheet may take the text for a formula: it begins with = + - @, a tab or a line end."""
    return _RUNS.match(text) is not None


def harmless(text: str) -> str:
    """The text for a CSV cell: an apostrophe before what would run, and before apostrophes that stand before such.

    To get the text back, take one apostrophe off every cell that begins with apostrophes and then = + - @, tab or line
    end.
    """
    return f"'{text}" if would_run(text) else text


def plain_again(text: str) -> str:
    """The text that `harmless` was given."""
    return text[1:] if text.startswith("'") and would_run(text) else text


def harmless_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Every text cell made plain; numbers and stamps as they are."""
    return frame.assign(
        **{
            name: frame[name].map(lambda cell: harmless(cell) if isinstance(cell, str) else cell)
            for name in frame.columns
            if frame[name].dtype == "str" or frame[name].dtype == object
        }
    )
