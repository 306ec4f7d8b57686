"""Rosters from the tours of column generation, where a problem is small enough for its linear program.

1. Prices climb a little (`dual`); tours met on the way, and those that the program's own prices ask for, become columns
   until program and bound meet.
2. A *dive* takes the tours with the largest shares, a few people at a time, and asks for new tours of the others at
   the prices that this leaves (Joncour et al. 2010, "Column generation based primal heuristics").
3. Its roster is annealed at low heat; what comes of it are columns for the next dive, which chooses a little at random.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from scheduling.roster.engines import insertion_kernel as kernel
from scheduling.roster.engines.anneal import Heat, Note, anneal
from scheduling.roster.engines.arrays import Site, Tours
from scheduling.roster.engines.columns import Relaxed, TourMaster
from scheduling.roster.engines.dual import dual_bound, value_at
from scheduling.roster.engines.until import Until
from scheduling.roster.problem import RosterProblem

SMOOTH = 0.3  # weight of the best bound's prices
ROUNDS_MOST = 300  # of pricing
CLOSE_ENOUGH = 1e-4  # of a missing hour's price: program less bound
DIVE_SLACK = 0.003  # of a missing hour's price: what a choice may cost before others get new tours
DIVE_PRICINGS = 25
DIVE_SHARES = (15, 30)  # of the people left, one in so many is decided at a time; dives take turns
SURE, LIKELY = 0.999, 0.7
CHANCE = 0.15  # of random in the choice, none in the first dive
HOPELESS = 1.5  # in missing hours: a dive that much worse than the best roster ends
KEPT_A_PERSON, KEPT_LEAST = 20, 900  # columns that live on after a dive
ROUNDS_A_DIVE = 20  # of annealing after each dive
FIRST_SHARE = 0.1  # of the time for annealing before any prices
WARM_STEPS = 50  # of the climb before the program
WARM = Heat(0.02, 0.004)  # a dive's roster is good: half a request is worth a try, a missing person is not
Stop = Callable[[], bool]


@dataclass(frozen=True)
class Blank:
    """The cover without any of the people to plan, and its cost; `idle`: what those without a legal tour cost in it."""

    cuts: np.ndarray
    served: np.ndarray
    cost: float
    idle: float = 0.0


def search_by_columns(
    problem: RosterProblem, site: Site, able: np.ndarray, blank: Blank, price: np.ndarray, cost: float, *,
    seed: int, rounds: int, until: Until, note: Note,
) -> tuple[Tours, float]:  # fmt: skip
    """The best tours met and the bound, from the roster in `site` (which costs `cost`) and `guide` prices on."""
    random = np.random.default_rng(seed)
    cover = problem.book.cover
    unit = (cover.under_per_hour + cover.over_per_hour) * float(problem.grid.hours.mean())
    first = until.first(FIRST_SHARE)
    best, kept = anneal(site, able, cost, unit, min(rounds, ROUNDS_A_DIVE), until=first, note=note)
    master, everyone = TourMaster(problem, site, able, seed), np.arange(len(able))

    def met() -> None:
        master.add(everyone)

    restore(site, kept)
    met()
    warm = dual_bound(problem, site, able, price, best - blank.idle, WARM_STEPS, until.over, met)
    bound = generate(problem, site, master, warm.value, until.over) + blank.idle
    for number in range(max(rounds // ROUNDS_A_DIVE, 1)):
        if until.over() or best - bound < CLOSE_ENOUGH * unit:
            break
        chosen = dive(problem, site, master, random, number, best, until.over)
        if chosen is None:
            break
        reached = seat(site, able, tours_of(master, chosen), blank)
        reached, tours = anneal(site, able, reached, unit, ROUNDS_A_DIVE, heat=WARM, until=until)
        if reached < best - 1e-9:
            best, kept = reached, tours
        note(min((number + 1) * ROUNDS_A_DIVE, rounds), reached)
        restore(site, tours)
        met()
        prune(master, chosen)
    return kept, bound


def restore(site: Site, tours: Tours) -> None:
    """Writes tours into the site; cover is not touched."""
    for mine, given in zip(site.tours, tours, strict=True):
        mine[:] = given


def generate(problem: RosterProblem, site: Site, master: TourMaster, least: float, stop: Stop) -> float:
    """Prices and adds tours until the program and the bound meet; the best bound, `least` if none is better."""
    fixed = problem.book.cover.under_per_hour * float((problem.need * problem.grid.hours).sum())
    able, everyone = master.able, np.arange(len(master.able))
    price = problem.book.cover.under_per_hour + problem.book.cover.over_per_hour
    best, smooth = -np.inf, SMOOTH
    center: np.ndarray | None = None
    for _ in range(ROUNDS_MOST):
        relaxed = master.solve()
        if relaxed is None or stop():
            break
        worth = relaxed.worth if center is None else smooth * center + (1 - smooth) * relaxed.worth
        value = value_at(problem, site, able, worth)[0] + fixed
        if value > best:
            best, center = value, worth
        if relaxed.objective - best < CLOSE_ENOUGH * price:
            break
        if master.add(master.better(relaxed, everyone)) == 0:
            if smooth == 0.0:
                break
            smooth = smooth / 2 if smooth > 0.05 else 0.0
    return max(best, least)


def dive(
    problem: RosterProblem, site: Site, master: TourMaster, random: np.random.Generator, number: int, known: float,
    stop: Stop,
) -> list[int] | None:  # fmt: skip
    """One column a person. `number`: of the dive; `known`: cost of the best roster so far. None where HiGHS fails."""
    chosen = np.full(len(master.able), -1, dtype=np.int64)
    chance = CHANCE * (1 + number % 3) if number else 0.0
    price = problem.book.cover.under_per_hour + problem.book.cover.over_per_hour
    relaxed = master.solve()
    reached = -np.inf if relaxed is None else relaxed.objective
    while relaxed is not None:
        _choose(master, relaxed, chosen, random, chance, DIVE_SHARES[number % len(DIVE_SHARES)])
        open_ = np.flatnonzero(chosen < 0)
        if not len(open_):
            return chosen.tolist()
        relaxed = _reprice(problem, site, master, open_, reached + DIVE_SLACK * price)
        if relaxed is not None:
            reached = max(reached, relaxed.objective)
            if stop() or reached > known + HOPELESS * price:
                break
    if relaxed is None:
        return None
    for person in np.flatnonzero(chosen < 0):
        chosen[person] = _largest(master, relaxed, int(person), np.zeros(0))[0]
    return chosen.tolist()


def _choose(
    master: TourMaster, relaxed: Relaxed, chosen: np.ndarray, random: np.random.Generator, chance: float, part: int
) -> None:
    """Decides for those who are sure, and for at least one more."""
    open_ = np.flatnonzero(chosen < 0)
    found = []
    for person in open_:
        luck = chance * random.random(len(master.of_person[person])) if chance else np.zeros(0)
        column, value = _largest(master, relaxed, int(person), luck)
        found.append((value, int(person), column))
    decided, most = 0, max(1, len(open_) // part)
    barred: list[int] = []
    for value, who, column in sorted(found, key=lambda entry: (-entry[0], entry[1])):
        sure = relaxed.shares[column] > SURE
        if not (sure or decided == 0 or (value > LIKELY and decided < most)):
            continue
        decided += not sure
        chosen[who] = column
        barred += [other for other in master.of_person[who] if other != column]
    if barred:
        master.close(barred)


def _largest(master: TourMaster, relaxed: Relaxed, person: int, luck: np.ndarray) -> tuple[int, float]:
    """The person's column of the largest share (with luck, where it has a share at all), and that share."""
    own = np.array(master.of_person[person], dtype=np.int64)
    shares = relaxed.shares[own]
    if len(luck):
        shares = shares + luck * (shares > 1e-6)
    best = int(shares.argmax())
    return int(own[best]), float(shares[best])


