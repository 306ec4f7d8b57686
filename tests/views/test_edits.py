"""What an edit in the forecast table means as an adjustment."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from views.parts.edits import day_table, edits_of, interval_table

BERLIN = "Europe/Berlin"


@pytest.fixture
def adjusted() -> pd.DataFrame:
    starts = pd.to_datetime(
        ["2026-09-01T06:00Z", "2026-09-01T06:30Z", "2026-09-01T07:00Z", "2026-09-02T06:00Z"], utc=True
    ).as_unit("us")
    return pd.DataFrame(
        {
            "queue": "phone/billing",
            "start": starts,
            "baseline": [10.0, 20.0, 30.0, 0.0],
            "offered": [10.0, 20.0, 50.0, 0.0],
        }
    )


def test_days_are_summed_and_end_one_interval_after_their_last_start(adjusted: pd.DataFrame) -> None:
    table = day_table(adjusted, BERLIN)
    assert table["offered"].tolist() == [80, 0]
    assert table["change"].iloc[0] == pytest.approx(80 / 60 - 1)
    assert pd.isna(table["change"].iloc[1])
    assert table["to_start"].iloc[0] == pd.Timestamp("2026-09-01T07:30Z")


def test_a_new_day_total_scales_the_intervals_so_that_their_profile_stays(adjusted: pd.DataFrame) -> None:
    (edit,) = edits_of(day_table(adjusted, BERLIN), {0: {"offered": 100}})
    assert (edit.kind, edit.value) == ("scale", 1.25)
    assert (edit.before, edit.after) == (80, 100)
    assert edit.from_start == pd.Timestamp("2026-09-01T06:00Z")


def test_a_new_interval_is_set_for_that_interval_only(adjusted: pd.DataFrame) -> None:
    table = interval_table(adjusted, BERLIN, date(2026, 9, 1))
    assert table["time"].tolist() == ["08:00", "08:30", "09:00"]
    (edit,) = edits_of(table, {1: {"offered": 33}})
    assert (edit.kind, edit.value) == ("set", 33)
    assert edit.from_start == pd.Timestamp("2026-09-01T06:30Z")
    assert edit.to_start == pd.Timestamp("2026-09-01T07:00Z")


def test_a_day_that_stood_at_zero_is_set_evenly() -> None:
    starts = pd.to_datetime(["2026-09-01T06:00Z", "2026-09-01T06:30Z"], utc=True).as_unit("us")
    zero = pd.DataFrame({"queue": "q", "start": starts, "baseline": 0.0, "offered": 0.0})
    (edit,) = edits_of(day_table(zero, BERLIN), {0: {"offered": 12}})
    assert (edit.kind, edit.value) == ("set", 6)


@pytest.mark.parametrize("cell", [None, -3, 80, 80.001])
def test_an_emptied_negative_or_unchanged_cell_is_no_edit(adjusted: pd.DataFrame, cell: float | None) -> None:
    assert edits_of(day_table(adjusted, BERLIN), {0: {"offered": cell}}) == []


def test_a_pasted_block_is_one_edit_a_row_in_the_order_of_time(adjusted: pd.DataFrame) -> None:
    table = interval_table(adjusted, BERLIN, date(2026, 9, 1))
    edits = edits_of(table, {2: {"offered": 5}, 0: {"offered": 7}})
    assert [edit.value for edit in edits] == [7, 5]
