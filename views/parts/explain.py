"""Why the forecast is what it is: the parts of a day, of the horizon, the seasons, and the days they come from."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from domain.calendar import clock_text
from domain.intervals import local_days, local_minutes
from planning import previews, steps
from planning.session import Session
from views.figures import CONFIG, factor_chart, parts_chart, waterfall_chart
from views.locale import Words
from views.parts import pickers, site
from views.parts.days import day_list, of_queue
from views.parts.language import colours_here
from views.parts.totals import totals

LEVEL, REST, ADJUSTED = "level", "rest", "adjusted"
LEARNED_AS = {"recent": LEVEL}  # the last days are where the typical day comes from
NOTHING = 1e-6  # contacts; a part that adds less on every day is not shown
FACTORS = ("season", "month_day", "holiday", "break", "event")


def whole_parts(parts: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    """The parts of one queue such that those of a day sum to its adjusted number.

    `parts`: DECOMPOSITION of the queue; `days`: time, baseline, offered. Added are `rest` (hours of the day that are
    not forecast, as those before the forecast was made) and `adjusted` (what planners changed). Days that `parts` does
    not have are left out, and so is a part that is nothing on all days. Columns day, part, contacts, factor, by day.
    """
    told = parts.groupby("day")["contacts"].sum()
    known = days[days["time"].isin(told.index)].rename(columns={"time": "day"})
    sums = known["day"].map(told)
    own = parts.loc[parts["day"].isin(known["day"]), ["day", "part", "contacts", "factor"]]
    rest = _step(known["day"], REST, sums, known["baseline"])
    whole = pd.concat([own, rest, _step(known["day"], ADJUSTED, known["baseline"], known["offered"])])
    big = whole["contacts"].abs().groupby(whole["part"]).max() > NOTHING
    kept = whole[whole["part"].isin({LEVEL, *big.index[big]})]
    return kept.sort_values("day", kind="stable", ignore_index=True)


def _step(days: pd.Series, part: str, before: pd.Series, after: pd.Series) -> pd.DataFrame:
    factor = (after / before).where(before > NOTHING)
    return pd.DataFrame({"day": days, "part": part, "contacts": after - before, "factor": factor})


def why_panel(words: Words) -> None:
    """The view: waterfall of a day beside what it was learned from, the horizon, the seasons."""
    _why(words)


@st.fragment
def _why(words: Words) -> None:
    site.look_again()
    found = site.table("decomposition")
    if found is None or found.empty:
        st.info(words("why.none"), icon=":material/info:")
        return
    adjusted, zone = site.adjusted(), site.zone()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        queue = str(pickers.queue_picker(adjusted, words, key="why_queue"))
        ahead = of_queue(adjusted, queue)
        day = st.selectbox(words("app.day"), day_list(ahead, zone), format_func=words.day, key="why_day", width=200)
    days = totals(queue, "days")
    parts = whole_parts(of_queue(found, queue), days)
    if parts.empty:
        model = str(ahead["model"].iloc[0]) if "model" in ahead else ""
        st.info(words("why.cannot", model=model), icon=":material/info:")
        return
    parts = parts.assign(label=[words(f"part.{name}") for name in parts["part"]])
    own = parts[parts["day"] == pd.Timestamp(day)]
    left, right = st.columns([3, 2])
    with left, st.container(border=True):
        _day(own, words)
    with st.container(border=True):
        st.subheader(words("why.horizon"), anchor=False)
        figure = parts_chart(parts, days, words, colours_here())
        st.plotly_chart(figure, config=CONFIG, key="why_horizon", alt=words("why.horizon"))
    with st.container(border=True):
        _seasons(parts, ahead, pd.Timestamp(day), words)
    with right, st.container(border=True):  # last: its days are read from the whole history
        _learned(queue, pd.Timestamp(day), words)


def _day(parts: pd.DataFrame, words: Words) -> None:
    st.subheader(words("why.day"), anchor=False)
    texts = [_text(part, words) for part in parts.itertuples()]
    figure = waterfall_chart(parts.assign(text=texts), words("why.total"), words, colours_here())
    st.plotly_chart(figure, config=CONFIG, key="why_day_chart", alt=words("why.day"))
    shown = parts[["label", "contacts", "factor"]]
    total = pd.DataFrame({"label": [words("why.total")], "contacts": [shown["contacts"].sum()], "factor": [None]})
    st.dataframe(
        pd.concat([shown, total.astype({"factor": float})], ignore_index=True), hide_index=True, placeholder="–",
        alt=words("why.day"), key="why_parts",
        column_config={
            "label": words("why.part"),
            "contacts": st.column_config.NumberColumn(words("figure.contacts"), format="%+.1f"),
            "factor": st.column_config.NumberColumn(
                words("why.factor"), format="× %.3f", help=words("why.factor_help")
            ),
        },
    )  # fmt: skip


def _text(part: object, words: Words) -> str:
    contacts, factor = float(getattr(part, "contacts", 0.0)), float(getattr(part, "factor", float("nan")))
    if getattr(part, "part", "") == LEVEL:
        return words.number(contacts, 1)
    return words.signed(contacts, 1) + (f" (×{words.number(factor, 2)})" if factor == factor else "")


@st.cache_resource(show_spinner=False, max_entries=site.FRAMES_KEPT)
def _learned_from(_session: Session, store: str, forecast: str, _history: pd.DataFrame, queue: str) -> pd.DataFrame:
    return previews.learned_from(_session, of_queue(_history, queue))


def learned_from(queue: str) -> pd.DataFrame:
    """The past days that the queue's forecast was learned from: for_day, part, day, contacts."""
    session, version = site.session(), str(site.member("forecast"))
    made_from = site.record("forecast").inputs["history"]
    current = made_from == site.member("history")
    history = site.table("history") if current else None
    rows = steps.read(session, "history", made_from) if history is None else history
    return _learned_from(session, str(session.store.address), version, rows, queue)


