"""Outbound lists on the page Requirements: seen, edited, stored, planned."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from domain.tables import OUTBOUND
from planning import steps
from planning.session import open_session
from views.locale import LANGUAGES, Words
from views.parts.outbound import checked_lists

EN = Words("en")
Open = Callable[..., AppTest]
LIST = "name,queue,from,to,hours,contacts,aht_seconds\nRenewals,outbound/r,2026-08-31,2026-09-04,10:00-16:00,300,360\n"


def put(store: Path, text: str, name: str = "outbound.csv") -> None:
    with open_session(store) as session:
        session.store.site.save({name: text}, author="a colleague", at=session.clock())


def opened_lists(open_app: Open, store: Path, language: str = "en") -> AppTest:
    app = open_app(store, "requirements", language)
    app.segmented_control(key="requirements_view").set_value("outbound").run()
    return app


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lists_show_in_every_language(language: str, open_app: Open, planned_copy: Path) -> None:
    put(planned_copy, LIST)
    app = opened_lists(open_app, planned_copy, language)
    assert not app.exception
    assert not app.error
    assert Words(language)("outbound.title") in [title.value for title in app.subheader]  # type: ignore[arg-type]


def test_a_list_that_is_typed_is_stored_and_planned(
    open_app: Open, planned_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = {"name": "Calls back", "queue": "outbound/b", "from": "2026-09-01", "to": "2026-09-01",
             "contacts": 20.0, "contacts_per_hour": 10.0}  # fmt: skip

    def editor(frame: pd.DataFrame, **options: Any) -> pd.DataFrame:
        return pd.DataFrame([typed]).reindex(columns=frame.columns)

    monkeypatch.setattr(st, "data_editor", editor)
    app = opened_lists(open_app, planned_copy)
    app.button(key="store_outbound").click().run()
    assert not app.exception
    with open_session(planned_copy) as session:
        assert steps.list_outbound(session).lists["contacts"].tolist() == [20.0]
        rows = steps.read(session, "requirements", steps.make_requirements(session).version)
    assert rows.loc[rows["queue"] == "outbound/b", "agents"].sum() == pytest.approx(2.0)
    app.segmented_control(key="requirements_view").set_value("need").run()
    app.selectbox(key="need_queue").set_value("outbound/b").run()
    assert not app.exception
    assert [text.value for text in app.markdown] == [f"**{EN('drivers.binds_outbound', target='')}**"]


def test_a_new_list_makes_the_requirements_old(open_app: Open, planned_copy: Path) -> None:
    put(planned_copy, LIST)
    app = open_app(planned_copy, "requirements")
    assert EN("requirements.stale") in [info.value for info in app.info]


def test_too_few_seats_stand_above_the_heat_map(open_app: Open, planned_copy: Path) -> None:
    with open_session(planned_copy) as session:
        targets = session.store.site.current()["targets.toml"].content
    put(planned_copy, targets + '\n[seats]\n"phone/*" = 1\n', "targets.toml")
    with open_session(planned_copy) as session:
        steps.make_requirements(session)
    app = open_app(planned_copy, "requirements")
    assert not app.exception
    (warning,) = [warning.value for warning in app.warning]
    assert warning.startswith("phone/*: ")
    assert "for 1 seats" in warning
    decides = next(frame.value for frame in app.dataframe if "decides" in frame.value)
    assert EN("drivers.binds_seats", target="") in set(decides["decides"])


def test_a_cell_outside_the_contract_is_named_with_its_row() -> None:
    frame = OUTBOUND.empty().reindex(range(2)).astype("object")
    frame.loc[1, ["name", "queue", "from", "to", "contacts", "aht_seconds", "hours"]] = [
        "R", "outbound/r", "2026-09-01", "2026-09-02", 10, 60, "noon",
    ]  # fmt: skip
    lists, faults = checked_lists(frame)
    assert lists is None
    assert faults[["row", "column", "found"]].to_dict("records") == [{"row": 2, "column": "hours", "found": "noon"}]


def test_a_file_goes_in_and_comes_out_as_it_is() -> None:
    found = steps.outbound_of_file("lists.csv", LIST.encode())
    again = steps.outbound_of_file("lists.csv", steps.outbound_text(found).encode())
    pd.testing.assert_frame_equal(found, again)
    assert steps.outbound_of_file("lists.csv", LIST.splitlines()[0].encode() + b"\n").empty
