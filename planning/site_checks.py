"""What a site's files say of one another: agreements, days and people that fit together, and names nobody knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from connectors import lines_of_toml
from domain import RuleBook, Targets, public_holidays
from domain.calendar import parse_clock
from domain.errors import BadValue
from domain.intervals import DAY_MINUTES
from domain.queues import matches, split_list
from planning.cleaning import decided_spans
from planning.site import Site

FIRST_ROW = 2  # the line of a table's first row, below its header


def check_site(new: Mapping[str, str], stored: Mapping[str, str], place: Callable[[str], str], year: int) -> None:
    """New site files against each other and against those that the store has (texts by file name).

    `place` turns the name of a new file into what a message calls it; `year` is one whose holidays are asked for.
    Raises `BadValue` naming file, line and column of the first fault.
    """
    site = Site({**stored, **new})

    def named(name: str) -> str:
        return place(name) if name in new else f"{name} (in the store)"

    if "smena.toml" in new:
        _check_calendar(site.settings.calendar, year, named("smena.toml"))
    if "rules.toml" in new:
        with lines_of_toml(new["rules.toml"]):
            check_rule_names(site.rulebook, named("rules.toml"))
    if "people.csv" in new:
        check_availability(site.people, named("people.csv"))
    if {"people.csv", "rules.toml"} <= set(site.contents) and {"people.csv", "rules.toml"} & set(new):
        check_agreements(site.people, site.rulebook, named("people.csv"), named("rules.toml"))
    if "marks.csv" in new:
        decided_spans(site.decisions, site.settings.timezone, named("marks.csv"))
    if "time_off.csv" in new:
        check_time_off(site.time_off, site.people if "people.csv" in site.contents else None, named("time_off.csv"))
        _check_pinned(site.time_off, site.rulebook if "rules.toml" in site.contents else None, named("time_off.csv"))


def _check_calendar(calendar: str, year: int, file: str) -> None:
    if not calendar:
        return
    try:
        public_holidays(calendar, [year])
    except BadValue as fault:
        raise BadValue(
            fault.expected, file=file, column="calendar", found=calendar, remedy='"" is no public holidays.'
        ) from fault


def check_rule_names(book: RuleBook, file: str) -> None:
    """Every `[rule.NAME]` is one that the planner keeps, and none that always holds is let go.

    Raises `BadValue` naming the file, the rule and what is known.
    """
    from scheduling import GROUP_RULES, RULES  # loads numba: only where rules are read
    from scheduling.roster.explain import KNOWN_PEOPLE

    known = {*(rule.name for rule in RULES), *(rule.name for rule in GROUP_RULES), KNOWN_PEOPLE}
    for name in book.rules:
        if name not in known:
            raise BadValue(f"one of the rules {', '.join(sorted(known))}", file=file, column=f"rule.{name}", found=name)
    for rule in RULES:
        try:
            rule.setting(book)
        except BadValue as fault:
            raise fault.in_file(file) from fault


def check_availability(people: pd.DataFrame, file: str) -> None:
    """Raises `BadValue` naming the line of somebody who is never there."""
    from scheduling.roster.availability import parse_availability

    for line, row in enumerate(people.to_dict("records"), start=FIRST_ROW):
        first, last = row.get("available_from"), row.get("available_to")
        try:
            found = parse_availability(first, last, str(row["agent"]))
        except BadValue as fault:
            raise BadValue(fault.expected, file=file, line=line, column=fault.column, found=fault.found) from fault
        if found.first_day > found.last_day:
            expected = f"a last day on or after the first, {first}, for {row['agent']}"
            raise BadValue(expected, file=file, line=line, column="available_to", found=last)


def check_agreements(people: pd.DataFrame, book: RuleBook, file: str, rules: str) -> None:
    """Raises `BadValue` naming the line of an agreement that the book does not have."""
    known = sorted(agreement.name for agreement in book.agreements)
    for line, row in enumerate(people.to_dict("records"), start=FIRST_ROW):
        if row["agreement"] not in known:
            raise BadValue(
                f"one of the agreements {', '.join(known)}", file=file, line=line, column="agreement",
                found=row["agreement"], remedy=f"Agreements are the [agreement.NAME] tables of {rules}.",
            )  # fmt: skip


def check_time_off(time_off: pd.DataFrame, people: pd.DataFrame | None, file: str) -> None:
    """Raises `BadValue` naming the line of time off that ends before it begins, or is of none of the people."""
    agents = None if people is None else set(people["agent"])
    for line, row in enumerate(time_off.to_dict("records"), start=FIRST_ROW):
        if row["to"] < row["from"]:
            expected = f"a last day on or after the first, {row['from'].date()}"
            raise BadValue(expected, file=file, line=line, column="to", found=str(row["to"].date()))
        if agents is not None and row["agent"] not in agents:
            raise BadValue(
                "a person of people.csv", file=file, line=line, column="agent", found=row["agent"],
                remedy="Correct the name, or leave the row out.",
            )  # fmt: skip


def _check_pinned(time_off: pd.DataFrame, book: RuleBook | None, file: str) -> None:
    """Pinned shifts are templates of the rule book, at times of day."""
    names = None if book is None else sorted(shift.name for shift in book.shifts)
    for line, row in enumerate(time_off.to_dict("records"), start=FIRST_ROW):
        shift, clock = (cell if isinstance(cell, str) else "" for cell in (row.get("shift"), row.get("clock")))
        if names is not None and shift and shift not in names:
            raise BadValue(f"one of the shifts {', '.join(names)}", file=file, line=line, column="shift", found=shift)
        if clock:
            try:
                parse_clock(clock)
            except BadValue as fault:
                raise BadValue(fault.expected, file=file, line=line, column="clock", found=clock) from fault


def unknown_queues(patterns: Iterable[tuple[str, str]], known: Iterable[str], of: str = "history") -> list[str]:
    """One sentence for each pattern that names no known queue; `patterns` are (where it stands, the pattern)."""
    names = sorted(set(known))
    shown = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
    return [
        f"{where} {pattern!r} matches no queue of the {of}: known are {shown}"
        for where, pattern in dict.fromkeys(patterns)
        if not any(matches(queue, [pattern]) for queue in names)
    ]


def live_by_the_day(requirements: pd.DataFrame, targets: Targets) -> list[str]:
    """A sentence where people who answer at once were worked out from day totals, which hide the peaks of the day."""
    daily = requirements.loc[requirements["interval_minutes"] == DAY_MINUTES, "queue"].unique()
    live = [str(queue) for queue in daily if targets.of(str(queue)).work != "deferred"]
    if not live:
        return []
    return [
        f"{', '.join(live)}: answered at once, but forecast by the day; spread over 24 hours the need is too low. "
        "Forecast in intervals of the day (interval_minutes = 30)"
    ]


def queue_warnings(site: Site, known: Iterable[str]) -> list[str]:
    """What the site's targets, opening hours, events and people say of queues that the history does not have."""
    names = sorted({*known, *(str(queue) for queue in site.outbound["queue"])})
    patterns = [("targets.toml: seats", name) for name in site.targets.seats]
    patterns += [("targets.toml: queue", name) for name in site.targets.by_pattern]
    if site.opening is not None:
        patterns += [("opening_hours.toml: queue", name) for name in site.opening.by_pattern]
    events: list[dict[Any, Any]] = site.events.to_dict("records")
    patterns += [(f"events.csv: {row['name']}:", name) for row in events for name in split_list(row.get("queues"))]
    if "rules.toml" in site.contents:
        patterns += [("rules.toml: proficiency", name) for name in site.rulebook.proficiency]
    decided: list[dict[Any, Any]] = site.decisions.to_dict("records")
    patterns += [("marks.csv:", str(row["queue"])) for row in decided]
    found = unknown_queues(patterns, names)
    skills = [split_list(cell) for cell in site.people["queues"]]
    found += [
        f"outbound.csv: nobody in people.csv has {queue!r} among their queues, so no roster can staff it"
        for queue in sorted(set(site.outbound["queue"]))
        if skills and not any(matches(str(queue), own) for own in skills)
    ]
    idle = [
        str(row["agent"])
        for row in site.people.to_dict("records")
        if split_list(row["queues"]) and not any(matches(queue, split_list(row["queues"])) for queue in names)
    ]
    if idle:
        who = ", ".join(idle[:5]) + (f" and {len(idle) - 5} more" if len(idle) > 5 else "")
        found.append(f"people.csv: no queue of {who} matches a queue of the history: known are {', '.join(names)}")
    return found
