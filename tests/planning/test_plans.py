"""Plans behind pointers: readers see one whole plan, and of two planners who publish at once one is told."""

from __future__ import annotations

import threading

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import StaleRevision
from planning.recipe import Recipe
from planning.session import Session
from planning.store import DRAFT, PUBLISHED, NewPlan, Store

NOW = pd.Timestamp("2026-08-31T03:00:00", tz="UTC")
KINDS = ("forecast", "requirements", "roster", "certificate")


def version_of(store: Store, kind: str, number: int) -> str:
    frame = pd.DataFrame({"number": [number]})
    return store.versions.write({kind: frame}, Recipe(kind, {}, {"number": number}), NOW)


def whole_set(store: Store, number: int) -> dict[str, str]:
    return {kind: version_of(store, kind, number) for kind in KINDS}


def plan(members: dict[str, str], note: str = "") -> NewPlan:
    return NewPlan(members, NOW, "tester", note)


def test_a_draft_is_not_seen_by_readers_until_it_is_published(session: Session) -> None:
    plans = session.store.plans
    members = whole_set(session.store, 1)

    plans.advance(DRAFT, plan(members))
    assert plans.at(PUBLISHED) is None

    plans.publish(plan(members))
    published = plans.at(PUBLISHED)
    assert published is not None
    assert published.members == members


def test_a_step_lays_its_version_over_the_rest_of_the_plan(session: Session) -> None:
    plans = session.store.plans
    members = whole_set(session.store, 1)
    plans.publish(plan(members))
    newer = version_of(session.store, "roster", 2)

    draft = plans.advance(DRAFT, plan({"roster": newer}))

    assert draft.members == {**members, "roster": newer}
    assert plans.at(PUBLISHED).members == members  # type: ignore[union-attr]


def test_of_two_planners_who_publish_from_the_same_revision_one_is_told(session: Session) -> None:
    plans = session.store.plans
    seen = plans.publish(plan(whole_set(session.store, 1))).revision

    plans.publish(plan(whole_set(session.store, 2)), seen_revision=seen)
    with pytest.raises(StaleRevision, match="you saw revision 1, it is now 2"):
        plans.publish(plan(whole_set(session.store, 3)), seen_revision=seen)

    number = session.store.versions.frame("roster", plans.at(PUBLISHED).members["roster"])  # type: ignore[union-attr]
    assert number["number"].tolist() == [2]


def test_readers_never_see_a_mix_while_plans_are_published(session: Session) -> None:
    store = session.store
    sets = [whole_set(store, number) for number in range(6)]
    store.plans.publish(plan(sets[0]))
    stop = threading.Event()
    mixed: list[dict[str, str]] = []
    seen: set[str] = set()

    def reader() -> None:
        while not stop.is_set():
            members = dict(store.plans.at(PUBLISHED).members)  # type: ignore[union-attr]
            seen.add(members["roster"])
            if members not in sets:
                mixed.append(members)

    threads = [threading.Thread(target=reader) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(1, 31):
        store.plans.publish(plan(sets[number % 6]))
    stop.set()
    for thread in threads:
        thread.join()

    assert mixed == []
    assert seen


def test_no_acknowledged_change_is_lost_when_several_planners_publish_at_once(session: Session) -> None:
    store = session.store
    members = whole_set(store, 1)
    store.plans.publish(plan(members))
    counted: list[str] = []

    def planner() -> None:
        for _ in range(8):
            seen = store.plans.at(PUBLISHED)
            assert seen is not None
            try:
                store.plans.publish(plan(members), seen_revision=seen.revision)
                counted.append("saved")
            except StaleRevision:
                counted.append("refused")

    threads = [threading.Thread(target=planner) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(counted) == 32
    assert store.plans.at(PUBLISHED).revision == 1 + counted.count("saved")  # type: ignore[union-attr]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keep=st.integers(2, 4), nights=st.integers(1, 7))
def test_pruning_never_takes_a_body_that_a_kept_plan_needs(session: Session, keep: int, nights: int) -> None:
    store = session.store
    for number in range(nights):
        history = version_of(store, "history", number)
        recipe = Recipe("forecast", {"history": history}, {"number": number})
        made = store.versions.write({"forecast": pd.DataFrame({"n": [number]})}, recipe, NOW)
        store.plans.publish(plan({"forecast": made}))
        store.prune(("history", "forecast"), keep)

    current = store.plans.at(PUBLISHED)
    assert current is not None
    for kept in [current, *store.plans.published_before(current)][:keep]:
        record = store.versions.get("forecast", kept.members["forecast"])
        store.versions.frame("forecast", record.version)
        store.versions.frame("history", record.inputs["history"])
    assert len(store.versions.all("forecast")) <= keep + 1
    assert store.bodies.strays(store.versions.known()) == []


def test_a_roster_keeps_the_one_before_it_but_not_all_that_came_before(session: Session) -> None:
    store = session.store
    before: str | None = None
    for number in range(6):
        inputs = {"roster": before} if before else {}
        recipe = Recipe("roster", inputs, {"number": number})
        before = store.versions.write({"roster": pd.DataFrame({"n": [number]})}, recipe, NOW)
        store.plans.publish(plan({"roster": before}))
        store.prune(("roster",), 2)

    numbers = [entry.parameters["number"] for entry in store.versions.all("roster")]
    assert numbers == [3, 4, 5]