def _learned(queue: str, day: pd.Timestamp, words: Words) -> None:
    st.subheader(words("why.learned"), anchor=False)
    learned = learned_from(queue)
    learned = learned[learned["for_day"] == day]
    names = list(dict.fromkeys(learned["part"]))
    if not names:
        st.caption(words("why.learned_none"))
        return
    chosen = st.pills(
        words("why.part"), names, default=names[0], required=True, key="why_part", label_visibility="collapsed",
        format_func=lambda name: words(f"part.{LEARNED_AS.get(name, name)}"),
    )  # fmt: skip
    rows = learned[learned["part"] == (chosen if chosen in names else names[0])].iloc[::-1]
    shown = pd.DataFrame({"day": [words.day(at.date(), year=True) for at in rows["day"]], "contacts": rows["contacts"]})
    st.dataframe(
        shown, hide_index=True, height=460, placeholder="–", alt=words("why.learned"), key="why_learned",
        column_config={
            "day": words("app.day"),
            "contacts": st.column_config.NumberColumn(words("figure.contacts"), format="%.0f"),
        },
    )  # fmt: skip


def _seasons(parts: pd.DataFrame, ahead: pd.DataFrame, day: pd.Timestamp, words: Words) -> None:
    """Each season as a small chart of its factors over the horizon."""
    st.subheader(words("why.seasons"), anchor=False)
    st.caption(words("why.seasons_help"))
    colours = colours_here()
    charts = [("weekday", *weekday_factors(parts, words)), ("hours", *hour_shares(ahead, site.zone(), day))]
    for name in FACTORS:
        rows = parts[(parts["part"] == name) & parts["factor"].notna()]
        if len(rows):
            charts.append((name, [words.day(at.date()) for at in rows["day"]], list(rows["factor"])))
    columns = st.columns(3)
    for number, (name, labels, values) in enumerate(charts):
        if not labels:
            continue
        with columns[number % 3]:
            st.markdown(f"**{words('why.hours' if name == 'hours' else f'part.{name}')}**")
            figure = factor_chart(labels, values, words, colours, colour=name, as_share=name == "hours")
            st.plotly_chart(figure, config=CONFIG, key=f"why_{name}", alt=words("why.seasons"))


def weekday_factors(parts: pd.DataFrame, words: Words) -> tuple[list[str], list[float]]:
    """The mean factor of each weekday that the horizon has, Monday first."""
    rows = parts[(parts["part"] == "weekday") & parts["factor"].notna()]
    means = rows["factor"].groupby(rows["day"].dt.day_of_week).mean()
    names = words("calendar.weekdays").split()
    return [names[int(number)] for number in means.index], [float(value) for value in means]


def hour_shares(ahead: pd.DataFrame, timezone: str, day: pd.Timestamp) -> tuple[list[str], list[float]]:
    """The shares of the day's intervals (HH:MM) in its baseline; nothing for a day without contacts."""
    rows = ahead[local_days(ahead["start"], timezone) == day]
    minutes = pd.Index(local_minutes(rows["start"], timezone))
    values = rows["baseline"].groupby(minutes.to_numpy()).sum()
    if values.sum() <= 0:
        return [], []
    return [clock_text(int(minute)) for minute in values.index], list(values / values.sum())
