"""Tables by local day: sums, states and clock changes."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from views.parts.days import (
    CLOSED,
    COUNTED,
    MISSING,
    channel_days,
    day_grid,
    day_list,
    day_sums,
    is_group,
    local_stamps,
    local_times,
    of_queue,
    on_days,
)

BERLIN = "Europe/Berlin"


def history(rows: list[tuple[str, str, float, bool]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["queue", "start", "offered", "open"])
    return frame.assign(start=pd.to_datetime(frame["start"], utc=True).dt.as_unit("us"))


def test_a_grid_sums_queues_and_names_local_times() -> None:
    frame = history(
        [
            ("phone/a", "2026-07-01T06:00Z", 3, True),
            ("phone/b", "2026-07-01T06:00Z", 4, True),
            ("phone/a", "2026-07-02T07:00Z", 9, True),
        ]
    )
    values, states = day_grid(frame, "offered", BERLIN)
    assert list(values.index) == ["08:00", "09:00"]
    assert values.loc["08:00", pd.Timestamp("2026-07-01")] == 7
    assert values.loc["09:00", pd.Timestamp("2026-07-02")] == 9
    assert states.loc["09:00", pd.Timestamp("2026-07-01")] == CLOSED


def test_an_open_interval_that_nobody_counted_is_missing_and_a_closed_one_is_closed() -> None:
    frame = history(
        [
            ("phone/a", "2026-07-01T06:00Z", np.nan, True),
            ("phone/a", "2026-07-01T07:00Z", 0, False),
            ("phone/a", "2026-07-01T08:00Z", 0, True),
        ]
    )
    _, states = day_grid(frame, "offered", BERLIN)
    assert list(states[pd.Timestamp("2026-07-01")]) == [MISSING, CLOSED, COUNTED]


def test_contacts_outside_opening_hours_are_shown_as_counted() -> None:
    values, states = day_grid(history([("phone/a", "2026-07-01T22:00Z", 2, False)]), "offered", BERLIN)
    assert states.iloc[0, 0] == COUNTED
    assert values.iloc[0, 0] == 2


def test_a_day_without_any_row_still_has_its_column() -> None:
    frame = history([("phone/a", "2026-07-01T06:00Z", 1, True), ("phone/a", "2026-07-04T06:00Z", 1, True)])
    values, states = day_grid(frame, "offered", BERLIN)
    assert len(values.columns) == 4
    assert states.iloc[0].tolist() == [COUNTED, CLOSED, CLOSED, COUNTED]


def test_the_doubled_hour_of_a_clock_change_is_summed_into_one_cell() -> None:
    # 2026-10-25: 02:00 local comes twice, at 00:00Z and at 01:00Z
    frame = history([("phone/a", "2026-10-25T00:00Z", 5, True), ("phone/a", "2026-10-25T01:00Z", 6, True)])
    values, _ = day_grid(frame, "offered", BERLIN)
    assert values.loc["02:00", pd.Timestamp("2026-10-25")] == 11
    assert list(local_times(frame["start"], BERLIN).dt.hour) == [2, 2]


def test_day_sums_keep_a_day_without_known_values_empty() -> None:
    frame = history(
        [
            ("phone/a", "2026-07-01T06:00Z", 3, True),
            ("phone/a", "2026-07-01T07:00Z", np.nan, True),
            ("phone/a", "2026-07-02T07:00Z", np.nan, True),
        ]
    )
    sums = day_sums(frame, ["offered"], BERLIN)
    assert sums["offered"].iloc[0] == 3
    assert np.isnan(sums["offered"].iloc[1])


def test_a_contact_late_in_the_utc_evening_belongs_to_the_next_local_day() -> None:
    frame = history([("phone/a", "2026-07-01T22:30Z", 3, True)])
    assert day_list(frame, BERLIN) == [date(2026, 7, 2)]
    assert len(on_days(frame, BERLIN, date(2026, 7, 2), date(2026, 7, 2))) == 1
    assert on_days(frame, BERLIN, date(2026, 7, 1), date(2026, 7, 1)).empty


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("phone/a", ["phone/a"]),
        ("phone/*", ["phone/a", "phone/b"]),
        ("*/b", ["phone/b"]),
        (None, ["phone/a", "phone/b", "x"]),
    ],
)
def test_a_pattern_stands_for_its_queues(name: str | None, found: list[str]) -> None:
    frame = pd.DataFrame({"queue": ["phone/a", "phone/b", "x"]})
    assert of_queue(frame, name)["queue"].tolist() == found


def test_a_group_is_told_by_its_star() -> None:
    assert is_group("phone/*")
    assert not is_group("phone/a")


@pytest.mark.parametrize("kind", ["tickets", "history"])
def test_contacts_are_counted_by_day_and_channel(kind: str) -> None:
    if kind == "history":
        frame = history([("phone/a", "2026-07-01T06:00Z", 2, True), ("mail/a", "2026-07-01T06:00Z", 1, True)])
    else:
        stamps = pd.to_datetime(["2026-07-01T06:00Z", "2026-07-01T07:00Z", "2026-07-01T06:30Z"], utc=True)
        frame = pd.DataFrame({"created_at": stamps.as_unit("us"), "channel": ["phone", "phone", "mail"]})
    table = channel_days(frame, BERLIN)
    assert table.loc[pd.Timestamp("2026-07-01")].to_dict() == {"phone": 2, "mail": 1}


def test_a_table_for_people_shows_wall_time() -> None:
    frame = history([("phone/a", "2026-07-01T06:00Z", 1, True)])
    assert local_stamps(frame, BERLIN)["start"].tolist() == [pd.Timestamp("2026-07-01 08:00")]
    assert local_stamps(frame, BERLIN)["queue"].tolist() == ["phone/a"]
