"""How many people of each skill group: subset bounds for a start, simulation for the truth.

The search wants the fewest people first, then the fewest of them with many skills:

1. the least whole number that meets all subset bounds (`skills.py`), each queue with its load and a share of the rest
   by the square-root rule, in the widest groups;
2. while a queue misses its promise in simulation, a person shifted to those who serve it, or one more where that cures
   little; and none that can be spared;
3. people are moved to narrower groups (8, 4, 2, 1 at a time) as long as every queue keeps its promise.

All steps meet the same simulated contacts, so that chance favours none of them; the answer is then
simulated once more with other contacts, and those are the levels reported.

Sources: the square-root split, and that a little cross-training comes close to one pool, Wallace & Whitt 2005 (Manuf.
Serv. Oper. Manag. 7:276–294). Bounds plus simulation: Cezik & L'Ecuyer 2008 (Manag. Sci. 54:310–323), with a plain
search in place of their cuts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.errors import BadValue
from domain.targets import QueueTargets
from scheduling.queueing.special import Array
from scheduling.skills import least_people, need_of_loads, subset_needs, subsets_to_keep, who_serves_what

CONTACTS = 100_000  # simulated in each step of the search
PROOF = 4  # times as many for the levels that are reported
PROOFS = 2  # searches at most: the second with more contacts, where the proof of the first disappoints
MORE_CONTACTS = 4
NEAR_ENOUGH = 0.01  # a proof that misses a promise by less is good: what chance does to a long simulation
WARM_UP_HANDLE_TIMES = 20.0
MOST_ADDED = 100  # rounds
WORTH_A_SHIFT = 0.1  # share of what is missing that shifting a person must cure to be preferred to one more
MOST_MOVED = 8  # people at a time
WHOLE = 1e-9

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Levels:
    """What a staffing gives each queue in simulation: shares of its contacts; mean wait of those served."""

    service_level: Array
    abandon_share: Array
    asa_seconds: Array


@dataclass(frozen=True)
class MultiSkillNeed:
    """People by group, what they give each queue, and the bounds they were found from.

    `agents`: (groups,). `levels`: (queues,), simulated with contacts that the search has not seen. `subsets`, `bounds`:
    the sets of queues and the least people who serve any of them. `apart`: (queues,) need without cross-training.
    `kept`: whether every queue keeps its promise there, to within a point.
    """

    agents: Counts
    levels: Levels
    subsets: NDArray[np.bool_]
    bounds: Array
    apart: Array
    kept: bool


@dataclass(frozen=True)
class SteadyCentre:
    """Live queues at steady loads, and who can serve them: groups of queue positions."""

    load_erlangs: tuple[float, ...]
    aht_seconds: tuple[float, ...]
    promises: tuple[QueueTargets, ...]
    groups: tuple[tuple[int, ...], ...]

    def check(self) -> None:
        """Raises `BadValue` for work that is not live, loads that nobody serves, targets that nobody can reach."""
        served = {queue for members in self.groups for queue in members}
        for queue, promise in enumerate(self.promises):
            if promise.work != "live":
                raise BadValue("live queues", column="work", found=promise.work)
            if self.load_erlangs[queue] > 0 and queue not in served:
                raise BadValue("a group that serves each queue", column="groups", found=f"nobody for queue {queue + 1}")
            if self.aht_seconds[queue] <= 0:
                raise BadValue("handle times above 0", column="aht_seconds", found=self.aht_seconds[queue])


def multi_skill_need(
    load_erlangs: Sequence[float],
    aht_seconds: Sequence[float],
    promises: Sequence[QueueTargets],
    groups: Sequence[Sequence[int]],
    *,
    people_at_least: int = 0,
    seed: int = 1,
    contacts: int = CONTACTS,
) -> MultiSkillNeed:
    """People by skill group so that each live queue keeps its service level, abandonment and ASA.

    `groups`: the queue positions each group serves. `people_at_least`: with more people than the least, fewer of them
    need many skills. Raises `BadValue` where a queue has nobody or a target that no number of people reaches.
    """
    centre = SteadyCentre(
        tuple(map(float, load_erlangs)), tuple(map(float, aht_seconds)), tuple(promises),
        tuple(tuple(members) for members in groups),
    )  # fmt: skip
    centre.check()
    need = need_of_loads(centre.load_erlangs, centre.aht_seconds, centre.promises)
    if bool(np.isnan(need.agents).any()):
        raise BadValue("targets that some number of people reaches", column="service_level", found=1.0)
    can = who_serves_what(centre.groups, len(centre.promises))
    subsets = subsets_to_keep(can)
    bounds = subset_needs(need, subsets)[:, 0]
    for attempt in range(PROOFS):
        many = contacts * MORE_CONTACTS**attempt
        search = _Search(centre, can, subsets, bounds, seed, many, people_at_least)
        agents = search.narrowed(search.enough(search.first()))
        levels = simulate_groups(centre, agents, seed=seed + 1, contacts=PROOF * many)
        kept = bool(_shortfall(centre, levels).max() <= NEAR_ENOUGH)
        if kept:
            break
    return MultiSkillNeed(agents, levels, subsets, bounds, need.agents[:, 0], kept)


def _shortfall(centre: SteadyCentre, found: Levels) -> Array:
    """By queue: shares missing to the promises, and seconds of ASA too many as a share of those promised."""
    short = np.zeros(len(centre.promises))
    for k, promise in enumerate(centre.promises):
        if centre.load_erlangs[k] == 0:
            continue
        if promise.service_level is not None:
            short[k] += max(0.0, promise.service_level - found.service_level[k])
        if promise.abandon_cap is not None:
            short[k] += max(0.0, found.abandon_share[k] - promise.abandon_cap)
        if promise.target_asa_seconds is not None:
            short[k] += max(0.0, found.asa_seconds[k] / promise.target_asa_seconds - 1.0)
    return short


class _Search:
    """Staffings of one centre, each simulated once, all with the same contacts."""

    def __init__(
        self, centre: SteadyCentre, can: NDArray[np.bool_], subsets: NDArray[np.bool_], bounds: Array,
        seed: int, contacts: int, people_at_least: int,
    ) -> None:  # fmt: skip
        self.centre, self.can, self.subsets, self.bounds = centre, can, subsets, bounds
        self.seed, self.contacts, self.people_at_least = seed, contacts, people_at_least
        self.hit = (can[:, None, :] & subsets[None, :, :]).any(axis=2)
        self.known: dict[tuple[int, ...], Levels] = {}

    def levels(self, agents: Counts) -> Levels:
        key = tuple(int(number) for number in agents)
        if key not in self.known:
            self.known[key] = simulate_groups(self.centre, agents, seed=self.seed, contacts=self.contacts)
        return self.known[key]

    def shortfall(self, agents: Counts) -> Array:
        return _shortfall(self.centre, self.levels(agents))

    def within_bounds(self, agents: Counts) -> bool:
        return bool((agents @ self.hit >= self.bounds - WHOLE).all())

    def first(self) -> Counts:
        """The least whole number that meets the bounds, shared over the queues by the square-root rule and spread over
        the widest groups of each."""
        load = np.array(self.centre.load_erlangs)
        least = float(least_people(self.can, self.subsets, self.bounds[:, None])[0])
        people = max(int(np.ceil(least - WHOLE)), self.people_at_least)
        spare = people - load.sum()
        weight = np.sqrt(load) if spare > 0 else load
        each = load + spare * weight / max(float(weight.sum()), WHOLE)
        width = self.can.sum(axis=1)
        share = np.zeros(len(self.can))
        for queue, number in enumerate(each):
            serving = np.flatnonzero(self.can[:, queue])
            widest = serving[width[serving] == width[serving].max(initial=0)]
            share[widest] += number / max(widest.size, 1)
        agents = np.floor(share + WHOLE).astype(np.int64)
        for group in np.argsort(agents - share, kind="stable")[: people - int(agents.sum())]:
            agents[group] += 1
        while not self.within_bounds(agents):
            missing = agents @ self.hit < self.bounds - WHOLE
            agents = self._moved(agents, None, int(self.hit[:, missing].sum(axis=1).argmax()), 1)
        return agents

    def enough(self, agents: Counts) -> Counts:
        """People shifted between groups, or added, until every queue keeps its promise; then none too many."""
        for _ in range(MOST_ADDED):
            short = self.shortfall(agents)
            if short.sum() <= WHOLE:
                break
            helpful = np.flatnonzero(self.can[:, int(short.argmax())])
            givers = [g for g in range(len(agents)) if agents[g] > 0 and not self.can[g, int(short.argmax())]]
            shifts = [self._moved(agents, giver, int(g), 1) for giver in givers for g in helpful]
            shifts = [option for option in shifts if self.within_bounds(option)]
            best = min(shifts, key=self._missing, default=agents)
            if self._missing(best) > (1.0 - WORTH_A_SHIFT) * short.sum():
                best = min((self._moved(agents, None, int(g), 1) for g in helpful), key=self._missing)
            agents = best
        for group in range(len(agents)):
            fewer = self._moved(agents, None, group, -1)
            if fewer.min() >= 0 and fewer.sum() >= self.people_at_least and self._keeps(fewer):
                return self.enough(fewer)
        return agents

    def _missing(self, agents: Counts) -> float:
        return float(self.shortfall(agents).sum())

    def _keeps(self, agents: Counts) -> bool:
        return self.within_bounds(agents) and self._missing(agents) <= WHOLE

    def narrowed(self, agents: Counts) -> Counts:
        """People moved to groups with fewer skills while every promise is kept, the queues best off giving first."""
        if self.shortfall(agents).sum() > WHOLE:
            return agents
        step = MOST_MOVED
        while step:
            moved = self._one_move(agents, step)
            if moved is None:
                step //= 2
            else:
                agents = moved
        return agents

    def _one_move(self, agents: Counts, step: int) -> Counts | None:
        found = self.levels(agents).service_level
        goal = np.array([promise.service_level or 0.0 for promise in self.centre.promises])
        moves = []
        for wide, skills in enumerate(self.can):
            for narrow, fewer in enumerate(self.can):
                if agents[wide] >= step and fewer.sum() < skills.sum() and not (fewer & ~skills).any():
                    lost = skills & ~fewer
                    moves.append((-float((found - goal)[lost].min()), wide, narrow))
        for _, wide, narrow in sorted(moves):
            option = self._moved(agents, wide, narrow, step)
            if self._keeps(option):
                return option
        return None

    @staticmethod
    def _moved(agents: Counts, source: int | None, to: int, step: int) -> Counts:
        changed = agents.copy()
        if source is not None:
            changed[source] -= step
        changed[to] += step
        return changed


def simulate_groups(centre: SteadyCentre, agents: Counts, *, seed: int = 1, contacts: int = PROOF * CONTACTS) -> Levels:
    """A long steady run of so many contacts; the first of them, while the lines fill, are not counted."""
    from scheduling.simulation import StaffPlan, draw_contacts, make_site, plan_arrivals, simulate_contacts
    from scheduling.simulation.measures import MEASURES, measure_run

    load, aht = np.array(centre.load_erlangs), np.array(centre.aht_seconds)
    queues, rate = load.size, load / aht
    warm = np.ceil(WARM_UP_HANDLE_TIMES * aht.max())
    length = np.ceil(contacts / max(rate.sum(), 1e-12) / warm) * warm
    spans = np.tile([warm, length], queues)
    plan = plan_arrivals(
        np.repeat(np.arange(queues), 2), np.tile([0.0, warm], queues), spans, np.repeat(rate, 2) * spans,
        np.repeat(aht, 2), targets=centre.promises,
    )  # fmt: skip
    drawn = draw_contacts(plan, np.random.default_rng(seed))
    site, end = make_site(centre.promises, centre.groups), warm + length
    people = int(agents.sum())
    who, group = np.arange(people), np.repeat(np.arange(len(agents)), agents)
    staff = StaffPlan(
        at=np.repeat([0.0, end], people), server=np.tile(who, 2), group=np.concatenate([group, np.full(people, -1)]),
        servers=people,
    )  # fmt: skip
    outcome = simulate_contacts(drawn, site, staff, horizon_seconds=end, bin_seconds=warm)
    measured = measure_run(plan, site, drawn, outcome, end, warm)[:, 1::2]
    of = dict(zip(MEASURES, measured, strict=True))

    def share(above: str, below: str) -> Array:
        return np.asarray(np.divide(of[above], of[below], out=np.zeros(queues), where=of[below] > 0))

    return Levels(share("hits", "counted"), share("abandoned", "offered"), share("waited", "answered"))
