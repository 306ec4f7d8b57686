"""Plain files of people, wishes and rules: what is at fault is named by file, line and the file's own words."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from connectors.toml_files import line_of_key
from planning.cli import app

RULES = """\
timezone = "UTC"
[agreement.full]  # the only one
shifts = ["day"]
rest_hours_min = 11

[shift.day]
start_from = "08:00"
length_minutes = 480
[[shift.day.break]]
kind = "break"
minutes = 15
earliest_minutes = 60
latest_minutes = 120
"""
PEOPLE = "agent,queues,agreement\nann,phone/a,full\n"
ROSTER = """\
agent,start,end,activity,queue,shift,source
ann,2026-03-02T08:00:00+00:00,2026-03-02T16:00:00+00:00,work,phone/a,day,hand
"""


def refused(folder: Path, rules: str = RULES, people: str = PEOPLE, wishes: str = "") -> str:
    texts = {"rules.toml": rules, "people.csv": people, "wishes.csv": wishes, "roster.csv": ROSTER}
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    words = ["audit", "roster.csv", "--people", "people.csv", "--rules", "rules.toml"]
    words += ["--wishes", "wishes.csv"] if wishes else []
    given = [str(folder / word) if (folder / word).exists() else word for word in words]
    result = CliRunner().invoke(app, given)
    assert result.exit_code == 2, result.stderr
    return result.stderr


def test_a_wish_that_ends_before_it_begins_is_named_by_its_line(tmp_path: Path) -> None:
    wishes = "agent,from,to,kind\nann,2026-03-02,2026-03-02,wish_off\nann,2026-03-05,2026-03-04,wish_off\n"
    assert "wishes.csv, line 3, column 'to'" in refused(tmp_path, wishes=wishes)


def test_an_agreement_that_the_book_does_not_have_is_named_by_its_line(tmp_path: Path) -> None:
    told = refused(tmp_path, people=PEOPLE + "bob,phone/a,half\n")
    assert "people.csv, line 3, column 'agreement': expected one of the agreements full, found 'half'" in told


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("rest_hours_min = 11", "rest_hours_min = -1", "line 4, column 'agreement.full.rest_hours_min'"),
        ("rest_hours_min = 11", "rest = 11", "line 4, column 'agreement.full.rest'"),
        ("minutes = 15", "minutes = 0", "line 11, column 'shift.day.break.0.minutes'"),
        ('"day"]', '"late"]', "line 3, column 'agreement.full.shifts'"),
        ("[shift.day]", '[rule.leave]\nstrictness = "warn"\n[shift.day]', "line 7, column 'rule.leave.strictness'"),
    ],
)
def test_a_key_of_the_rule_book_is_named_as_the_file_has_it(old: str, new: str, place: str, tmp_path: Path) -> None:
    assert f"rules.toml, {place}" in refused(tmp_path, rules=RULES.replace(old, new, 1))


def test_a_key_that_is_missing_is_told_at_the_line_of_its_table() -> None:
    assert line_of_key(RULES, "shift.day.break.0.paid") == 9
    assert line_of_key(RULES, "shift.night.start_from") is None
