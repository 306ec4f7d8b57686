"""Adjustments are an append-only log: nothing is changed in it, and of two who switch one at once one is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from domain.errors import BadValue, StaleRevision
from planning import steps
from planning.cli import app
from planning.session import Session

BASE: dict[str, Any] = {
    "queue": "phone/*",
    "from_start": pd.Timestamp("2026-09-07T06:00Z"),
    "to_start": pd.Timestamp("2026-09-12T18:00Z"),
    "kind": "scale",
    "value": 1.2,
    "reason": "цены меняются",
    "author": "anna",
}


def smena(*words: object) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, result.stderr
    return result


def test_an_adjustment_comes_back_with_author_reason_and_time(session: Session) -> None:
    number = steps.add_adjustment(session, **BASE)

    row = steps.list_adjustments(session).iloc[0]

    assert number == row["adjustment_id"] == "1"
    assert (row["author"], row["reason"], row["value"]) == ("anna", "цены меняются", 1.2)
    assert row["made_at"] == session.clock()
    assert row["active"]
    assert pd.isna(row["expires_at"])


def test_switching_off_and_on_keeps_the_row_and_counts_revisions(session: Session) -> None:
    number = steps.add_adjustment(session, **BASE)

    assert steps.switch_adjustment(session, number, active=False, author="boris") == 2
    assert not steps.list_adjustments(session)["active"].iloc[0]
    assert steps.switch_adjustment(session, number, active=True, author="anna", seen_revision=2) == 3
    assert steps.list_adjustments(session)["active"].iloc[0]
    assert len(steps.list_adjustments(session)) == 1


def test_switching_to_where_it_is_changes_nothing(session: Session) -> None:
    number = steps.add_adjustment(session, **BASE)

    assert steps.switch_adjustment(session, number, active=True, author="boris") == 1


def test_of_two_planners_who_saw_the_same_revision_one_is_told(session: Session) -> None:
    number = steps.add_adjustment(session, **BASE)
    steps.switch_adjustment(session, number, active=False, author="anna", seen_revision=1)

    with pytest.raises(StaleRevision, match="adjustment 1"):
        steps.switch_adjustment(session, number, active=True, author="boris", seen_revision=1)

    assert not steps.list_adjustments(session)["active"].iloc[0]


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"to_start": BASE["from_start"]}, "to_start"),
        ({"kind": "double"}, "kind"),
        ({"value": -1.0}, "value"),
        ({"value": float("nan")}, "value"),
        ({"reason": "  "}, "reason"),
        ({"queue": ""}, "queue"),
    ],
)
def test_an_adjustment_that_makes_no_sense_is_refused_by_column(
    session: Session, changed: dict[str, Any], column: str
) -> None:
    with pytest.raises(BadValue) as caught:
        steps.add_adjustment(session, **{**BASE, **changed})

    assert caught.value.column == column
    assert steps.list_adjustments(session).empty


@pytest.mark.parametrize("number", ["7", "seven", ""])
def test_an_adjustment_that_does_not_exist_cannot_be_switched(session: Session, number: str) -> None:
    with pytest.raises(BadValue, match="number of an adjustment"):
        steps.switch_adjustment(session, number, active=False, author="anna")


def test_importing_the_same_adjustments_twice_adds_them_once(session: Session) -> None:
    rows = pd.DataFrame([{k: v for k, v in BASE.items() if k != "author"}, {**BASE, "value": 0.5}])

    first = steps.import_adjustments(session, rows, author="carla")
    second = steps.import_adjustments(session, rows, author="carla")

    assert first == {"added": ["1", "2"], "known": 0}
    assert second == {"added": [], "known": 2}
    assert steps.list_adjustments(session)["author"].tolist() == ["carla", "anna"]


def test_one_bad_row_of_an_import_leaves_all_out(session: Session) -> None:
    rows = pd.DataFrame([BASE, {**BASE, "value": -2.0}])

    with pytest.raises(BadValue):
        steps.import_adjustments(session, rows, author="carla")

    assert steps.list_adjustments(session).empty


def test_two_adjustments_that_say_the_same_survive_export_and_import(session: Session, tmp_path: Path) -> None:
    for _ in range(2):
        steps.add_adjustment(session, **BASE)
    exported, store = tmp_path / "a.csv", tmp_path / "other"
    smena("adjust", "export", exported, "--store", session.store.folder)

    first = json.loads(smena("adjust", "import", exported, "--store", store).stdout)
    again = json.loads(smena("adjust", "import", exported, "--store", store).stdout)

    assert (first["added"], first["known"]) == (["1", "2"], 0)
    assert (again["added"], again["known"]) == ([], 2)


def test_of_three_that_say_the_same_one_is_added_to_two_that_are_there(session: Session) -> None:
    for _ in range(2):
        steps.add_adjustment(session, **BASE)

    report = steps.import_adjustments(session, pd.DataFrame([BASE] * 3), author="carla")

    assert report == {"added": ["3"], "known": 2}


def test_an_adjustment_that_has_expired_before_it_is_made_is_refused(session: Session) -> None:
    with pytest.raises(BadValue, match=r"'expires_at': expected a time after now, 2026-08-31 03:00 UTC, found '2026-"):
        steps.add_adjustment(session, **BASE, expires_at=session.clock() - pd.Timedelta(minutes=1))

    assert steps.list_adjustments(session).empty
