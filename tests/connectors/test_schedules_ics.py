"""Rosters as calendars: identities that last, times that are right, changes that calendars notice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from icalendar import Calendar, Event

from connectors.schedules import shift_uid, write_roster_ics
from domain.errors import BadValue
from domain.tables import ROSTER

ZONE = "Europe/Berlin"
FIRST_NIGHT = datetime(2026, 9, 1, 3, 0, tzinfo=UTC)
SECOND_NIGHT = datetime(2026, 9, 2, 3, 0, tzinfo=UTC)
THIRD_NIGHT = datetime(2026, 9, 3, 3, 0, tzinfo=UTC)


def _roster(*shifts: tuple[str, str, str]) -> pd.DataFrame:
    """Each shift as one work row: agent, local start, local end."""
    frame = pd.DataFrame(shifts, columns=["agent", "start", "end"])
    for column in ("start", "end"):
        frame[column] = pd.to_datetime(frame[column]).dt.tz_localize(ZONE)
    return frame.assign(activity="work", queue="phone/a|phone/b", shift="day", source="solver")


def _events(path: Path) -> dict[str, Event]:
    calendar = Calendar.from_ical(path.read_bytes())
    events = calendar.walk("VEVENT")
    by_uid = {str(event["UID"]): event for event in events}
    assert len(by_uid) == len(events)
    return by_uid


def _only(path: Path) -> Event:
    (event,) = _events(path).values()
    return event


def test_everyone_gets_a_calendar_with_their_shifts_only(tmp_path: Path) -> None:
    roster = _roster(
        ("A01", "2026-09-07 09:00", "2026-09-07 17:30"),
        ("A01", "2026-09-08 09:00", "2026-09-08 17:30"),
        ("A02", "2026-09-07 13:00", "2026-09-07 21:30"),
    )
    paths = write_roster_ics(tmp_path / "ics", roster, timezone=ZONE, made_at=FIRST_NIGHT)
    assert [path.name for path in paths] == ["A01.ics", "A02.ics"]
    assert len(_events(paths[0])) == 2
    event = _only(paths[1])
    assert event["DTSTART"].dt == datetime(2026, 9, 7, 11, 0, tzinfo=UTC)  # 13:00 in summer is 11:00 UTC
    assert event["DTEND"].dt == datetime(2026, 9, 7, 19, 30, tzinfo=UTC)
    assert event["DTSTAMP"].dt == FIRST_NIGHT
    assert str(event["SUMMARY"]) == "Shift day 13:00–21:30"
    assert "13:00–21:30 work · phone/a, phone/b" in str(event["DESCRIPTION"])
    assert (event["SEQUENCE"], event["STATUS"]) == (0, "CONFIRMED")


def test_the_identity_of_a_shift_hangs_on_person_day_and_number_alone(tmp_path: Path) -> None:
    early = _roster(("A01", "2026-09-07 08:00", "2026-09-07 12:00"), ("A01", "2026-09-07 16:00", "2026-09-07 20:00"))
    late = _roster(("A01", "2026-09-07 10:00", "2026-09-07 14:00"), ("A01", "2026-09-07 17:00", "2026-09-07 21:00"))
    (first,) = write_roster_ics(tmp_path / "one", early, timezone=ZONE, made_at=FIRST_NIGHT)
    (second,) = write_roster_ics(tmp_path / "two", late, timezone=ZONE, made_at=SECOND_NIGHT)
    assert set(_events(first)) == set(_events(second))
    assert set(_events(first)) == {shift_uid("A01", date(2026, 9, 7), number) for number in (1, 2)}


def test_a_shift_after_midnight_utc_belongs_to_its_local_day(tmp_path: Path) -> None:
    roster = _roster(("A01", "2026-09-08 00:30", "2026-09-08 08:30"))  # 22:30 UTC of the day before
    (path,) = write_roster_ics(tmp_path, roster, timezone=ZONE, made_at=FIRST_NIGHT)
    assert set(_events(path)) == {shift_uid("A01", date(2026, 9, 8), 1)}


def test_a_moved_shift_rises_in_sequence_and_a_kept_one_does_not(tmp_path: Path) -> None:
    before = _roster(("A01", "2026-09-07 09:00", "2026-09-07 17:30"), ("A01", "2026-09-08 09:00", "2026-09-08 17:30"))
    after = _roster(("A01", "2026-09-07 10:00", "2026-09-07 18:30"), ("A01", "2026-09-08 09:00", "2026-09-08 17:30"))
    (path,) = write_roster_ics(tmp_path, after, timezone=ZONE, previous=before, made_at=SECOND_NIGHT)
    events = _events(path)
    moved, kept = events[shift_uid("A01", date(2026, 9, 7), 1)], events[shift_uid("A01", date(2026, 9, 8), 1)]
    assert moved["SEQUENCE"] > 0
    assert kept["SEQUENCE"] == 0


def test_sequence_keeps_rising_over_three_versions(tmp_path: Path) -> None:
    versions = [_roster(("A01", f"2026-09-07 {hour}:00", f"2026-09-07 {hour + 8}:00")) for hour in (8, 9, 10)]
    (second,) = write_roster_ics(tmp_path / "2", versions[1], timezone=ZONE, previous=versions[0], made_at=SECOND_NIGHT)
    (third,) = write_roster_ics(tmp_path / "3", versions[2], timezone=ZONE, previous=versions[1], made_at=THIRD_NIGHT)
    assert 0 < _only(second)["SEQUENCE"] < _only(third)["SEQUENCE"] < 2**31


def test_a_removed_shift_is_cancelled_and_one_that_returns_outranks_the_cancellation(tmp_path: Path) -> None:
    monday = ("A01", "2026-09-07 09:00", "2026-09-07 17:30")
    others = (("A02", "2026-09-07 09:00", "2026-09-07 17:30"), ("A02", "2026-09-09 09:00", "2026-09-09 17:30"))
    with_it, without = _roster(monday, *others), _roster(*others)
    paths = write_roster_ics(tmp_path / "2", without, timezone=ZONE, previous=with_it, made_at=SECOND_NIGHT)
    assert [path.name for path in paths] == ["A01.ics", "A02.ics"]
    cancelled = _only(paths[0])
    assert cancelled["STATUS"] == "CANCELLED"
    assert cancelled["SEQUENCE"] > 0
    assert cancelled["DTSTART"].dt == datetime(2026, 9, 7, 7, 0, tzinfo=UTC)
    paths = write_roster_ics(tmp_path / "3", with_it, timezone=ZONE, previous=without, made_at=THIRD_NIGHT)
    returned = _only(paths[0])
    assert returned["UID"] == cancelled["UID"]
    assert returned["STATUS"] == "CONFIRMED"
    assert returned["SEQUENCE"] > cancelled["SEQUENCE"]


def test_last_weeks_shifts_are_not_cancelled_by_this_weeks_roster(tmp_path: Path) -> None:
    last_week = _roster(("A01", "2026-08-31 09:00", "2026-08-31 17:30"))
    this_week = _roster(("A01", "2026-09-07 09:00", "2026-09-07 17:30"))
    (path,) = write_roster_ics(tmp_path, this_week, timezone=ZONE, previous=last_week, made_at=SECOND_NIGHT)
    assert _only(path)["STATUS"] == "CONFIRMED"


def test_a_night_shift_over_a_clock_change_lasts_as_long_as_it_does(tmp_path: Path) -> None:
    roster = _roster(("A01", "2026-10-24 22:00", "2026-10-25 06:00"), ("A01", "2027-03-27 22:00", "2027-03-28 06:00"))
    (path,) = write_roster_ics(tmp_path, roster, timezone=ZONE, made_at=FIRST_NIGHT)
    autumn, spring = sorted(_events(path).values(), key=lambda event: event["DTSTART"].dt)
    for event, hours in ((autumn, 9), (spring, 7)):
        begin, end = event["DTSTART"].dt, event["DTEND"].dt
        assert (end - begin).total_seconds() == hours * 3600
        assert begin.astimezone(ZoneInfo(ZONE)).strftime("%H:%M") == "22:00"
        assert end.astimezone(ZoneInfo(ZONE)).strftime("%H:%M") == "06:00"
        assert str(event["SUMMARY"]).endswith("22:00–06:00")


def test_breaks_join_a_shift_and_a_pause_in_the_day_parts_it(tmp_path: Path) -> None:
    rows = _roster(
        ("A01", "2026-09-07 09:00", "2026-09-07 11:00"),
        ("A01", "2026-09-07 11:00", "2026-09-07 11:15"),
        ("A01", "2026-09-07 11:15", "2026-09-07 13:00"),
        ("A01", "2026-09-07 15:00", "2026-09-07 19:00"),
    )
    rows.loc[1, ["activity", "queue"]] = ["break", None]
    (path,) = write_roster_ics(tmp_path, rows, timezone=ZONE, made_at=FIRST_NIGHT, language="ru")
    first, second = sorted(_events(path).values(), key=lambda event: event["DTSTART"].dt)
    assert str(first["SUMMARY"]) == "Смена day 09:00–13:00"
    assert "11:00–11:15 перерыв" in str(first["DESCRIPTION"])
    assert str(second["SUMMARY"]) == "Смена day 15:00–19:00"


def test_cyrillic_names_come_back_whole_from_folded_lines(tmp_path: Path) -> None:
    name = "Константин Константинович Рождественский-Преображенский младший"
    people = pd.DataFrame({"agent": ["Лев Орлов"], "queues": ["*"], "agreement": ["full-time"], "name": [name]})
    roster = _roster(("Лев Орлов", "2026-09-07 09:00", "2026-09-07 17:30"))
    (path,) = write_roster_ics(tmp_path, roster, timezone=ZONE, made_at=FIRST_NIGHT, people=people)
    raw = path.read_bytes()
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert str(Calendar.from_ical(raw)["X-WR-CALNAME"]) == f"Smena: {name}"
    assert path.name.startswith("lev-orlov-")


def test_file_names_are_safe_and_differ_for_every_person(tmp_path: Path) -> None:
    agents = [
        "A01",
        "a01",
        "../../etc/passwd",
        "a/b",
        "a b",
        "a-b",
        "CON",
        "=cmd|' /C calc'!A0",
        "Ё",
        "Е",
        "я" * 300,
        "…",
    ]
    roster = _roster(*((agent, "2026-09-07 09:00", "2026-09-07 17:30") for agent in agents))
    paths = write_roster_ics(tmp_path, roster, timezone=ZONE, made_at=FIRST_NIGHT)
    assert len({path.name.lower() for path in paths}) == len(agents)
    assert {path.parent for path in paths} == {tmp_path}
    for path in paths:
        assert path.name.removesuffix(".ics").replace("-", "").isalnum()
        assert path.name.isascii()
        assert len(path.name) < 64
        assert path.stem.lower() != "con"
    again = write_roster_ics(tmp_path, roster.iloc[::-1], timezone=ZONE, made_at=SECOND_NIGHT)
    assert [path.name for path in again] == [path.name for path in paths]


def test_an_empty_roster_gives_a_calendar_that_says_so(tmp_path: Path) -> None:
    (path,) = write_roster_ics(tmp_path, ROSTER.empty(), timezone=ZONE, made_at=FIRST_NIGHT)
    assert path.name == "no-shifts.ics"
    event = _only(path)
    assert str(event["SUMMARY"]) == "No shifts in this roster"
    assert event["DTSTART"].dt == date(2026, 9, 1)


def test_an_empty_roster_cancels_all_that_was_there(tmp_path: Path) -> None:
    before = _roster(("A01", "2026-09-07 09:00", "2026-09-07 17:30"))
    (path,) = write_roster_ics(tmp_path, ROSTER.empty(), timezone=ZONE, previous=before, made_at=SECOND_NIGHT)
    assert _only(path)["STATUS"] == "CANCELLED"


def test_leave_is_no_shift_and_someone_without_shifts_is_told(tmp_path: Path) -> None:
    roster = _roster(("A01", "2026-09-07 00:00", "2026-09-08 00:00")).assign(activity="leave", queue=None, shift=None)
    people = pd.DataFrame({"agent": ["A01", "A02"], "queues": "*", "agreement": "full-time"})
    paths = write_roster_ics(tmp_path, roster, timezone=ZONE, made_at=FIRST_NIGHT, people=people)
    assert [str(_only(path)["SUMMARY"]) for path in paths] == ["No shifts in this roster"] * 2


def test_the_same_roster_gives_the_same_bytes(tmp_path: Path) -> None:
    roster = _roster(("A01", "2026-09-07 09:00", "2026-09-07 17:30"))
    (one,) = write_roster_ics(tmp_path / "one", roster, timezone=ZONE, made_at=FIRST_NIGHT)
    (two,) = write_roster_ics(tmp_path / "two", roster, timezone=ZONE, made_at=FIRST_NIGHT)
    assert one.read_bytes() == two.read_bytes()


def test_a_time_of_making_without_offset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="made_at"):
        write_roster_ics(tmp_path, ROSTER.empty(), timezone=ZONE, made_at=FIRST_NIGHT.replace(tzinfo=None))


def test_words_are_in_the_persons_zone_and_the_moment_is_the_same(tmp_path: Path) -> None:
    roster = _roster(("A01", "2026-09-07 20:00", "2026-09-08 04:00"), ("A02", "2026-09-07 20:00", "2026-09-08 04:00"))
    people = pd.DataFrame(
        {"agent": ["A01", "A02"], "queues": "phone/*", "agreement": "full", "timezone": ["Asia/Yekaterinburg", None]}
    )
    far, near = (
        _only(path) for path in write_roster_ics(tmp_path, roster, timezone=ZONE, made_at=FIRST_NIGHT, people=people)
    )
    assert far["DTSTART"].dt == near["DTSTART"].dt
    assert str(near["SUMMARY"]) == "Shift day 20:00–04:00"
    assert str(far["SUMMARY"]) == "Shift day 23:00–07:00"  # three hours ahead of Berlin in summer
    assert "Asia/Yekaterinburg" in str(far["DESCRIPTION"])


def test_a_zone_that_is_none_is_refused(tmp_path: Path) -> None:
    people = pd.DataFrame({"agent": ["A01"], "queues": "phone/*", "agreement": "full", "timezone": ["Mars/Base"]})
    with pytest.raises(BadValue):
        write_roster_ics(
            tmp_path, _roster(("A01", "2026-09-07 09:00", "2026-09-07 17:00")), timezone=ZONE, made_at=FIRST_NIGHT,
            people=people,
        )  # fmt: skip
