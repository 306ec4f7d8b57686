"""The roster on paper: a page a team a week, letters of every language inside the file."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from connectors.schedules import write_roster_pdf
from connectors.schedules.pages import lines_most, pages_of, printable
from connectors.schedules.workbook import make_content
from domain.errors import InputError
from domain.tables import ROSTER

ZONE = "Europe/Moscow"


def _roster(*shifts: tuple[str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(shifts, columns=["agent", "start", "end"])
    for column in ("start", "end"):
        frame[column] = pd.to_datetime(frame[column]).dt.tz_localize(ZONE)
    return frame.assign(activity="work", queue="phone/a", shift="day", source="hand")


def _people(**team_of: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "agent": list(team_of), "queues": "phone/*", "agreement": "full",
            "name": [f"Имя {agent}" for agent in team_of], "team": list(team_of.values()),
        }
    )  # fmt: skip


TWO_WEEKS = _roster(
    ("A1", "2026-06-08 09:00", "2026-06-08 17:00"),
    ("B1", "2026-06-09 22:00", "2026-06-10 06:00"),
    ("A1", "2026-06-16 09:00", "2026-06-16 18:00"),
)


def _content(roster: pd.DataFrame, people: pd.DataFrame):  # type: ignore[no-untyped-def]
    return make_content(roster, None, people, timezone=ZONE, language="ru")


def test_each_team_has_a_page_a_week() -> None:
    pages = pages_of(_content(TWO_WEEKS, _people(A1="Линия 1", A2="Линия 1", B1="Линия 2")))
    assert [(page.days[0].isoformat(), page.team) for page in pages] == [
        ("2026-06-08", "Линия 1"), ("2026-06-08", "Линия 2"), ("2026-06-15", "Линия 1"), ("2026-06-15", "Линия 2"),
    ]  # fmt: skip


def test_a_line_shows_hours_by_the_wall_clock_and_their_sum() -> None:
    first, second, third, _ = pages_of(_content(TWO_WEEKS, _people(A1="Линия 1", A2="Линия 1", B1="Линия 2")))
    name, cells, hours = first.lines[0]
    assert (name, cells[0].text, cells[1].text, hours) == ("Имя A1", "09:00–17:00", "", 8.0)
    assert second.lines[0][1][1].text == "22:00–06:00"
    assert third.lines[0][2] == 9.0
    assert first.on_shift == (1, 0, 0, 0, 0, 0, 0)


def test_a_team_too_large_for_a_page_goes_on_and_says_so() -> None:
    most = lines_most()
    people = _people(**{f"P{number:03d}": "T" for number in range(most + 1)})
    pages = pages_of(_content(_roster(("P000", "2026-06-08 09:00", "2026-06-08 17:00")), people))
    assert [(page.part, page.parts, len(page.lines)) for page in pages] == [(1, 2, most), (2, 2, 1)]


def test_the_file_has_as_many_pages_and_its_own_fonts(tmp_path: Path) -> None:
    path = tmp_path / "roster.pdf"
    write_roster_pdf(path, TWO_WEEKS, _people(A1="Линия 1", B1="Линия 2"), timezone=ZONE, language="ru")
    content = path.read_bytes()
    assert content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b(?!s)", content)) == 4
    assert b"/FontFile2" in content
    assert b"DejaVuSansCondensed" in content


def test_the_same_roster_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        write_roster_pdf(tmp_path / name, TWO_WEEKS, _people(A1="T", B1="T"), timezone=ZONE)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_an_empty_roster_is_one_page_that_says_so(tmp_path: Path) -> None:
    write_roster_pdf(tmp_path / "roster.pdf", ROSTER.empty(), _people(A1="T"), timezone=ZONE)
    assert len(re.findall(rb"/Type /Page\b(?!s)", (tmp_path / "roster.pdf").read_bytes())) == 1


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        write_roster_pdf(tmp_path / "none" / "roster.pdf", TWO_WEEKS, _people(A1="T"), timezone=ZONE)


def test_a_name_that_the_fonts_cannot_print_gives_way_to_its_code() -> None:
    assert printable("Ёлкина Ирина", "A1") == "Ёлкина Ирина"
    assert printable("José Ñúñez", "A2") == "José Ñúñez"
    assert printable("李雷", "A3") == "A3"
