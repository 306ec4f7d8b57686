"""The bulk calculator: one case a row, any of the three Erlang models, evaluated or sized.

Columns in: `case, model` (erlang_b, erlang_c, erlang_a), the load as `load_erlangs` or as `offered`, `interval_seconds`
and `aht_seconds`; `answer_within_seconds` (empty: 0), `patience_seconds`; then either `agents` (evaluate) or any of
`target_service_level, target_asa_seconds, max_occupancy, max_abandon_share` (size). An empty cell is not applied.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from domain.errors import BadValue, MissingColumn
from scheduling.queueing.erlang_a import DEFINITIONS, erlang_a
from scheduling.queueing.erlang_b import erlang_b
from scheduling.queueing.erlang_c import erlang_c
from scheduling.queueing.sizing import ServiceGoals, required_agents, required_agents_b
from scheduling.queueing.special import Array

MODELS = ("erlang_b", "erlang_c", "erlang_a")
TARGETS = ("target_service_level", "target_asa_seconds", "max_occupancy", "max_abandon_share")
SHARES = ("target_service_level", "max_occupancy", "max_abandon_share")
NUMBERS = (
    "load_erlangs", "offered", "interval_seconds", "aht_seconds", "answer_within_seconds", "patience_seconds", "agents",
    *TARGETS,
)  # fmt: skip
RESULTS = ("agents", "p_block", "p_wait", "service_level", "asa_seconds", "abandon_share", "occupancy")
SAME_LOAD = 1e-6  # how far a load given twice may differ, relative

Flags = NDArray[np.bool_]


def evaluate_cases(cases: pd.DataFrame) -> pd.DataFrame:
    """Every case answered, in the order given.

    Returns columns `case, agents, p_block, p_wait, service_level, asa_seconds, abandon_share, occupancy, attainable`.
    `p_block` belongs to Erlang B, whose service level is the share not blocked; `asa_seconds` is the mean wait of those
    served. `agents` and the measures are empty and `attainable` is False where no number of agents reaches the targets.
    A row with both agents and targets is evaluated; `attainable` then says whether those agents reach them.
    Raises `MissingColumn` without `model`, `BadValue` with line (2 = the first case) and column for a cell that is
    missing or not allowed.
    """
    if "model" not in cases.columns:
        raise MissingColumn("a column `model` with erlang_b, erlang_c or erlang_a", column="model")
    frame = cases.reset_index(drop=True)
    model = _choice(frame, "model", MODELS, None)
    definition = _choice(frame, "service_level_definition", DEFINITIONS, "offered")
    numbers = {name: _numbers(frame, name) for name in NUMBERS}
    table = _Cases(model, definition, numbers)
    load = _load(table)
    _check_needs(table, load)
    out = {name: np.full(len(frame), np.nan) for name in RESULTS}
    attainable = np.ones(len(frame), dtype=bool)
    for kind in MODELS:
        for counted in DEFINITIONS:
            rows = np.flatnonzero((model == kind) & (definition == counted))
            if rows.size:
                found, reached = _answer(kind, counted, load[rows], {k: v[rows] for k, v in numbers.items()})
                attainable[rows] = reached
                for name, values in found.items():
                    out[name][rows] = np.where(reached | table.given("agents")[rows], values, np.nan)
    case = frame["case"] if "case" in frame else pd.Series(np.arange(1, len(frame) + 1))
    return pd.DataFrame({"case": case, **out, "attainable": attainable})


@dataclass(frozen=True)
class _Cases:
    model: NDArray[np.object_]
    definition: NDArray[np.object_]
    numbers: Mapping[str, Array]

    def given(self, name: str) -> Flags:
        return ~np.isnan(self.numbers[name])

    def require(self, rows: Flags, column: str, why: str) -> None:
        """Every one of these rows has a number in the column."""
        lacking = np.flatnonzero(rows & ~self.given(column))
        if lacking.size:
            raise BadValue(f"a number: {why}", line=int(lacking[0]) + 2, column=column, found="nothing")


def _choice(frame: pd.DataFrame, column: str, allowed: tuple[str, ...], default: str | None) -> NDArray[np.object_]:
    if column not in frame:
        return np.full(len(frame), default, dtype=object)
    given = frame[column]
    text = given.astype("str").str.strip().str.lower()
    if default is not None:
        text = text.where(given.notna() & (text != ""), default)
    wrong = np.flatnonzero(~text.isin(allowed).to_numpy())
    if wrong.size:
        row = int(wrong[0])
        raise BadValue(f"one of {', '.join(allowed)}", line=row + 2, column=column, found=given.iloc[row])
    return text.to_numpy(dtype=object)


def _numbers(frame: pd.DataFrame, column: str) -> Array:
    if column not in frame:
        return np.full(len(frame), np.nan)
    given = frame[column]
    if not pd.api.types.is_numeric_dtype(given):
        text = given.astype("str").str.strip()
        given = text.mask(text == "")
    values = pd.to_numeric(given, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    expected = "a share from 0 to 1" if column in SHARES else "a number of at least 0"
    wrong = (given.notna().to_numpy() & np.isnan(values)) | (values < 0)
    if column in SHARES:
        wrong |= values > 1
    elif column != "patience_seconds":
        wrong |= np.isinf(values)
    else:
        expected, wrong = "a number above 0", wrong | (values == 0)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise BadValue(expected, line=row + 2, column=column, found=frame[column].iloc[row])
    return values


def _load(table: _Cases) -> Array:
    """Erlangs of every row. Raises `BadValue` where neither form is complete or both are and differ."""
    load = table.numbers["load_erlangs"]
    indirect = np.isnan(load)
    for column in ("offered", "aht_seconds", "interval_seconds"):
        table.require(indirect, column, "without load_erlangs the load is offered × aht_seconds ÷ interval_seconds")
    interval = table.numbers["interval_seconds"]
    empty = np.flatnonzero(indirect & (interval == 0))
    if empty.size:
        raise BadValue("an interval above 0 seconds", line=int(empty[0]) + 2, column="interval_seconds", found=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        product = table.numbers["offered"] * table.numbers["aht_seconds"] / interval
        apart = np.flatnonzero(np.abs(product - load) > SAME_LOAD * np.maximum(np.abs(load), 1e-12))
    if apart.size:
        row = int(apart[0])
        raise BadValue(
            f"the load that offered × aht_seconds ÷ interval_seconds makes ({product[row]:g})",
            line=row + 2,
            column="load_erlangs",
            found=load[row],
            remedy="Leave one of the two empty.",
        )
    return np.asarray(np.where(indirect, product, load))


def _check_needs(table: _Cases, load: Array) -> None:
    """What each model and target cannot do without."""
    targeted = np.any([table.given(name) for name in TARGETS], axis=0)
    nothing = np.flatnonzero(~table.given("agents") & ~targeted)
    if nothing.size:
        raise BadValue(
            f"agents to evaluate, or one of {', '.join(TARGETS)} to size for",
            line=int(nothing[0]) + 2,
            column="agents",
            found="nothing",
        )
    waits = table.model != "erlang_b"
    within, hang_up = table.numbers["answer_within_seconds"], table.model == "erlang_a"
    table.require(
        waits & table.given("target_service_level"), "answer_within_seconds", "target_service_level needs a threshold"
    )
    table.require(waits & (within > 0), "aht_seconds", "a threshold in seconds needs the handle time")
    table.require(waits & table.given("target_asa_seconds"), "aht_seconds", "an ASA in seconds needs the handle time")
    for column in ("aht_seconds", "patience_seconds"):
        table.require(hang_up, column, "Erlang A compares patience and handle time; use erlang_c where nobody hangs up")
    for column in ("target_asa_seconds", "max_abandon_share"):
        odd = np.flatnonzero(~waits & table.given(column))
        if odd.size:
            raise BadValue(
                "nothing: in Erlang B nobody waits",
                line=int(odd[0]) + 2,
                column=column,
                found=table.numbers[column][odd[0]],
                remedy="Use target_service_level, the share not blocked.",
            )


def _answer(kind: str, definition: str, load: Array, numbers: Mapping[str, Array]) -> tuple[dict[str, Array], Flags]:
    """Measures of rows of one model and definition, and whether the targets are reached."""
    goals = ServiceGoals(
        service_level=numbers["target_service_level"],
        answer_within_seconds=np.nan_to_num(numbers["answer_within_seconds"]),
        asa_seconds=numbers["target_asa_seconds"],
        max_occupancy=numbers["max_occupancy"],
        max_abandon_share=numbers["max_abandon_share"],
        service_level_definition=definition,
    )
    given = ~np.isnan(numbers["agents"])
    targeted = np.any([~np.isnan(numbers[name]) for name in TARGETS], axis=0)
    needed = np.zeros_like(load)
    if targeted.any():
        needed[targeted] = _needed(kind, load[targeted], _at(numbers, targeted), _goals_at(goals, targeted))
    agents = np.where(given, numbers["agents"], needed)
    reached = np.where(given, np.where(targeted, agents >= needed - 1e-9, True), np.isfinite(needed))
    found = _measures(kind, definition, load, np.where(np.isfinite(agents), agents, 1.0), numbers)
    for name, calm in CALM.items():  # nobody needed, nobody there: nobody waits
        if name in found:
            found[name] = np.where(~given & (load == 0), calm, found[name])
    return {"agents": agents, **found}, reached


CALM: Mapping[str, float] = MappingProxyType(
    {"p_block": 0.0, "p_wait": 0.0, "service_level": 1.0, "asa_seconds": 0.0, "abandon_share": 0.0, "occupancy": 0.0}
)


def _at(numbers: Mapping[str, Array], rows: Flags) -> dict[str, Array]:
    return {name: values[rows] for name, values in numbers.items()}


def _goals_at(goals: ServiceGoals, rows: Flags) -> ServiceGoals:
    fields = {
        name: np.asarray(getattr(goals, name))[rows]
        for name in ("service_level", "answer_within_seconds", "asa_seconds", "max_occupancy", "max_abandon_share")
    }
    return ServiceGoals(**fields, service_level_definition=goals.service_level_definition)


def _needed(kind: str, load: Array, numbers: Mapping[str, Array], goals: ServiceGoals) -> Array:
    if kind == "erlang_b":
        return required_agents_b(load, goals).agents
    patience = numbers["patience_seconds"] if kind == "erlang_a" else None
    aht = np.where(np.isnan(numbers["aht_seconds"]), 1.0, numbers["aht_seconds"])
    return required_agents(load, aht, goals, patience_seconds=patience).agents


def _measures(kind: str, definition: str, load: Array, agents: Array, numbers: Mapping[str, Array]) -> dict[str, Array]:
    aht, within = numbers["aht_seconds"], np.nan_to_num(numbers["answer_within_seconds"])
    if kind == "erlang_b":
        loss = erlang_b(load, agents)
        return {"p_block": loss.p_block, "service_level": loss.service_level, "occupancy": loss.occupancy}
    if kind == "erlang_c":
        line = erlang_c(load, agents, np.where(np.isnan(aht), 1.0, aht), within)
        asa = np.where(np.isnan(aht) & np.isfinite(line.asa_seconds) & (line.asa_seconds > 0), np.nan, line.asa_seconds)
        return {
            "p_wait": line.p_wait,
            "service_level": line.service_level,
            "asa_seconds": asa,
            "abandon_share": np.zeros_like(load),
            "occupancy": line.occupancy,
        }
    left = erlang_a(load, agents, aht, within, numbers["patience_seconds"])
    return {
        "p_wait": left.p_wait,
        "service_level": left.service_level_by(definition),
        "asa_seconds": left.asa_seconds,
        "abandon_share": left.abandon_share,
        "occupancy": left.occupancy,
    }
