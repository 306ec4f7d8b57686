"""Reading many queues at once gives what reading row by row gives, for any rows and however the queues are blocked."""

from __future__ import annotations

from collections import Counter
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import IntervalGrid
from forecast import cells
from forecast.cells import CellBlock, CellLayout, CellReader, cell_layout
from forecast.opening import learn_hours

HALF_HOURS = IntervalGrid(30, "Europe/Berlin")
BEFORE_THE_CLOCKS_CHANGE = pd.Timestamp("2026-03-28")
DAYS = 3
QUARTERS = pd.date_range("2026-03-28", "2026-03-31", freq="15min", tz="Europe/Berlin", inclusive="left")
LAYOUT = cell_layout(BEFORE_THE_CLOCKS_CHANGE, DAYS, HALF_HOURS)
SHOWN = Counter((start // 48, start % 48) for start in range(DAYS * 48) if start not in (48 + 4, 48 + 5))  # 2:00, 2:30

row = st.fixed_dictionaries(
    {
        "offered": st.one_of(st.none(), st.integers(0, 9)),
        "handled": st.one_of(st.none(), st.integers(0, 9)),
        "aht_seconds": st.one_of(st.none(), st.integers(60, 600)),
        "mark": st.sampled_from(["", "", "outage", "special"]),
        "open": st.booleans(),
    }
)
queue_rows = st.dictionaries(st.integers(0, len(QUARTERS) - 1), row, min_size=1, max_size=30)
histories = st.dictionaries(st.sampled_from(["b", "a", "mail/ä", "c"]), queue_rows, min_size=1)


def frame_of(history: dict[str, dict[int, dict[str, Any]]], optional: list[str]) -> pd.DataFrame:
    """HISTORY of the drawn rows: queues as drawn, starts rising in each."""
    found = [
        {"queue": queue, "start": QUARTERS[at], **rows[at]} for queue, rows in history.items() for at in sorted(rows)
    ]
    frame = pd.DataFrame(found).astype({"offered": float, "handled": float, "aht_seconds": float})
    return frame.assign(start=frame["start"].dt.tz_convert("UTC").dt.as_unit("us"))[["queue", "start", *optional]]


def by_hand(rows: pd.DataFrame, layout: CellLayout, gaps: str, until: pd.Timestamp) -> dict[str, np.ndarray]:
    """One queue's cells, row by row and cell by cell."""
    contacts, handled, seconds, number, spoilt, listed = (np.zeros(layout.shape) for _ in range(6))
    for entry in rows.to_dict("records"):
        local = entry["start"].tz_convert(layout.grid.timezone)
        at = (local.tz_localize(None).normalize() - layout.days[0]).days, (local.hour * 60 + local.minute) // 30
        offered, taken = entry["offered"], entry.get("handled", np.nan)
        is_bad = np.isnan(offered) or entry.get("mark", "") == "outage"
        contacts[at] += 0.0 if is_bad else offered
        number[at] += 1
        spoilt[at] += is_bad
        listed[at] += entry.get("open", True)
        if not np.isnan(entry.get("aht_seconds", np.nan)):
            weight = offered if np.isnan(taken) else taken
            weight = 0.0 if np.isnan(weight) else weight
            handled[at] += weight
            seconds[at] += weight * entry["aht_seconds"]
    known = np.zeros(layout.shape, dtype=bool)
    first = rows["start"].iloc[0].floor("30min")
    for day in range(layout.shape[0]):
        for slot in range(layout.shape[1]):
            usual = min(2.0, median([n for n in number[:, slot] if n] or [2]))
            if gaps == "zero":
                wall = layout.days[day] + pd.Timedelta(minutes=30 * slot)
                known[day, slot] = walls(first) <= wall <= walls(until)
            else:
                known[day, slot] = number[day, slot] >= SHOWN[day, slot] * usual
    known &= spoilt == 0
    return {"contacts": contacts, "known": known, "listed": listed > 0, "handled": handled, "handle_seconds": seconds}


def walls(stamp: pd.Timestamp) -> pd.Timestamp:
    """What the clocks of the grid show then."""
    return stamp.tz_convert(HALF_HOURS.timezone).tz_localize(None)


@settings(max_examples=25, deadline=None)
@given(
    histories,
    st.lists(st.sampled_from(["handled", "aht_seconds", "mark", "open"]), unique=True),
    st.sampled_from(["missing", "zero"]),
    st.sampled_from([1, 2 * DAYS * 48, 10**6]),
)
def test_cells_of_all_queues_are_those_of_reading_row_by_row(
    history: dict[str, dict[int, dict[str, Any]]], optional: list[str], gaps: str, block_cells: int
) -> None:
    rows = frame_of(history, ["offered", *optional])
    last = rows["start"].max()
    day, slot = LAYOUT.located(pd.DatetimeIndex([last]))
    reader = CellReader(LAYOUT, 2, gaps, (int(day[0]), int(slot[0])))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cells, "BLOCK_CELLS", block_cells)
        found = reader.read(rows)

    assert [read.queue for read in found] == sorted(history)
    for read in found:
        own = rows[rows["queue"] == read.queue]
        for name, expected in by_hand(own, LAYOUT, gaps, last).items():
            assert np.array_equal(getattr(read, name), expected), (read.queue, name)
        days = {walls(start).normalize() for start in own["start"]}
        assert (LAYOUT.days[read.first], LAYOUT.days[read.end - 1]) == (min(days), max(days))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_opening_hours_learned_for_many_queues_are_those_learned_for_each_alone(seed: int, trim: bool) -> None:
    rng = np.random.default_rng(seed)
    shape = (4, 90, 24)
    contacts = rng.poisson(np.exp(rng.normal(0, 2, (4, 1, 1))), shape) * (rng.random((4, 1, 24)) < 0.5)
    listed = (contacts > 0) | (rng.random(shape) < rng.random((4, 1, 1)))
    first, end = rng.integers(0, 40, 4), rng.integers(41, 91, 4)
    block = CellBlock(("a", "b", "c", "d"), contacts, rng.random(shape) < 0.9, listed, contacts, contacts, first, end)
    weekdays, is_holiday = np.resize(np.arange(7), 90), rng.random(90) < 0.1

    together = learn_hours(block, weekdays, is_holiday, trim)

    for at, read in enumerate(block.each()):
        alone = CellBlock(
            (read.queue,), read.contacts[None], read.known[None], read.listed[None], read.handled[None],
            read.handle_seconds[None], first[at : at + 1], end[at : at + 1],
        )  # fmt: skip
        assert learn_hours(alone, weekdays, is_holiday, trim) == (together[at],)
