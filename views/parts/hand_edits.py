"""The roster changed by hand: a grid to type into, and at once what the changes break, mend and cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from domain.day_edits import DayEdit
from domain.errors import SmenaError
from planning import steps
from planning.session import Session
from views.locale import Words
from views.parts import plan, site
from views.parts.days import local_times
from views.parts.grid import Shifts, WrongCell, cell_text, edits_of_grid, grid_of
from views.parts.notices import leave_error, leave_note, show_error
from views.parts.repairing import changes_table

WRONG_SHOWN = 5
ABSENT = ("leave", "sick", "training")


@st.cache_resource(show_spinner=False, max_entries=8)
def _shifts(_session: Session, store: str, roster: str, files: str) -> Shifts:
    return steps.shifts_by_day(_session)


@st.cache_resource(show_spinner=False, max_entries=16)
def _looked_at(_session: Session, store: str, roster: str, files: str, told: str, _edits: Sequence[DayEdit]) -> Any:
    return steps.preview_edits(_session, _edits)


def looked_at(edits: Sequence[DayEdit]) -> Any:
    """What edits of the page's roster mean: a `scheduling.Edited`, worked out once."""
    session = site.session()
    return _looked_at(
        session, str(session.store.address), site.member("roster") or "", plan.rule_files(), repr(edits), edits
    )


def edit_view(roster: pd.DataFrame, words: Words) -> None:
    """The grid, and below it what the changes mean."""
    session = site.session()
    people, book = session.site.people, session.site.rulebook
    if people.empty:
        st.info(words("app.nothing_here"))
        return
    made = site.record("roster")
    first = date.fromisoformat(made.parameters["week_start"])
    days = [first + timedelta(number) for number in range(made.parameters["days"])]
    shifts = _shifts(session, str(session.store.address), site.member("roster") or "", plan.rule_files())
    names = plan.names()
    agents = sorted(people["agent"].astype(str), key=lambda agent: names.get(agent, agent))
    table = grid_of(agents, names, days, shifts, _away(roster, words))
    key = f"roster_grid_{site.member('roster')}_{st.session_state.get('roster_grid_round', 0)}"
    st.caption(words("edit.how", example=_example(book)))
    st.data_editor(
        table, key=key, hide_index=True, height=430, disabled=["agent"],
        column_config={"agent": st.column_config.TextColumn(words("column.agent"), pinned=True)}
        | {day.isoformat(): st.column_config.TextColumn(words.day(day)) for day in days},
    )  # fmt: skip
    changed = st.session_state[key]["edited_rows"] if key in st.session_state else {}
    own = _agreements(people, book)
    edits, wrong = edits_of_grid(table, changed, shifts, own, {shift.name: shift for shift in book.shifts})
    show_wrong(wrong, words)
    if edits:
        verdict(edits, words)


def _example(book: Any) -> str:
    """A cell as it may be written."""
    return cell_text([(book.shifts[0].name, book.shifts[0].start_minutes[-1])]) if book.shifts else "09:00"


def _away(roster: pd.DataFrame, words: Words) -> dict[tuple[str, date], str]:
    """The name of the absence in each cell of one."""
    rows = roster[roster["activity"].isin(ABSENT) & (roster["shift"].fillna("") == "")]
    days = local_times(rows["start"], site.zone()).dt.date
    kinds = [words(f"activity.{kind}") for kind in rows["activity"]]
    return dict(zip(zip(rows["agent"].astype(str), days, strict=True), kinds, strict=True))


def _agreements(people: pd.DataFrame, book: Any) -> dict[str, tuple[str, ...]]:
    """Template names that each person's agreement allows."""
    allowed = {agreement.name: tuple(agreement.shifts) for agreement in book.agreements}
    return {
        str(agent): allowed.get(str(name), ()) for agent, name in zip(people["agent"], people["agreement"], strict=True)
    }


