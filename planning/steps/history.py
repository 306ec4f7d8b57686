"""From imported files to the history of each queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from domain import IntervalGrid, OpeningHours
from domain.errors import BadValue, NothingToPlan
from domain.intervals import DAY_MINUTES, infer_interval_minutes, to_utc
from domain.tables import HISTORY, TICKETS
from planning.cleaning import decided_spans, with_special_days
from planning.recipe import Recipe
from planning.session import Session
from planning.site import holidays_of
from planning.steps.produce import STEP_THAT_MAKES, Made, Materials, StepResult, Tools, grid_of, produce, site_inputs
from planning.store import Store

CLEANING_EDITION = 1  # raised when the same history comes to get other marks


def make_history(session: Session) -> StepResult:
    """All imported tickets and interval reports as HISTORY on the site's grid. Raises `NothingToPlan`."""
    imported = session.store.imports.all()
    if not imported:
        raise NothingToPlan("ticket history", STEP_THAT_MAKES["tickets"])
    settings = session.settings
    parameters = {
        "tickets": [entry.version for entry in imported if entry.kind == "tickets"],
        "intervals": [entry.version for entry in imported if entry.kind == "intervals"],
        "interval_minutes": settings.interval_minutes,
        "timezone": settings.timezone,
        "calendar": settings.calendar,
        "cleaning": CLEANING_EDITION,
    }
    names = ("opening_hours.toml", "segments.toml", "targets.toml", "events.csv", "marks.csv")
    inputs = site_inputs(session, names)
    return produce(session, Recipe("history", inputs, parameters), history_maker)


def history_maker(materials: Materials, _tools: Tools) -> Made:
    """HISTORY from the bodies that the recipe lists."""
    import forecast as core  # loads scipy: only where numbers are made

    parameters, site = materials.parameters, materials.site
    grid = grid_of(parameters)
    parts = []
    if parameters["intervals"]:
        reports = [materials.store.versions.frame("intervals", version) for version in parameters["intervals"]]
        parts.append(newest_intervals([_on_grid(report, grid) for report in reports]))
    if parameters["tickets"]:
        tickets = stored_tickets(materials.store, parameters["tickets"])
        first, last = tickets["created_at"].min(), tickets["created_at"].max()
        history = core.build_history(
            tickets,
            grid,
            segments=site.segments,
            opening=site.arrivals or OpeningHours(),
            holidays=holidays_of(parameters["calendar"], first, last),
        )
        parts.append(history)
    # An interval report is the switch's own count: where both speak of an interval, it wins.
    joined = pd.concat(parts, ignore_index=True).drop_duplicates(["queue", "start"], keep="first")
    # An interval report lists what it counted: its rows are open and bear no mark unless it says otherwise.
    for name, value in (("open", True), ("mark", "")):
        joined[name] = joined[name].fillna(value) if name in joined else value
    history = HISTORY.check(joined.sort_values(["queue", "start"], ignore_index=True))
    facts = {"queues": int(history["queue"].nunique())}
    if "cleaning" not in parameters:  # a recipe of before there were marks
        return Made({"history": history}, facts)
    cleaned, marks = _cleaned(history, materials, grid)
    return Made({"history": cleaned, "cleaning": marks}, facts, _words(marks))


def _cleaned(history: pd.DataFrame, materials: Materials, grid: IntervalGrid) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The history with the marks that count and corrected values beside the raw ones; and the marks under CLEANING."""
    import forecast as core

    site, parameters = materials.site, materials.parameters
    found = core.survey_history(
        history,
        grid,
        opening=site.arrivals,
        holidays=holidays_of(parameters["calendar"], history["start"].min(), history["start"].max()),
        events=with_special_days(site.events, site.decisions, grid.timezone),
    )
    marks = core.decide(core.marks_of(found), decided_spans(site.decisions, grid.timezone), found)
    return core.corrected(history, marks, found, insert=False), marks


def _words(marks: pd.DataFrame) -> tuple[str, ...]:
    """What a person should know of the marks: those applied that no planner has seen, and the proposals."""
    unseen = marks[(marks["source"] == "auto") & (marks["mark"] != "missing")]
    applied, proposed = unseen["active"].sum(), (~unseen["active"]).sum()
    if not len(unseen):
        return ()
    return (
        f"{applied} stretches look like outages or faults and teach nothing, {proposed} more are odd: `smena clean`",
    )


def stored_tickets(store: Store, versions: Sequence[str]) -> pd.DataFrame:
    """The tickets of several imports under TICKETS; of a ticket that came more than once, the latest import counts."""
    frames = [store.versions.frame("tickets", version) for version in versions]
    joined = _joined(frames, {"abandoned": False}) if frames else TICKETS.empty()
    return TICKETS.check(joined.drop_duplicates("ticket_id", keep="last", ignore_index=True))


def _joined(frames: Sequence[pd.DataFrame], untold: Mapping[str, bool | str]) -> pd.DataFrame:
    """The rows of all frames; where only some have a column of `untold`, the rows of the others get its value."""
    names = {name for frame in frames for name in frame.columns}
    filled = [
        frame.assign(**{name: value for name, value in untold.items() if name in names and name not in frame})
        for frame in frames
    ]
    return pd.concat(filled, ignore_index=True)


def newest_intervals(reports: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Interval reports under HISTORY, one grid; where several speak of an interval, the latest import counts."""
    joined = _joined(reports, {"open": True, "mark": ""})
    return HISTORY.check(joined.drop_duplicates(["queue", "start"], keep="last", ignore_index=True))


def _on_grid(intervals: pd.DataFrame, grid: IntervalGrid) -> pd.DataFrame:
    import forecast as core

    step = _step(intervals["start"], grid.timezone)
    if grid.interval_minutes % step:
        raise BadValue(
            f"interval reports in steps that fit into {grid.interval_minutes} minutes",
            column="interval_minutes",
            found=step,
            remedy=f"Set interval_minutes = {step} in smena.toml",
        )
    return intervals if step == grid.interval_minutes else core.regrid_history(intervals, grid)


def _step(starts: pd.Series, timezone: str) -> int:
    """Length of a report's intervals in minutes: its starts' common grid, or their least distance where that is more
    (two-hour reports from nine o'clock on lie on a grid of one hour)."""
    common = infer_interval_minutes(starts, timezone)
    apart = np.diff(np.unique(to_utc(starts).asi8 // 60_000_000))
    return common if common == DAY_MINUTES or not len(apart) else max(common, int(apart.min()))
