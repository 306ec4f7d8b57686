"""What planners say of the history (marks.csv): read strictly, told apart into marks and special days, added to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import StringIO
from typing import Any

import pandas as pd

from domain.errors import BadValue
from domain.intervals import UTC_STAMP, local_days, local_midnights, localise
from domain.queues import matches
from domain.tables import DECISIONS, EVENTS

MARKS_FILE = "marks.csv"
FIRST_ROW = 2  # the line of a table's first row, below its header
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = "a local day such as 2026-03-02, or a time such as 2026-03-02T09:00"
_ONE_DAY = pd.Timedelta(days=1)


def decided_spans(decisions: pd.DataFrame, timezone: str, file: str = MARKS_FILE) -> pd.DataFrame:
    """Decisions (frame under DECISIONS) as queue, start, end (UTC, end excluded), mark, reason; oldest first.

    Raises `BadValue` naming file, line and column for a time that is none, an end that does not come after its
    beginning, and a special day without a name.
    """
    rows = []
    for line, row in enumerate(decisions.to_dict("records"), start=FIRST_ROW):
        start, end = _moment(row, "from", timezone, file, line), _moment(row, "to", timezone, file, line)
        if end <= start:
            raise BadValue(f"an end after {row['from']}", file=file, line=line, column="to", found=row["to"])
        reason = str(row["reason"]).strip()
        if not reason:
            raise BadValue(
                "a reason; special days of one reason share one effect", file=file, line=line, column="reason", found=""
            )
        rows.append({"queue": row["queue"], "start": start, "end": end, "mark": row["mark"], "reason": reason})
    frame = pd.DataFrame(rows, columns=["queue", "start", "end", "mark", "reason"])
    return frame.astype({"start": UTC_STAMP, "end": UTC_STAMP})


def _moment(row: Mapping[Any, Any], column: str, timezone: str, file: str, line: int) -> pd.Timestamp:
    """The UTC moment that a cell means; a plain day at `to` is included, so its end."""
    text = str(row[column]).strip()
    try:
        stamp = pd.Timestamp(text)
    except ValueError as fault:
        raise BadValue(_TIME, file=file, line=line, column=column, found=text) from fault
    if pd.isna(stamp) or not _DATE.match(text):
        raise BadValue(_TIME, file=file, line=line, column=column, found=text)
    if _DATE.fullmatch(text):
        day = pd.DatetimeIndex([stamp + _ONE_DAY if column == "to" else stamp])
        return pd.Timestamp(local_midnights(day, timezone)[0])
    if stamp.tzinfo is not None:
        return stamp.tz_convert("UTC")
    utc, in_gap, _ = localise(pd.Series([stamp]), timezone)
    if in_gap[0]:
        raise BadValue(f"a time that the clocks of {timezone} show", file=file, line=line, column=column, found=text)
    return pd.Timestamp(utc[0])


def special_events(spans: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """The special days among decided spans, under EVENTS: kind special, named by their reason.

    Of several decisions on a day of a queue pattern the last one counts, of that pattern or of one around it.
    """
    rows = []
    for number, row in enumerate(spans.to_dict("records")):
        if row["mark"] != "special":
            continue
        ends = pd.DatetimeIndex([row["start"], row["end"] - pd.Timedelta(1, "us")])
        first, last = local_days(ends, timezone)
        days = pd.date_range(first, last, freq="D")
        begin, end = local_midnights(days, timezone), local_midnights(days + _ONE_DAY, timezone)
        for later in spans.to_dict("records")[number + 1 :]:
            if later["queue"] == row["queue"] or matches(str(row["queue"]), [str(later["queue"])]):
                kept = ~((begin >= later["start"]) & (end <= later["end"]))
                days, begin, end = days[kept], begin[kept], end[kept]
        rows += [(row["reason"], "special", day, day, row["queue"]) for day in days]
    if not rows:
        return EVENTS.empty()
    frame = pd.DataFrame(rows, columns=["name", "kind", "from", "to", "queues"])
    return EVENTS.check(frame.drop_duplicates(list(EVENTS.key), ignore_index=True))


def with_special_days(events: pd.DataFrame, decisions: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """Events (under EVENTS) and the days that planners called special."""
    special = special_events(decided_spans(decisions, timezone), timezone)
    if special.empty:
        return events
    joined = pd.concat([events, special[["name", "kind", "from", "to", "queues"]]], ignore_index=True)
    return EVENTS.check(joined.drop_duplicates(list(EVENTS.key), keep="first", ignore_index=True))


def with_decision(content: str | None, row: Mapping[str, str]) -> str:
    """The text of marks.csv with one decision more at its end. Columns that are not told stay empty."""
    names = list(DECISIONS.column_names)
    if content is not None:
        told = pd.read_csv(StringIO(content), dtype="str", na_values=[""], keep_default_na=False)
        names = [*told.columns, *(name for name in names if name not in told.columns)]
        old = told.reindex(columns=names)
    else:
        old = pd.DataFrame(columns=names, dtype="str")
    joined = pd.concat([old, pd.DataFrame([row]).reindex(columns=names)], ignore_index=True)
    return str(joined.to_csv(index=False, lineterminator="\n"))


def span_texts(start: pd.Timestamp, end: pd.Timestamp, timezone: str) -> tuple[str, str]:
    """`from` and `to` of a span of UTC moments: plain days where it is whole days, else local times with offset."""
    edges = pd.DatetimeIndex([start, end])
    days = local_days(edges, timezone)
    if (local_midnights(days, timezone) == edges).all():
        return f"{days[0].date()}", f"{(days[1] - _ONE_DAY).date()}"
    first, last = (moment.tz_convert(timezone).isoformat() for moment in (start, end))
    return first, last
