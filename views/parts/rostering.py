"""The roster's controls and cards: make, publish, revert; cost, bound, gaps; the audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from domain.errors import SmenaError
from planning import steps
from views.locale import Words
from views.parts import pickers, plan, site
from views.parts.days import local_times
from views.parts.notices import leave_error, leave_note
from views.parts.progress import Progress, run_in_sight
from views.parts.staffing import cover_share, hours_by_person

HARD = ("forbid",)


def make_panel(words: Words) -> None:
    """The week to roster and the button; publishing beside it."""
    weeks = plan.weeks()
    with st.container(border=True, horizontal=True, vertical_alignment="bottom"):
        week = st.selectbox(
            words("roster.week"), weeks, key="week", width=300, index=plan.usual_week(weeks),
            format_func=lambda day: f"{words.day(day)} – {words.day(day + timedelta(6), year=True)}",
        )  # fmt: skip
        pressed = st.button(words("roster.make"), type="primary", icon=":material/play_arrow:", key="make_roster")
        if site.has("roster"):
            publishing(words)
    if pressed and run_in_sight(words("roster.making"), lambda progress: _make(week, progress), words) is not None:
        leave_note(words("roster.made"))
        st.rerun()


def _make(week: date, progress: Progress) -> bool:
    steps.make_roster(site.session(), week_start=week, days=site.roster_days(), progress=progress)
    steps.measure_coverage(site.session())
    steps.audit(site.session())
    return True


def publishing(words: Words) -> None:
    """Publish the draft, or go back to what was published before."""
    published = plan.is_published("roster")
    seen = _state()
    st.button(
        words("roster.publish"), icon=":material/publish:", disabled=published, key="publish",
        on_click=_publish, args=(seen, words),
    )  # fmt: skip
    st.button(
        words("roster.revert"), icon=":material/undo:", disabled=not plan.can_revert("roster"), key="revert",
        on_click=_revert, args=(seen, words),
    )  # fmt: skip
    st.badge(
        words("roster.is_published") if published else words("roster.is_draft"),
        color="green" if published else "orange",
    )


def _state() -> tuple[str | None, int | None]:
    """What a press of publish or revert is about: the roster on the page and the revision that readers see."""
    shown = site.published()
    return site.member("roster"), shown.revision if shown else None


def _publish(seen: tuple[str | None, int | None], words: Words) -> None:
    site.look_again()
    try:
        if seen != _state():
            leave_note(words("app.changed_meanwhile"), ":material/sync_problem:", stays=True)
            return
        steps.publish(site.session(), "roster", seen_revision=seen[1])
    except SmenaError as error:
        leave_error(error, words)
    else:
        leave_note(words("roster.published"))


def _revert(seen: tuple[str | None, int | None], words: Words) -> None:
    site.look_again()
    try:
        if seen != _state():
            leave_note(words("app.changed_meanwhile"), ":material/sync_problem:", stays=True)
            return
        steps.revert(site.session(), "roster")
    except SmenaError as error:
        leave_error(error, words)
    else:
        leave_note(words("roster.reverted"))


def summary_cards(words: Words) -> None:
    """Cost, how far from the best possible, hours short, cover, and whether every hard rule is kept."""
    summary, coverage = plan.roster_summary(), site.table("coverage")
    with st.container(horizontal=True):
        st.metric(
            words("roster.cost"),
            words.number(summary.get("cost", float("nan"))),
            border=True,
            help=_cost_help(summary, words),
        )
        st.metric(
            words("roster.gap"),
            words.percent(summary.get("gap", float("nan")), 1),
            border=True,
            help=words("roster.gap_help"),
        )
        st.metric(words("roster.paid"), words.number(summary.get("paid_hours", float("nan"))), border=True)
        st.metric(words("roster.uncovered"), words.number(summary.get("uncovered_hours", float("nan")), 1), border=True)
        if coverage is not None:
            st.metric(words("roster.cover"), words.percent(cover_share(coverage), 1), border=True)
    with st.container(horizontal=True, vertical_alignment="center"):
        audit_badge(words)
        binding_rules(summary.get("rules_that_bind", []), words)
    closing_table(summary.get("relaxations", []), words)
    if reason := summary.get("relaxations_none"):
        st.caption(words(f"roster.closing_none_{reason}"))
    warnings = [str(warning) for warning in summary.get("warnings", [])]
    if warnings:
        with st.expander(words("roster.warnings", warnings=len(warnings)), icon=":material/info:"):
            st.markdown("\n".join(f"- {warning}" for warning in warnings))


def _cost_help(summary: Mapping[str, Any], words: Words) -> str:
    """What the cost is made of, and how much each part is where the solver says."""
    parts = summary.get("costs", {})
    told = "; ".join(f"{words(f'roster.cost_{name}')} {words.number(part)}" for name, part in parts.items())
    return f"{words('roster.cost_help')} {told}".strip()


def binding_rules(rules: Sequence[Mapping[str, Any]], words: Words) -> None:
    """The rules that cost most, each with what one unit of it costs and whom it touches."""
    if rules:
        st.caption(words("roster.binding"), width="content")
    for rule in rules:
        label = words.either(f"rule.{rule['rule']}", str(rule.get("words", rule["rule"])))
        price = words.number(float(rule.get("price", 0.0)), 1)
        told = words("roster.binding_help", price=price, unit=rule.get("unit", ""), people=rule.get("people", 0))
        st.badge(label, color="blue", help=told)


def closing_table(rows: Sequence[Mapping[str, Any]], words: Words) -> None:
    """What would have to give way so that nothing is missing, in hours and money."""
    if not rows:
        return
    columns = ["rule", "agreement", "queues", "units", "unit", "hours_gained", "cost", "saves"]
    table = pd.DataFrame([{name: row[name] for name in columns} for row in rows])
    people = words("roster.more_people")
    table["rule"] = [people if rule == "people" else words.either(f"rule.{rule}", rule) for rule in table["rule"]]
    table["unit"] = [words.either(f"unit.{unit}", unit) for unit in table["unit"]]
    table["queues"] = [", ".join(queues) for queues in table["queues"]]
    with st.expander(words("roster.closing"), icon=":material/lock_open:"):
        st.caption(words("roster.closing_help"))
        st.dataframe(
            table, hide_index=True, alt=words("roster.closing"),
            column_config={name: words(f"column.{name}") for name in columns},
        )  # fmt: skip


def hours_table(words: Words) -> None:
    """Days and hours of each person, names and teams beside them."""
    roster = site.table("roster")
    if roster is None or roster.empty:
        st.info(words("roster.nobody"), icon=":material/person_off:")
        return
    names = plan.names()
    table = hours_by_person(roster, site.zone())
    table["agent"] = [names.get(agent, agent) for agent in table["agent"]]
    st.dataframe(
        table, hide_index=True, height=460, alt=words("roster.view_hours"),
        column_config={
            "agent": words("column.agent"),
            "days": words("column.days"),
            "hours": st.column_config.ProgressColumn(
                words("column.hours"), format="%.1f", min_value=0.0, max_value=max(float(table["hours"].max()), 1.0)
            ),
        },
    )  # fmt: skip


def audit_badge(words: Words) -> None:
    """One badge: all hard rules kept, or how many breaches."""
    audit = site.table("audit")
    if audit is None:
        return
    hard = int(audit["strictness"].isin(HARD).sum())
    if hard:
        st.badge(words("roster.breaches", breaches=hard), icon=":material/gavel:", color="red")
    else:
        st.badge(words("roster.kept"), icon=":material/verified:", color="green")


def audit_table(words: Words) -> None:
    """Every finding of the audit, rule by rule."""
    audit = site.table("audit")
    if audit is None or audit.empty:
        st.success(words("roster.kept"), icon=":material/verified:")
        return
    names = plan.names()
    agents = [names.get(agent, agent) for agent in audit["agent"]]
    rules = [words.either(f"rule.{rule}", rule) for rule in audit["rule"]]
    levels = [words.either(f"strictness.{level}", level) for level in audit["strictness"]]
    shown = audit.assign(time=local_times(audit["start"], site.zone()), agent=agents, rule=rules, strictness=levels)
    columns = ["rule", "strictness", "agent", "time", "found", "limit", "unit", "words"]
    st.dataframe(
        shown[columns], hide_index=True, alt=words("roster.view_audit"),
        column_config={name: words(f"column.{name}") for name in columns} | {"time": pickers.time_column(words)},
    )  # fmt: skip
