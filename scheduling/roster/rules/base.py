"""What a rule is: words, source, unit, a constraint for the program and a check of any finished roster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from domain.errors import BadValue
from domain.people import RuleBook, RuleSetting
from scheduling.roster.meters import HoursWindow, Meter, TourFrame
from scheduling.roster.model import ELASTIC_FACTOR, AgentModel, Person
from scheduling.roster.work import PersonWork


@dataclass(frozen=True)
class Finding:
    """One breach. `start`: minutes since 1970 UTC of the row it shows at; `found` and `limit` in the rule's unit."""

    start: float
    found: float
    limit: float
    words: str


@dataclass(frozen=True)
class Rule:
    """One rule of the roster.

    `constrain` writes the rule on one person's model; `check` yields what a finished roster breaks; `default` is the
    strictness where the rule book does not name the rule; an `elastic` rule may be broken at a very high price even
    where it is forbidden (a contract that law or leave can make unreachable); `in_bound` says whether its rows are
    worth their weight in the linear bound (leaving rows out keeps a lower bound a lower bound).
    For the insertion engine a rule over several days gives a `meter` or hours `windows`; one whose rows stay inside a
    day needs neither, and `by_shape` says that no path of the tour graph can break it. A rule that `always` holds is
    nature's: no book can let it go; `instead` says what else may be meant.
    """

    name: str
    words: str
    source: str
    unit: str
    constrain: Callable[[AgentModel], None]
    check: Callable[[PersonWork], Iterator[Finding]]
    default: RuleSetting = field(default_factory=RuleSetting)
    elastic: bool = False
    in_bound: bool = True
    meter: Callable[[TourFrame, RuleSetting], Meter | None] | None = None
    windows: Callable[[Person, TourFrame, RuleSetting], Iterator[HoursWindow]] | None = None
    by_shape: bool = False
    always: bool = False
    instead: str = ""

    def setting(self, book: RuleBook) -> RuleSetting:
        """How strictly the rule is kept at this site. Raises `BadValue` where a rule that `always` holds is let go."""
        found = book.rules.get(self.name, self.default)
        if self.always and found.strictness != "forbid":
            raise BadValue(
                f"forbid: {self.words[0].lower()}{self.words[1:]}", column=f"rule.{self.name}.strictness",
                found=found.strictness, remedy=f"Take the setting out of the rule book. {self.instead}".strip(),
            )  # fmt: skip
        return found


@dataclass(frozen=True)
class GroupRule:
    """One rule of a whole roster: what one person may work hangs on what others do.

    It is never law: where the book forbids to break it, a breach costs as much as that of an elastic rule.

    `check` yields (agent, breach) for the works of all people; engines that know the rule keep it by its price.
    """

    name: str
    words: str
    source: str
    unit: str
    check: Callable[[Sequence[PersonWork]], Iterator[tuple[str, Finding]]]
    default: RuleSetting = field(default_factory=RuleSetting)

    def setting(self, book: RuleBook) -> RuleSetting:
        """How strictly the rule is kept at this site: pay, warn or ignore."""
        found = book.rules.get(self.name, self.default)
        if found.strictness != "forbid":
            return found
        dear = ELASTIC_FACTOR * max(book.cover.under_per_hour, 1.0)
        return found.model_copy(update={"strictness": "pay", "price": dear})


def conflict_rows(
    ends: np.ndarray, starts: np.ndarray, *, every_unit: bool
) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
    """Pairs (ending, starting) of which `starts[j] < ends[i]` conflict, as rows `Σ left + Σ right ≤ 1`.

    Yields (positions in `ends`, positions in `starts`, weight). A row at a moment τ holds all that end after τ and all
    that start at or before it: any two of them conflict. The weights of the rows a pair lies in add up to
    `ends[i] − starts[j]`, so that slacks priced by weight price the overlap; without `every_unit` rows that others
    imply are left out.
    """
    moments = np.unique(np.concatenate([starts, ends])) if every_unit else np.unique(starts)
    waiting: tuple[np.ndarray, np.ndarray, float] | None = None
    for number, moment in enumerate(moments):
        left = np.flatnonzero(ends > moment)
        right = np.flatnonzero(starts <= moment)
        if left.size == 0:
            break
        if right.size == 0:
            continue
        width = float(moments[number + 1] - moment) if number + 1 < len(moments) else 0.0
        if every_unit:
            yield left, right, width
            continue
        if waiting is not None and len(waiting[0]) != len(left):
            yield waiting
        waiting = (left, right, width)
    if waiting is not None:
        yield waiting
