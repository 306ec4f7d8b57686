"""The simulation against queueing theory: |z| ≤ 3.5 with fixed seeds and enough independent runs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.stats import hypergeom

from domain.targets import QueueTargets, ServiceLevelDefinition
from scheduling.queueing.erlang_a import erlang_a
from scheduling.simulation import Contacts, make_site, plan_arrivals, simulate_contacts, staff_of_requirements
from scheduling.simulation.measures import measure_run

WARM_UP, HORIZON = 7200.0, 36000.0


def exponential_contacts(rng: np.random.Generator, rate: float, aht: float, patience: float, until: float) -> Contacts:
    count = rng.poisson(rate * until)
    at = np.sort(rng.random(count) * until)
    never = np.full(count, np.inf)
    waits = rng.exponential(patience, count) if np.isfinite(patience) else never
    zero = np.zeros(count, dtype=np.int64)
    return Contacts(at, zero, rng.exponential(aht, count), waits, never, zero)


def steady_runs(target: QueueTargets, load: float, aht: float, agents: int, patience: float, runs: int) -> np.ndarray:
    """(runs, 4): share at once, share within 20 s, mean wait of the answered, share abandoned; after a warm-up."""
    site = make_site([target], [(0,)])
    plan, _ = staff_of_requirements(np.array([0]), np.array([0.0]), np.array([HORIZON]), np.array([agents]))
    found = []
    for run in range(runs):
        given = exponential_contacts(np.random.default_rng([7, run]), load / aht, aht, patience, HORIZON)
        outcome = simulate_contacts(given, site, plan, horizon_seconds=HORIZON, bin_seconds=1800)
        counted = (given.at > WARM_UP) & (given.at < HORIZON - 1800)
        wait = (outcome.answered_at - given.at)[counted]
        lost = np.isnan(wait)
        found.append([np.mean(wait < 1e-9), np.mean(wait <= 20), np.nanmean(wait), np.mean(lost)])
    return np.array(found)


def z(values: np.ndarray, expected: float) -> float:
    return float((values.mean() - expected) / (values.std(ddof=1) / np.sqrt(values.size)))


def test_erlang_c_of_fourteen_agents_is_met() -> None:
    # Published (manual of the R package ErlangC), 10 E, 14 agents, 180 s: P(wait) .1741319, SL .88835, ASA 7.83593701.
    found = steady_runs(QueueTargets(), 10.0, 180.0, 14, np.inf, 60)
    assert abs(z(1 - found[:, 0], 0.1741319)) < 3.5
    assert abs(z(found[:, 1], 0.88835)) < 3.5
    assert abs(z(found[:, 2], 7.83593701)) < 3.5
    assert found[:, 1].std(ddof=1) / np.sqrt(60) < 0.01  # sharp enough to notice a fault


@pytest.mark.parametrize("definition", ["offered", "virtual", "answered", "excluding_short", "abandons_good"])
def test_every_definition_of_service_level_counts_as_its_formula(definition: ServiceLevelDefinition) -> None:
    load, aht, agents, patience = 12.0, 240.0, 12, 120.0
    target = QueueTargets(patience_seconds=patience, service_level_definition=definition)
    expected = float(erlang_a(load, agents, aht, 20.0, patience).service_level_by(definition))
    site = make_site([target], [(0,)])
    staff, _ = staff_of_requirements(np.array([0]), np.array([0.0]), np.array([HORIZON]), np.array([agents]))
    row = np.zeros(1)
    plan = plan_arrivals(row.astype(int), row, row + HORIZON, row, row + aht, targets=[target])
    found = []
    for run in range(40):
        given = exponential_contacts(np.random.default_rng([13, run]), load / aht, aht, patience, HORIZON)
        outcome = simulate_contacts(given, site, staff, horizon_seconds=HORIZON, bin_seconds=1800)
        hits, counted, *_ = measure_run(plan, site, given, outcome, HORIZON, 1800)[:, 0]
        found.append(hits / counted)
    # The first minutes from an empty start are part of the run: they add aht ÷ horizon × (1 − level) at most.
    assert abs(np.mean(found) - expected) < 3.5 * np.std(found, ddof=1) / np.sqrt(40) + (1 - expected) * aht / HORIZON


def birth_death(birth: float, death: np.ndarray) -> np.ndarray:
    """Stationary probabilities of states 0 … len(death)."""
    weights = np.concatenate([[1.0], np.cumprod(birth / death)])
    return weights / weights.sum()


def test_erlang_a_in_overload_is_met() -> None:
    load, aht, agents, patience = 12.0, 240.0, 10, 120.0
    state = np.arange(1, 200)
    share = birth_death(load / aht, np.minimum(state, agents) / aht + np.maximum(state - agents, 0) / patience)
    waits = share[agents:].sum()
    lost = (share[agents:] * np.arange(share.size - agents)).sum() / patience / (load / aht)
    found = steady_runs(QueueTargets(), load, aht, agents, patience, 60)
    assert abs(z(1 - found[:, 0], waits)) < 3.5
    assert abs(z(found[:, 3], lost)) < 3.5


def test_chats_of_one_person_follow_the_birth_and_death_of_their_slots() -> None:
    times = (300.0, 400.0, 480.0)
    load, patience = 2.0, 180.0
    target = QueueTargets(work="chat", concurrency=3, aht_by_concurrency_seconds=times)
    state = np.arange(1, 120)
    rate = np.minimum(state, 3) / np.array(times)[np.minimum(state, 3) - 1]
    share = birth_death(load / times[0], rate + np.maximum(state - 3, 0) / patience)
    lost = (share[3:] * np.arange(share.size - 3)).sum() / patience / (load / times[0])
    found = steady_runs(target, load, times[0], 1, patience, 150)
    assert abs(z(found[:, 0], share[:3].sum())) < 3.5
    assert abs(z(found[:, 3], lost)) < 3.5


def generator(birth: float, mu: float, agents: int, states: int) -> np.ndarray:
    rates = np.diag(np.full(states - 1, birth), 1) + np.diag(np.minimum(np.arange(1, states), agents) * mu, -1)
    return rates - np.diag(rates.sum(axis=1))


def test_a_staffing_step_in_the_middle_of_an_interval_follows_the_transient_chain() -> None:
    """Eight people until 5,400 s, then five: the three who leave finish what they hold and take nothing more.

    Exact: before the step M/M/8 from empty. At the step m contacts lie on 8 people at random; those on the leaving
    three go with them, the rest is M/M/5 from there.
    """
    rate, aht, before, after, states = 4.0 / 300.0, 300.0, 8, 5, 120
    start = np.zeros(states)
    start[0] = 1.0
    at_step = start @ expm(generator(rate, 1 / aht, before, states) * 5400)
    staying = np.zeros(states)
    for m, share in enumerate(at_step):
        if m >= before:
            staying[m - (before - after)] += share
        else:
            for gone in range(before - after + 1):
                staying[m - gone if m >= gone else 0] += share * hypergeom.pmf(gone, before, m, before - after)
    step = expm(generator(rate, 1 / aht, after, states) * 60)
    at_once, state = [], staying
    for _ in range(30):  # half an hour, by Simpson-like averages over minutes
        following = state @ step
        at_once.append((state[:after].sum() + following[:after].sum()) / 2)
        state = following
    expected = float(np.mean(at_once))

    site = make_site([QueueTargets()], [(0,)])
    rows = np.array([0, 0]), np.array([0.0, 5400.0]), np.array([5400.0, 9000.0]), np.array([before, after])
    plan, _ = staff_of_requirements(*rows)
    hits, total = [], []
    for run in range(1500):
        given = exponential_contacts(np.random.default_rng([11, run]), rate, aht, np.inf, 9000.0)
        outcome = simulate_contacts(given, site, plan, horizon_seconds=9000, bin_seconds=1800)
        inside = (given.at >= 5400) & (given.at < 7200)
        hits.append((outcome.answered_at - given.at)[inside] < 1e-9)
        total.append(inside.sum())
    won, seen = np.array([h.sum() for h in hits]), np.array(total)
    ratio = won.sum() / seen.sum()
    error = np.sqrt(((won - ratio * seen) ** 2).sum()) / seen.sum()
    assert error < 0.01
    assert abs(ratio - expected) < 3.5 * error
