"""The rest of the day: shown where the history reaches into the forecast, hidden elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from forecast import reforecast
from planning import steps
from planning.session import open_session
from tests.app_site import ZONE
from views.locale import LANGUAGES, Words, catalogue
from views.parts.today import last_known, today_of

EN = Words("en")
Open = Callable[..., AppTest]
NOON = pd.Timestamp("2026-08-31T10:00Z")
REASONS = [name for name, value in vars(reforecast).items() if name.isupper() and name == value]


def rows(**offered: float) -> pd.DataFrame:
    starts = [NOON - pd.Timedelta(hours=1), NOON]
    return pd.DataFrame([("phone/" + q, start, n) for q, n in offered.items() for start in starts]).set_axis(
        ["queue", "start", "offered"], axis=1
    )


def update(came: float, expected: float, reason: str = "") -> SimpleNamespace:
    return SimpleNamespace(came=came, expected=expected, reason=reason)


def result(moved: dict[str, float], **updates: SimpleNamespace) -> SimpleNamespace:
    rest = rows(**moved)
    named = {f"phone/{name}": found for name, found in updates.items()}
    return SimpleNamespace(forecast=rest[rest["start"] >= NOON], updates=named)


def test_a_group_adds_up_what_came_and_what_is_still_to_come() -> None:
    made = result({"a": 15.0, "b": 10.0}, a=update(30, 20), b=update(5, 10, "NOT_PROVEN"))
    found = today_of("phone/*", made, rows(a=10.0, b=10.0))
    assert found is not None
    assert (found.came, found.expected, found.rest_stood, found.rest) == (35, 30, 20, 25)
    assert found.factor == 1.25
    assert found.reasons == ("NOT_PROVEN",)


def test_a_queue_of_which_nothing_is_known_today_or_nothing_is_left_has_no_panel() -> None:
    assert today_of("phone/a", result({"a": 10.0}, a=update(0, 0, "NOTHING_SO_FAR")), rows(a=10.0)) is None
    assert today_of("phone/a", result({"a": 0.0}, a=update(5, 5, "NOTHING_AHEAD")), rows(a=0.0)) is None


def test_the_history_ends_with_the_last_counted_contact() -> None:
    history = rows(a=3.0).assign(offered=[3.0, np.nan])
    assert last_known(history, 60) == NOON
    assert last_known(history.assign(offered=0.0), 60) is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_to_stay_has_words(reason: str, language: str) -> None:
    assert f"today.{reason}" in catalogue(language)


def titles(app: AppTest) -> list[str]:
    return [entry.value for entry in app.subheader]


def morning_tickets(path: Path) -> Path:
    """Thirty contacts between eight and eleven on the first day of the forecast."""
    stamps = pd.date_range(pd.Timestamp("2026-08-31T08:00", tz=ZONE), periods=30, freq="6min")
    frame = pd.DataFrame({"ticket_id": [f"m{n}" for n in range(30)], "created_at": stamps.map(pd.Timestamp.isoformat)})
    frame.assign(channel="phone", type="billing", handle_seconds=300).to_csv(path, index=False)
    return path


def test_the_panel_comes_with_the_first_tickets_of_the_day_and_not_before(
    open_app: Open, planned_copy: Path, tmp_path: Path
) -> None:
    before = open_app(planned_copy, "forecast")
    assert not [title for title in titles(before) if title.startswith("Rest of the day")]
    with open_session(planned_copy) as session:
        steps.ingest(session, [morning_tickets(tmp_path / "monday.csv")])
        steps.make_history(session)
    app = open_app(planned_copy, "forecast")
    app.selectbox(key="queue").set_value("phone/billing").run()
    assert not app.exception
    assert EN("today.title", moment="Mon 31 Aug 11:00") in titles(app)
    so_far = next(metric for metric in app.metric if metric.label == EN("today.so_far"))
    assert so_far.value.startswith("30 of ")
