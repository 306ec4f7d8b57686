"""How every step makes a version: look for the same recipe first, else make, store, and lay it into the plan."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from domain import IntervalGrid
from domain.errors import NothingToPlan
from domain.tables import TABLES
from planning.execute import Executor, SerialExecutor
from planning.recipe import Recipe
from planning.session import Progress, Session
from planning.site import Site
from planning.store import NewPlan, Store

SITE_PREFIX = "site:"
CHAIN = (
    "history", "cleaning", "forecast", "scores", "decomposition", "adjusted", "requirements", "roster", "coverage",
    "certificate", "audit",
)  # fmt: skip
STEP_THAT_MAKES: Mapping[str, str] = {
    "tickets": "run `smena ingest FILE…`",
    "history": "run `smena history`",
    "cleaning": "run `smena history`",
    "forecast": "run `smena forecast`",
    "scores": "run `smena forecast`",
    "decomposition": "run `smena forecast`",
    "adjusted": "run `smena require`",
    "requirements": "run `smena require`",
    "roster": "run `smena roster`",
    "coverage": "run `smena roster`",
    "certificate": "run `smena certify`",
    "audit": "run `smena audit`",
}


@dataclass(frozen=True)
class Made:
    """What a maker made: frames by kind, JSON-able facts about them, and what a person should know."""

    frames: Mapping[str, pd.DataFrame]
    details: Mapping[str, Any] = field(default_factory=dict)
    messages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tools:
    """What a maker may use besides its recipe; none of it changes the result (`fallback` is named in the details)."""

    executor: Executor = field(default_factory=SerialExecutor)
    progress: Progress | None = None
    fallback: str | None = None


@dataclass(frozen=True)
class Materials:
    """What a recipe names, read from the store."""

    store: Store
    recipe: Recipe

    def frame(self, kind: str) -> pd.DataFrame:
        """The body of an input, under its contract."""
        return self.version(kind, self.recipe.inputs[kind])

    def version(self, kind: str, version: str) -> pd.DataFrame:
        """Any body, under its contract."""
        return TABLES[kind.upper()].check(self.store.versions.frame(kind, version))

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The recipe's parameters."""
        return self.recipe.parameters

    @cached_property
    def site(self) -> Site:
        """The site as its files stood when the recipe was written."""
        digests = {k.removeprefix(SITE_PREFIX): v for k, v in self.recipe.inputs.items() if k.startswith(SITE_PREFIX)}
        return Site({name: self.store.site.by_digest(name, digest) for name, digest in digests.items()})


Maker = Callable[[Materials, Tools], Made]


@dataclass(frozen=True)
class StepResult:
    """What a step did. `unchanged`: the same recipe had been followed before, its version was taken."""

    step: str
    version: str
    rows: Mapping[str, int]
    unchanged: bool
    seconds: float
    messages: tuple[str, ...]
    details: Mapping[str, Any]


def produce(session: Session, recipe: Recipe, maker: Maker, tools: Tools | None = None) -> StepResult:
    """Follow a recipe, or find that it was followed before; the session's plan names the result afterwards."""
    begun = time.monotonic()
    store = session.store
    version = store.versions.made_by(recipe)
    unchanged = version is not None
    if version is None:
        made = maker(Materials(store, recipe), tools or Tools())
        details = {**made.details, "messages": list(made.messages)}
        version = store.versions.write(made.frames, recipe, session.clock(), run=session.run, details=details)
    records = {kind: store.versions.get(kind, version) for kind in _kinds(recipe.step)}
    members = dict.fromkeys(records, version)
    plan = session.plan
    if plan is None or any(plan.members.get(kind) != version for kind in members):
        new = NewPlan(members, session.clock(), session.author, recipe.step, session.run)
        store.plans.advance(session.pointer, new)
    facts = next(iter(records.values())).details
    return StepResult(
        step=recipe.step,
        version=version,
        rows={kind: record.rows for kind, record in records.items()},
        unchanged=unchanged,
        seconds=time.monotonic() - begun,
        messages=tuple(facts.get("messages", ())),
        details=facts,
    )


def _kinds(step: str) -> tuple[str, ...]:
    beside = {
        "history": ("history", "cleaning"),
        "forecast": ("forecast", "scores", "decomposition"),
        "requirements": ("adjusted", "requirements"),
    }
    return beside.get(step, (step,))


def needed(session: Session, kind: str) -> str:
    """The version of a kind in the session's plan. Raises `NothingToPlan` naming the step that makes it."""
    version = session.member(kind)
    if version is None:
        raise NothingToPlan(kind, STEP_THAT_MAKES[kind])
    return version


def site_inputs(session: Session, names: Iterable[str]) -> dict[str, str]:
    """Digests of those of the named site files that exist, as inputs of a recipe."""
    current = session.store.site.current()
    return {SITE_PREFIX + name: current[name].sha256 for name in names if name in current}


def grid_of(parameters: Mapping[str, Any]) -> IntervalGrid:
    """The planning grid that a recipe names."""
    return IntervalGrid(parameters["interval_minutes"], parameters["timezone"])
