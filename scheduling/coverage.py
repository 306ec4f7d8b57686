"""Required against present people, interval by interval; people who serve several queues are counted once.

People present are shared by a flow: group g (a set of queues) with x_g people present gives y_gk ≥ 0 to each of its
queues k, Σ_k y_gk = x_g. Of all flows the *fair* one is taken: it lifts the worst-covered queues first, so that
y_k ÷ d_k (present ÷ required) is as even as skills permit. That flow is the lexicographically optimal base of a
polymatroid (Megiddo 1974; Fujishige 1980, Math. Oper. Res. 5:186–196, Theorem 3.1), which at once minimises
Σ_k d_k f(y_k ÷ d_k) for every convex f (Veinott 1971): with f(r) = max(1 − r, 0) the total gap is least, and people
beyond the need are shared in proportion to it. Of the queues that share people nobody is counted twice.

It is found exactly, by its critical sets: the set U of queues with the least ρ(U) ÷ d(U), ρ(U) = people who serve
any queue of U, is covered in that ratio by just those people; remove both and repeat. Connected queues up to
`SUBSETS_UP_TO` are searched by all subsets, every interval at once; larger ones by minimum cuts (Fujishige's
decomposition), at a resolution of 1e-6 people.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from domain.tables import COVERAGE, PEOPLE, REQUIREMENTS, ROSTER
from domain.targets import Targets
from scheduling.expected import expected_service_level
from scheduling.presence import WorkWindows, interval_ends, microseconds, work_windows

SUBSETS_UP_TO = 10
UNATTAINABLE = "no number of people reaches the target; required is shown as 0"


def measure_coverage(
    requirements: pd.DataFrame,
    roster: pd.DataFrame,
    *,
    people: pd.DataFrame | None = None,
    targets: Targets | None = None,
    forecast: pd.DataFrame | None = None,
    timezone: str = "UTC",
) -> pd.DataFrame:
    """Required and present people per queue and interval of the requirements.

    Args:
        requirements: frame under REQUIREMENTS; `scheduled` is what is required. Where it is empty (no number of
            people reaches the target) required is 0 and `note` says so.
        roster: frame under ROSTER. A person at work for half of an interval counts 0.5.
        people: frame under PEOPLE, used for work rows that name no queue and for proficiency: what is required counts
            full people, so somebody with 0.8 counts 0.8. Without, everybody counts 1.
        targets, forecast: with both (forecast under FORECAST or ADJUSTED), the service level to expect with the
            people present after shrinkage; missing where the forecast has no row or no contacts.
        timezone: of the times of day at which shrinkage differs.

    Returns: frame under COVERAGE with one row per row of the requirements, sorted by queue and start, and a column
        `note`. People at work while none of their queues has a requirement appear in no row.
    Raises `TableError` where a frame breaks its contract, `BadValue` where nobody knows the queues of a work row.
    """
    need = REQUIREMENTS.check(requirements).sort_values(["queue", "start"], ignore_index=True)
    shifts = ROSTER.check(roster)
    known = None if people is None else PEOPLE.check(people)
    code, queues = pd.factorize(need["queue"])
    windows = work_windows(shifts, list(queues), known)
    required = need["scheduled"].fillna(0.0).to_numpy()
    present = _present_by_row(need, np.asarray(code), len(queues), windows, required)
    covered = pd.DataFrame(
        {
            "queue": need["queue"],
            "start": need["start"],
            "required": required,
            "present": present,
            "gap": np.maximum(required - present, 0.0),
            "expected_service_level": np.full(len(need), np.nan),
            "note": np.where(need["scheduled"].isna(), UNATTAINABLE, ""),
        }
    )
    if targets is not None and forecast is not None:
        minutes = need["interval_minutes"].to_numpy()
        covered["expected_service_level"] = expected_service_level(covered, minutes, forecast, targets, timezone)
    return COVERAGE.check(covered)


def _present_by_row(
    need: pd.DataFrame, code: np.ndarray, queues: int, windows: WorkWindows, required: np.ndarray
) -> np.ndarray:
    """People present per requirement row. Queues on different grids meet in the cells between all their edges."""
    start = microseconds(need["start"])
    end = interval_ends(code, start, need["interval_minutes"].to_numpy())
    edges = np.unique(np.concatenate([start, end]))
    if edges.size < 2 or not windows.groups:
        return np.zeros(len(need))
    first, last = np.searchsorted(edges, start), np.searchsorted(edges, end)
    row, cell = _expanded(first, last)
    needed = np.zeros((edges.size - 1, queues))
    is_open = np.zeros((edges.size - 1, queues), dtype=bool)
    needed[cell, code[row]] = required[row]
    is_open[cell, code[row]] = True
    shared = share_people(average_present(windows, edges), windows.can_serve(queues), needed, is_open)
    hours = np.diff(edges).astype(float)
    total = np.bincount(row, weights=shared[cell, code[row]] * hours[cell], minlength=len(need))
    return np.asarray(total / np.bincount(row, weights=hours[cell], minlength=len(need)))


def _expanded(first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(row, cell) of every cell in [first, last) of every row."""
    count = last - first
    row = np.repeat(np.arange(first.size), count)
    return row, np.arange(row.size) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)


