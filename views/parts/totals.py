"""Days, weeks and groups of queues: sums of the forecast with bands that agree, and a total set from above."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from domain.errors import BadValue
from domain.intervals import local_days
from domain.queues import SEPARATOR, channel_of
from domain.tables import QUANTILES
from planning import previews, steps
from planning.session import Session
from views.locale import Words
from views.parts import site
from views.parts.adjustments import noted
from views.parts.days import is_group, local_times, of_queue
from views.parts.edits import SAME, change_of, interval_of
from views.parts.language import author_here
from views.parts.notices import leave_note

EVERY = "*"
SHOWN_BAND = ("offered_p10", "offered_p90")
WORK = {"workload_hours": "forecast.work", "workload_hours_p10": "forecast.work_low",
        "workload_hours_p90": "forecast.work_high"}  # fmt: skip
PERIODS = {"days": "day", "weeks": "week", "intervals": "interval"}  # by what the page calls them
HEIGHT = 380
SHOWN_STEP = 0.1  # contacts; the digit that the field of a total shows


def groups_of(queues: Sequence[str]) -> list[str]:
    """Patterns of the groups that hold several queues: all, then each channel, then each type."""
    parts = {queue: queue.split(SEPARATOR) for queue in queues}
    channels = sorted({channel_of(queue) for queue in queues})
    types = sorted({own[1] for own in parts.values() if len(own) > 1})
    by_channel = [f"{name}/*" for name in channels if sum(channel_of(queue) == name for queue in queues) > 1]
    by_type = [f"*/{name}" for name in types if sum(own[1:] == [name] for own in parts.values()) > 1]
    return [*([EVERY] if len(queues) > 1 else []), *by_channel, *by_type]


def group_name(queue: str, words: Words) -> str:
    """What the page calls a queue or a group."""
    if queue == EVERY:
        return words("app.all_queues")
    return words("forecast.all_of", name=queue.strip("*").strip(SEPARATOR)) if is_group(queue) else queue


def queue_or_group(frame: pd.DataFrame, words: Words, *, key: str) -> str:
    """One of the frame's queues or groups; the first queue at first."""
    queues = sorted(frame["queue"].unique())
    groups = groups_of(queues)
    chosen = st.selectbox(
        words("app.queue"), [*groups, *queues], index=len(groups), key=key, width=280, persist_state="session",
        format_func=lambda name: group_name(name, words),
    )  # fmt: skip
    return str(chosen)


def summed_up(session: Session, frame: pd.DataFrame, period: str) -> pd.DataFrame:
    """All rows of ADJUSTED together, a row a period (interval, day or week).

    Columns time (naive local, of the period), baseline, offered, quantiles where the forecast has any, change (share),
    days (local days with rows), from_start and to_start (UTC, of the rows), the hours of work (WORK) where known.
    """
    found, zone = previews.totals(session, frame, period=period), session.settings.timezone
    place = found["start"].searchsorted(frame["start"], side="right") - 1
    rows = frame.assign(day=local_days(frame["start"], zone)).groupby(place)
    baseline, last = rows["baseline"].sum(), rows["start"].max()
    bands = [name for name in QUANTILES if name in found] if any(name in frame for name in QUANTILES) else []
    table = found.assign(
        time=local_times(found["start"], zone),
        baseline=baseline,
        change=change_of(found.assign(baseline=baseline)),
        days=rows["day"].nunique(),
        from_start=rows["start"].min(),
        to_start=last + interval_of(frame.sort_values("start")),
    )
    work = [name for name in WORK if name in table]
    return table[["time", "baseline", "offered", *bands, "change", "days", "from_start", "to_start", *work]]


@st.cache_resource(show_spinner=False, max_entries=site.FRAMES_KEPT)
def _totals(
    _session: Session, store: str, plan_key: str, _frame: pd.DataFrame, queue: str, period: str
) -> pd.DataFrame:
    return summed_up(_session, of_queue(_frame, queue), period)


def totals(queue: str, grain: str, day: date | None = None) -> pd.DataFrame:
    """The adjusted forecast of a queue or group by days, weeks or intervals (of one day), as `summed_up`."""
    session = site.session()
    key = site.plan_key()
    found: pd.DataFrame = _totals(session, str(session.store.address), key, site.adjusted(), queue, PERIODS[grain])
    if day is None:
        return found
    inside = (found["time"].dt.normalize() == pd.Timestamp(day)).to_numpy()
    kept: pd.DataFrame = found.loc[inside].reset_index(drop=True)
    return kept


def past_totals(queue: str, grain: str, most: int) -> pd.DataFrame:
    """What came in the last days or weeks before the forecast: time, offered; empty where nothing was counted."""
    history = site.table("history")
    if history is None:
        return pd.DataFrame({"time": pd.to_datetime([]), "offered": []})
    rows = of_queue(history, queue)
    times = pd.Series(first_days(rows["start"], site.zone(), grain), index=rows.index, name="time")
    past = rows["offered"].groupby(times).sum(min_count=1).reset_index()
    begins = totals(queue, grain)["time"].min()
    kept: pd.DataFrame = past[past["time"] < begins].tail(most)
    return kept


