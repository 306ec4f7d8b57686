"""The people's door: one file a page, listed here; parts, figures and the catalogue of words beside them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """One page: its file `views/NAME.py`, its address `/NAME`, its title `NAME.title` in the catalogue, its icon."""

    name: str
    icon: str
    needs_store: bool = True  # without a plan it says what to do next

    @property
    def file(self) -> str:
        """The script, relative to app.py."""
        return f"views/{self.name}.py"


# Data first: a page without plotly is drawn a second sooner on a cold start.
PAGES = (
    Page("data", ":material/database:"),
    Page("forecast", ":material/show_chart:"),
    Page("requirements", ":material/groups:"),
    Page("calculator", ":material/calculate:", needs_store=False),
    Page("roster", ":material/calendar_view_week:"),
    Page("runs", ":material/nights_stay:"),
)

__all__ = ["PAGES", "Page"]
