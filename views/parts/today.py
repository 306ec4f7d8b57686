"""The rest of today, where the history reaches into a day that the forecast covers: what came, and what that means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from domain.intervals import local_days
from planning import steps
from planning.session import Session
from views.locale import Words
from views.parts import site
from views.parts.days import of_queue


@dataclass(frozen=True)
class Today:
    """A queue or group: contacts that came and were expected so far, the rest of the day as it stood and as moved."""

    came: float
    expected: float
    rest_stood: float
    rest: float
    reasons: tuple[str, ...]

    @property
    def factor(self) -> float:
        """What the rest was multiplied with."""
        return self.rest / self.rest_stood if self.rest_stood > 0 else 1.0


def last_known(history: pd.DataFrame, interval_minutes: int) -> pd.Timestamp | None:
    """The end of the last interval in which a contact was counted; None without one."""
    counted = history.loc[history["offered"] > 0, "start"]
    return None if counted.empty else counted.max() + pd.Timedelta(minutes=interval_minutes)


def today_of(queue: str, result: Any, stood: pd.DataFrame) -> Today | None:
    """What a reforecast says of a queue or group; `stood`: the adjusted forecast. None where nothing is known or left.

    `result`: a `forecast.ReforecastResult`.
    """
    rest = of_queue(result.forecast, queue)
    before = of_queue(stood, queue)
    before = before[before["start"].isin(rest["start"])]
    own = [result.updates[name] for name in before["queue"].unique() if name in result.updates]
    came, expected = sum(update.came for update in own), sum(update.expected for update in own)
    if expected <= 0 or before["offered"].sum() <= 0:
        return None
    reasons = tuple(dict.fromkeys(update.reason for update in own if update.reason))
    return Today(came, expected, float(before["offered"].sum()), float(rest["offered"].sum()), reasons)


@st.cache_resource(show_spinner=False, max_entries=site.FRAMES_KEPT)
def _reforecast(_session: Session, store: str, history: str, plan_key: str, now: pd.Timestamp) -> Any:
    return steps.reforecast(_session, now=now)


def today_panel(queue: str, words: Words) -> None:
    """So far, factor and new rest of the day; nothing where the history ends before the forecast begins."""
    history, stood = site.table("history"), site.adjusted()
    now = None if history is None else last_known(history, site.interval_minutes())
    if now is None or not _under_way(now, stood):
        return
    session = site.session()
    result = _reforecast(session, str(session.store.address), str(site.member("history")), site.plan_key(), now)
    found = today_of(queue, result, stood)
    if found is None:
        return
    with st.container(border=True):
        st.subheader(words("today.title", moment=site.moment(now, words)), anchor=False)
        with st.container(horizontal=True, key="today"):
            surprise = found.came / found.expected - 1
            st.metric(
                words("today.so_far"), words("today.of_expected", came=words.number(found.came),
                expected=words.number(found.expected)), delta=f"{words.signed(surprise * 100)} %", delta_color="off",
            )  # fmt: skip
            st.metric(words("today.factor"), f"× {words.number(found.factor, 2)}")
            st.metric(
                words("today.rest"), words.number(found.rest), delta=words.signed(found.rest - found.rest_stood),
                delta_color="off",
            )  # fmt: skip
        for reason in found.reasons:
            st.caption(words(f"today.{reason}"))


def _under_way(now: pd.Timestamp, stood: pd.DataFrame) -> bool:
    """Whether the forecast has intervals before and after `now` on its local day."""
    starts = pd.DatetimeIndex(stood["start"].drop_duplicates())
    day = local_days(pd.DatetimeIndex([now - pd.Timedelta(1, "us")]), site.zone())[0]
    own = starts[local_days(starts, site.zone()) == day]
    return bool((own < now).any() and (own >= now).any())