def whole_weeks(weeks: pd.DataFrame, first_day: date, days: int) -> pd.DataFrame:
    """The weeks (`time`: Mondays) that a horizon of so many days covers whole; all where it covers none."""
    begin, end = pd.Timestamp(first_day), pd.Timestamp(first_day) + pd.Timedelta(days=days)
    whole = (weeks["time"] >= begin) & (weeks["time"] + pd.Timedelta(days=7) <= end)
    return weeks[whole] if whole.any() else weeks


def charted(queue: str, grain: str, day: date | None) -> pd.DataFrame:
    """`totals` as a chart shows them: without weeks of which the forecast knows a part only."""
    shown = totals(queue, grain, day)
    if grain != "weeks":
        return shown
    told = site.record("forecast").parameters
    first = local_days(pd.DatetimeIndex([pd.Timestamp(told["as_of"])]), site.zone())[0]
    return whole_weeks(shown, first.date(), int(told["horizon_days"]))


def first_days(starts: pd.Series, timezone: str, grain: str) -> pd.DatetimeIndex:
    """The naive local day of each start, or the Monday of its week."""
    days = local_days(starts, timezone)
    return days - pd.to_timedelta(days.day_of_week, unit="D") if grain == "weeks" else days


def label_of(time: pd.Timestamp, grain: str, words: Words) -> str:
    """How a row is called: the time of an interval, a day, or the days of a week."""
    if grain == "intervals":
        return f"{time:%H:%M}"
    last = (time + timedelta(6)).date()
    return f"{words.day(time.date())} – {words.day(last)}" if grain == "weeks" else words.day(time.date())


def totals_panel(queue: str, grain: str, day: date | None, words: Words) -> None:
    """The sums with their bands, and a form that sets the total of one of them."""
    st.subheader(words("forecast.totals"), anchor=False)
    table = totals(queue, grain, day)
    labels = [label_of(pd.Timestamp(time), grain, words) for time in table["time"]]
    names = ("days", "baseline", "offered", *SHOWN_BAND, "change", *WORK)
    columns = [name for name in names if name in table and (name != "days" or grain == "weeks")]
    columns = [name for name in columns if name not in WORK or table[name].notna().any()]
    shown = table.assign(label=labels, change=table["change"] * 100)[["label", *columns]]
    number = st.column_config.NumberColumn
    st.dataframe(
        shown, hide_index=True, height=HEIGHT, placeholder="–", alt=words("forecast.totals"),
        column_config={
            "label": {"intervals": words("app.time"), "weeks": words("forecast.week")}.get(grain, words("app.day")),
            "days": number(words("app.days"), width="small"),
            "baseline": number(words("column.baseline"), format="%.1f"),
            "offered": number(words("figure.adjusted"), format="%.1f"),
            "offered_p10": number(words("forecast.band_low"), format="%.0f"),
            "offered_p90": number(words("forecast.band_high"), format="%.0f"),
            "change": number(words("forecast.change"), format="%+.0f %%"),
            **{name: number(words(key), format="%.1f") for name, key in WORK.items()},
        },
    )  # fmt: skip
    _form(queue, table, labels, words)


def _form(queue: str, table: pd.DataFrame, labels: list[str], words: Words) -> None:
    """Say the total of a row: its intervals and queues move in proportion."""
    with st.popover(words("forecast.set_total"), icon=":material/vertical_align_center:"):
        st.caption(words("forecast.set_total_help", name=group_name(queue, words)))
        key = f"total_{site.plan_key()}_{queue}_{len(labels)}_{labels[0]}"  # a new one where the numbers are others
        row = st.selectbox(words("forecast.total_of"), range(len(labels)), format_func=labels.__getitem__, key=key)
        stands = float(table["offered"].iloc[row])
        st.number_input(
            words("forecast.total"), min_value=0.0, value=round(stands, 1), step=1.0, format="%.1f",
            key=f"{key}_{row}_value",
        )  # fmt: skip
        st.text_input(words("forecast.reason"), key=f"{key}_reason", max_chars=200)
        st.button(
            words("forecast.store_total"), type="primary", key="store_total", on_click=_store_total,
            args=(key, int(row), queue, table.iloc[int(row)], words),
        )  # fmt: skip


def _store_total(key: str, row: int, queue: str, line: pd.Series, words: Words) -> None:
    site.look_again()
    total, reason = float(st.session_state[f"{key}_{row}_value"]), str(st.session_state[f"{key}_reason"] or "").strip()
    before = float(line["offered"])
    if abs(_stands(queue, line) - before) > SAME:
        leave_note(words("app.changed_meanwhile"), ":material/sync_problem:", stays=True)
        return
    if abs(total - before) < SHOWN_STEP / 2:
        return
    with noted(words):
        if not reason:
            raise BadValue(words("forecast.reason_expected"), column=words("forecast.reason"))
        steps.set_total(
            site.session(), queue=queue, from_start=line["from_start"], to_start=line["to_start"], total=total,
            reason=f"{reason} ({words.number(before, 1)} → {words.number(total, 1)})", author=author_here(),
        )  # fmt: skip


def _stands(queue: str, line: pd.Series) -> float:
    """What the adjusted forecast says now of the row's window."""
    now = of_queue(site.adjusted(), queue)
    inside = (now["start"] >= line["from_start"]) & (now["start"] < line["to_start"])
    return float(now.loc[inside, "offered"].sum())
