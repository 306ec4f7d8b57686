"""The patience of customers on the page Data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
from streamlit.testing.v1 import AppTest

from planning import patience
from views.locale import Words

Open = Callable[..., AppTest]
RU = Words("ru")


def test_a_history_without_waits_says_that_patience_cannot_be_told(open_app: Open, planned: Path) -> None:
    app = open_app(planned, "data", "ru")
    app.button_group(key="data_view").set_value("patience").run()
    assert not app.exception
    table = next(frame.value for frame in app.dataframe if "hang_ups" in frame.value)
    assert set(table["remark"]) == {RU("patience.remark_no_waits")}
    assert not app.code


def test_the_lines_for_the_targets_are_there_to_copy() -> None:
    found = pd.DataFrame({"queue": ["a", "b"], "patience_seconds": [61.4, 5.0], "remark": ["", "few_hang_ups"]})
    assert patience.for_targets(found) == '[queue."a"]\npatience_seconds = 61\n'
