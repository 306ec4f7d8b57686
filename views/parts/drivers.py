"""Why so many: what drives the need of one cell of the heat map, and which promise decides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd
import streamlit as st

from domain.calendar import clock_text
from domain.intervals import local_days, local_minutes
from domain.targets import QueueTargets
from planning import questions
from planning.session import Session
from views.figures import CONFIG, need_chart
from views.locale import Words
from views.parts import site
from views.parts.days import of_queue
from views.parts.language import colours_here

STEPS = (
    "load",
    "carried",
    "service_level",
    "asa",
    "abandonment",
    "occupancy",
    "minimum",
    "blended",
    "rest",
    "seats",
    "shrinkage",
)
ALWAYS = ("load", "shrinkage")
NOTICED = 0.005  # people: smaller steps are left out
DAY, TIME, CHART = "cell_day", "cell_time", "need"


@st.cache_resource(show_spinner=False, max_entries=site.FRAMES_KEPT)
def _drivers(_session: Session, store: str, key: str) -> pd.DataFrame:
    return questions.drivers(_session)


def plan_key() -> str:
    """Changes whenever the requirements or the targets do."""
    targets = site.session().store.site.current().get("targets.toml")
    return f"{site.member('requirements')}_{site.member('adjusted')}_{targets.sha256 if targets else ''}"


def drivers() -> pd.DataFrame:
    """What the plan's requirements are for, all queues; worked out once a version."""
    return _drivers(site.session(), str(site.session().store.address), plan_key())


