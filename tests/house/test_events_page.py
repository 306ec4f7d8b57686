"""The examples of `docs/events.md` are run: the file is taken in, the hours are read, the sums come out."""

from __future__ import annotations

import doctest
import re
import tomllib
from pathlib import Path

import pytest

from domain.calendar import OpeningHours
from domain.tables import EVENTS
from planning.steps import events_of_file

PAGE = Path(__file__).resolve().parents[2] / "docs" / "events.md"
TEXT = PAGE.read_text("utf-8")


def example(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", TEXT, flags=re.DOTALL)
    assert found is not None
    return found[1]


def test_the_sums_of_the_page_come_out() -> None:
    assert doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8") == doctest.TestResults(0, 4)


def test_the_example_file_has_every_column_and_every_kind() -> None:
    events = events_of_file("events.csv", example("csv").encode())
    assert list(events) == list(EVENTS.column_names)
    assert set(events["kind"]) == {"campaign", "special", "closure", "outage", "discard"}


def test_the_example_hours_keep_a_queue_closed_on_a_worked_saturday() -> None:
    hours = OpeningHours.from_mapping(tomllib.loads(example("toml"))).of("phone/a")
    assert not hours.follows_moved_days


@pytest.mark.parametrize("column", EVENTS.column_names)
def test_every_column_is_explained(column: str) -> None:
    assert re.search(rf"^\| .*`{column}`", TEXT, flags=re.MULTILINE)
