"""A fault that the core finds in a file's rows names the file, by whichever stage it was read."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from domain.errors import BadValue, ContradictoryRules, EmptyFile
from planning.cli import app
from planning.stages import of_file


def refused(*words: object) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 2, result.stderr
    return result.stderr


def test_a_file_without_a_name_in_the_fault_is_named_and_everything_else_kept() -> None:
    with pytest.raises(ContradictoryRules) as caught, of_file("rules.toml"):
        raise ContradictoryRules(("rest",), "a shift", line=3, column="shifts", found=4, remedy="Add one.")

    fault = caught.value
    assert (fault.file, fault.line, fault.column, fault.rules) == ("rules.toml", 3, "shifts", ("rest",))
    assert str(fault) == "rules.toml, line 3, column 'shifts': expected a shift, found 4. Add one."


def test_a_fault_that_names_its_file_keeps_it() -> None:
    with pytest.raises(EmptyFile, match=r"^people\.csv: "), of_file("roster.csv"):
        raise EmptyFile("people", file="people.csv")


@pytest.mark.parametrize("column", ["--as-of", "horizon_days"])
def test_a_fault_of_an_option_is_not_blamed_on_the_file(column: str) -> None:
    with pytest.raises(BadValue, match=rf"^column '{column}'"), of_file("history.csv"):
        raise BadValue("a time", column=column)


def test_standard_input_is_called_by_its_name() -> None:
    with pytest.raises(BadValue, match=r"^standard input, line 2"), of_file("-"):
        raise BadValue("a number", line=2)


def test_the_calculator_names_the_file_of_cases(tmp_path: Path) -> None:
    cases = tmp_path / "cases.csv"
    cases.write_text("case,model,offered,interval_seconds,agents\na,erlang_c,10,1800,4\n")

    assert refused("erlang", cases).startswith("smena: cases.csv, line 2")


def test_people_of_an_unknown_agreement_are_said_of_the_file_of_people(tmp_path: Path, site_folder: Path) -> None:
    people, needs = tmp_path / "people.csv", tmp_path / "requirements.csv"
    people.write_text("agent,queues,agreement\np0,phone/*,ful\n")
    hours = [f"2026-09-07T{hour:02d}:00:00+02:00" for hour in range(9, 18)]
    rows = "".join(f"phone/tech,{hour},60,0.5,1,1\n" for hour in hours)
    needs.write_text("queue,start,interval_minutes,load_erlangs,agents,scheduled\n" + rows)
    rules = site_folder / "rules.toml"

    said = refused("roster", needs, "--people", people, "--rules", rules, "--out", tmp_path / "r.csv")

    assert said.startswith("smena: people.csv, line 2, column 'agreement': expected one of the agreements full")
