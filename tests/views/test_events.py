"""Events on the page Forecast: seen, added, edited, deleted, uploaded; nothing is overwritten unseen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from planning.session import open_session
from views.locale import LANGUAGES, Words
from views.parts.events import checked_events, event_of

EN = Words("en")
Open = Callable[..., AppTest]
SALE = "name,kind,from,to,queues\nSale,campaign,2026-09-07,2026-09-09,phone/*\n"
TWO = SALE + "Move,closure,2026-09-12,2026-09-12,\n"


def put(store: Path, text: str) -> None:
    with open_session(store) as session:
        session.store.site.save({"events.csv": text}, author="a colleague", at=session.clock())


def stored(store: Path) -> str:
    with open_session(store) as session:
        file = session.store.site.current().get("events.csv")
    return "" if file is None else file.content


def names(store: Path) -> list[str]:
    return [line.split(",")[0] for line in stored(store).splitlines()[1:]]


@pytest.fixture
def open_events(open_app: Open) -> Open:
    """Opens the view of events."""

    def opened(store: Path, language: str = "en") -> AppTest:
        app = open_app(store, "forecast", language)
        app.button_group(key="forecast_view").set_value("events").run()
        return app

    return opened


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[pd.DataFrame], pd.DataFrame]], None]:
    """Puts what a planner types into the table: a change of the frame it shows."""

    def changed(change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
        real = st.data_editor

        def editor(frame: pd.DataFrame, **options: Any) -> pd.DataFrame:
            real(frame, **options)
            return change(frame.copy())

        monkeypatch.setattr(st, "data_editor", editor)

    return changed


def toasts(app: AppTest) -> list[str]:
    return [toast.value for toast in app.toast]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_view_of_events_shows_in_every_language(language: str, open_events: Open, planned_copy: Path) -> None:
    put(planned_copy, TWO)
    app = open_events(planned_copy, language)
    assert not app.exception
    assert not app.error
    assert Words(language)("events.title") in [title.value for title in app.subheader]  # type: ignore[arg-type]


def test_an_event_is_added_with_the_form(open_events: Open, planned_copy: Path) -> None:
    put(planned_copy, SALE)
    app = open_events(planned_copy)
    app.text_input(key="event_name").set_value("  Fair ")
    app.date_input(key="event_from").set_value(date(2026, 9, 14))
    app.date_input(key="event_to").set_value(date(2026, 9, 15))
    app.multiselect(key="event_queues").set_value(["phone/*", "chat/support"])
    app.number_input(key="event_ramp_days").set_value(2)
    app.number_input(key="event_effect").set_value(1.3)
    next(button for button in app.button if button.label == EN("events.add")).click().run()
    assert toasts(app) == [EN("events.stored")]
    assert stored(planned_copy) == (
        "name,kind,from,to,queues,ramp_days,effect\n"
        "Sale,campaign,2026-09-07,2026-09-09,phone/*,,\n"
        "Fair,campaign,2026-09-14,2026-09-15,phone/*|chat/support,2,1.3\n"
    )


def test_an_event_that_ends_before_it_begins_is_refused_where_it_is_typed(
    open_events: Open, planned_copy: Path
) -> None:
    app = open_events(planned_copy)
    app.text_input(key="event_name").set_value("Fair")
    app.date_input(key="event_from").set_value(date(2026, 9, 14))
    app.date_input(key="event_to").set_value(date(2026, 9, 13))
    next(button for button in app.button if button.label == EN("events.add")).click().run()
    assert len(app.error) == 1
    assert [row for table in app.dataframe for row in table.value.get("expected", [])] == [
        "a day on or after 2026-09-14"
    ]
    assert stored(planned_copy) == ""


def test_edits_of_the_table_are_stored_together(open_events: Open, planned_copy: Path, typed: Any) -> None:
    put(planned_copy, TWO)

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        if len(frame) < 2:
            return frame
        frame.loc[0, "to"] = date(2026, 9, 10)  # the first edited, the second deleted, a third added
        new = {"name": "Fair", "kind": "special", "from": date(2026, 9, 20), "to": date(2026, 9, 20)}
        return pd.concat([frame.iloc[:1], pd.DataFrame([new])])

    typed(change)
    app = open_events(planned_copy)
    app.button(key="store_events").click().run()
    assert toasts(app) == [EN("events.stored")]
    assert stored(planned_copy).splitlines()[1:] == [
        "Sale,campaign,2026-09-07,2026-09-10,phone/*", "Fair,special,2026-09-20,2026-09-20,",
    ]  # fmt: skip


def test_a_table_with_faults_says_which_cells_and_can_not_be_stored(
    open_events: Open, planned_copy: Path, typed: Any
) -> None:
    put(planned_copy, TWO)
    typed(lambda frame: frame.assign(effect=[1.2, 1.2]))
    app = open_events(planned_copy)
    assert app.button(key="store_events").disabled
    assert [error.value for error in app.error] == [EN("events.wrong")]
    faults = next(table.value for table in app.dataframe if "expected" in table.value)
    assert list(faults["row"]) == [2]  # a closure has no effect
    assert list(faults["column"]) == [EN("events.column_effect")]


def test_an_untouched_table_has_nothing_to_store(open_events: Open, planned_copy: Path) -> None:
    put(planned_copy, TWO)
    app = open_events(planned_copy)
    assert app.button(key="store_events").disabled
    assert app.button(key="discard_events").disabled


def test_edits_made_on_an_older_list_do_not_overwrite_a_colleagues(
    open_events: Open, planned_copy: Path, typed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(planned_copy, SALE)
    typed(lambda frame: frame.assign(kind="special"))
    monkeypatch.setattr("views.parts.events._edited", lambda revision: revision == 1)
    app = open_events(planned_copy)
    put(planned_copy, TWO)
    app.button(key="store_events").click().run()
    assert len(app.error) == 1
    assert stored(planned_copy) == TWO
    app.button(key="discard_events").click().run()
    app.button(key="store_events").click().run()  # having looked: on the newest list
    assert set(names(planned_copy)) == {"Sale", "Move"}
    assert "special" in stored(planned_copy)


@pytest.mark.parametrize(("button", "left"), [("replace_events", ["Fair"]), ("append_events", ["Sale", "Fair"])])
def test_a_file_takes_the_place_of_the_list_or_is_added(
    button: str, left: list[str], open_events: Open, planned_copy: Path
) -> None:
    put(planned_copy, SALE)
    app = open_events(planned_copy)
    content = b"name;kind;from;to\nFair;special;2026-09-20;2026-09-20\n"
    widget = next(entry for entry in app.file_uploader if (entry.key or "").startswith("events_file_"))
    widget.set_value([("mine.csv", content, "text/csv")])
    app.run()
    assert names(planned_copy) == ["Sale"]
    app.button(key=button).click().run()
    assert toasts(app) == [EN("events.stored")]
    assert names(planned_copy) == left


def test_a_wrong_file_is_refused_with_its_line(open_events: Open, planned_copy: Path) -> None:
    app = open_events(planned_copy)
    content = b"name,kind,from,to\nFair,party,2026-09-20,2026-09-20\n"
    widget = next(entry for entry in app.file_uploader if (entry.key or "").startswith("events_file_"))
    widget.set_value([("mine.csv", content, "text/csv")])
    app.run()
    assert "mine.csv" in app.error[0].value
    assert stored(planned_copy) == ""


def test_a_pattern_that_names_no_queue_is_pointed_out(open_events: Open, planned_copy: Path) -> None:
    put(planned_copy, SALE.replace("phone/*", "fax/*"))
    app = open_events(planned_copy)
    assert [warning.value for warning in app.warning] == [EN("events.no_queue", event="Sale", pattern="fax/*")]


def test_russian_years_without_a_decree_are_pointed_out(
    open_events: Open, planned_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_session(planned_copy) as session:
        settings = session.store.site.current()["smena.toml"].content + 'calendar = "RU"\n'
        session.store.site.save({"smena.toml": settings}, author="me", at=session.clock())
    monkeypatch.setattr("planning.session._now", lambda: pd.Timestamp("2027-12-01", tz="UTC"))
    app = open_events(planned_copy)
    assert [warning.value for warning in app.warning] == [EN("events.unsure", years="2028")]
    days = next(table.value for table in app.dataframe if "day" in table.value)
    assert days.iloc[0].tolist() == ["Fri 31 Dec 2027", EN("events.day_moved_day_off"), "Moved day off"]


def test_rows_without_anything_are_left_out_and_rows_are_counted_as_shown() -> None:
    day = date(2026, 9, 7)
    good = {"name": "Sale", "kind": "campaign", "from": day, "to": day, "queues": None}
    columns = {"ramp_days": None, "decay_days": None, "effect": None}
    blank = dict.fromkeys(good)
    events, faults = checked_events(pd.DataFrame([{**good, **columns}, {**blank, **columns}]))
    assert events is not None
    assert len(events) == 1
    assert faults.empty
    events, faults = checked_events(pd.DataFrame([{**blank, **columns}, {**good, **columns, "kind": None}]))
    assert events is None
    assert faults[["row", "column"]].to_numpy().tolist() == [[2, "kind"]]


def test_the_form_leaves_out_what_was_not_filled_in() -> None:
    day = date(2026, 9, 7)
    fields = {
        "name": " ", "kind": "campaign", "from": day, "to": day, "queues": [], "ramp_days": 0, "decay_days": 3,
        "effect": None,
    }  # fmt: skip
    row = event_of(fields).iloc[0]
    assert row[["name", "queues", "ramp_days", "effect"]].isna().all()
    assert row["decay_days"] == 3
