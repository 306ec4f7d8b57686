"""People for deferred work: the margin for chance, first answers, the in-tray, high days; checked by simulation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from domain.errors import BadValue
from domain.tables import BACKLOG
from domain.targets import Targets
from scheduling import require_staff
from scheduling.certify import certify
from scheduling.deferred import cumulative_quantile


def mail(days: int = 5, per_hour: float = 10.0, aht: float = 360.0, minutes: int = 30) -> pd.DataFrame:
    """Mail around the clock, worked 8:00 to 18:00, Monday 2 March 2026 on."""
    starts = pd.date_range("2026-03-02", periods=days * 1440 // minutes, freq=f"{minutes}min", tz="UTC").as_unit("us")
    worked = (starts.hour >= 8) & (starts.hour < 18)
    offered = per_hour * minutes / 60
    return pd.DataFrame({"queue": "email/a", "start": starts, "offered": offered, "aht_seconds": aht, "open": worked})


def targets_of(**keys: Any) -> Targets:
    return Targets.from_mapping({"default": {"work": "deferred", "deadline_hours": 4, "service_level": 0.9, **keys}})


def total(forecast: pd.DataFrame, targets: Targets, need: pd.DataFrame) -> float:
    found = certify(forecast, targets, requirements=need, runs=10, seed=1)
    return float(found.loc[found["period"] == "total", "service_level"].iloc[0])


def whole(need: pd.DataFrame) -> pd.DataFrame:
    """Whole people of the same mean: no help from rounding each interval up."""
    people = np.diff(np.round(np.cumsum(need["agents"].to_numpy())), prepend=0.0)
    return need.assign(agents=people)


@pytest.mark.parametrize("deadline", [1, 2, 8])
@pytest.mark.parametrize("share", [0.8, 0.95])
@pytest.mark.parametrize("per_hour", [2, 20])
def test_the_promised_share_is_done_in_time_in_simulation(deadline: float, share: float, per_hour: float) -> None:
    forecast = mail(days=10, per_hour=per_hour)
    targets = targets_of(deadline_hours=deadline, service_level=share)
    assert total(forecast, targets, whole(require_staff(forecast, targets))) >= share - 0.02


def test_the_plan_for_the_mean_alone_breaks_the_promise_of_a_small_queue() -> None:
    """Without a margin (a promised share of none) a small queue with a short deadline is late too often."""
    forecast = mail(days=10, per_hour=2)
    bare, kept = targets_of(deadline_hours=1, service_level=0.0), targets_of(deadline_hours=1, service_level=0.95)
    assert total(forecast, kept, whole(require_staff(forecast, bare))) < 0.9


def test_the_margin_is_larger_for_small_queues_and_short_promises() -> None:
    def margin(per_hour: float, deadline: float) -> float:
        need = require_staff(mail(per_hour=per_hour), targets_of(deadline_hours=deadline))
        return float(need["agents"].sum() / need["sized_load_erlangs"].sum())

    assert margin(2, 2) > margin(20, 2) > margin(200, 2) > 1
    assert margin(20, 2) > margin(20, 8) > 1


def test_the_margin_is_the_one_of_the_formula_where_all_work_sees_the_same_stream() -> None:
    """10 contacts of 6 minutes an hour around the clock, due in 4 h: w = 4, v = 2 · 0.1, f (f − 1) = v ln 10 ÷ w."""
    need = require_staff(mail().drop(columns="open"), targets_of())
    product = 0.2 * np.log(10) / 4
    assert (need["agents"] / need["sized_load_erlangs"]).to_numpy() == pytest.approx(0.5 + np.sqrt(0.25 + product))


def test_a_cap_on_occupancy_is_margin_enough_where_it_asks_for_more() -> None:
    need = require_staff(mail(per_hour=100), targets_of(deadline_hours=8, max_occupancy=0.8))
    worked = need["agents"] > 0
    assert need.loc[worked, "occupancy"].to_numpy() == pytest.approx(0.8)


def test_a_longer_promise_never_costs_more() -> None:
    peaks, hours = [], []
    for deadline in (1, 2, 4, 8, 24):
        need = require_staff(mail(), targets_of(deadline_hours=deadline))
        peaks.append(need["agents"].max())
        hours.append(need["agents"].sum())
    assert peaks == sorted(peaks, reverse=True)
    assert hours == sorted(hours, reverse=True)


def test_a_first_answer_and_the_rest_are_two_pieces_of_work_of_the_same_people() -> None:
    """All due in 1 h, all due in 8 h, and a third of it due in 1 h: work alike, peaks in that order."""

    def need_of(**keys: Any) -> pd.DataFrame:
        return require_staff(mail(per_hour=60), targets_of(**keys))

    soon, late = need_of(deadline_hours=1), need_of(deadline_hours=8)
    both = need_of(deadline_hours=8, first_response_hours=1, first_response_seconds=120)
    work = late["sized_load_erlangs"].sum()
    assert both["sized_load_erlangs"].sum() == pytest.approx(work, rel=1e-6)
    assert soon["agents"].max() > 1.5 * both["agents"].max()
    assert both["agents"].max() > 1.05 * late["agents"].max()


def test_a_first_answer_that_takes_all_the_time_is_a_deadline_of_its_own() -> None:
    whole_time = targets_of(deadline_hours=8, first_response_hours=2, first_response_seconds=999)
    need, alone = require_staff(mail(), whole_time), require_staff(mail(), targets_of(deadline_hours=2))
    assert need["agents"].max() == pytest.approx(alone["agents"].max(), rel=1e-6)


def test_both_keys_of_a_first_answer_are_needed() -> None:
    with pytest.raises(BadValue, match="go together"):
        targets_of(first_response_hours=1)


def test_an_in_tray_at_the_start_is_worked_in_its_time() -> None:
    """60 letters of 6 minutes, 6 hours of work, at a queue without mail, due in 4 hours: 1.5 people for 4 hours."""
    forecast = mail(per_hour=0).iloc[16:56]
    tray = pd.DataFrame({"queue": ["email/a"], "age_hours": [0.0], "contacts": [60.0]})
    need = require_staff(forecast, targets_of(), backlog=tray)
    assert need["sized_load_erlangs"].tolist() == pytest.approx([1.5] * 8 + [0.0] * 32)
    assert require_staff(forecast, targets_of(), backlog=BACKLOG.empty())["agents"].sum() == 0


def test_an_empty_in_tray_needs_fewer_people_at_the_start_only() -> None:
    forecast = mail(days=10)
    steady = require_staff(forecast, targets_of())["sized_load_erlangs"].to_numpy()
    empty = require_staff(forecast, targets_of(), backlog=BACKLOG.empty())["sized_load_erlangs"].to_numpy()
    assert empty[:48].sum() < steady[:48].sum()
    assert empty[48:].tolist() == pytest.approx(steady[48:].tolist(), abs=1e-6)


def test_a_high_day_is_read_off_the_work_of_a_deadline_not_off_each_interval() -> None:
    """100 contacts an interval, 1.28 σ = 12.8 above it by chance: of 4 together 12.8 · 2 in 400. A day that is 27 an
    interval busier moves all 4 together."""
    mean, score = np.full(20, 100.0), 1.28
    assert cumulative_quantile(mean, 0 * mean, score, 2.0, 0.5) == pytest.approx(1 + 12.8 / 200)
    busy = cumulative_quantile(mean, 0 * mean + 27.0, score, 2.0, 0.5)
    assert busy == pytest.approx(1 + np.sqrt(25.6**2 + 108.0**2) / 400)
    assert cumulative_quantile(mean, 0 * mean, -score, 2.0, 0.5) == pytest.approx(1 - 12.8 / 200)


def test_staffing_to_a_percentile_asks_for_less_than_every_interval_at_its_own_percentile() -> None:
    forecast = mail(days=7, per_hour=60).assign(offered_p50=30.0, offered_p90=30.0 + 1.2816 * np.sqrt(30.0))
    mean = require_staff(forecast, targets_of())["sized_load_erlangs"].sum()
    high = require_staff(forecast, targets_of(), percentile=90)["sized_load_erlangs"].sum()
    assert 1.0 < high / mean < 1.12 < (30.0 + 1.2816 * np.sqrt(30.0)) / 30.0
