"""The data contracts report every violation with column, row and value."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import TableError
from domain.tables import ADJUSTMENTS, FORECAST, HISTORY, TABLES, Table, _broken_promises, _is_kept

STARTS = ["2026-03-02T09:00:00+03:00", "2026-03-02T09:30:00+03:00"]


def history(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"queue": ["a", "a"], "start": STARTS, "offered": [1.0, 2.0], **columns})


def test_starts_come_back_in_utc_whatever_their_offset() -> None:
    checked = HISTORY.check(history())
    assert str(checked["start"].dtype) == "datetime64[us, UTC]"
    assert checked["start"].iloc[0] == pd.Timestamp("2026-03-02T06:00Z")


def test_further_columns_are_let_through_behind_the_contract() -> None:
    assert list(HISTORY.check(history(note=["x", "y"]))) == ["queue", "start", "offered", "note"]


def test_all_violations_are_reported_at_once() -> None:
    frame = history(mark=["", "odd"]).assign(offered=[-1.0, 2.0])
    with pytest.raises(TableError) as caught:
        HISTORY.check(frame, file="h.csv")
    assert {(fault.column, fault.row) for fault in caught.value.violations} == {("offered", 0), ("mark", 1)}
    assert "h.csv" in str(caught.value)


@pytest.mark.parametrize(
    ("frame", "column", "row"),
    [
        (history().drop(columns="offered"), "offered", None),
        (history().assign(start="2026-03-02T09:00:00"), "start", 0),
        (history().assign(start=pd.Timestamp("2026-03-02")), "start", 0),
        (history().assign(start="yesterday"), "start", 0),
        (history().assign(offered=["1", "many"]), "offered", 1),
        (history().assign(offered=[1.0, np.inf]), "offered", 1),
        (history().assign(queue=["a", None]), "queue", 1),
        (history().assign(start=STARTS[0]), "queue, start", 1),
    ],
)
def test_a_violation_names_its_column_and_row(frame: pd.DataFrame, column: str, row: int | None) -> None:
    with pytest.raises(TableError) as caught:
        HISTORY.check(frame)
    assert (column, row) in {(fault.column, fault.row) for fault in caught.value.violations}


def test_quantiles_must_rise() -> None:
    frame = history().assign(offered_p10=[1.0, 5.0], offered_p90=[2.0, 4.0])
    with pytest.raises(TableError, match="rise"):
        FORECAST.check(frame)


def test_an_adjustment_must_end_after_it_begins() -> None:
    row = {
        "adjustment_id": "1", "queue": "a", "from_start": STARTS[1], "to_start": STARTS[0], "kind": "set", "value": 1,
        "reason": "r", "author": "me", "made_at": STARTS[0], "active": "true",
    }  # fmt: skip
    with pytest.raises(TableError, match="after from_start"):
        ADJUSTMENTS.check(pd.DataFrame([row]))
    swapped = {**row, "from_start": STARTS[0], "to_start": STARTS[1]}
    assert bool(ADJUSTMENTS.check(pd.DataFrame([swapped]))["active"].iloc[0]) is True


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_an_empty_table_keeps_its_contract(table: Table) -> None:
    empty = table.check(table.empty())
    assert list(empty) == list(table.column_names)
    assert len(empty) == 0


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_column_says_what_it_means_and_every_key_is_a_column(table: Table) -> None:
    assert all(column.meaning for column in table.columns)
    assert set(table.key) <= set(table.column_names)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", None]),
            st.one_of(st.none(), st.integers(-1, 3)),
            st.sampled_from(["", "outage", "odd", None]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_the_quick_look_at_a_table_agrees_with_the_schema(
    rows: list[tuple[str | None, int | None, str | None]],
) -> None:
    starts = pd.date_range("2026-03-02", periods=len(rows), freq="h", tz="UTC")
    frame = pd.DataFrame(rows, columns=["queue", "offered", "mark"]).assign(start=starts)
    frame = frame.astype({"queue": "str", "offered": float, "mark": "str"})

    kept = all(_is_kept(column, frame[column.name]) for column in HISTORY.columns if column.name in frame)

    assert kept == (not _broken_promises(HISTORY, frame))
