"""The page Roster's table of what would close a gap, in both languages."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from views.locale import LANGUAGES, Words


def page(language: str) -> None:
    from views.locale import Words
    from views.parts.rostering import closing_table

    row = {"agreement": "full", "queues": ["calls", "mail"], "units": 10.0, "hours_gained": 9.0, "cost": 1, "saves": 2}
    rows = [{**row, "rule": "hours_per_week", "unit": "hours"}, {**row, "rule": "people", "unit": "people"}]
    closing_table(rows, Words(language))
    closing_table([], Words(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_rules_and_people_are_told_in_the_reader_s_words(language: str) -> None:
    app = AppTest.from_function(page, args=(language,)).run(timeout=30)
    words = Words(language)
    assert not app.exception
    [table] = [frame.value for frame in app.dataframe]
    assert table["rule"].tolist() == [words("rule.hours_per_week"), words("roster.more_people")]
    assert table["unit"].tolist() == [words("unit.hours"), words("unit.people")]
    assert table["queues"].tolist() == ["calls, mail"] * 2
