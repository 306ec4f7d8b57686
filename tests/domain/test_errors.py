"""Errors keep their facts and words on the way from one process to another."""

from __future__ import annotations

import pickle

import pytest

from domain.errors import (
    BadValue,
    ContradictoryRules,
    ForecastFailed,
    LockHeld,
    NothingToPlan,
    SmenaError,
    StaleRevision,
    TableError,
    Violation,
)


@pytest.mark.parametrize(
    "error",
    [
        BadValue("a number", file="a.csv", line=3, column="offered", found="x", remedy="Write one."),
        TableError("HISTORY", (Violation("offered", 2, "at least 0", -1.0),), "a.csv"),
        ContradictoryRules(("rest", "week"), "rules that go together"),
        ForecastFailed("phone/tech", "nothing is known"),
        NothingToPlan("history", "smena history"),
        StaleRevision("the plan", 1, 2),
        LockHeld("another night"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_from_another_process_says_the_same(error: SmenaError) -> None:
    came = pickle.loads(pickle.dumps(error))

    assert type(came) is type(error)
    assert str(came) == str(error)
    assert vars(came) == vars(error)
