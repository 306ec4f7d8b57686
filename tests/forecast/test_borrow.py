"""A past for a new queue."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import IntervalGrid
from domain.calendar import OpeningHours
from domain.errors import UnknownQueue
from domain.likeness import Likeness
from forecast import make_forecast
from forecast.borrow import GUESS_CV, UNLIKE_CV, borrow_history, borrowed_days, nearest_queue
from forecast.pipeline import BORROWED
from forecast.quantiles import count_quantiles

History = Callable[..., pd.DataFrame]
DAILY = IntervalGrid(1440, "Europe/Berlin")
HALF = {"chat/new": Likeness("chat/old", 0.5)}


def at(local: str) -> pd.Timestamp:
    return pd.Timestamp(local, tz="Europe/Berlin")


def test_a_queue_without_a_past_takes_the_old_one_s_times_the_factor(make_history: History) -> None:
    old = make_history([100.0, 80.0], queue="chat/old").assign(
        handled=[90.0, 70.0], abandoned=[10.0, 10.0], aht_seconds=300.0, mark=["", "special"]
    )
    history, found = borrow_history(old, HALF, DAILY)
    new = history[history["queue"] == "chat/new"]
    assert new["offered"].tolist() == [50.0, 40.0]
    assert new["handled"].tolist() == [45.0, 35.0]
    assert new["abandoned"].tolist() == [5.0, 5.0]
    assert new["aht_seconds"].tolist() == [300.0, 300.0]
    assert new["mark"].tolist() == ["", "special"]
    assert new["start"].tolist() == old["start"].tolist()
    assert history[history["queue"] == "chat/old"]["offered"].tolist() == [100.0, 80.0]
    assert found["chat/new"].factor == 0.5
    assert found["chat/new"].level_cv == GUESS_CV
    assert found["chat/new"].begins is None


def test_its_own_rows_rule_and_teach_the_factor(make_history: History) -> None:
    """Four days of 20 where the guess says 50, which counts for a day: 0.5 × (80 + 50) ÷ (200 + 50)."""
    old = make_history(np.full(21, 100.0), queue="chat/old")
    own = make_history(np.full(4, 20.0), first="2026-01-19", queue="chat/new")
    history, found = borrow_history(pd.concat([old, own]), HALF, DAILY)
    new = history[history["queue"] == "chat/new"]
    assert new["offered"].tolist() == pytest.approx([26.0] * 14 + [20.0] * 4)
    assert found["chat/new"].factor == pytest.approx(0.26)
    assert found["chat/new"].level_cv == pytest.approx(GUESS_CV * 0.2**0.5)
    assert found["chat/new"].begins == pd.Timestamp("2026-01-19")


def test_days_off_the_ratio_widen_and_counting_noise_does_not(make_history: History) -> None:
    """Four days 10 off 50: (400 − ¾ · 4 · (50 + 25)) ÷ 50² = 0.07, and three days of the prior: (0.07 + 0.0675) ÷ 6."""
    old = make_history(np.full(21, 100.0), queue="chat/old")
    own = make_history([40.0, 60.0, 40.0, 60.0], first="2026-01-19", queue="chat/new")
    _, found = borrow_history(pd.concat([old, own]), HALF, DAILY)
    assert found["chat/new"].unlike_cv == pytest.approx((0.1375 / 6) ** 0.5)
    steady = make_history([51.0, 49.0, 51.0, 49.0], first="2026-01-19", queue="chat/new")
    _, found = borrow_history(pd.concat([old, steady]), HALF, DAILY)
    assert found["chat/new"].unlike_cv == pytest.approx(UNLIKE_CV * 0.5**0.5)
    assert found["chat/new"].day_cv ** 2 == pytest.approx(0.4**2 * 0.2 + 0.15**2 + 0.15**2 / 2)


def test_bands_of_the_weeks_after_the_first_hold_what_they_say_though_levels_go_apart(make_history: History) -> None:
    """Thirty queues, guessed 40 % wrong, a week old; their days lie 15 % off, their next weeks' level another 15 %."""
    rng = np.random.default_rng(11)
    old = make_history(rng.poisson(400, 35), queue="old")
    names = [f"new{number:02d}" for number in range(30)]
    level = 200 * np.exp(rng.normal(0, 0.4, (30, 1)))
    week = rng.poisson(level * np.exp(rng.normal(0, 0.15, (30, 7))))
    weeks = rng.poisson(level * np.exp(rng.normal(0, 0.15, (30, 1)) + rng.normal(0, 0.15, (30, 28))))
    own = [make_history(row, first="2026-02-02", queue=name) for name, row in zip(names, week, strict=True)]

    _, found = borrow_history(pd.concat([old, *own]), dict.fromkeys(names, Likeness("old", 0.5)), DAILY)

    mean = np.repeat([400 * found[name].factor for name in names], 28)
    held = {}
    for word in ("level_cv", "day_cv"):
        cv = np.repeat([getattr(found[name], word) for name in names], 28)
        bands, came = count_quantiles(mean, cv, cv), weeks.ravel()
        held[word] = [((came >= bands[:, low]) & (came <= bands[:, -1 - low])).mean() for low in (2, 0)]
    assert 0.75 < held["day_cv"][0] < 0.9
    assert 0.92 < held["day_cv"][1] < 0.99
    assert held["level_cv"][1] < 0.85  # the factor's own error is not all there is


