"""People with several skills: how few people who can serve any of some queues are certainly too few.

- **group**: people with the same set of queues (skills). A person serves one contact at a time: an hour of theirs
  covers the load of one queue only, however many skills they have.
- **subset bound**: people who serve any queue of a set U can do no better than as one team with one line for all of U.
  So they are at least the need of the pooled load of U (Erlang on the sum of the loads). With groups g of x_g people:

      Σ_{g serves a queue of U} x_g ≥ need(U)    for every set U of queues.

Counting a person in full in each of their queues keeps only the rows of single queues, which is how calculators come to
25 people for 20 + 20 Erlangs. By Gale (1957) the rows of all U with need(U) = Σ_k load_k say just that the loads can be
split over the people as a flow, every hour used once; the pooled need adds the safety that waiting asks for. The bounds
are necessary, not sufficient: what a mix of groups gives is found by simulation (`multi_skill.py`).

The pooled need is a true bound where the queues of U have equal handle times and patience. Otherwise it stands for a
team with their mean handle time and patience, and is close to one. Chat and deferred work join a set with the people
they keep busy.

Sources: Wallace & Whitt 2005, Manuf. Serv. Oper. Manag. 7:276–294; Gale 1957, Pacific J. Math. 7:1073–1082.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from domain.errors import BadValue
from domain.queues import matches, split_list
from domain.tables import PEOPLE, REQUIREMENTS, SKILL_BOUNDS
from domain.targets import QueueTargets, Targets
from scheduling.lp import Program
from scheduling.outbound import outbound_queues
from scheduling.queueing import ServiceGoals, required_agents
from scheduling.queueing.special import Array

SUBSETS_MOST = 1024
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class QueueNeed:
    """Queues (rows) by interval (columns): load in Erlangs, handle time in seconds, agents that the queue needs alone,
    and how many of them are busy on average. NaN agents: no number reaches the target."""

    load_erlangs: Array
    aht_seconds: Array
    agents: Array
    busy: Array
    promises: tuple[QueueTargets, ...]


def need_of_loads(
    load_erlangs: Sequence[float], aht_seconds: Sequence[float], promises: Sequence[QueueTargets]
) -> QueueNeed:
    """Live queues at steady loads, one interval: each sized on its own."""
    load, aht = (np.asarray(values, dtype=float)[:, None] for values in (load_erlangs, aht_seconds))
    alone = [
        required_agents(load[k], aht[k], _pooled_goals([promise], np.ones((1, 1))),
                        patience_seconds=promise.patience_seconds, fractional=True).agents
        for k, promise in enumerate(promises)
    ]  # fmt: skip
    agents = np.array(alone)
    agents[~np.isfinite(agents)] = np.nan
    return QueueNeed(load, aht, agents, np.minimum(load, np.nan_to_num(agents)), tuple(promises))


def subsets_to_keep(can: Flags) -> Flags:
    """(subsets, queues) flags: the sets of queues whose bounds imply those of all others.

    `can`: (groups, queues), who serves what. Of the sets that the same groups serve only the largest counts: the queues
    that nobody else serves. Sets that fall apart, no group serving both parts, are implied by their parts.
    Raises `BadValue` where there are more than `SUBSETS_MOST`.
    """
    served = can.any(axis=0)
    outside: dict[bytes, Flags] = {}  # unions of skill sets: what the groups that a set does without can serve
    nothing = np.zeros(can.shape[1], dtype=bool)
    outside[nothing.tobytes()] = nothing
    for members in can:
        for known in list(outside.values()):
            union = known | members
            outside.setdefault(union.tobytes(), union)
        if len(outside) > SUBSETS_MOST:
            raise BadValue(f"skill sets with at most {SUBSETS_MOST} unions", column="queues", found=len(outside))
    inside = [served & ~union for union in outside.values()]
    kept = [members for members in inside if members.any() and _hangs_together(can, members)]
    kept.sort(key=lambda members: (int(members.sum()), tuple(np.flatnonzero(members))))
    return np.array(kept, dtype=bool).reshape(len(kept), can.shape[1])


def _hangs_together(can: Flags, members: Flags) -> bool:
    inside = can & members
    reached = np.zeros_like(members)
    reached[np.flatnonzero(members)[0]] = True
    while True:
        wider = reached | inside[(inside & reached).any(axis=1)].any(axis=0)
        if bool((wider == reached).all()):
            return bool((reached == members).all())
        reached = wider


def subset_needs(need: QueueNeed, subsets: Flags) -> Array:
    """(subsets, intervals) least number of people who serve any queue of each set; fractional.

    The largest of: the need of the pooled live load; the people that the work keeps busy; the need of each queue, and
    of each smaller set. A queue whose target nobody reaches counts with the people it keeps busy.
    """
    live = np.array([promise.work == "live" for promise in need.promises])
    alone = np.nan_to_num(need.agents)
    out = np.empty((len(subsets), need.load_erlangs.shape[1]))
    for number, members in enumerate(subsets):
        out[number] = np.maximum(alone[members].max(axis=0), need.busy[members].sum(axis=0))
        pooled = np.flatnonzero(members & live)
        if pooled.size > 1:
            out[number] = np.maximum(out[number], _pooled_need(need, pooled))
    for number, members in enumerate(subsets):  # smallest sets first
        within = np.flatnonzero(~(subsets & ~members).any(axis=1))
        out[number] = out[within].max(axis=0)
    return out


def _pooled_need(need: QueueNeed, members: NDArray[np.intp]) -> Array:
    """Agents of one team with one line. Where the queues count their service level differently, the work alone."""
    load, aht = need.load_erlangs[members], need.aht_seconds[members]
    promises = [need.promises[k] for k in members]
    total = load.sum(axis=0)
    if len({promise.service_level_definition for promise in promises}) > 1:
        return np.zeros_like(total)
    rate = np.divide(load, aht, out=np.zeros_like(load), where=aht > 0)
    contacts = rate.sum(axis=0)
    share = np.divide(rate, contacts, out=np.full_like(rate, 1.0 / len(members)), where=contacts > 0)
    mean = np.divide(total, contacts, out=np.zeros_like(total), where=contacts > 0)
    stays = np.array([1.0 / (promise.patience_seconds or np.inf) for promise in promises]) @ share
    patience = np.divide(1.0, stays, out=np.full_like(stays, np.inf), where=stays > 0)
    found = required_agents(total, mean, _pooled_goals(promises, share), patience_seconds=patience, fractional=True)
    return np.where(found.attainable, found.agents, 0.0)


def _pooled_goals(promises: Sequence[QueueTargets], share: Array) -> ServiceGoals:
    """What the whole line keeps for certain where every queue keeps its own: means by contacts (`share`: queues by
    intervals) of the shares, the largest of the times; nothing where one queue promises nothing."""

    def all_of(name: str) -> Array | None:
        values = [getattr(promise, name) for promise in promises]
        return None if any(value is None for value in values) else np.array(values, dtype=float)

    level, asa, occupancy, abandon = (
        all_of(name) for name in ("service_level", "target_asa_seconds", "occupancy_cap", "abandon_cap")
    )
    by_offered = promises[0].service_level_definition in ("offered", "virtual", "abandons_good")
    return ServiceGoals(
        service_level=None if level is None else level @ share if by_offered else float(level.min()),
        answer_within_seconds=max(promise.answer_within_seconds for promise in promises),
        asa_seconds=None if asa is None else float(asa.max()),
        max_occupancy=None if occupancy is None else float(occupancy.max()),
        max_abandon_share=None if abandon is None else abandon @ share,
        service_level_definition=promises[0].service_level_definition,
    )


def skill_groups(people: pd.DataFrame, queues: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """The distinct sets of queues (positions in `queues`) that people (frame under PEOPLE) serve; narrow sets first."""
    texts = PEOPLE.check(people)["queues"].unique()
    sets = {tuple(k for k, name in enumerate(queues) if matches(name, split_list(text))) for text in texts}
    return tuple(sorted((members for members in sets if members), key=lambda members: (len(members), members)))


def who_serves_what(groups: Sequence[Sequence[int]], queues: int) -> Flags:
    """(groups, queues) flags."""
    can = np.zeros((len(groups), queues), dtype=bool)
    for number, members in enumerate(groups):
        can[number, list(members)] = True
    return can


def skill_bounds(requirements: pd.DataFrame, targets: Targets, people: pd.DataFrame) -> pd.DataFrame:
    """The subset bounds of every interval: rows of cover beside those of the queues.

    `requirements`: frame under REQUIREMENTS; its handle times, else those of the targets. `people`: frame under PEOPLE.
    Queues that nobody serves are left out, and so are sets of one queue (their bound is their own requirement).
    Returns a frame under SKILL_BOUNDS, by set and start. Raises `TableError` for a broken frame, `BadValue` where a
    handle time is known nowhere or one set of queues has intervals of different lengths.
    """
    need = REQUIREMENTS.check(requirements)
    names = sorted(str(name) for name in need["queue"].unique())
    can = who_serves_what(skill_groups(people, names), len(names))
    parts = []
    for minutes, rows in need.groupby("interval_minutes", sort=True):
        starts = pd.DatetimeIndex(np.unique(rows["start"]))
        table = _by_queue(rows, names, starts, targets)
        subsets = subsets_to_keep(can)
        several = subsets.sum(axis=1) > 1
        bounds = subset_needs(table, subsets)
        ratio = _away_ratio(rows, names, starts)
        for members, least in zip(subsets[several], bounds[several], strict=True):
            parts.append(
                pd.DataFrame(
                    {
                        "queues": "|".join(names[k] for k in np.flatnonzero(members)),
                        "start": starts,
                        "interval_minutes": int(str(minutes)),
                        "agents": least,
                        "scheduled": least * np.nanmin(np.where(members[:, None], ratio, np.inf), axis=0),
                        "apart": np.nan_to_num(table.agents)[members].sum(axis=0),
                    }
                )
            )
    return SKILL_BOUNDS.check(pd.concat(parts, ignore_index=True)) if parts else SKILL_BOUNDS.empty()


def _by_queue(rows: pd.DataFrame, names: list[str], starts: pd.DatetimeIndex, targets: Targets) -> QueueNeed:
    planned = outbound_queues(rows)  # nobody waits there: no line to be pooled
    promises = tuple(
        targets.of(name).model_copy(update={"work": "deferred"} if name in planned else {}) for name in names
    )

    def table(column: str) -> Array:
        if column not in rows:
            return np.full((len(names), len(starts)), np.nan)
        wide = rows.pivot(index="queue", columns="start", values=column).reindex(index=names, columns=starts)
        return np.array(wide.to_numpy(dtype=float))

    load = table("sized_load_erlangs")
    load = np.nan_to_num(np.where(np.isnan(load), table("load_erlangs"), load))
    spare = np.array([np.nan if promise.aht_seconds is None else promise.aht_seconds for promise in promises])
    aht = table("aht_seconds")
    aht = np.where(np.isnan(aht), spare[:, None], aht)
    live = np.array([promise.work == "live" for promise in promises])
    lacking = np.isnan(aht) & (load > 0) & live[:, None]
    if lacking.any():
        name = names[int(np.flatnonzero(lacking.any(axis=1))[0])]
        raise BadValue(f"a handle time for queue {name!r}", column="aht_seconds",
                       remedy="Add aht_seconds to the targets.")  # fmt: skip
    agents = table("agents")
    agents[np.isnan(table("load_erlangs"))] = 0.0  # closed
    occupancy = table("occupancy")
    busy = np.nan_to_num(np.where(np.isnan(occupancy), np.minimum(load, agents), occupancy * agents))
    return QueueNeed(load, np.nan_to_num(aht), agents, busy, promises)


def _away_ratio(rows: pd.DataFrame, names: list[str], starts: pd.DatetimeIndex) -> Array:
    """scheduled ÷ agents of each queue and interval; NaN where nobody is needed."""
    ratio = (rows["scheduled"] / rows["agents"]).where(rows["agents"] > 0)
    wide = rows.assign(ratio=ratio).pivot(index="queue", columns="start", values="ratio")
    return np.asarray(wide.reindex(index=names, columns=starts).to_numpy(dtype=float))


def least_people(can: Flags, subsets: Flags, needs: Array) -> Array:
    """(intervals,) least people in all that meet every subset bound, groups as large as it takes; a linear program."""
    hit = (can[:, None, :] & subsets[None, :, :]).any(axis=2)
    program = Program("skills")
    sizes = [program.column(f"x_{group}", cost=1.0) for group in range(len(can))]
    for row in range(len(subsets)):
        program.row(f"set_{row}", [(sizes[g], 1.0) for g in np.flatnonzero(hit[:, row])], ">=", 0.0)
    live = program.live(relaxed=True)
    rows, above = np.arange(len(subsets)), np.full(len(subsets), np.inf)
    out = np.zeros(needs.shape[1])
    for column in range(needs.shape[1]):
        live.set_limits(rows, needs[:, column], above)
        answer = live.solve()
        assert answer is not None  # larger groups always meet the bounds
        out[column] = answer.objective
    return out


def pooling(requirements: pd.DataFrame, targets: Targets, people: pd.DataFrame) -> dict[str, float | list[str]]:
    """What cross-training can save at most: agent-hours of the queues one by one, less the least that meets all bounds.

    As many people of each skill set as it takes; hours on contact or ready, before shrinkage. Queues that nobody serves
    count alone and are named. Arguments and errors as `skill_bounds`.
    """
    need = REQUIREMENTS.check(requirements)
    names = sorted(str(name) for name in need["queue"].unique())
    can = who_serves_what(skill_groups(people, names), len(names))
    subsets, served = subsets_to_keep(can), can.any(axis=0)
    apart = together = 0.0
    for minutes, rows in need.groupby("interval_minutes", sort=True):
        table = _by_queue(rows, names, pd.DatetimeIndex(np.unique(rows["start"])), targets)
        alone, hours = np.nan_to_num(table.agents), float(str(minutes)) / 60.0
        apart += hours * float(alone.sum())
        together += hours * float(alone[~served].sum())
        if len(subsets):
            together += hours * float(least_people(can, subsets, subset_needs(table, subsets)).sum())
    saved = apart - together
    return {
        "hours_apart": round(apart, 2),
        "hours_together_at_least": round(together, 2),
        "hours_saved_at_most": round(saved, 2),
        "share_saved_at_most": round(saved / apart, 4) if apart > 0 else 0.0,
        "queues_without_people": [name for name, has in zip(names, served, strict=True) if not has],
    }
