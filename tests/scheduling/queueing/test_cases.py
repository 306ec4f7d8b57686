"""The bulk calculator: what it answers, and that a bad cell is named by line and column."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from domain.errors import BadValue, MissingColumn
from scheduling.queueing import evaluate_cases

HEADER = (
    "case,model,load_erlangs,offered,interval_seconds,aht_seconds,answer_within_seconds,patience_seconds,agents,"
    "target_service_level,target_asa_seconds,max_occupancy,max_abandon_share,service_level_definition\n"
)


def answered(*lines: str) -> pd.DataFrame:
    return evaluate_cases(pd.read_csv(io.StringIO(HEADER + "\n".join(lines))))


def test_models_and_questions_mix_in_one_table() -> None:
    out = answered(
        "a,erlang_b,5,,,,,,10,,,,,",
        "b,erlang_c,,360,1800,240,15,,55,,,,,",
        "c,Erlang_C,,300,1800,180,15,,,0.8,,,,",
        "d,erlang_a,48,,,60,20,120,50,,,,,virtual",
        "e,erlang_a,2000,,,300,20,120,,,,,0.03,",
        "f,erlang_c,10,,,180,20,,9,,,,,",
        "g,erlang_c,10,,,180,20,,,1,,,,",
    )
    columns = "case agents p_block p_wait service_level asa_seconds abandon_share occupancy attainable"
    assert list(out.columns) == columns.split()
    assert out["case"].tolist() == list("abcdefg")
    by = out.set_index("case")
    assert by.at["a", "p_block"] == pytest.approx(0.018384570, abs=5e-10)  # Erlang's table: 5 Erlangs, 10 lines
    assert np.isnan(by.at["a", "p_wait"])
    assert round(by.at["b", "service_level"], 4) == 0.8459
    assert by.at["c", "agents"] == 35
    assert round(by.at["d", "service_level"], 3) == 0.968
    assert by.at["e", "agents"] == 1946
    assert by.loc["f", ["service_level", "asa_seconds", "occupancy"]].tolist() == [0, np.inf, 1]
    assert by["attainable"].tolist() == [True] * 6 + [False]
    assert by.loc["g"].drop("attainable").isna().all()


def test_no_volume_needs_nobody_and_everything_is_well() -> None:
    out = answered("a,erlang_c,,0,900,300,20,,,0.8,,,,").iloc[0]
    assert (out["agents"], out["p_wait"], out["service_level"], out["asa_seconds"]) == (0, 0, 1, 0)


def test_agents_and_targets_together_ask_whether_they_suffice() -> None:
    out = answered("a,erlang_c,30,,,180,15,,35,0.8,,,,", "b,erlang_c,30,,,180,15,,34,0.8,,,,")
    assert out["attainable"].tolist() == [True, False]
    assert out["agents"].tolist() == [35, 34]
    assert out["service_level"].notna().all()


def test_a_load_alone_is_enough_where_no_seconds_are_asked_for() -> None:
    out = answered("a,erlang_c,10,,,,,,14,,,,,").iloc[0]
    assert out["p_wait"] == pytest.approx(0.1741319, abs=5e-8)
    assert out["service_level"] == pytest.approx(1 - out["p_wait"])
    assert np.isnan(out["asa_seconds"])


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("b,erlang_x,5,,,,,,6,,,,,", "model"),
        ("b,erlang_c,five,,,,,,6,,,,,", "load_erlangs"),
        ("b,erlang_c,-5,,,,,,6,,,,,", "load_erlangs"),
        ("b,erlang_c,,5,900,,20,,6,,,,,", "aht_seconds"),
        ("b,erlang_c,,5,0,300,20,,6,,,,,", "interval_seconds"),
        ("b,erlang_c,7,5,900,300,20,,6,,,,,", "load_erlangs"),
        ("b,erlang_c,5,,,,20,,6,,,,,", "aht_seconds"),
        ("b,erlang_c,5,,,300,20,,,,,,,", "agents"),
        ("b,erlang_c,5,,,300,,,,0.8,,,,", "answer_within_seconds"),
        ("b,erlang_c,5,,,,,,,,20,,,", "aht_seconds"),
        ("b,erlang_c,5,,,300,20,,,80,,,,", "target_service_level"),
        ("b,erlang_a,5,,,300,20,,6,,,,,", "patience_seconds"),
        ("b,erlang_a,5,,,300,20,0,6,,,,,", "patience_seconds"),
        ("b,erlang_a,5,,,300,20,60,6,,,,,best", "service_level_definition"),
        ("b,erlang_b,5,,,,,,,,20,,,", "target_asa_seconds"),
    ],
)
def test_a_bad_cell_is_named_by_line_and_column(line: str, column: str) -> None:
    with pytest.raises(BadValue) as caught:
        answered("a,erlang_c,5,,,300,20,,6,,,,,", line)
    assert (caught.value.line, caught.value.column) == (3, column)


def test_a_table_without_models_is_refused_and_an_empty_one_is_not() -> None:
    with pytest.raises(MissingColumn, match="model"):
        evaluate_cases(pd.DataFrame({"load_erlangs": [1.0], "agents": [2]}))
    assert answered().empty
