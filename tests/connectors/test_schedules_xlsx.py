"""The printed roster: what a manager finds in the workbook, and what must never happen in it."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from connectors.schedules import write_roster_xlsx
from connectors.schedules.words import WEEKDAYS
from domain.errors import InputError
from domain.people import RuleBook
from domain.tables import COVERAGE, ROSTER

ZONE = "Europe/Berlin"
RULES = RuleBook.from_mapping(
    {
        "timezone": ZONE,
        "agreement": {
            "full-time": {"shifts": ["day", "night"], "hours_per_week_min": 14, "hours_per_week_max": 15},
            "part-time": {"shifts": ["day"], "hours_per_week_min": 10, "hours_per_week_max": 20},
        },
        "shift": {
            "day": {
                "start_from": "09:00",
                "length_minutes": 510,
                "letter": "D",
                "break": [
                    {"kind": "break", "minutes": 15, "earliest_minutes": 90, "latest_minutes": 90},
                    {"kind": "lunch", "minutes": 30, "paid": False, "earliest_minutes": 240, "latest_minutes": 240},
                ],
            },
            "night": {"start_from": "22:00", "length_minutes": 480, "letter": "N"},
        },
    }
)


def _day_shift(agent: str, day: str) -> list[tuple[str, str, str, str, str | None, str, str]]:
    """09:00–17:30 with a paid break and an unpaid lunch: 8 paid hours."""
    return [
        (agent, f"{day} 09:00", f"{day} 10:30", "work", "phone/a|phone/b", "day", "solver"),
        (agent, f"{day} 10:30", f"{day} 10:45", "break", None, "day", "solver"),
        (agent, f"{day} 10:45", f"{day} 13:00", "work", "phone/a|phone/b", "day", "solver"),
        (agent, f"{day} 13:00", f"{day} 13:30", "lunch", None, "day", "solver"),
        (agent, f"{day} 13:30", f"{day} 17:30", "work", "phone/a|phone/b", "day", "solver"),
    ]


def _roster(rows: list[tuple[str, str, str, str, str | None, str | None, str]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["agent", "start", "end", "activity", "queue", "shift", "source"])
    for column in ("start", "end"):
        frame[column] = pd.to_datetime(frame[column]).dt.tz_localize(ZONE)
    return frame


@pytest.fixture
def roster() -> pd.DataFrame:
    """Anna Monday and Tuesday by day; Лев on the night from Saturday to Sunday; Tom on leave Wednesday and Thursday."""
    return _roster(
        [
            *_day_shift("A1", "2026-09-07"),
            *_day_shift("A1", "2026-09-08"),
            ("A2", "2026-09-12 22:00", "2026-09-13 06:00", "work", "phone/a", "night", "hand"),
            ("A3", "2026-09-09 00:00", "2026-09-11 00:00", "leave", None, None, "solver"),
        ]
    )


@pytest.fixture
def people() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "agent": ["A1", "A2", "A3", "A4"],
            "queues": "phone/*",
            "agreement": ["full-time", "part-time", "full-time", "unheard-of"],
            "name": ["Anna Weber", "Лев Орлов", "Tom O'Brien", "Zoë Dubois"],
            "team": ["One", "One", "Two", "Two"],
        }
    )


@pytest.fixture
def coverage() -> pd.DataFrame:
    """Two half-hours, two queues: 3 needed and 1 there; 2 needed and 1.5 there; 1 needed, 2 there; b closed later."""
    starts = pd.to_datetime(["2026-09-07 09:00", "2026-09-07 09:30", "2026-09-07 09:00"]).tz_localize(ZONE)
    return pd.DataFrame(
        {
            "queue": ["phone/a", "phone/a", "phone/b"],
            "start": starts,
            "required": [3.0, 2.0, 1.0],
            "present": [1.0, 1.5, 2.0],
            "gap": [2.0, 0.5, 0.0],
        }
    )


def _texts(sheet: Worksheet) -> list[list[object]]:
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def _row_of(sheet: Worksheet, agent: str) -> list[object]:
    found = [row for row in _texts(sheet) if row[0] == agent]
    assert len(found) == 1
    return found[0]


def test_a_line_shows_local_hours_paid_hours_and_what_was_agreed(
    tmp_path: Path, roster: pd.DataFrame, coverage: pd.DataFrame, people: pd.DataFrame
) -> None:
    path = tmp_path / "roster.xlsx"
    write_roster_xlsx(path, roster, coverage, people, timezone=ZONE, title="Week 37", rulebook=RULES)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Roster", "Coverage", "Legend", "Totals"]
    grid = book["Roster"]
    header = [cell.value for cell in grid[3]]
    assert header[:4] == ["Code", "Name", "Team", "Agreement"]
    assert header[4:10] == ["Mon 7 Sep", "Tue 8 Sep", "Wed 9 Sep", "Thu 10 Sep", "Fri 11 Sep", "Sat 12 Sep"]
    # One week is begun: 14 to 15 hours are agreed, so that 16 paid hours are one too many.
    anna = _row_of(grid, "A1")
    assert anna[4:10] == ["09:00–17:30", "09:00–17:30", None, None, None, None]
    assert anna[10] == 16
    assert anna[11:14] == [14, 15, 1]
    lev = _row_of(grid, "A2")
    assert lev[1] == "Лев Орлов"
    assert lev[9:11] == ["22:00–06:00", 8]
    assert lev[11:14] == [10, 20, -2]
    tom = _row_of(grid, "A3")
    assert tom[6:8] == ["V", "V"]
    # Two days of leave take two fifths off the 14 hours agreed: he owes 8.4.
    assert [round(float(str(cell)), 6) for cell in tom[11:14]] == [8.4, 15, -8.4]
    assert _row_of(grid, "A4")[10:14] == [0, None, None, None]  # nobody knows the agreement
    assert _row_of(grid, "People on shift")[4:11] == [1, 1, 0, 0, 0, 1, 24]


def test_the_grid_prints_on_a4_landscape_with_names_frozen(
    tmp_path: Path, roster: pd.DataFrame, coverage: pd.DataFrame, people: pd.DataFrame
) -> None:
    path = tmp_path / "roster.xlsx"
    write_roster_xlsx(path, roster, coverage, people, timezone=ZONE, rulebook=RULES)
    grid = openpyxl.load_workbook(path)["Roster"]
    assert grid.page_setup.orientation == "landscape"
    assert str(grid.page_setup.paperSize) == "9"
    assert grid.sheet_properties.pageSetUpPr.fitToPage
    assert grid.page_setup.fitToWidth in (None, 1)  # one page wide is the default and not written
    assert grid.page_setup.fitToHeight == 0  # as many pages high as it takes
    assert grid.freeze_panes == "C4"
    assert grid.print_title_rows == "$1:$3"
    weekend, weekday = grid["J4"].fill.fgColor.rgb, grid["I4"].fill.fgColor.rgb  # Anna, free on Saturday and Friday
    assert weekend != weekday


def test_coverage_shows_each_half_hour_and_colours_its_gaps(
    tmp_path: Path, roster: pd.DataFrame, coverage: pd.DataFrame, people: pd.DataFrame
) -> None:
    path = tmp_path / "roster.xlsx"
    write_roster_xlsx(path, roster, coverage, people, timezone=ZONE, rulebook=RULES)
    sheet = openpyxl.load_workbook(path)["Coverage"]
    rows = _texts(sheet)
    assert [cell for cell in rows[2] if cell] == ["All queues", "phone/a", "phone/b"]
    assert rows[4] == ["Mon 7 Sep", "09:00", 4, 3, 2, 3, 1, 2, 1, 2, 0]
    assert rows[5] == ["Mon 7 Sep", "09:30", 2, 1.5, 0.5, 2, 1.5, 0.5, None, None, None]
    conditions = {str(found.sqref): [rule.operator for rule in found.rules] for found in sheet.conditional_formatting}
    assert conditions["H5:H6"] == ["greaterThanOrEqual", "greaterThanOrEqual", None, "lessThan"]


def test_totals_add_up_to_hours_that_a_hand_can_check(
    tmp_path: Path, roster: pd.DataFrame, coverage: pd.DataFrame, people: pd.DataFrame
) -> None:
    path = tmp_path / "roster.xlsx"
    write_roster_xlsx(path, roster, coverage, people, timezone=ZONE, rulebook=RULES)
    rows = _texts(openpyxl.load_workbook(path)["Totals"])
    by_name = {row[0]: row for row in rows}
    # Half-hours: required (3 + 2 + 1) / 2 = 3 h, present 4.5 / 2 = 2.25 h, missing 2.5 / 2 = 1.25 h.
    assert by_name["Mon 7 Sep"][1:7] == [1, 8, 3, 2.25, 1.25, pytest.approx(1 - 1.25 / 3)]
    assert by_name["Total"][1:6] == [2, 24, 3, 2.25, 1.25]
    assert by_name["phone/a"][3:6] == [2.5, 1.25, 1.25]
    assert by_name["phone/b"][3:6] == [0.5, 1.0, 0.0]
    assert by_name["A1"][3:5] == [2, 16]


def test_the_legend_explains_every_template_and_letter(
    tmp_path: Path, roster: pd.DataFrame, coverage: pd.DataFrame, people: pd.DataFrame
) -> None:
    path = tmp_path / "roster.xlsx"
    write_roster_xlsx(path, roster, coverage, people, timezone=ZONE, language="ru", rulebook=RULES)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["График смен", "Покрытие", "Обозначения", "Итоги", "Табель (Т-13)"]
    rows = _texts(book["Обозначения"])
    assert ["D", "day", "09:00", "08:30", 8] in [row[:5] for row in rows]
    assert any("обед 30 мин, не оплачивается" in str(row[5]) for row in rows)
    assert ["ОТ", "отпуск"] in [row[:2] for row in rows]
    grid = book["График смен"]
    assert grid["E3"].value == "Пн 07.09"
    assert _row_of(grid, "A3")[6] == "ОТ"


def test_names_that_look_like_formulas_stay_words(tmp_path: Path, coverage: pd.DataFrame) -> None:
    names = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\tTab", "{=1+1}", "http://example.org", "007"]
    roster = _roster([row for name in names for row in _day_shift(name, "2026-09-07")])
    people = pd.DataFrame({"agent": names, "queues": "phone/*", "agreement": "full-time", "name": names, "team": names})
    path = tmp_path / "roster.xlsx"
    write_roster_xlsx(path, roster, coverage, people, timezone=ZONE, title="=1+1", rulebook=RULES)
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert all(cell.hyperlink is None for cell in cells)
    codes = [cell for cell in book["Roster"]["A"] if cell.value in names]
    assert {cell.value for cell in codes} == set(names)
    assert all(cell.quotePrefix for cell in codes if str(cell.value)[0] in "=+-@\t")
    with zipfile.ZipFile(path) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())


def test_the_same_roster_gives_the_same_bytes(
    tmp_path: Path, roster: pd.DataFrame, coverage: pd.DataFrame, people: pd.DataFrame
) -> None:
    made_at = datetime(2026, 9, 1, 3, 0, tzinfo=UTC)
    for name in ("one.xlsx", "two.xlsx"):
        write_roster_xlsx(tmp_path / name, roster, coverage, people, timezone=ZONE, rulebook=RULES, made_at=made_at)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    created = openpyxl.load_workbook(tmp_path / "one.xlsx").properties.created
    assert created == datetime(2026, 9, 1, 3, 0)


def test_an_empty_roster_says_that_it_has_no_shifts(tmp_path: Path, people: pd.DataFrame) -> None:
    path = tmp_path / "roster.xlsx"
    write_roster_xlsx(path, ROSTER.empty(), COVERAGE.empty(), people, timezone=ZONE)
    book = openpyxl.load_workbook(path)
    assert str(book["Roster"]["A2"].value).startswith("No shifts in this roster")
    assert book["Coverage"]["A3"].value == "No coverage was measured"
    assert _row_of(book["Roster"], "A1")[1] == "Anna Weber"


def test_people_whom_only_the_roster_knows_are_printed_too(
    tmp_path: Path, roster: pd.DataFrame, coverage: pd.DataFrame, people: pd.DataFrame
) -> None:
    path = tmp_path / "roster.xlsx"
    write_roster_xlsx(path, roster, coverage, people[people["agent"] != "A2"], timezone=ZONE)
    assert _row_of(openpyxl.load_workbook(path)["Roster"], "A2")[9] == "22:00–06:00"


def test_planned_leave_shows_as_letters_where_the_roster_is_silent(
    tmp_path: Path, roster: pd.DataFrame, people: pd.DataFrame
) -> None:
    off = pd.DataFrame(
        {
            "agent": ["A4", "A1"],
            "from": ["2026-09-10", "2026-09-11"],
            "to": ["2026-09-30", "2026-09-11"],
            "kind": ["sick", "wish_off"],
            "weight": [None, 1.0],
        }
    )
    path = tmp_path / "roster.xlsx"
    write_roster_xlsx(path, roster, None, people, timezone=ZONE, time_off=off)
    grid = openpyxl.load_workbook(path)["Roster"]
    assert _row_of(grid, "A4")[4:10] == [None, None, None, "S", "S", "S"]
    assert _row_of(grid, "A1")[8] is None  # a wish is no absence


def test_a_night_shift_over_the_end_of_summer_time_keeps_the_wall_clock_and_pays_nine_hours(
    tmp_path: Path, people: pd.DataFrame
) -> None:
    roster = _roster([("A2", "2026-10-24 22:00", "2026-10-25 06:00", "work", "phone/a", "night", "solver")])
    starts = pd.date_range("2026-10-24T23:30:00Z", periods=4, freq="30min")  # 01:30, 02:00, 02:30, 02:00 again
    coverage = pd.DataFrame({"queue": "phone/a", "start": starts, "required": 1.0, "present": 1.0, "gap": 0.0})
    path = tmp_path / "roster.xlsx"
    write_roster_xlsx(path, roster, coverage, people, timezone=ZONE, rulebook=RULES)
    book = openpyxl.load_workbook(path)
    assert _row_of(book["Roster"], "A2")[4:7] == ["22:00–06:00", None, 9]
    times = [row[1] for row in _texts(book["Coverage"])[4:]]
    assert times == ["01:30", "02:00 +02:00", "02:30", "02:00 +01:00"]


def test_the_grid_shows_the_week_that_is_rostered_not_all_that_is_covered(
    tmp_path: Path, roster: pd.DataFrame, people: pd.DataFrame
) -> None:
    days = pd.date_range("2026-09-07T08:00:00Z", periods=28, freq="D")
    coverage = pd.DataFrame({"queue": "phone/a", "start": days, "required": 1.0, "present": 1.0, "gap": 0.0})
    path = tmp_path / "roster.xlsx"
    write_roster_xlsx(path, roster, coverage, people, timezone=ZONE, rulebook=RULES)
    header = [cell.value for cell in openpyxl.load_workbook(path)["Roster"][3]]
    assert header[4:12] == [*(f"{name} {7 + n} Sep" for n, name in enumerate(WEEKDAYS[0])), "Hours"]


def test_two_shifts_on_one_day_share_the_cell(tmp_path: Path, people: pd.DataFrame) -> None:
    roster = _roster(
        [
            ("A1", "2026-09-07 08:00", "2026-09-07 12:00", "work", "phone/a", "short", "hand"),
            ("A1", "2026-09-07 16:00", "2026-09-07 20:00", "work", "phone/a", "short", "hand"),
        ]
    )
    path = tmp_path / "roster.xlsx"
    write_roster_xlsx(path, roster, None, people, timezone=ZONE)
    assert _row_of(openpyxl.load_workbook(path)["Roster"], "A1")[4:6] == ["08:00–12:00\n16:00–20:00", 8]


def test_a_missing_folder_is_named_and_nothing_is_left(
    tmp_path: Path, roster: pd.DataFrame, people: pd.DataFrame
) -> None:
    with pytest.raises(InputError, match="folder"):
        write_roster_xlsx(tmp_path / "nowhere" / "roster.xlsx", roster, None, people, timezone=ZONE)
    assert list(tmp_path.iterdir()) == []
