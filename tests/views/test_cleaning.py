"""What a planner presses on the view of marks: accept, keep, special, discard; two planners at once; both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from planning import steps
from planning.session import open_session
from tests.app_site import write_site
from views.figures import LIGHT, cleaning_chart
from views.locale import Words
from views.parts.cleaning import mark_words

EN, RU = Words("en"), Words("ru")
Open = Callable[..., AppTest]
OUTAGE_DAY, ODD_DAY = pd.Timestamp("2026-04-08"), pd.Timestamp("2026-05-13")


def interval_report() -> str:
    """Twelve weeks of one queue by the hour: three hours of an outage, and a day with three times the contacts."""
    rng = np.random.default_rng(5)
    rows = ["queue,start,offered"]
    for day in pd.date_range("2026-03-02", periods=84):
        for hour in range(8, 18) if day.day_of_week < 5 else ():
            number = rng.poisson(40) * (3 if day == ODD_DAY else 1)
            number = 0 if day == OUTAGE_DAY and 10 <= hour < 13 else number
            rows.append(
                f"phone/billing,{(day + pd.Timedelta(hours=hour)).tz_localize('Europe/Berlin').isoformat()},{number}"
            )
    return "\n".join(rows) + "\n"


@pytest.fixture
def marked_store(tmp_path: Path) -> Path:
    """A store whose history has an outage and an odd day."""
    report = tmp_path / "report.csv"
    report.write_text(interval_report(), "utf-8")
    with open_session(tmp_path / "store") as session:
        steps.load_site(session, write_site(tmp_path / "site"))
        steps.ingest(session, [report])
        steps.make_history(session)
    return tmp_path / "store"


def marks_of(store: Path) -> list[tuple[str, str, bool]]:
    with open_session(store) as session:
        marks = steps.list_marks(session)
    return [(row["mark"], row["source"], bool(row["active"])) for row in marks.to_dict("records")]


def toasts(app: AppTest) -> list[str]:
    return [toast.value for toast in app.toast]


def opened(open_app: Open, store: Path, language: str = "en") -> AppTest:
    app = open_app(store, "data", language)
    app.segmented_control(key="data_view").set_value("cleaning").run()
    assert not app.exception
    return app


@pytest.mark.parametrize("words", [EN, RU])
def test_the_marks_are_shown_in_the_planners_language(words: Words, open_app: Open, marked_store: Path) -> None:
    app = opened(open_app, marked_store, words.language)
    assert marks_of(marked_store) == [("outage", "auto", True), ("outlier", "auto", False)]
    (box,) = [box for box in app.selectbox if box.label == words("cleaning.mark")]
    assert len(box.options) == 2
    assert words("finding.high", raw="", expected="").split(":")[0] in box.options[0]
    assert words("finding.silence", raw="0", expected="").partition(":")[0] in box.options[1]
    assert not app.error


@pytest.mark.parametrize(
    ("button", "mark", "active"),
    [("accept", "outlier", True), ("keep", "", False), ("special", "special", True), ("discard", "discard", True)],
)
def test_the_planners_word_on_an_odd_day_is_stored_and_takes_the_marks_place(
    button: str, mark: str, active: bool, open_app: Open, marked_store: Path
) -> None:
    app = opened(open_app, marked_store)
    app.text_input(key="mark_reason").set_value("marathon")
    app.button(key=f"mark_{button}").click().run()
    assert not app.exception
    assert toasts(app) == [EN("cleaning.stored")]
    assert marks_of(marked_store) == [("outage", "auto", True), (mark, "planner", active)]
    with open_session(marked_store) as session:
        (row,) = session.site.decisions.to_dict("records")
    assert (row["queue"], row["from"], row["to"], row["reason"]) == (
        "phone/billing",
        "2026-05-13",
        "2026-05-13",
        "marathon",
    )


def test_a_special_day_without_a_name_is_refused(open_app: Open, marked_store: Path) -> None:
    app = opened(open_app, marked_store)
    app.button(key="mark_special").click().run()
    assert toasts(app) == [EN("cleaning.name_expected")]
    assert marks_of(marked_store)[1] == ("outlier", "auto", False)


def test_a_page_that_is_behind_decides_nothing(open_app: Open, marked_store: Path) -> None:
    app = opened(open_app, marked_store)
    with open_session(marked_store) as session:  # a colleague is faster
        odd = steps.list_marks(session).iloc[1]
        steps.decide_mark(
            session,
            queue=odd["queue"],
            start=odd["start"],
            end=odd["end"],
            mark="",
            reason="a fair",
            author="colleague",
        )
    app.button(key="mark_discard").click().run()
    assert toasts(app) == [EN("app.changed_meanwhile")]
    assert marks_of(marked_store)[1] == ("", "planner", False)
    app.button(key="mark_discard").click().run()  # having looked
    assert marks_of(marked_store)[1] == ("discard", "planner", True)


def test_a_store_without_marks_says_so(open_app: Open, planned: Path) -> None:
    app = opened(open_app, planned)
    assert [entry.value for entry in app.success] == [EN("cleaning.none")]


def test_late_counts_are_told_apart_from_a_plain_outage() -> None:
    mark = pd.Series(
        {
            "start": pd.Timestamp("2026-04-08T08:00Z"), "end": pd.Timestamp("2026-04-08T11:00Z"), "mark": "outage",
            "finding": "silence", "raw_contacts": 118.0, "expected_contacts": 120.0, "source": "auto",
        }
    )  # fmt: skip
    assert EN("finding.silence_late", raw="118", expected="120") in mark_words(mark, "Europe/Berlin", EN)
    plain = mark_words(mark.replace(118.0, 2.0), "Europe/Berlin", EN)
    assert plain.endswith(EN("finding.silence", raw="2", expected="120"))
    assert "10:00–13:00" in plain


def test_the_chart_shows_raw_and_corrected_and_both_kinds_of_marks() -> None:
    days = pd.DataFrame(
        {"time": pd.date_range("2026-04-06", periods=3), "offered": [9.0, 0, 8], "corrected": [9.0, 7, 8]}
    )
    marks = pd.DataFrame(
        {"time": days["time"].iloc[1:], "contacts": [0.0, 8.0], "active": [True, False], "words": ["outage", "odd"]}
    )
    figure = cleaning_chart(days, marks, EN, LIGHT, zone="UTC")
    assert [list(trace.y) for trace in figure.data] == [[9, 0, 8], [9, 7, 8], [0], [8]]
    assert figure.data[2].text[0] == "outage"