def show_wrong(wrong: Sequence[tuple[str, date, WrongCell]], words: Words) -> None:
    """The cells that cannot be read, each with what could stand there."""
    for agent, day, fault in wrong[:WRONG_SHOWN]:
        who = f"{plan.names().get(agent, agent)}, {words.day(day)}"
        st.warning(f"{who}: {words(f'edit.{fault.key}', **fault.facts)}", icon=":material/edit_off:")
    if len(wrong) > WRONG_SHOWN:
        st.warning(words("edit.more_wrong", cells=len(wrong) - WRONG_SHOWN))


def verdict(edits: Sequence[DayEdit], words: Words) -> None:
    """What the edits change: cost, cover, rules; and the way to make them a draft or to forget them."""
    try:
        done = looked_at(tuple(edits))
    except SmenaError as error:
        show_error(error, words)
        return
    score_cards(done.summary, words)
    hard = int((done.broken["strictness"] == "forbid").sum())
    with st.container(horizontal=True, vertical_alignment="center"):
        rule_badges(done, hard, words)
    if len(done.broken):
        st.dataframe(_findings(done.broken, words), hide_index=True, alt=words("edit.broken_alt"))
    with st.container(horizontal=True):
        st.button(
            words("edit.apply_anyway") if hard else words("edit.apply"), type="secondary" if hard else "primary",
            icon=":material/edit_calendar:", key="edit_apply",
            on_click=apply, args=(tuple(edits), site.member("roster"), words),
        )  # fmt: skip
        st.button(words("edit.forget"), icon=":material/undo:", key="edit_forget", on_click=_forget)
    st.dataframe(changes_table(done.changes, words), hide_index=True, alt=words("edit.changes_alt"))


def score_cards(summary: Mapping[str, Any], words: Words) -> None:
    """Cost, uncovered and paid hours after a change, each with its change."""
    before, after = summary["before"], summary["after"]
    with st.container(horizontal=True):
        for name, digits in (("cost", 0), ("uncovered_hours", 1), ("paid_hours", 1)):
            change = round(after[name] - before[name], digits) + 0.0
            st.metric(
                words(f"drafts.{name}"), words.number(after[name], digits), words.signed(change, digits),
                delta_color="off" if name == "paid_hours" or not change else "inverse", border=True,
            )  # fmt: skip


def rule_badges(done: Any, hard: int, words: Words) -> None:
    """Whether a change keeps the rules, and what it breaks or mends."""
    if hard:
        st.badge(words("edit.breaks", breaches=hard), icon=":material/gavel:", color="red")
    elif len(done.broken):
        st.badge(words("edit.soft", breaches=len(done.broken)), icon=":material/info:", color="orange")
    else:
        st.badge(words("edit.legal"), icon=":material/verified:", color="green")
    if len(done.mended):
        st.badge(words("edit.mends", breaches=len(done.mended)), icon=":material/healing:", color="green")


def _findings(found: pd.DataFrame, words: Words) -> pd.DataFrame:
    names = plan.names()
    return pd.DataFrame(
        {
            words("column.rule"): [words.either(f"rule.{rule}", rule) for rule in found["rule"]],
            words("column.strictness"): [words.either(f"strictness.{level}", level) for level in found["strictness"]],
            words("column.agent"): [names.get(agent, agent) for agent in found["agent"]],
            words("column.found"): [words.number(value, 1) for value in found["found"]],
            words("column.limit"): [words.number(value, 1) for value in found["limit"]],
            words("column.unit"): [words.either(f"unit.{unit}", unit) for unit in found["unit"]],
        }
    )


def _forget() -> None:
    st.session_state["roster_grid_round"] = st.session_state.get("roster_grid_round", 0) + 1


def apply(edits: Sequence[DayEdit], roster: str | None, words: Words) -> None:
    """Make the edits a draft, unless the page's roster is no longer that of the store."""
    site.look_again()
    if site.member("roster") != roster:
        leave_note(words("app.changed_meanwhile"), ":material/sync_problem:", stays=True)
        return
    try:
        steps.edit_roster(site.session(), edits)
        steps.measure_coverage(site.session())
        steps.audit(site.session())
    except SmenaError as error:
        leave_error(error, words)
    else:
        _forget()
        st.session_state.pop("swap_preview", None)
        site.look_again()
        leave_note(words("edit.done"))