def by_cell(frame: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """The frame with the cell of each row: `day` (local midnight, naive) and `time` (HH:MM)."""
    minutes = local_minutes(frame["start"], timezone)
    return frame.assign(day=local_days(frame["start"], timezone), time=[clock_text(int(minute)) for minute in minutes])


def picked_cell() -> None:
    """A click on the heat map chooses the cell, as the two fields below it do."""
    points = st.session_state[CHART]["selection"]["points"]
    if points:
        day, time = points[0]["customdata"][:2]
        st.session_state[DAY], st.session_state[TIME] = date.fromisoformat(day), time


def chosen_cell(frame: pd.DataFrame, peak: pd.Timestamp | None, timezone: str) -> tuple[date, str] | None:
    """The cell that is chosen, that of the peak at first; None where the frame has no rows."""
    if frame.empty or peak is None:
        return None
    cells = by_cell(frame, timezone)
    usual = by_cell(pd.DataFrame({"start": pd.DatetimeIndex([peak])}), timezone).iloc[0]
    days, times = {day.date() for day in cells["day"].unique()}, set(cells["time"])
    if st.session_state.get(DAY) not in days:
        st.session_state[DAY] = usual["day"].date()
    if st.session_state.get(TIME) not in times:
        st.session_state[TIME] = usual["time"]
    return st.session_state[DAY], st.session_state[TIME]


def cell_card(frame: pd.DataFrame, queue: str | None, words: Words) -> None:
    """The chosen cell: fields to choose it, the waterfall, what decides, queue by queue. `frame`: REQUIREMENTS."""
    timezone = site.zone()
    cells = by_cell(frame, timezone)
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            days = sorted({day.date() for day in cells["day"].unique()})
            day = st.selectbox(
                words("app.day"), days, key=DAY, width=220, format_func=lambda d: words.day(d, year=True)
            )
            time = st.selectbox(words("app.time"), sorted(cells["time"].unique()), key=TIME, width=140)
            st.caption(words("drivers.pick"))
        st.subheader(words("drivers.title", moment=f"{words.day(day)} {time}"), anchor=False)
        with st.spinner(words("step.requirements")):
            found = of_queue(drivers(), queue)
        here = by_cell(found, timezone)
        here = here[(here["day"] == pd.Timestamp(day)) & (here["time"] == time)].drop_duplicates("queue")
        here = here[here["binding"] != "nobody"]
        if here.empty:
            st.info(words("drivers.cell_empty"), icon=":material/bedtime:")
            return
        promises = {name: site.session().site.targets.of(name) for name in here["queue"]}
        _waterfall(here, promises, words)
        _table(here, promises, words)
        st.caption(words("drivers.horizon", parts=_deciding(found, words)))


def steps_of(here: pd.DataFrame) -> list[tuple[str, float]]:
    """Names and people of the bars: the steps that matter, `agents` before shrinkage, `scheduled` last."""
    sums = here[list(STEPS)].sum()
    before = [name for name in STEPS[:-1] if name in ALWAYS or abs(sums[name]) > NOTICED]
    steps = [*((name, float(sums[name])) for name in before), ("agents", float(here["agents"].sum()))]
    return [*steps, ("shrinkage", float(sums["shrinkage"])), ("scheduled", float(here["scheduled"].sum()))]


def _waterfall(here: pd.DataFrame, promises: Mapping[str, QueueTargets], words: Words) -> None:
    reached = here[here["binding"] != "unattainable"]
    if len(reached):
        named = {name: words(f"drivers.step_{name}") for name in STEPS}
        named |= {name: words(f"drivers.{name}") for name in ("agents", "scheduled")}
        bars = [(named[name], people) for name, people in steps_of(reached)]
        figure = need_chart(bars, (named["agents"], named["scheduled"]), words, colours_here())
        st.plotly_chart(figure, config=CONFIG, key="drivers_chart", alt=words("drivers.chart_alt"))
        st.caption(words("drivers.help"))
    if len(here) == 1:
        row = here.iloc[0]
        st.markdown(f"**{what_decides(row['binding'], promises[row['queue']], words)}**")


def _table(here: pd.DataFrame, promises: Mapping[str, QueueTargets], words: Words) -> None:
    decides = [
        what_decides(why, promises[name], words) for name, why in zip(here["queue"], here["binding"], strict=True)
    ]
    columns = {"offered": "drivers.contacts", "aht_seconds": "drivers.aht", "load": "drivers.load"}
    columns |= {"agents": "drivers.agents", "scheduled": "drivers.scheduled"}
    numbers = {
        name: st.column_config.NumberColumn(words(key), format="%.0f" if name == "aht_seconds" else "%.2f")
        for name, key in columns.items()
    }
    st.dataframe(
        here.assign(decides=decides)[["queue", *columns, "decides"]], hide_index=True, placeholder="–",
        key="drivers_table", alt=words("drivers.binding"),
        column_config={"queue": words("app.queue"), **numbers, "decides": words("drivers.binding")},
    )  # fmt: skip


def what_decides(binding: str, promise: QueueTargets, words: Words) -> str:
    """A sentence: which promise asks for the most people, and what it promises."""
    target = target_text(binding, promise, words)
    return words(f"drivers.binds_{binding}", target=target)


def target_text(goal: str, promise: QueueTargets, words: Words) -> str:
    """One goal of a promise as people say it: `80 % within 20 s`; empty where there is none of that name."""
    if goal == "service_level" and promise.service_level is not None:
        share = words.percent(promise.service_level, 0 if round(promise.service_level * 100, 6) % 1 == 0 else 1)
        if promise.work == "deferred":
            return words("drivers.within_hours", share=share, hours=words.number(promise.deadline_hours or 0))
        return words("drivers.within_seconds", share=share, seconds=words.number(promise.answer_within_seconds))
    most: dict[str, str] = {}
    if promise.target_asa_seconds is not None:
        most["asa"] = words("drivers.seconds", value=words.number(promise.target_asa_seconds))
    if promise.abandon_cap is not None:
        most["abandonment"] = words.percent(promise.abandon_cap)
    if promise.occupancy_cap is not None:
        most["occupancy"] = words.percent(promise.occupancy_cap)
    if goal in most:
        return words("drivers.at_most", value=most[goal])
    if goal == "minimum":
        people = words("drivers.people", value=words.number(promise.minimum_agents, 1))
        return words("drivers.at_least", value=people)
    return ""


def deciding_shares(found: pd.DataFrame) -> pd.Series:
    """Share of the scheduled people by what decides, the largest first; without what nobody is needed for."""
    people = found[~found["binding"].isin(["nobody", "unattainable"])].groupby("binding")["scheduled"].sum()
    total = float(people.sum())
    return (people / total if total > 0 else people).sort_values(ascending=False)


def _deciding(found: pd.DataFrame, words: Words) -> str:
    shares = deciding_shares(found)
    return ", ".join(
        words("drivers.part", name=words(f"drivers.step_{name}"), share=words.percent(float(share)))
        for name, share in shares.items()
    )
