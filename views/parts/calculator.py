"""The calculator's promise, read from its fields, and its answer in plain words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from planning.questions import Staffed
from views.locale import Words

WORKS = ("live", "chat", "deferred")
SHOWN = ("agents", "service_level", "p_wait", "asa_seconds", "abandon_share", "occupancy", "keeps")
NOT_DEFERRED = ("p_wait", "asa_seconds", "abandon_share")
ALMOST_ALL = 0.9995  # from here on a rounded share would read as all


def promise_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Keys of QueueTargets from the page's fields: shares in per cent, None where a field is empty.

    An empty cap is no cap at all (1), not the default of the targets.
    """
    work = fields["work"]
    promise: dict[str, Any] = {
        "work": work,
        "service_level": _share(fields.get("level")),
        "answer_within_seconds": fields.get("within") or 0.0,
        "aht_seconds": fields.get("aht"),
        "max_occupancy": _share(fields.get("occupancy")) or 1.0,
        "max_abandon_share": _share(fields.get("abandon")) or 1.0,
        "shrinkage": _share(fields.get("shrinkage")) or 0.0,
    }
    if work == "deferred":
        return promise | {"deadline_hours": fields.get("deadline")}
    if work == "chat":
        promise |= {"concurrency": fields["concurrency"], "aht_by_concurrency_seconds": _times(fields)}
    return promise | {"patience_seconds": fields.get("patience")}


def complete(fields: Mapping[str, Any]) -> bool:
    """Whether the fields that nothing can stand in for are filled."""
    needed = ["contacts", "aht", "level"]
    needed += {"live": ["within"], "chat": ["within", "aht_full"], "deferred": ["deadline"]}[fields["work"]]
    return all(fields.get(name) is not None for name in needed)


def _share(percent: float | None) -> float | None:
    return None if percent is None else percent / 100.0


def _times(fields: Mapping[str, Any]) -> tuple[float, ...]:
    """Handle times with 1, 2, … chats at once, on a straight line from one alone to all."""
    number = int(fields["concurrency"])
    last = fields["aht"] if number == 1 else fields["aht_full"]
    return tuple(float(time) for time in np.linspace(fields["aht"], last, number))


def sentence(row: pd.Series, found: Staffed, words: Words) -> str:
    """What one row of the table says: `With 14 people 83 % are answered within 20 s; …`."""
    promise, count = found.promise, row["agents"]
    who = words("calculator.with_person") if count == 1 else words("calculator.with_people", n=words.number(count))
    load = words.number(busy_people(found), 1)
    level, busy = share(row["service_level"], words), share(row["occupancy"], words)
    if promise.work == "deferred":
        if count <= found.need.load_erlangs:
            return words("calculator.deferred_overload", who=who, load=load)
        hours = words.number(promise.deadline_hours or 0, 0 if (promise.deadline_hours or 0) % 1 == 0 else 1)
        return words("calculator.deferred", who=who, level=level, hours=hours, occupancy=busy)
    if np.isinf(row["asa_seconds"]) or (count == 0 and found.need.load_erlangs > 0):
        return words("calculator.overload", who=who, load=load)
    seconds, wait = words.number(promise.answer_within_seconds), _seconds(row["asa_seconds"], words)
    if promise.patience_seconds is None:
        return words("calculator.live_patient", who=who, level=level, seconds=seconds, asa=wait, occupancy=busy)
    lost = share(row["abandon_share"], words, digits=1)
    return words(
        "calculator.live", who=who, level=level, seconds=seconds, asa=wait, abandon=lost, occupancy=busy
    )  # fmt: skip


def busy_people(found: Staffed) -> float:
    """How many people the contacts alone keep busy; with chats, when everybody holds as many as allowed."""
    times = found.promise.aht_by_concurrency_seconds if found.promise.work == "chat" else None
    return found.need.load_erlangs * (times[-1] / times[0] / len(times) if times else 1.0)


def answer(found: Staffed, words: Words) -> str:
    """How many people it takes, in a sentence."""
    need = found.need
    if need.load_erlangs == 0 and need.agents == 0:
        return words("calculator.answer_nobody")
    if np.isinf(need.agents):
        return words("calculator.answer_never")
    if found.promise.shrinkage == 0:
        return words("calculator.answer_plain", agents=words.number(need.agents))
    return words(
        "calculator.answer", agents=words.number(need.agents), scheduled=words.number(need.scheduled),
        shrinkage=words.percent(found.promise.shrinkage, 0 if found.promise.shrinkage * 100 % 1 == 0 else 1),
    )  # fmt: skip


def share(value: float, words: Words, digits: int = 0) -> str:
    """A share as a percentage that does not round up to all: 99.97 % is not 100 %."""
    if ALMOST_ALL <= value < 1.0:
        return f">\u00a0{words.percent(0.999, 1)}"
    return words.percent(value, max(digits, 1) if value > 0.99 and value < 1.0 else digits)


def _seconds(value: float, words: Words) -> str:
    return words("calculator.seconds", value=words.number(value, 1 if value < 10 else 0))


def shown(found: Staffed) -> pd.DataFrame:
    """The table with the columns that this kind of work has; a wait without end is empty."""
    left_out = NOT_DEFERRED if found.promise.work == "deferred" else ()
    patient = found.promise.patience_seconds is None
    names = [name for name in SHOWN if name not in left_out and not (patient and name == "abandon_share")]
    table = found.table[names].replace(np.inf, np.nan)
    return table.assign(agents=table["agents"].astype(int))


def as_csv(found: Staffed) -> str:
    """The table as CSV text, shares from 0 to 1."""
    return shown(found).to_csv(index=False, float_format="%.6g")
