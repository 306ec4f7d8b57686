"""Why a number is what it is: parts that sum to it, seasons, and the days it was learned from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from domain.intervals import local_days
from planning import previews, steps
from planning.session import open_session
from views.locale import LANGUAGES, Words
from views.parts.explain import hour_shares, weekday_factors, whole_parts

EN = Words("en")
Open = Callable[..., AppTest]
MONDAY, TUESDAY = pd.Timestamp("2026-09-07"), pd.Timestamp("2026-09-08")


def parts() -> pd.DataFrame:
    rows = [
        (MONDAY, "level", 100.0, None), (MONDAY, "weekday", 20.0, 1.2), (MONDAY, "holiday", 0.0, 1.0),
        (TUESDAY, "level", 100.0, None), (TUESDAY, "weekday", -10.0, 0.9), (TUESDAY, "holiday", 0.0, 1.0),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["day", "part", "contacts", "factor"]).astype({"factor": float})
    return frame.assign(queue="phone/a")


def days(*numbers: tuple[float, float]) -> pd.DataFrame:
    frame = pd.DataFrame(numbers, columns=["baseline", "offered"])
    return frame.assign(time=pd.date_range(MONDAY, periods=len(frame)))


def test_the_planners_change_is_a_part_and_all_parts_sum_to_the_number() -> None:
    whole = whole_parts(parts(), days((120.0, 180.0), (90.0, 90.0)))
    assert whole.groupby("day")["contacts"].sum().tolist() == [180, 90]
    edit = whole[whole["part"] == "adjusted"].set_index("day")
    assert edit.loc[MONDAY, ["contacts", "factor"]].tolist() == [60, 1.5]
    assert edit.loc[TUESDAY, "contacts"] == 0


def test_a_part_that_is_nothing_on_every_day_is_left_out() -> None:
    assert set(whole_parts(parts(), days((120.0, 120.0), (90.0, 90.0)))["part"]) == {"level", "weekday"}


def test_hours_that_are_not_forecast_are_a_part_of_their_own() -> None:
    whole = whole_parts(parts(), days((70.0, 70.0), (90.0, 90.0)))
    assert whole.loc[whole["part"] == "rest", "contacts"].tolist() == [-50, 0]
    assert whole.groupby("day")["contacts"].sum().tolist() == [70, 90]


def test_days_of_which_the_model_says_nothing_are_left_out() -> None:
    assert set(whole_parts(parts(), days((120.0, 120.0), (90.0, 90.0), (50.0, 50.0)))["day"]) == {MONDAY, TUESDAY}
    assert whole_parts(parts().iloc[:0], days((120.0, 120.0))).empty


def test_weekday_factors_are_means_by_weekday() -> None:
    twice = pd.concat([parts(), parts().assign(day=parts()["day"] + pd.Timedelta(days=7), factor=1.4)])
    names, factors = weekday_factors(twice, EN)
    assert names == ["Mon", "Tue"]
    assert factors == pytest.approx([1.3, 1.15])


def test_the_hours_of_a_day_are_shares_of_its_baseline() -> None:
    starts = pd.to_datetime(["2026-09-07T06:00Z", "2026-09-07T07:00Z", "2026-09-08T06:00Z"]).as_unit("us")
    ahead = pd.DataFrame({"start": starts, "baseline": [30.0, 10.0, 99.0]})
    assert hour_shares(ahead, "Europe/Berlin", MONDAY) == (["08:00", "09:00"], [0.75, 0.25])
    assert hour_shares(ahead.assign(baseline=0.0), "Europe/Berlin", MONDAY) == ([], [])


def test_the_days_learned_from_are_past_days_with_what_was_counted_then(planned: Path) -> None:
    with open_session(planned) as session:
        history = steps.read(session, "history").query("queue == 'phone/tech'")
        learned = previews.learned_from(session, history)
    counted = history.assign(day=local_days(history["start"], "Europe/Berlin")).groupby("day")["offered"].sum()
    monday = learned[(learned["for_day"] == pd.Timestamp("2026-08-31")) & (learned["part"] == "weekday")]
    assert set(monday["day"].dt.day_of_week) == {0}
    assert monday["day"].max() == pd.Timestamp("2026-08-24")
    assert monday["contacts"].tolist() == counted[monday["day"]].tolist()
    recent = learned[(learned["for_day"] == pd.Timestamp("2026-08-31")) & (learned["part"] == "recent")]
    assert len(recent) == 8
    assert recent["day"].max() <= pd.Timestamp("2026-08-30")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_view_shows_parts_that_sum_to_the_days_number(language: str, open_app: Open, planned_copy: Path) -> None:
    with open_session(planned_copy) as session:
        steps.set_total(
            session, queue="chat/support", from_start=pd.Timestamp("2026-08-31T00:00Z"),
            to_start=pd.Timestamp("2026-08-31T22:00Z"), total=77.0, reason="a test", author="me",
        )  # fmt: skip
    app = open_app(planned_copy, "forecast", language)
    app.segmented_control(key="forecast_view").set_value("why").run()
    assert not app.exception
    assert not app.error
    shown = next(table.value for table in app.dataframe if "factor" in table.value)
    words = Words(language)
    assert shown["label"].iloc[-1] == words("why.total")
    assert shown["contacts"].iloc[-1] == pytest.approx(77)
    assert shown["contacts"].iloc[:-1].sum() == pytest.approx(77)
    assert words("part.adjusted") in set(shown["label"])
    learned = next(table.value for table in app.dataframe if "day" in table.value)
    assert len(learned) == 8


def test_a_plan_without_parts_says_how_to_get_them(
    open_app: Open, planned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from views.parts import site

    table = site.table
    monkeypatch.setattr(site, "table", lambda kind: None if kind == "decomposition" else table(kind))
    app = open_app(planned, "forecast")
    app.segmented_control(key="forecast_view").set_value("why").run()
    assert [hint.value for hint in app.info] == [EN("why.none")]
