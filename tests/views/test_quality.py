"""How good each queue's forecast is, against naive models; flags in words; a pinned model and its release."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from forecast import pipeline
from planning import steps
from planning.session import open_session
from views.locale import LANGUAGES, Words, catalogue
from views.parts.quality import in_words, quality_table

EN = Words("en")
Open = Callable[..., AppTest]
FLAGS = [name for name, value in vars(pipeline).items() if name.isupper() and name == value]


def scores(*rows: tuple[str, str, str, float, bool]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["queue", "model", "lead", "wape", "chosen"])
    return frame.assign(noise_floor=0.05, bias_share=0.0, coverage_80=np.nan, coverage_95=np.nan, days=28)


def test_the_chosen_model_stands_beside_the_best_naive_one() -> None:
    table = quality_table(
        scores(
            ("phone/a", "calendar_lanes", "1-7d", 0.08, True), ("phone/a", "seasonal_naive", "1-7d", 0.16, False),
            ("phone/a", "weekday_average_4", "1-7d", 0.10, False), ("phone/a", "calendar_lanes", "1d", 0.01, True),
        ),
        "1-7d",
    )  # fmt: skip
    assert len(table) == 1
    assert table.loc[0, ["wape", "naive_wape"]].tolist() == [0.08, 0.10]
    assert table.loc[0, "gain"] == pytest.approx(0.2)


def test_a_queue_of_which_no_naive_model_was_tried_has_no_comparison() -> None:
    table = quality_table(scores(("phone/a", "ets", "1d", 0.08, True)), "1d")
    assert table[["naive_wape", "gain"]].isna().all(axis=None)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("flag", FLAGS)
def test_every_flag_of_a_forecast_has_words(flag: str, language: str) -> None:
    assert f"flag.{flag}" in catalogue(language)
    assert in_words([flag], Words(language)) != flag


def test_the_table_of_the_page_has_a_line_a_queue(open_app: Open, planned: Path) -> None:
    app = open_app(planned, "forecast")
    app.segmented_control(key="forecast_view").set_value("quality").run()
    table = next(entry.value for entry in app.dataframe if "naive_wape" in entry.value)
    assert table["queue"].tolist() == ["chat/support", "phone/billing", "phone/tech"]
    assert (table["wape"] > 0).all()


def test_a_pinned_model_holds_through_new_forecasts_until_it_is_taken_off(open_app: Open, planned_copy: Path) -> None:
    app = open_app(planned_copy, "forecast")
    app.segmented_control(key="forecast_view").set_value("quality").run()
    app.selectbox(key="pin_queue").set_value("phone/tech").run()
    app.selectbox(key="model_phone/tech_").set_value("weekday_average_8")
    app.button(key="again").click().run()
    assert not app.exception
    assert EN("models.pinned", queue="phone/tech", model="weekday_average_8") in [text.value for text in app.caption]
    with open_session(planned_copy) as session:
        assert steps.make_forecast(session).details["chosen"]["phone/tech"] == "weekday_average_8"
        assert steps.make_forecast(session).details["chosen"]["phone/billing"] != "weekday_average_8"
        assert dict(steps.pinned_models(session)) == {"phone/tech": "weekday_average_8"}
        steps.make_forecast(session, pins={})
        assert dict(steps.pinned_models(session)) == {}