def test_of_few_contacts_the_guess_outweighs_a_week(make_history: History) -> None:
    """A guess with cv 0.4 is worth 6.25 contacts: 0.5 × (0 + 6.25) ÷ (0.5 × 4 + 6.25)."""
    old = make_history(np.full(8, 1.0), queue="chat/old")
    own = make_history([1.0, 0.0, 0.0, 0.0], first="2026-01-09", queue="chat/new")
    _, found = borrow_history(pd.concat([old, own]), HALF, DAILY)
    assert found["chat/new"].factor == pytest.approx(0.5 * (1.0 + 6.25) / (2.0 + 6.25))


def test_two_weeks_of_its_own_are_enough(make_history: History) -> None:
    old = make_history(np.full(40, 100.0), queue="chat/old")
    for days, taken in ((13, True), (14, False)):
        own = make_history(np.full(days, 20.0), first="2026-01-19", queue="chat/new")
        _, found = borrow_history(pd.concat([old, own]), HALF, DAILY)
        assert ("chat/new" in found) == taken


def test_zeros_before_its_first_contact_are_of_a_queue_not_yet_begun(make_history: History) -> None:
    old = make_history(np.full(10, 100.0), queue="chat/old")
    own = make_history([0.0] * 8 + [30.0, 30.0], queue="chat/new")
    history, _ = borrow_history(pd.concat([old, own]), HALF, DAILY)
    new = history[history["queue"] == "chat/new"]["offered"].to_numpy()
    assert len(new) == 10
    assert (new[:8] > 0).all()
    assert new[8:].tolist() == [30.0, 30.0]


def test_days_that_one_of_them_did_not_count_teach_nothing(make_history: History) -> None:
    old = make_history([100.0] * 7 + [100.0, np.nan, 100.0], queue="chat/old").assign(mark="")
    own = make_history([20.0, 99.0, 999.0], first="2026-01-12", queue="chat/new").assign(mark=["", "", "outage"])
    _, found = borrow_history(pd.concat([old, own]), HALF, DAILY)
    assert found["chat/new"].factor == pytest.approx((1 * 0.2 + 1 * 0.5) / 2)


def test_a_day_without_a_row_is_unknown_or_zero_as_gaps_say(make_history: History) -> None:
    old = make_history(np.full(10, 100.0), queue="chat/old")
    own = make_history([50.0, 50.0], first="2026-01-12", freq="2D", queue="chat/new")
    for gaps, factor in (("missing", 0.5), ("zero", 0.5 * (100 + 50) / (150 + 50))):
        _, found = borrow_history(pd.concat([old, own]), HALF, DAILY, gaps=gaps)
        assert found["chat/new"].factor == pytest.approx(factor)


def test_a_queue_may_be_like_one_that_is_new_itself(make_history: History) -> None:
    like = {"b": Likeness("a", 0.5), "c": Likeness("b", 0.5)}
    history, _ = borrow_history(make_history([80.0], queue="a"), like, DAILY)
    assert dict(zip(history["queue"], history["offered"], strict=True)) == {"a": 80.0, "b": 40.0, "c": 20.0}


def test_a_queue_older_than_the_one_it_is_like_takes_nothing(make_history: History) -> None:
    both = pd.concat([make_history([5.0] * 9, queue="chat/new"), make_history([9.0], "2026-01-09", queue="chat/old")])
    history, found = borrow_history(both, HALF, DAILY)
    assert found == {}
    assert len(history) == 10


def test_an_old_queue_without_history_is_named(make_history: History) -> None:
    with pytest.raises(UnknownQueue, match=r"to borrow from, found 'chat/old'.*'chat/new'"):
        borrow_history(make_history([5.0], queue="mail/a"), HALF, DAILY)


@settings(deadline=None, max_examples=30)
@given(st.floats(0.01, 100), st.lists(st.integers(0, 500), min_size=1, max_size=13), st.integers(1, 90))
def test_the_learned_factor_lies_between_the_guess_and_what_was_seen(guess: float, own: list[int], days: int) -> None:
    starts = pd.date_range(at("2026-01-05"), periods=100, freq="D").tz_convert("UTC").as_unit("us")
    old = pd.DataFrame({"queue": "old", "start": starts, "offered": 10.0})
    first = min(days, 100 - len(own))
    new = pd.DataFrame({"queue": "new", "start": starts[first : first + len(own)], "offered": np.array(own, float)})
    _, found = borrow_history(pd.concat([old, new]), {"new": Likeness("old", guess)}, DAILY)
    used = np.trim_zeros(np.array(own, float), "f")
    seen = used.mean() / 10 if used.size else guess
    low, high = sorted((guess, seen))
    assert low - 1e-9 <= found["new"].factor <= high + 1e-9
    assert 0 < found["new"].level_cv <= GUESS_CV


