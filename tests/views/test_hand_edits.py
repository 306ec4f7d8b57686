"""What a planner types into the grid of a roster, and what the page does with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from domain.day_edits import DayEdit
from domain.shifts import ShiftTemplate
from planning import steps
from planning.session import open_session
from views.locale import LANGUAGES, Words
from views.parts.grid import WrongCell, cell_text, edits_of_grid, grid_of, read_cell

EN = Words("en")
Open = Callable[..., AppTest]
MONDAY, NEXT_MONDAY = date(2026, 8, 31), date(2026, 9, 7)
EARLY = ShiftTemplate(name="early", start_from="08:00", start_to="09:00", length_minutes=480, letter="E")
DAY = ShiftTemplate(name="day", start_from="09:00", length_minutes=480)
NIGHT = ShiftTemplate(name="night", start_from="22:00", length_minutes=480, letter="N")
TEMPLATES = {shift.name: shift for shift in (EARLY, DAY, NIGHT)}
OWN = ("early", "day", "night")


@pytest.mark.parametrize(
    ("text", "now", "meant"),
    [
        ("early 08:30", (), (("early", 510),)),
        ("EARLY 8:30", (), (("early", 510),)),
        ("early 8.30", (), (("early", 510),)),
        ("N 22:00", (), (("night", 1320),)),
        ("night", (), (("night", 1320),)),  # it has one start
        ("early", (("early", 540),), (("early", 540),)),  # as it is
        ("08:30", (), (("early", 510),)),  # no other shift starts then
        ("09:00", (("early", 480),), (("early", 540),)),  # two do: the one of the day
        ("day 09:00 + night", (), (("day", 540), ("night", 1320))),
        ("", (("early", 480),), ()),
        ("  ", (("early", 480),), ()),
    ],
)
def test_a_cell_is_read_as_a_planner_means_it(text, now, meant):
    assert read_cell(text, now, OWN, TEMPLATES) == meant


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("09:00", "which_shift"), ("07:00", "no_shift_then"), ("early", "which_start"), ("early 12:00", "no_start"),
        ("nonsense", "unknown_shift"), ("nonsense 09:00", "unknown_shift"), ("25:00", "unreadable"),
        ("09:61", "unreadable"), ("=1+1", "unknown_shift"), ("early 9", "unknown_shift"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cell_that_says_no_shift_is_told_in_words(text, key, language):
    with pytest.raises(WrongCell) as fault:
        read_cell(text, (), OWN, TEMPLATES)
    assert fault.value.key == key
    told = Words(language)(f"edit.{key}", **fault.value.facts)
    assert text.split("+")[0] in told


def test_what_a_cell_shows_is_read_back_as_it_was():
    shifts = (("early", 510), ("night", 1320))
    assert cell_text(shifts) == "early 08:30 + night 22:00"
    assert read_cell(cell_text(shifts), (), OWN, TEMPLATES) == shifts


def test_only_cells_that_say_something_new_are_edits():
    shifts = {("a", MONDAY): (("day", 540),)}
    table = grid_of(["a", "b"], {"a": "Ann"}, [MONDAY], shifts, {("b", MONDAY): "Leave"})
    assert table.to_numpy().tolist() == [["Ann", "day 09:00"], ["b", "Leave"]]
    column = MONDAY.isoformat()
    changed = {0: {column: "DAY 9:00"}, 1: {column: "early 08:00"}}
    edits, wrong = edits_of_grid(table, changed, shifts, {"a": OWN, "b": OWN}, TEMPLATES)
    assert edits == [DayEdit("b", MONDAY, (("early", 480),))]
    assert wrong == []
    edits, wrong = edits_of_grid(table, {0: {column: None}, 1: {column: "x"}}, shifts, {}, TEMPLATES)
    assert edits == [DayEdit("a", MONDAY)]
    assert [(agent, day, fault.key) for agent, day, fault in wrong] == [("b", MONDAY, "unknown_shift")]
    assert edits_of_grid(table, {1: {column: ""}}, shifts, {}, TEMPLATES) == ([], [])  # an absence stays one


def toasts(app: AppTest) -> list[str]:
    return [toast.value for toast in app.toast]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_swap_is_looked_at_before_it_is_taken_and_two_drafts_are_compared(
    language: str, open_app: Open, planned_copy: Path
) -> None:
    words = Words(language)
    with open_session(planned_copy) as session:
        before, first = steps.read(session, "roster"), session.member("roster")
    work = before[before["activity"] == "work"]
    agent = sorted(work["agent"])[0]
    day = work.loc[work["agent"] == agent, "start"].dt.tz_convert("Europe/Berlin").min().date()
    app = open_app(planned_copy, "roster", language)
    app.selectbox(key="swap_agent").set_value(agent)
    app.selectbox(key="swap_day").set_value(day)
    app.button(key="swap_show").click().run()
    assert not app.exception
    assert not app.error
    shown = next(frame.value for frame in app.dataframe if words("swap.rules") in frame.value)
    assert len(shown) >= 1
    other = app.selectbox(key="swap_other").value
    with open_session(planned_copy) as session:
        assert session.member("roster") == first  # only looked at
    app.button(key="swap_apply").click().run()
    assert not app.exception
    assert toasts(app) == [words("edit.done")]
    with open_session(planned_copy) as session:
        after = steps.shifts_by_day(session)
    assert (other, day) in after
    app.segmented_control(key="roster_view").set_value("drafts").run()
    compared = next(frame.value for frame in app.dataframe if words("drafts.measure") in frame.value)
    assert len(compared.columns) == 3
    differing = compared.set_index(words("drafts.measure")).loc[words("drafts.changed_days")]
    assert differing.tolist()[0] == "0"
    assert int(differing.tolist()[1]) >= 1
    app.button(key="take_up").click().run()
    assert toasts(app) == [words("drafts.taken_up")]
    with open_session(planned_copy) as session:
        assert session.member("roster") == first


def test_a_week_is_copied_from_the_page_and_carries_what_people_had(open_app: Open, planned_copy: Path) -> None:
    app = open_app(planned_copy, "roster")
    assert app.selectbox(key="copy_to").value == NEXT_MONDAY
    app.button(key="copy_apply").click().run()
    assert not app.exception
    assert EN("copy.done", day=EN.day(NEXT_MONDAY)) in toasts(app)
    assert app.selectbox(key="week").value == NEXT_MONDAY
    with open_session(planned_copy) as session:
        made = session.store.versions.get("roster", session.member("roster") or "")
    assert made.parameters["week_start"] == NEXT_MONDAY.isoformat()
    assert "ledger" in made.inputs


def test_an_edit_of_the_page_is_scored_and_a_page_that_is_behind_changes_nothing(
    open_app: Open, planned_copy: Path
) -> None:
    app = open_app(planned_copy, "roster")
    app.segmented_control(key="roster_view").set_value("edit").run()
    grid = app.data_editor[0].value if hasattr(app, "data_editor") else None
    assert grid is not None
    assert list(grid.columns[1:]) == [f"2026-{day}" for day in
                                      ("08-31", "09-01", "09-02", "09-03", "09-04", "09-05", "09-06")]  # fmt: skip
    leave = grid.set_index("agent").loc["Anna Weber", "2026-09-01"]
    assert leave == EN("activity.leave")


def planned_with(store: Path, people: str, time_off: str = "agent,from,to,kind,weight\n") -> None:
    """The roster of the plan made anew for other people."""
    with open_session(store) as session:
        current = session.store.site.current()
        seen = {name: current[name].revision for name in ("people.csv", "time_off.csv")}
        texts = {"people.csv": people, "time_off.csv": time_off}
        session.store.site.save(texts, author="me", at=session.clock(), seen=seen)
        steps.make_roster(session, week_start=MONDAY, days=7)
        steps.measure_coverage(session)
        steps.audit(session)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [0, 1])
def test_a_team_of_nobody_or_one_has_a_page_of_its_own_in_every_view(
    count: int, language: str, open_app: Open, planned_copy: Path
) -> None:
    planned_with(planned_copy, "agent,queues,agreement,name\n" + "p1,phone/*,full,Лев Орлов\n" * count)
    app = open_app(planned_copy, "roster", language)
    for view in ("people", "coverage", "edit", "standing", "hours", "audit", "proof"):
        app.segmented_control(key="roster_view").set_value(view).run()
        assert not app.exception, view
        assert not app.error, view


def test_the_cover_grid_tells_too_few_from_too_many() -> None:
    from views.parts.staffing import cover_grid

    starts = pd.to_datetime(["2026-10-25T00:00Z", "2026-10-25T01:00Z", "2026-10-25T08:00Z"]).as_unit("us")
    cover = pd.DataFrame({"queue": "a", "start": starts, "required": [1.0, 1.0, 3.0], "present": [2.0, 0.0, 1.0]})
    grid = cover_grid(cover, "Europe/Berlin")  # 02:00 twice on that night: one too many, one too few
    assert grid.index.tolist() == ["02:00", "09:00"]
    assert grid.iloc[:, 0].tolist() == [0.0, -2.0]
    assert cover_grid(cover, "Europe/Berlin", "queue").columns.tolist() == ["a"]
