"""The colours of every figure, named by what they mean; one set for the light theme, one for the dark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Colours:
    """One theme's colours. `scale` runs from few to many; `activities` by the roster's activity, `parts` by the
    part of a forecast's number."""

    text: str
    grid: str
    history: str
    baseline: str
    adjusted: str
    band_80: str
    band_95: str
    closed: str
    missing: str
    required: str
    present: str
    gap: str
    scale: tuple[str, ...]
    activities: Mapping[str, str]
    parts: Mapping[str, str]

    @property
    def colorscale(self) -> list[tuple[float, str]]:
        """`scale` as plotly wants it."""
        last = len(self.scale) - 1
        return [(place / last, colour) for place, colour in enumerate(self.scale)]


_ACTIVITIES = {
    "work": "#4c8fd1",
    "break": "#f2b84b",
    "lunch": "#e07b39",
    "training": "#9b72cf",
    "meeting": "#c583b5",
    "leave": "#9aa3ad",
    "sick": "#c9a3a3",
}

_PARTS = {
    "level": "#9fb2c6",
    "season": "#5aa469",
    "weekday": "#4c8fd1",
    "month_day": "#e0a93b",
    "holiday": "#d9534f",
    "break": "#c583b5",
    "event": "#9b72cf",
    "adjusted": "#e07b39",
}

LIGHT = Colours(
    text="#2f2d2b",
    grid="rgba(110,110,110,0.18)",
    history="#5f6b7a",
    baseline="#8e6bbf",
    adjusted="#1769aa",
    band_80="rgba(23,105,170,0.24)",
    band_95="rgba(23,105,170,0.12)",
    closed="#e3e3e1",
    missing="#d9534f",
    required="#2f2d2b",
    present="rgba(76,143,209,0.45)",
    gap="#d9534f",
    scale=("#f3f8fd", "#c6dcf1", "#86b6de", "#3f87c1", "#0f5a96", "#08335c"),
    activities=_ACTIVITIES,
    parts=_PARTS,
)

DARK = Colours(
    text="#edebe8",
    grid="rgba(200,200,200,0.16)",
    history="#a9b4c2",
    baseline="#b79be0",
    adjusted="#6db3f2",
    band_80="rgba(109,179,242,0.28)",
    band_95="rgba(109,179,242,0.14)",
    closed="#3a3936",
    missing="#ef7f7b",
    required="#edebe8",
    present="rgba(109,179,242,0.40)",
    gap="#ef7f7b",
    scale=("#16232f", "#1d4263", "#2a6698", "#4a90c9", "#8bbfe8", "#d5eafa"),
    activities={**_ACTIVITIES, "work": "#5b9fe0", "leave": "#7c848d"},
    parts={**_PARTS, "level": "#5d6b7a"},
)


def colours_of(theme: str | None) -> Colours:
    """The colours for Streamlit's theme type (`light` or `dark`)."""
    return DARK if theme == "dark" else LIGHT