def test_days_before_its_first_are_another_s() -> None:
    days = pd.date_range("2026-01-05", periods=3, freq="D")
    history = pd.DataFrame(
        {"queue": "old", "start": days.tz_localize("Europe/Berlin").tz_convert("UTC"), "offered": 9.0}
    )
    own = history.iloc[1:].assign(queue="new")
    like = {"new": Likeness("old"), "none": Likeness("old")}
    _, found = borrow_history(pd.concat([history, own]), like, DAILY)
    assert borrowed_days(("new", "none", "old"), days, found).tolist() == [
        [True, False, False],
        [True] * 3,
        [False] * 3,
    ]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("chat/new", "chat/old"),
        ("mail/billing", "phone/billing"),
        ("phone/bill", "phone/billing"),
        ("xxxx", None),
        ("чат/новая", "чат/старая"),
    ],
)
def test_the_nearest_queue_shares_a_channel_or_type(name: str, near: str | None) -> None:
    assert nearest_queue(name, ["phone/billing", "phone/tech", "chat/old", "чат/старая"]) == near


def test_a_borrowed_level_is_forecast_with_wider_bands_and_a_flag(make_history: History) -> None:
    old = make_history(np.random.default_rng(0).poisson(100, 120), queue="chat/old").assign(aht_seconds=240.0)
    result = make_forecast(old, as_of=at("2026-05-05"), horizon_days=7, grid=DAILY, opening=OpeningHours(), like=HALF)
    by_queue = {str(queue): rows for queue, rows in result.forecast.groupby("queue")}
    new, given_by = by_queue["chat/new"], by_queue["chat/old"]
    assert new["offered"].to_numpy() == pytest.approx(given_by["offered"].to_numpy() / 2, rel=0.02)
    assert new["aht_seconds"].to_numpy() == pytest.approx(240.0)
    assert (new["day_cv"] >= GUESS_CV).all()
    assert ((new["offered_p90"] - new["offered_p10"]) / new["offered"] > 0.9).all()  # 2 × 1.28 × 0.4, and Poisson's
    assert BORROWED in result.flags["chat/new"]
    assert BORROWED not in result.flags.get("chat/old", ())


def test_a_backtest_of_borrowed_days_is_no_score(make_history: History) -> None:
    old = make_history(np.random.default_rng(0).poisson(100, 120), queue="chat/old")
    own = make_history(np.full(12, 30.0), first="2026-04-23", queue="chat/new")
    options = {"as_of": at("2026-05-05"), "horizon_days": 7, "grid": DAILY, "opening": OpeningHours(), "like": HALF}
    assert "chat/new" not in set(make_forecast(old, **options).scores["queue"])
    scores = make_forecast(pd.concat([old, own]), **options).scores
    assert scores[scores["queue"] == "chat/new"]["days"].max() <= 12


def test_a_borrowed_past_says_nothing_of_what_queues_have_in_common(make_history: History) -> None:
    """Two queues whose days err by 20 % each on its own; the new one errs in the past exactly as the one it is like."""
    levels = 400.0 * np.random.default_rng(1).lognormal(0.0, 0.2, (2, 120))
    old = pd.concat(
        [make_history(own, queue=f"chat/{name}") for name, own in zip(("old", "other"), levels, strict=True)]
    )
    options = {"as_of": at("2026-05-05"), "horizon_days": 1, "grid": DAILY, "opening": OpeningHours()}
    alone = make_forecast(old, **options).forecast.set_index("queue")["queue_correlation"]
    beside = make_forecast(old, **options, like=HALF).forecast.set_index("queue")["queue_correlation"]
    assert beside[["chat/old", "chat/other"]].to_numpy() == pytest.approx(alone.to_numpy(), abs=0.1)


def test_a_wanted_queue_borrows_from_one_that_is_not_wanted(make_history: History) -> None:
    old = make_history(np.full(60, 100.0), queue="chat/old")
    wanted = pd.DataFrame({"queue": "chat/new", "start": [at("2026-03-06")]})
    options = {"as_of": at("2026-03-06"), "horizon_days": 1, "grid": DAILY, "targets_grid": wanted}
    assert make_forecast(old, **options, like=HALF).forecast["offered"].tolist() == pytest.approx([50.0], rel=0.01)
    with pytest.raises(UnknownQueue, match='--like "chat/new=chat/old"'):
        make_forecast(old, **options)
    both = pd.concat([wanted, wanted.assign(queue="chat/old")])
    (failure,) = make_forecast(old, **{**options, "targets_grid": both}).failures
    assert failure.queue == "chat/new"
    assert "nearest by name to borrow a past from is 'chat/old'" in failure.reason


def test_what_came_after_as_of_teaches_no_factor(make_history: History) -> None:
    old = make_history(np.full(60, 100.0), queue="chat/old")
    own = make_history([20.0] * 7 + [9999.0] * 8, first="2026-02-20", queue="chat/new")
    options = {"as_of": at("2026-02-27"), "horizon_days": 7, "grid": DAILY, "opening": OpeningHours(), "like": HALF}
    seen = make_forecast(pd.concat([old, own]), **options).forecast
    pd.testing.assert_frame_equal(seen, make_forecast(pd.concat([old, own.iloc[:7]]), **options).forecast)