def average_present(windows: WorkWindows, edges: np.ndarray) -> np.ndarray:
    """(cells, groups) full people at work, averaged over each cell between two edges (microseconds)."""
    present = np.zeros((edges.size - 1, len(windows.groups)))
    ticks = (edges - edges[0]).astype(float)
    for number in range(len(windows.groups)):
        mine = windows.group == number
        each = windows.proficiency[windows.agent[mine]]
        worked = np.zeros(edges.size)  # person-time before each edge
        for stamps, sign in ((windows.start[mine], 1.0), (windows.end[mine], -1.0)):
            order = np.argsort(stamps, kind="stable")
            sorted_ticks, people = (stamps[order] - edges[0]).astype(float), each[order]
            seen = np.searchsorted(sorted_ticks, ticks)
            begun, ticked = (np.concatenate([[0.0], np.cumsum(part)])[seen] for part in (people, people * sorted_ticks))
            worked += sign * (begun * ticks - ticked)
        present[:, number] = np.diff(worked) / np.diff(ticks)
    return np.maximum(present, 0.0)


def share_people(present: np.ndarray, can: np.ndarray, needed: np.ndarray, is_open: np.ndarray) -> np.ndarray:
    """The fair flow of every cell.

    Args: present (cells, groups) people; can (groups, queues) flags; needed and is_open (cells, queues).
    Returns: (cells, queues) people. People none of whose queues needs anyone are spread evenly over their open ones.
    """
    shared = np.zeros(needed.shape)
    for groups, queues in _components(can):
        people, mine = present[:, groups], can[np.ix_(groups, queues)]
        for weight in (needed[:, queues], (is_open[:, queues] & (needed[:, queues] <= 0)).astype(float)):
            split = _by_subsets if queues.size <= SUBSETS_UP_TO else _by_cuts
            part, people = split(people, mine, weight)
            shared[:, queues] += part
    return shared


def _components(can: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(groups, queues) of each set of queues that people connect; queues that nobody serves are left out."""
    together = (can.T.astype(int) @ can.astype(int)) > 0
    while True:  # queues reached over ever more people, until nothing is added
        wider = (together.astype(int) @ together.astype(int)) > 0
        if bool((wider == together).all()):
            break
        together = wider
    for members in np.unique(together, axis=0):
        if members.any():
            yield np.flatnonzero(can[:, members].any(axis=1)), np.flatnonzero(members)


def _by_subsets(people: np.ndarray, can: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The fair flow by its critical sets, all cells at once; returns it and the people it left over."""
    queues = can.shape[1]
    member = (np.arange(1, 2**queues)[:, None] >> np.arange(queues)) & 1 == 1
    serves = (can.astype(int) @ member.T.astype(int) > 0).astype(float)
    left, weight, given = people.astype(float), weight.astype(float), np.zeros(weight.shape)
    while bool((weight > 0).any()):
        demand = weight @ member.T
        ratio = np.divide(left @ serves, demand, out=np.full(demand.shape, np.inf), where=demand > 0)
        best = ratio.argmin(axis=1)
        lowest = ratio[np.arange(len(best)), best]
        lowest[np.isinf(lowest)] = 0.0  # cells whose queues are all done
        critical = member[best] & (weight > 0)
        given += np.where(critical, lowest[:, None] * weight, 0.0)
        left = np.where(critical.astype(int) @ can.T.astype(int) > 0, 0.0, left)
        weight = np.where(critical, 0.0, weight)
    return given, left


def _by_cuts(people: np.ndarray, can: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """As `_by_subsets`, one cell after another by minimum cuts: for many connected queues."""
    given, left = np.zeros(weight.shape), people.astype(float)
    for cell in range(len(weight)):
        wanted = np.flatnonzero(weight[cell] > 0)
        if wanted.size == 0:
            continue
        serving = np.flatnonzero(can[:, wanted].any(axis=1) & (people[cell] > 0))
        given[cell, wanted] = _decomposed(people[cell, serving], can[np.ix_(serving, wanted)], weight[cell, wanted])
        left[cell, serving] = 0.0
    return given, left


def _decomposed(people: np.ndarray, can: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Fujishige's decomposition: try one ratio for all; where a cut forbids it, solve either side on its own."""
    ratio = people.sum() / weight.sum()
    if people.size == 0 or weight.size == 1:
        return np.asarray(ratio * weight)
    tight = _tight_side(people, can, ratio * weight)
    if not tight.any() or tight.all():
        return np.asarray(ratio * weight)
    given = np.zeros(weight.size)
    inside = can[:, tight].any(axis=1)
    given[tight] = _decomposed(people[inside], can[np.ix_(inside, tight)], weight[tight])
    given[~tight] = _decomposed(people[~inside], can[np.ix_(~inside, ~tight)], weight[~tight])
    return given


def _tight_side(people: np.ndarray, can: np.ndarray, demand: np.ndarray) -> np.ndarray:
    """The queues that a minimum cut separates because too few people serve them; none where all are met."""
    from scipy.sparse import csr_array  # takes a third of a second to import and is rarely needed
    from scipy.sparse.csgraph import maximum_flow

    groups, queues = can.shape
    scale = min(1e6, 2.0**30 / max(people.sum(), demand.sum(), 1e-12))
    supply, asked = np.round(people * scale).astype(np.int32), np.round(demand * scale).astype(np.int32)
    source, sink = groups + queues, groups + queues + 1
    capacity = np.zeros((sink + 1, sink + 1), dtype=np.int32)
    capacity[source, :groups] = supply
    capacity[:groups, groups:source] = np.where(can, np.int32(2**30), np.int32(0))
    capacity[groups:source, sink] = asked
    result = maximum_flow(csr_array(capacity), source, sink)
    if int(asked.sum()) - int(result.flow_value) <= groups + queues:  # only rounding is missing
        return np.zeros(queues, dtype=bool)
    residual = capacity - result.flow.toarray() > 0
    short = np.zeros(sink + 1, dtype=bool)  # nodes from which the sink can still be reached
    short[sink] = True
    while True:
        reached = short | residual[:, short].any(axis=1)
        if bool((reached == short).all()):
            return np.asarray(short[groups:source])
        short = reached
