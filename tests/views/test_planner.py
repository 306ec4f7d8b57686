"""What a planner presses: roster, publish, go back, plan everything; files good and bad; two planners at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from planning import steps
from planning.session import open_session
from tests.app_site import tickets_csv
from views.locale import Words
from views.parts.edits import Edit, edits_of, open_edits

EN, RU = Words("en"), Words("ru")
Open = Callable[..., AppTest]
MONDAY = pd.Timestamp("2026-08-31T06:00Z")
PICTURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 8


def published_roster(store: Path) -> str | None:
    with open_session(store) as session:
        return session.published.members.get("roster") if session.published else None


def state(store: Path) -> tuple[Any, ...]:
    """What a refusal must leave alone."""
    with open_session(store) as session:
        members = dict(session.plan.members) if session.plan else {}
        return len(steps.imports(session)), members, len(steps.list_adjustments(session)), published_roster(store)


def add_campaign(store: Path) -> None:
    with open_session(store) as session:
        days = steps.adjusted(session)["start"]
        steps.add_adjustment(
            session, queue="*", from_start=days.min(), to_start=days.max(), kind="scale", value=2.0, reason="a test",
            author="me",
        )  # fmt: skip
        steps.make_requirements(session)


def toasts(app: AppTest) -> list[str]:
    return [toast.value for toast in app.toast]


def upload(app: AppTest, name: str, content: bytes) -> AppTest:
    widget = next(entry for entry in app.file_uploader if (entry.key or "").startswith("tickets_"))
    widget.set_value([(name, content, "text/csv")])
    return app.run()


def test_a_new_roster_is_a_draft_until_it_is_published_and_the_one_before_comes_back(
    open_app: Open, planned_copy: Path
) -> None:
    first = published_roster(planned_copy)
    add_campaign(planned_copy)
    app = open_app(planned_copy, "roster")
    assert app.button(key="publish").disabled
    app.button(key="make_roster").click().run()
    assert toasts(app) == [EN("roster.made")]
    assert published_roster(planned_copy) == first
    app.button(key="publish").click().run()
    assert toasts(app) == [EN("roster.published")]
    assert app.button(key="publish").disabled
    assert published_roster(planned_copy) not in (None, first)
    app.button(key="revert").click().run()
    assert toasts(app) == [EN("roster.reverted")]
    assert published_roster(planned_copy) == first
    assert not app.exception
    assert not app.error


def test_an_absence_shows_its_changes_before_they_are_applied_and_the_draft_is_compared(
    open_app: Open, planned_copy: Path
) -> None:
    with open_session(planned_copy) as session:
        roster = steps.read(session, "roster")
        before = session.member("roster")
    agent = sorted(roster.loc[roster["activity"] == "work", "agent"])[0]
    days = roster.loc[(roster["agent"] == agent) & (roster["activity"] == "work"), "start"].dt.tz_convert(
        "Europe/Berlin"
    )
    app = open_app(planned_copy, "roster")
    app.selectbox(key="repair_agent").set_value(agent)
    app.selectbox(key="repair_first").set_value(days.min().date())
    app.button(key="repair_show").click().run()
    assert not app.exception
    assert not app.error
    shown = next(frame.value for frame in app.dataframe if EN("repair.column_gain") in frame.value)
    assert EN("repair.did_absent") in list(shown[EN("repair.column_kind")])
    with open_session(planned_copy) as session:
        assert session.member("roster") == before  # only looked at
    app.button(key="repair_apply").click().run()
    assert toasts(app) == [EN("repair.done")]
    with open_session(planned_copy) as session:
        assert session.member("roster") != before
        assert agent in set(session.site.time_off["agent"])
    app.segmented_control(key="roster_view").set_value("drafts").run()
    compared = next(frame.value for frame in app.dataframe if EN("drafts.measure") in frame.value)
    differing = compared.set_index(EN("drafts.measure")).loc[EN("drafts.changed_days")]
    assert differing[EN("drafts.published")] == "0"
    assert int(next(value for name, value in differing.items() if name != EN("drafts.published"))) >= 1
    app.button(key="publish").click().run()  # nothing is left to compare: the page goes on
    assert not app.exception
    assert toasts(app) == [EN("roster.published")]


def test_a_page_that_is_behind_publishes_nothing(open_app: Open, planned_copy: Path) -> None:
    add_campaign(planned_copy)
    app = open_app(planned_copy, "roster")
    app.button(key="make_roster").click().run()
    before = published_roster(planned_copy)
    with open_session(planned_copy) as session:  # a colleague goes on while this page stays open
        steps.add_adjustment(
            session, queue="*", from_start=MONDAY, to_start=MONDAY + pd.Timedelta(days=1), kind="add", value=9.0,
            reason="more", author="a colleague",
        )  # fmt: skip
        steps.make_requirements(session)
        steps.make_roster(session, week_start=MONDAY.date(), days=7)
    app.button(key="publish").click().run()
    assert toasts(app) == [EN("app.changed_meanwhile")]
    assert published_roster(planned_copy) == before
    app.button(key="publish").click().run()  # having looked
    assert published_roster(planned_copy) != before


def test_everything_is_planned_from_the_page_of_runs(open_app: Open, planned_copy: Path) -> None:
    app = open_app(planned_copy, "runs")
    count = next(metric for metric in app.metric if metric.label == EN("runs.count")).value
    app.button(key="night").click().run()
    assert toasts(app) == [EN("runs.ended")]
    assert next(m for m in app.metric if m.label == EN("runs.count")).value == str(int(count) + 1)
    assert not app.exception


def test_a_russian_spreadsheet_is_looked_at_in_russian_and_taken_in(
    open_app: Open, planned_copy: Path, sample: Path
) -> None:
    before = state(planned_copy)
    app = open_app(planned_copy, "data", "ru")
    upload(app, "выгрузка.csv", (sample / "russian_sample.csv").read_bytes())
    counts = {metric.label: metric.value for metric in app.metric}
    assert [counts[RU(f"column.{name}")] for name in ("rows", "loaded", "rejected")] == ["200", "200", "0"]
    assert state(planned_copy) == before
    app.button(key="accept").click().run()
    assert toasts(app) == [RU("import.accepted")]
    assert state(planned_copy)[0] == before[0] + 1
    assert not app.exception


def test_a_dirty_file_shows_every_line_that_it_loses(open_app: Open, planned_copy: Path, sample: Path) -> None:
    content = (sample / "dirty_sample.csv").read_bytes()
    app = upload(open_app(planned_copy), "dirty.csv", content)
    names = {EN(f"column.{name}") for name in ("rows", "loaded", "rejected", "duplicates")}
    counts = {metric.label: int(metric.value) for metric in app.metric if metric.label in names}
    rejects = next(table.value for table in app.dataframe if "raw" in table.value)
    assert len(rejects) == counts[EN("column.rejected")] + counts[EN("column.duplicates")] == 12
    assert set(rejects["file"]) == {"dirty.csv"}
    rest = sum(counts[EN(f"column.{name}")] for name in ("loaded", "rejected", "duplicates"))
    assert rest == counts[EN("column.rows")]


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [("photo.csv", PICTURE, "WrongEncoding"), ("empty.csv", b"", "EmptyFile"), ("empty.xlsx", b"", "EmptyFile")],
)
def test_a_wrong_file_is_refused_with_file_expected_and_remedy_and_changes_nothing(
    name: str, content: bytes, fault: str, open_app: Open, planned_copy: Path
) -> None:
    before = state(planned_copy)
    app = upload(open_app(planned_copy, "data", "ru"), name, content)
    assert not app.exception
    assert RU(f"fault.{fault}") in app.error[0].value
    facts = next(table.value for table in app.dataframe if "remedy" in table.value).iloc[0]
    assert facts["file"] == name
    assert facts["expected"]
    assert facts["remedy"] == RU(f"remedy.{fault}")
    assert "accept" not in [button.key for button in app.button]
    assert state(planned_copy) == before


def test_two_files_of_one_name_are_both_read(open_app: Open, tmp_path: Path) -> None:
    app = open_app(tmp_path / "store")
    texts = [tickets_csv(days=3, seed=seed) for seed in (1, 2)]
    widget = next(entry for entry in app.file_uploader if (entry.key or "").startswith("tickets_"))
    widget.set_value([("export.csv", text.encode(), "text/csv") for text in texts])
    app.run()
    counts = {metric.label: metric.value for metric in app.metric}
    assert counts["Rows"] == str(sum(text.count("\n") - 1 for text in texts))


def submit(app: AppTest, words: Words, **fields: Any) -> AppTest:
    """Fill in the form of a change over a range and store it."""
    app.selectbox(key="adjust_kind").set_value(fields.get("kind", "scale"))
    app.number_input(key="adjust_value").set_value(fields.get("value", 2.0))
    app.text_input(key="adjust_reason").set_value(fields.get("reason", "a test"))
    return next(button for button in app.button if button.label == words("forecast.store")).click().run()


@pytest.mark.parametrize("kind", ["set", "add", "scale", "floor", "cap"])
def test_a_change_of_every_kind_is_stored_as_the_form_says(kind: str, open_app: Open, planned_copy: Path) -> None:
    app = submit(open_app(planned_copy, "forecast"), EN, kind=kind, value=2.5, reason="a fair")
    assert not app.exception
    assert toasts(app) == [EN("forecast.stored")]
    with open_session(planned_copy) as session:
        line = steps.list_adjustments(session).iloc[-1]
    assert (line["kind"], line["value"], line["reason"]) == (kind, 2.5, "a fair")
    assert line["to_start"] - line["from_start"] == pd.Timedelta(days=1)


def test_a_change_that_says_too_little_is_refused_in_the_planners_language(open_app: Open, planned_copy: Path) -> None:
    before = state(planned_copy)
    app = open_app(planned_copy, "forecast", "ru")
    (toast,) = toasts(submit(app, RU, reason=" "))
    assert RU("fault.BadValue") in toast
    assert RU("forecast.reason_expected") in toast
    assert state(planned_copy) == before


def test_edits_that_a_browser_sends_again_count_once_and_those_of_moved_numbers_not_at_all() -> None:
    starts = pd.to_datetime(["2026-09-07T06:00Z", "2026-09-08T06:00Z", "2026-09-09T06:00Z"]).as_unit("us")
    shown = pd.DataFrame({"from_start": starts, "to_start": starts, "offered": [100.0, 50.0, 70.0], "intervals": 8})
    edits = edits_of(shown, {0: {"offered": 120}, 1: {"offered": 60}, 2: {"offered": 80}})
    now = shown.assign(offered=[120.0, 50.0, 75.0])  # the first is stored, the third was changed by somebody else
    fresh, moved = open_edits(edits, now)
    assert [edit.after for edit in fresh] == [60]
    assert [edit.after for edit in moved] == [80]
    assert open_edits([Edit(starts[0], starts[0], "set", 1.0, 100.0, 1.0)], now.iloc[1:])[1] != []
