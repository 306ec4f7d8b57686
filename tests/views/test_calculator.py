"""The calculator: needs no store, answers in words, is gentle with extremes."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from planning.questions import staff_one_queue
from views.locale import LANGUAGES, Words
from views.parts import calculator

Open = Callable[..., AppTest]
EN, RU = Words("en"), Words("ru")
CALLS: dict[str, Any] = {"work": "live", "contacts": 360.0, "aht": 240.0, "level": 80.0, "within": 15.0}


def said(fields: dict[str, Any], people: int, words: Words = EN, minutes: int = 30) -> str:
    found = staff_one_queue(fields["contacts"], minutes, calculator.promise_of(fields), extra=(people,))
    return calculator.sentence(found.table.set_index("agents", drop=False).loc[people], found, words)


def test_the_published_example_in_plain_words() -> None:
    assert said(CALLS, 55) == (
        "With 55 people 85\u00a0% are answered within 15 s; the average wait is 8.2 s, "
        "and people are busy 87\u00a0% of the time."
    )
    assert said(CALLS, 55, RU).startswith("Если на линии 55 чел., за 15 с отвечают на 85\u00a0% обращений")


def test_hang_ups_are_named_where_a_patience_is_known() -> None:
    assert "hang up" in said({**CALLS, "patience": 180.0}, 50)


def test_too_few_people_are_told_so_and_not_a_percentage() -> None:
    assert said(CALLS, 48) == (
        "With 48 people the line never catches up: 48.0 people would be busy all the time, "
        "and the wait grows without end."
    )
    mail = {"work": "deferred", "contacts": 12.0, "aht": 600.0, "level": 90.0, "deadline": 8.0}
    assert said(mail, 4) == "With 4 people the backlog grows without end: the work alone keeps 4.0 people busy."
    assert said(mail, 5).startswith("With 5 people >\u00a099.9\u00a0% are done within 8 h; people are busy 80\u00a0%")


def test_one_person_is_not_people() -> None:
    assert said({**CALLS, "contacts": 1.0}, 1).startswith("With 1 person ")


def test_almost_all_is_not_all() -> None:
    assert calculator.share(0.99996, EN) == ">\u00a099.9\u00a0%"
    assert calculator.share(1.0, EN) == "100\u00a0%"
    assert calculator.share(0.994, EN) == "99.4\u00a0%"


def test_an_empty_cap_is_no_cap_and_not_the_default_of_the_targets() -> None:
    promise = calculator.promise_of({**CALLS, "patience": 60.0})
    assert (promise["max_occupancy"], promise["max_abandon_share"]) == (1.0, 1.0)
    assert calculator.promise_of({**CALLS, "occupancy": 85.0, "abandon": 3.0})["max_occupancy"] == 0.85


def test_handle_times_of_chats_lie_on_a_line() -> None:
    chat = {**CALLS, "work": "chat", "concurrency": 3, "aht": 480.0, "aht_full": 660.0}
    assert calculator.promise_of(chat)["aht_by_concurrency_seconds"] == (480, 570, 660)


def test_the_table_reaches_from_two_below_to_six_above_and_the_csv_says_the_same() -> None:
    found = staff_one_queue(360, 30, calculator.promise_of(CALLS))
    table = pd.read_csv(StringIO(calculator.as_csv(found)))
    assert table["agents"].tolist() == list(range(53, 62))
    assert table["keeps"].tolist() == [False, False] + 7 * [True]
    assert table.loc[2, "service_level"] == pytest.approx(0.8459, abs=5e-5)
    assert "abandon_share" not in table


@pytest.fixture
def page(open_app: Open, tmp_path: Path) -> AppTest:
    """The page on an empty store."""
    return open_app(tmp_path / "store", "calculator")


def filled(app: AppTest, **numbers: float | None) -> AppTest:
    for name, value in numbers.items():
        app.number_input(key=f"calculator_{name}").set_value(value)
    return app.run()


def needed(app: AppTest) -> list[str]:
    assert not app.exception
    return [metric.value for metric in app.metric][:2]


def test_how_many_agents(page: AppTest) -> None:
    app = filled(page, contacts=360.0, aht=240.0, within=15.0, shrinkage=10.0)
    assert needed(app) == ["55", "62"]
    assert app.success[0].value.startswith("**55 on contact**")
    assert app.markdown[0].value.startswith("With 55 people 85\u00a0%")


def test_what_if_there_are_fewer(page: AppTest) -> None:
    app = filled(page, contacts=360.0, aht=240.0, within=15.0)
    app.number_input(key="calculator_people_55").set_value(50).run()
    assert needed(app) == ["55", "55"]
    assert app.markdown[0].value.startswith("With 50 people ")
    assert app.dataframe[0].value["agents"].tolist() == [50, *range(53, 62)]


def test_nothing_comes(page: AppTest) -> None:
    app = filled(page, contacts=0.0)
    assert needed(app) == ["0", "0"]
    assert app.success[0].value == EN("calculator.answer_nobody")


def test_all_within_the_threshold_is_out_of_reach(page: AppTest) -> None:
    app = filled(page, level=100.0)
    assert needed(app) == ["–", "–"]
    assert app.warning[0].value == EN("calculator.answer_never")
    assert app.dataframe[0].value["keeps"].tolist() == 9 * [False]


def test_more_than_the_formulas_are_made_for_is_refused_in_words(page: AppTest) -> None:
    app = filled(page, contacts=1_000_000.0, aht=86_400.0)
    assert not app.exception
    assert len(app.error) == 1
    assert "Erlangs" in app.dataframe[0].value["expected"].iloc[0]


def test_what_nothing_can_stand_in_for_has_to_be_filled() -> None:
    assert calculator.complete(CALLS)
    assert not calculator.complete({**CALLS, "contacts": None})
    assert not calculator.complete({**CALLS, "work": "deferred"})
    assert calculator.complete({**CALLS, "patience": None, "occupancy": None})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("work", calculator.WORKS)
def test_every_kind_of_work_is_answered(work: str, language: str, open_app: Open, tmp_path: Path) -> None:
    app = open_app(tmp_path / "store", "calculator", language)
    app.segmented_control(key="calculator_work").set_value(work).run()
    assert not app.exception
    assert not app.error
    agents = int(app.metric[0].value)
    table = app.dataframe[0].value.set_index("agents")
    assert table.loc[agents, "keeps"]
    assert not table.loc[agents - 1, "keeps"]