def _reprice(
    problem: RosterProblem, site: Site, master: TourMaster, people: np.ndarray, enough: float
) -> Relaxed | None:
    """New tours of people (positions in `able`) until the program costs no more than `enough` or none helps."""
    relaxed = master.solve(barred=True)
    for _ in range(DIVE_PRICINGS):
        if relaxed is None or relaxed.objective <= enough:
            break
        value_at(problem, site, master.able[people], relaxed.worth)
        if master.add(master.better(relaxed, people)) == 0:
            break
        relaxed = master.solve()
    return relaxed


def prune(master: TourMaster, needed: Sequence[int]) -> None:
    """Opens all columns and drops the dearest where there are many; `needed` ones stay."""
    most = max(KEPT_LEAST, KEPT_A_PERSON * len(master.able))
    master.reopen()
    if len(master.columns) <= 2 * most:
        return
    relaxed = master.solve()
    if relaxed is not None:
        cheap = np.argsort(relaxed.above, kind="stable")[:most]
        master.keep(sorted({*cheap.tolist(), *needed}))


def seat(site: Site, able: np.ndarray, tours: Tours, blank: Blank) -> float:
    """Puts everybody on with these tours; the roster's cost."""
    site.cover.cuts[:], site.cover.served[:], site.cover.stale[:] = blank.cuts, blank.served, True
    restore(site, tours)
    return blank.cost + float(sum(kernel.put(site, person, 1.0) + site.tours.own[person] for person in able))


def tours_of(master: TourMaster, chosen: Sequence[int]) -> Tours:
    """The columns as tours, everybody else without any."""
    site = master.site
    tours = Tours(np.full_like(site.tours.slot, -1), np.full_like(site.tours.place, -1), np.zeros_like(site.tours.own))
    for number in chosen:
        column = master.columns[number]
        person = master.able[column.person]
        tours.slot[person], tours.place[person], tours.own[person] = column.slot, column.place, column.own
    return tours
