"""Counted intervals from foreign files: queues, local time, second hours, what is missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from connectors import read_tickets
from connectors.tickets import TicketImport
from domain.errors import MissingColumn
from domain.tables import HISTORY

BERLIN = "Europe/Berlin"


def loaded(folder: Path, *lines: str, name: str = "report.csv", **options: object) -> TicketImport:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_tickets(path, **({"timezone": BERLIN} | options))  # type: ignore[arg-type]


def test_series_become_history_by_local_time(tmp_path: Path) -> None:
    found = loaded(
        tmp_path, "series_id,ts,interval_minutes,volume,channel",
        "main,2026-03-02 00:00:00,1440,100,phone", "main,2026-03-30 00:00:00,1440,90,phone",
    )  # fmt: skip
    assert found.kind == "intervals"
    assert found.frame["queue"].tolist() == ["phone/main"] * 2
    assert found.frame["start"].dt.strftime("%d %H:%M").tolist() == ["01 23:00", "29 22:00"]
    assert found.report["files"][0]["interval_minutes"] == 1440
    assert found.report["files"][0]["by_channel"] == {"phone": 190}
    pd.testing.assert_frame_equal(HISTORY.check(found.frame), found.frame)


def test_the_doubled_hour_holds_two_rows_and_the_lost_one_none(tmp_path: Path) -> None:
    found = loaded(
        tmp_path, "queue,start,offered", "a,2026-10-25 02:00,1", "b,2026-10-25 02:00,2", "a,2026-10-25 02:00,3",
        "a,2026-10-25 02:00,4", "a,2026-03-29 02:00,5",
    )  # fmt: skip
    assert found.frame[["queue", "offered"]].to_numpy().tolist() == [["a", 1], ["b", 2], ["a", 3]]
    assert found.frame["start"].dt.strftime("%H:%M").tolist() == ["00:00", "00:00", "01:00"]
    assert found.rejects[["line", "reason"]].to_numpy().tolist() == [
        [5, "duplicate of line 2"], [6, "expected a time that the clocks of Europe/Berlin show"],
    ]  # fmt: skip


def test_the_same_queue_and_start_twice_is_a_duplicate(tmp_path: Path) -> None:
    found = loaded(tmp_path, "queue,start,offered", "a,2026-03-02T09:00Z,1", "a,2026-03-02T10:00+01:00,2")
    assert found.frame["offered"].tolist() == [1]
    assert found.rejects["reason"].tolist() == ["duplicate of line 2"]


def test_an_interval_without_a_count_is_missing_not_zero(tmp_path: Path) -> None:
    found = loaded(tmp_path, "queue,start,offered", "a,2026-03-02T09:00Z,", "a,2026-03-02T10:00Z,0")
    assert found.frame["mark"].tolist() == ["missing", ""]
    assert np.isnan(found.frame["offered"].iloc[0])
    assert found.frame["offered"].iloc[1] == 0


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",2026-03-02T09:00Z,1,1,", "queue", "expected a queue"),
        ("a,,1,1,", "start", "expected a time"),
        ("a,2026-03-02T09:00Z,-1,1,", "offered", "expected at least 0"),
        ("a,2026-03-02T09:00Z,some,1,", "offered", "expected a number"),
        ("a,2026-03-02T09:00Z,1,-1,", "aht_seconds", "expected at least 0"),
        ("a,2026-03-02T09:00Z,1,1,strange", "mark", "expected one of missing, outage"),
    ],
)
def test_a_row_at_fault_is_told(tmp_path: Path, row: str, column: str, reason: str) -> None:
    found = loaded(tmp_path, "queue,start,offered,aht_seconds,mark", "a,2026-03-02T08:00Z,1,1,", row)
    assert len(found.frame) == 1
    entry = found.rejects.iloc[0]
    assert (entry["line"], entry["column"], entry["raw"]) == (3, column, row)
    assert entry["reason"].startswith(reason)


def test_handle_time_in_all_is_divided_by_the_contacts_handled(tmp_path: Path) -> None:
    found = loaded(
        tmp_path, "Interval Start UTC Date,Queue,Offered,Interactions Handled,Total Handle Time",
        "2026-03-02T09:00Z,a,10,8,1600", "2026-03-02T09:15Z,a,3,0,0",
    )  # fmt: skip
    assert found.frame["aht_seconds"].iloc[0] == 200
    assert np.isnan(found.frame["aht_seconds"].iloc[1])


def test_a_report_without_a_queue_is_named_after_its_file(tmp_path: Path) -> None:
    found = loaded(tmp_path, "Начало интервала;Поступило", "02.03.2026 09:00:00;7", name="первая линия.csv")
    assert found.frame["queue"].tolist() == ["phone/первая линия"]


def test_a_queue_that_names_its_channel_keeps_its_name(tmp_path: Path) -> None:
    found = loaded(
        tmp_path, "series_id,ts,volume,channel", "chat/sales,2026-03-02 09:00,7,phone", "sales,2026-03-02 09:00,7,phone"
    )
    assert found.frame["queue"].tolist() == ["chat/sales", "phone/sales"]


def test_a_mapping_makes_intervals_of_any_report(tmp_path: Path) -> None:
    lines = ("Day,Hour,Team,Contacts", "02.03.2026,09:00,north,5", "02.03.2026,10:00,north,6")
    found = loaded(
        tmp_path, *lines, mapping={"start": "Day + Hour", "queue": "Team", "offered": "Contacts", "channel": "=chat"}
    )
    assert found.frame["queue"].tolist() == ["chat/north"] * 2
    assert found.frame["start"].dt.strftime("%d %H:%M").tolist() == ["02 08:00", "02 09:00"]
    with pytest.raises(MissingColumn, match="'Teams' that the mapping of queue names"):
        loaded(tmp_path, *lines, mapping={"start": "Day", "offered": "Contacts", "queue": "Teams"})
