"""Adjustments: instructions folded over a baseline, in the order they were made."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from domain.errors import BadValue, TableError
from domain.tables import ADJUSTED, ADJUSTMENTS, QUANTILES
from forecast import apply_adjustments

NOON = pd.Timestamp("2026-03-02T12:00", tz="UTC")
NAMES = list(QUANTILES)


def baseline(means: list[float], queue: str = "phone/a") -> pd.DataFrame:
    """Half-hours from noon; quantiles at ±10, ±8 … contacts around each mean."""
    spread = np.array([-10, -8, -6, -3, 0, 3, 6, 8, 10], dtype=float)
    frame = pd.DataFrame(
        {
            "queue": queue,
            "start": pd.date_range(NOON, periods=len(means), freq="30min"),
            "offered": means,
            "aht_seconds": 300.0,
            "model": "weekday_average_4",
        }
    )
    frame[NAMES] = np.maximum(np.array(means)[:, None] + spread, 0.0)
    return frame


def entry(number: str, kind: str, value: float, **changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "adjustment_id": number,
        "queue": "phone/a",
        "from_start": NOON,
        "to_start": NOON + pd.Timedelta(hours=1),
        "kind": kind,
        "value": value,
        "reason": "campaign",
        "author": "anna",
        "made_at": NOON - pd.Timedelta(days=1),
        "expires_at": pd.NaT,
        "active": True,
    }
    return {**row, **changes}


def log(*rows: dict[str, object]) -> pd.DataFrame:
    if not rows:
        return ADJUSTMENTS.empty()
    frame = pd.DataFrame(list(rows))
    frame["expires_at"] = pd.to_datetime(frame["expires_at"], utc=True)
    return ADJUSTMENTS.check(frame)


def test_only_the_intervals_of_the_range_are_touched() -> None:
    out = apply_adjustments(baseline([100.0, 100.0, 100.0]), log(entry("1", "scale", 1.5)), at=NOON)
    assert out["offered"].tolist() == [150.0, 150.0, 100.0]
    assert out["baseline"].tolist() == [100.0, 100.0, 100.0]
    assert out["adjustment_ids"].tolist() == ["1", "1", ""]
    assert out["offered_p975"].tolist() == pytest.approx([165.0, 165.0, 110.0])


@pytest.mark.parametrize(
    ("kind", "value", "mean", "low", "high"),
    [
        ("set", 200.0, 200.0, 180.0, 220.0),
        ("scale", 0.5, 50.0, 45.0, 55.0),
        ("add", -30.0, 70.0, 60.0, 80.0),
        ("floor", 105.0, 105.0, 105.0, 110.0),
        ("floor", 95.0, 100.0, 95.0, 110.0),
        ("cap", 95.0, 95.0, 90.0, 95.0),
        ("cap", 0.0, 0.0, 0.0, 0.0),
    ],
)
def test_each_kind_moves_mean_and_band_as_its_word_says(
    kind: str, value: float, mean: float, low: float, high: float
) -> None:
    out = apply_adjustments(baseline([100.0]), log(entry("1", kind, value)), at=NOON)
    assert out.loc[0, ["offered", "offered_p025", "offered_p975"]].tolist() == pytest.approx([mean, low, high])


def test_contacts_added_on_top_widen_the_band_by_their_own_counting_noise() -> None:
    out = apply_adjustments(baseline([100.0]), log(entry("1", "add", 25.0)), at=NOON)
    assert out.loc[0, "offered"] == 125.0
    assert out.loc[0, "offered_p975"] == pytest.approx(125 + np.hypot(10, 1.959964 * 5), abs=1e-4)


@pytest.mark.parametrize("kind", ["set", "add"])
def test_a_baseline_of_nothing_takes_the_poisson_band_of_the_new_mean(kind: str) -> None:
    nothing = baseline([0.0]).assign(**dict.fromkeys(NAMES, 0.0))
    out = apply_adjustments(nothing, log(entry("1", kind, 9.0)), at=NOON)
    expected = [float(stats.poisson.ppf(share, 9.0)) for share in QUANTILES.values()]
    assert out.loc[0, NAMES].tolist() == expected


def test_the_order_in_which_they_were_made_decides_not_the_order_of_the_log() -> None:
    doubled = entry("1", "scale", 2.0, made_at=NOON - pd.Timedelta(days=3))
    fixed = entry("2", "set", 40.0, made_at=NOON - pd.Timedelta(days=2))
    later_double = {**doubled, "made_at": NOON - pd.Timedelta(days=1)}
    assert apply_adjustments(baseline([100.0]), log(fixed, doubled), at=NOON)["offered"].tolist() == [40.0]
    out = apply_adjustments(baseline([100.0]), log(later_double, fixed), at=NOON)
    assert out["offered"].tolist() == [80.0]
    assert out["adjustment_ids"].tolist() == ["2|1"]


def test_a_pattern_touches_every_queue_it_names() -> None:
    both = pd.concat([baseline([100.0]), baseline([50.0], "phone/b"), baseline([20.0], "chat/a")])
    out = apply_adjustments(both, log(entry("1", "scale", 2.0, queue="phone/*")), at=NOON)
    assert out["offered"].tolist() == [200.0, 100.0, 20.0]


def test_an_expired_or_switched_off_adjustment_does_not_count() -> None:
    gone = entry("1", "set", 1.0, expires_at=NOON)
    off = entry("2", "set", 2.0, active=False)
    kept = entry("3", "add", 5.0, expires_at=NOON + pd.Timedelta(seconds=1))
    out = apply_adjustments(baseline([100.0]), log(gone, off, kept), at=NOON)
    assert out["offered"].tolist() == [105.0]
    assert out["adjustment_ids"].tolist() == ["3"]


def test_a_forecast_without_quantiles_is_adjusted_too() -> None:
    bare = baseline([100.0])[["queue", "start", "offered"]]
    out = apply_adjustments(bare, log(entry("1", "set", 7.0)), at=NOON)
    assert out["offered"].tolist() == [7.0]
    assert "offered_p50" not in out


def test_a_negative_factor_is_refused_by_name() -> None:
    with pytest.raises(BadValue, match="scale in adjustment 7"):
        apply_adjustments(baseline([100.0]), log(entry("7", "scale", -1.0)), at=NOON)


def test_a_log_with_a_repeated_number_breaks_its_contract() -> None:
    twice = pd.DataFrame([entry("1", "scale", 2.0), entry("1", "scale", 3.0)])
    twice["expires_at"] = pd.to_datetime(twice["expires_at"], utc=True)
    with pytest.raises(TableError, match="each key once"):
        apply_adjustments(baseline([1.0]), twice, at=NOON)


ENTRIES = st.lists(
    st.tuples(
        st.sampled_from(["set", "add", "scale", "floor", "cap"]),
        st.floats(0, 300),
        st.booleans(),
        st.integers(0, 3),
        st.integers(1, 3),
    ),
    max_size=6,
)


def _entries(drawn: list[tuple[str, float, bool, int, int]]) -> list[dict[str, object]]:
    return [
        entry(
            str(number),
            kind,
            value,
            active=active,
            made_at=NOON + pd.Timedelta(minutes=number),
            from_start=NOON + pd.Timedelta(minutes=30 * first),
            to_start=NOON + pd.Timedelta(minutes=30 * (first + length)),
        )
        for number, (kind, value, active, first, length) in enumerate(drawn)
    ]


@given(ENTRIES, st.lists(st.floats(0, 500), min_size=4, max_size=4))
@settings(max_examples=15, deadline=None)
def test_whatever_is_adjusted_stays_a_forecast_and_what_is_not_stays_as_it_was(
    drawn: list[tuple[str, float, bool, int, int]], means: list[float]
) -> None:
    before = baseline(means)
    out = apply_adjustments(before, log(*_entries(drawn)), at=NOON)
    ADJUSTED.check(out)  # quantiles rise, nothing below zero
    untouched = (out["adjustment_ids"] == "").to_numpy()
    assert (out.loc[untouched, NAMES].to_numpy() == before.loc[untouched, NAMES].to_numpy()).all()
    assert (out.loc[untouched, "offered"] == out.loc[untouched, "baseline"]).all()


@given(ENTRIES, ENTRIES)
@settings(max_examples=8, deadline=None)
def test_switching_an_adjustment_off_gives_what_was_there_before_it_was_made(
    first: list[tuple[str, float, bool, int, int]], then: list[tuple[str, float, bool, int, int]]
) -> None:
    entries = _entries([*first, *then])
    older = entries[: len(first)]
    switched_off = [*older, *({**row, "active": False} for row in entries[len(first) :])]
    before = baseline([10.0, 0.0, 30.0, 40.0])
    pd.testing.assert_frame_equal(
        apply_adjustments(before, log(*switched_off), at=NOON), apply_adjustments(before, log(*older), at=NOON)
    )
