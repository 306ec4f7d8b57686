"""The command `smena ledger`: what each person has had of the shifts nobody likes, carried from roster to roster."""

from __future__ import annotations

from typing import Annotated

import typer

from planning.cli_common import OutOption, QuietOption, door, give, say
from planning.cli_staffing import (
    DAYS_OF_ROWS,
    LedgerOption,
    PeopleOption,
    PlannedOption,
    RulesOption,
    WishesOption,
    needs,
)


def register(app: typer.Typer) -> None:
    """Add the command to `smena`."""
    app.command()(door(ledger))


def ledger(
    roster: Annotated[str, typer.Argument(help="The roster whose shifts are counted (CSV, Parquet).")],
    people: PeopleOption = None,
    rules: RulesOption = None,
    wishes: WishesOption = None,
    before: LedgerOption = None,
    requirements: PlannedOption = None,
    out: OutOption = None,
    quiet: QuietOption = False,
) -> None:
    """Nights, weekends, holidays and late ends of everybody, with those of the ledger before; for `roster --ledger`.

    Example: smena ledger roster.csv --people people.csv --rules rules.toml --ledger march.csv --out april.csv
    """
    from domain.tables import LEDGER
    from planning import roster_stages

    needs(people=people, rules=rules)
    assert people is not None
    assert rules is not None
    carried, zone = roster_stages.ledger_of_roster(
        roster, people, rules, wishes=wishes, ledger=before, requirements=requirements
    )
    give(carried, out, LEDGER, zone)
    if requirements is None:
        say(DAYS_OF_ROWS, quiet)
    say(f"{len(carried)} people counted", quiet)
