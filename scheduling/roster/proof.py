"""The proof sheet: for any roster, rule by rule and person by person, how much room is left before the rule breaks.

A measure reads the same rows as the rule's check and yields every instance with its margin: what was found against what
was agreed, in the rule's unit, negative where the rule is broken. Rules without a measure are yes or no: they are
counted in breaches.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd

from domain.people import RuleBook
from domain.tables import PEOPLE, PROOF, ROSTER
from scheduling.roster.audit import works_of
from scheduling.roster.margins import MEASURES, at_most
from scheduling.roster.problem import make_people
from scheduling.roster.rules import RULES, Rule
from scheduling.roster.work import PersonWork, read_rows
from scheduling.shifts.localtime import midnight, stamps_of

UNMEASURED_UNIT = "breaches"


def prove(
    roster: pd.DataFrame,
    people: pd.DataFrame,
    rulebook: RuleBook,
    *,
    time_off: pd.DataFrame | None = None,
    previous: pd.DataFrame | None = None,
    days: tuple[date, date] | None = None,
) -> pd.DataFrame:
    """The tightest margin of every person under every rule, as a frame under PROOF; arguments as those of `audit`.

    Measured rules come first. Rules that the book ignores, or of which a person has no instance (no second shift to
    rest before), have no row.
    """
    roster, people = ROSTER.check(roster), PEOPLE.check(people)
    staff = {person.agent: person for person in make_people(people, rulebook, time_off=time_off)}
    records: list[tuple[str, str, float, str, float, float, float, str, str, str]] = []
    if len(roster) or days is not None:
        for work in works_of(read_rows(roster), staff, rulebook, previous, days):
            records += [record for rule in RULES for record in _proven(rule, work)]
    if not records:
        return PROOF.empty()
    frame = pd.DataFrame(records, columns=list(PROOF.column_names))
    frame["start"] = stamps_of(frame["start"].to_numpy(dtype=np.float64))
    names = [rule.name for rule in RULES]
    order = {name: (name not in MEASURES) * len(names) + number for number, name in enumerate(names)}
    frame["order"] = frame["rule"].map(order)
    return PROOF.check(frame.sort_values(["order", "margin", "agent"], kind="stable").drop(columns="order"))


def tightest(proof: pd.DataFrame) -> pd.DataFrame:
    """Of a frame under PROOF the row with the least margin of each rule, in the frame's order of rules."""
    checked = PROOF.check(proof)
    return checked.loc[checked.groupby("rule", sort=False)["margin"].idxmin()].reset_index(drop=True)


def _proven(rule: Rule, work: PersonWork) -> Iterator[tuple[str, str, float, str, float, float, float, str, str, str]]:
    setting = rule.setting(work.book)
    if setting.strictness == "ignore":
        return
    measure, unit = MEASURES.get(rule.name), rule.unit
    if measure is None:
        findings = list(rule.check(work))
        start = findings[0].start if findings else float(midnight(work.first_day, work.timezone))
        found, unit = at_most(start, len(findings), 0), UNMEASURED_UNIT
        told = f"{len(findings)} breaches" if findings else "kept"
    else:
        margins = list(measure(work))
        if not margins:
            return
        found = min(margins, key=lambda margin: margin.margin)
        told = found.words(unit)
    source = work.book.source_of(rule.name) or rule.source
    yield (
        rule.name, work.agent, found.start, setting.strictness, float(found.found), float(found.limit), found.margin,
        unit, f"{rule.words}: {told}, {source}", source,
    )  # fmt: skip
