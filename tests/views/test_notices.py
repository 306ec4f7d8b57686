"""Errors as a planner reads them: where, what was expected, what to do."""

from __future__ import annotations

from domain.errors import BadValue, NothingToPlan, TableError, Violation
from views.parts.notices import facts_of


def test_an_input_error_shows_file_line_column_expected_found_and_remedy() -> None:
    fault = BadValue("at least 0", file="a.csv", line=7, column="value", found=-3, remedy="Correct it.")
    assert facts_of(fault).iloc[0].to_dict() == {
        "file": "a.csv",
        "line": "7",
        "column": "value",
        "expected": "at least 0",
        "found": "-3",
        "remedy": "Correct it.",
    }


def test_a_table_error_shows_every_violation_with_its_line_in_the_file() -> None:
    faults = tuple(Violation("agreement", row, "a value") for row in range(7))
    facts = facts_of(TableError("PEOPLE", faults, "people.csv"))
    assert len(facts) == 7
    assert facts["line"].tolist()[:2] == ["2", "3"]  # line 1 is the header
    assert set(facts["file"]) == {"people.csv"}


def test_an_error_without_facts_has_no_table() -> None:
    assert facts_of(NothingToPlan("forecast", "run it")).empty
