"""Rolling origins, scores and the choice of a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from domain import IntervalGrid
from domain.errors import BadValue, EmptyFile
from domain.tables import SCORES
from forecast import FORECASTERS, accuracy, backtest
from forecast.backtest import Backtest, past_errors, plan_origins, run_backtest
from forecast.panel import DailyPanel
from forecast.scoring import _bands, lead_masks, score_table
from forecast.selection import choose

Panels = Callable[..., DailyPanel]
FAST = {name: FORECASTERS[name] for name in ("seasonal_naive", "weekday_average_4", "weekday_average_8")}
NAIVE = "seasonal_naive"
TRIED = {name: made for name, made in FORECASTERS.items() if not made.only_when_named}
DAILY = IntervalGrid(1440, "Europe/Berlin")


def noisy(days: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.poisson(np.resize([130.0, 110, 100, 100, 90, 50, 40], days)).astype(float)


@pytest.mark.parametrize(("days", "count"), [(730, 4), (200, 8), (90, 4), (60, 4), (45, 2), (30, 1)])
def test_origins_never_lie_whole_weeks_apart_and_leave_days_to_learn_from(
    days: int, count: int, make_panel: Panels
) -> None:
    origins = plan_origins(make_panel(noisy(days)), count, 28, whole=False)
    assert 1 <= len(origins) <= count
    assert all(step % 7 for step in np.diff(origins))
    assert min(origins) >= 14
    assert max(origins) <= days - 7


def test_too_short_a_history_has_no_origins(make_panel: Panels) -> None:
    assert plan_origins(make_panel(noisy(15)), 4, 28, whole=False) == ()
    assert plan_origins(make_panel(noisy(400)), 0, 28, whole=False) == ()


def test_what_comes_after_an_origin_changes_no_forecast_of_it(make_panel: Panels) -> None:
    values = np.stack([noisy(150), noisy(150, 1)])
    scrambled = values.copy()
    scrambled[:, 100:] = 9e9
    made = [run_backtest(make_panel(kept), TRIED, (60, 100), 28, and_now=True) for kept in (values, scrambled)]
    for name in made[0].forecasts:
        assert (made[0].forecasts[name] == made[1].forecasts[name]).all(), name


def test_a_blend_is_weighted_by_errors_seen_before_its_origin_only() -> None:
    actual = np.full((2, 1, 3), 10.0)
    test = Backtest(("a",), (10, 12), actual, {"m": np.array([[[11.0, 12, 90]], [[0, 0, 0]]])}, np.zeros((1, 15)))
    assert past_errors(test, ["m"], 12)[0].tolist() == [[1.5, 1.5, 1.5]]  # day 12, missed by 80, is not yet seen
    assert past_errors(test, ["m"], 13)[0][0, 0] == pytest.approx((1 + 2 + 80 + 10) / 4)
    assert np.isnan(past_errors(test, ["m"], 10)[0]).all()


def test_scores_equal_a_plain_loop_over_days(make_panel: Panels) -> None:
    values = noisy(120)
    panel = make_panel(values)
    test = run_backtest(panel, FAST, (70, 90), 28)
    table = score_table(test, {"a": "weekday_average_4"}).set_index(["model", "lead"])
    missed = total = 0.0
    for origin in (70, 90):
        for lead in range(28):
            day = origin + lead
            same = [values[past] for past in range(day % 7, origin, 7)][-4:]
            missed += abs(values[day] - sum(same) / len(same))
            total += values[day]
    row = table.loc[("weekday_average_4", "1-28d")]
    assert row["wape"] == pytest.approx(missed / total)
    assert (row["days"], row["origins"], row["chosen"]) == (56, 2, True)
    assert not table.loc[("seasonal_naive", "1-28d"), "chosen"]
    assert 0.02 < row["noise_floor"] < row["wape"]


def test_every_measure_equals_the_plain_one_of_a_single_queue(make_panel: Panels) -> None:
    values = np.stack([noisy(150), noisy(150, 1) / 40])
    values[1, 120:130] = np.nan
    test = run_backtest(make_panel(values), FAST, (70, 90, 110), 28)
    table = score_table(test, {}).set_index(["queue", "model", "lead"])
    for row, queue in enumerate(test.queues):
        for lead, mask in lead_masks(test).items():
            forecast = test.forecasts["weekday_average_4"][:, row]
            actual = np.where(mask[:, row], test.actual[:, row], np.nan)
            got = table.loc[(queue, "weekday_average_4", lead)]
            assert got["wape"] == pytest.approx(accuracy.wape(actual, forecast))
            assert got["bias_share"] == pytest.approx(accuracy.bias_share(actual, forecast))
            assert got["mase"] == pytest.approx(accuracy.mase(actual, forecast, values[row]))
            assert got["noise_floor"] == pytest.approx(accuracy.noise_floor(actual, forecast))


def test_bands_hold_four_of_five_and_nineteen_of_twenty_days_of_steady_noise(make_panel: Panels) -> None:
    values = np.stack([noisy(400, seed) for seed in range(8)])
    test = run_backtest(make_panel(values), FAST, tuple(range(200, 361, 20)), 28)
    table = score_table(test, {})
    week = table[(table["model"] == "weekday_average_8") & (table["lead"] == "1-28d")]
    assert 0.77 < week["coverage_80"].mean() < 0.86  # the first of nine origins has a default's wide bands
    assert 0.93 < week["coverage_95"].mean() < 0.97


def test_what_comes_after_an_origin_changes_no_band_of_it(make_panel: Panels) -> None:
    values = noisy(200)
    scrambled = values.copy()
    scrambled[160:] *= 9
    bands = [_bands(run_backtest(make_panel(kept), FAST, (100, 140, 160), 28), NAIVE) for kept in (values, scrambled)]
    assert (bands[0] == bands[1]).all()


def test_the_bands_of_an_origin_follow_what_was_missed_by_before_it(make_panel: Panels) -> None:
    values = noisy(200)
    restless = values.copy()
    restless[100:128] *= np.resize([0.2, 3.0], 28)  # what the first origin is judged on
    width = []
    for kept in (values, restless):
        test = run_backtest(make_panel(kept), FAST, (100, 150), 28)
        same = replace(test, forecasts={NAIVE: np.full_like(test.actual, 100.0)})
        width.append(np.ptp(_bands(same, NAIVE), axis=3))
    assert (width[1][0] == width[0][0]).all()
    assert (width[1][1] > 1.5 * width[0][1]).all()


def test_a_queue_whose_opening_hours_changed_is_scored_on_the_days_it_was_open() -> None:
    days = pd.date_range("2026-01-05", periods=260, freq="D", tz="Europe/Berlin")  # from a Monday
    before = np.arange(260) < 150  # open on Saturdays until then; never on Sundays
    is_open = (days.day_of_week < 5) | ((days.day_of_week == 5) & before)
    offered = np.where(days.day_of_week == 5, 40.0, 100.0)
    history = pd.DataFrame({"queue": "a", "start": days.tz_convert("UTC"), "offered": offered})[is_open]

    scores = backtest(history, horizon_days=7, origins=8, grid=DAILY, as_of=days[-1] + pd.Timedelta(days=1),
                      models=("weekday_average_4",)).set_index("lead")  # fmt: skip

    # origins at 113, 133 … 253: the first two weeks hold six open days each, the others five
    assert (scores.loc["1-7d", "origins"], scores.loc["1-7d", "days"]) == (8, 2 * 6 + 6 * 5)
    assert scores.loc["1-7d", "wape"] == 0  # Saturdays were forecast too, not taken for closed


def test_a_fit_to_the_present_is_kept_for_the_forecast_itself(make_panel: Panels) -> None:
    panel = make_panel(noisy(200))
    test = run_backtest(panel, TRIED, (120, 160), 28, and_now=True)
    horizon = panel.calendar.between(172, 200)
    alone = FORECASTERS["weekday_average_4"].fit(panel).predict(horizon)
    assert (test.latest["weekday_average_4"].predict(horizon) == alone).all()
    assert set(test.latest) == set(TRIED) - {"blend"}


def test_the_next_open_day_is_scored_as_lead_1d(make_panel: Panels) -> None:
    panel = make_panel(noisy(100), closed=(5, 6))
    friday_evening = 5 + 7 * 10
    test = run_backtest(panel, FAST, (friday_evening,), 28)
    mask = lead_masks(test)["1d"]
    assert np.flatnonzero(mask[0, 0]).tolist() == [2]  # Monday
    assert lead_masks(test)["1-7d"].sum() == 5


def test_the_better_model_is_chosen_for_each_queue_and_pins_decide(make_panel: Panels) -> None:
    steps = np.repeat(np.arange(1.0, 27.0), 7) * 100  # grows by 100 a week: the last week is best
    flat = noisy(182)
    panel = make_panel(np.stack([steps, flat]))
    test = run_backtest(panel, FAST, (100, 120, 140), 28)
    assert choose(test, {}) == {"a": "seasonal_naive", "b": "weekday_average_8"}
    assert choose(test, {"a": "holt_winters"})["a"] == "holt_winters"


def test_a_queue_without_a_scored_day_takes_the_default(make_panel: Panels) -> None:
    values = np.stack([noisy(120), np.full(120, np.nan)])
    test = run_backtest(make_panel(values), FAST, (70, 90), 28)
    assert choose(test, {})["b"] == "calendar_lanes"


def test_the_favourite_steps_back_only_for_a_model_that_was_better_by_a_tenth() -> None:
    actual = np.full((4, 1, 28), 100.0)
    for other, winner in ((9.5, "calendar_lanes"), (8.0, "seasonal_naive")):
        said = {"calendar_lanes": actual + 10.0, "seasonal_naive": actual + other}
        test = Backtest(("a",), (40, 60, 80, 100), actual, said, np.full((1, 140), 100.0))
        assert choose(test, {})["a"] == winner


def test_a_model_that_cannot_do_a_queue_is_not_chosen(make_panel: Panels) -> None:
    few = {name: FORECASTERS[name] for name in ("weekday_average_4", "calendar_glm")}
    test = run_backtest(make_panel(noisy(40)), few, (20,), 7)
    assert choose(test, {}) == {"a": "weekday_average_4"}


def test_the_public_backtest_gives_a_table_under_its_contract(make_history: Callable[..., pd.DataFrame]) -> None:
    history = pd.concat([make_history(noisy(160)), make_history(noisy(160, 1), queue="chat/a")])
    table = backtest(history, grid=DAILY, horizon_days=7, origins=3, models=("seasonal_naive", "weekday_average_8"))
    SCORES.check(table)
    assert set(table["lead"]) == {"1d", "1-7d"}
    assert set(table["queue"]) == {"phone/a", "chat/a"}
    assert table.groupby("queue")["chosen"].sum().tolist() == [2, 2]  # one model, two leads
    week = table[table["lead"] == "1-7d"]
    assert (week["days"] == 21).all()


def test_an_unknown_model_and_an_empty_history_are_named(make_history: Callable[..., pd.DataFrame]) -> None:
    with pytest.raises(BadValue, match="seasonal_naive"):
        backtest(make_history(noisy(60)), grid=DAILY, models=("prophet",))
    with pytest.raises(EmptyFile):
        backtest(make_history([]), grid=DAILY)


def test_a_history_that_is_too_short_to_look_back_from_is_told(make_history: Callable[..., pd.DataFrame]) -> None:
    with pytest.raises(BadValue, match=r"past 28 days.*found '30 days'.*shorter horizon"):
        backtest(make_history(noisy(30)), grid=DAILY, horizon_days=28)
