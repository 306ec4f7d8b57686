"""What readers see belongs together; what was seen can be seen again; what is stored can be checked."""

from __future__ import annotations

import pandas as pd
import pytest

from domain.errors import BadValue, NothingToPlan, StaleRevision
from planning import steps
from planning.recipe import Recipe
from planning.session import Session
from planning.steps.publishing import outdated
from planning.store import NewPlan

PARENTS = {
    "history": (),
    "forecast": ("history",),
    "scores": ("history",),
    "decomposition": ("history",),
    "adjusted": ("forecast",),
    "requirements": ("forecast",),
    "roster": ("requirements",),
    "coverage": ("roster", "requirements", "adjusted"),
    "certificate": ("roster", "requirements", "adjusted"),
    "audit": ("roster",),
}
START = pd.Timestamp("2026-09-07T07:00Z")


def forecast(*offered: float) -> pd.DataFrame:
    starts = pd.date_range(START, periods=len(offered), freq="30min").as_unit("us")
    return pd.DataFrame({"queue": "phone/a", "start": starts, "offered": list(offered)})


def make(session: Session, kind: str, frame: pd.DataFrame | None = None) -> str:
    """A version of a kind from what the draft holds of its parents, laid into the draft."""
    inputs = {parent: session.member(parent) or "" for parent in PARENTS[kind]}
    count = len(session.store.versions.all(kind))
    body = frame if frame is not None else pd.DataFrame({"n": [count]})
    version = session.store.versions.write({kind: body}, Recipe(kind, inputs, {"n": count}), session.clock())
    session.store.plans.advance(session.pointer, NewPlan({kind: version}, session.clock(), "tester"))
    return version


def make_all(session: Session) -> dict[str, str]:
    return {kind: make(session, kind) for kind in PARENTS}


def test_a_whole_plan_is_published_in_one_step(session: Session) -> None:
    members = make_all(session)

    steps.publish(session)

    assert session.published is not None
    assert session.published.members == members
    assert session.published.revision == 1


def test_publishing_twice_changes_nothing(session: Session) -> None:
    make_all(session)

    assert steps.publish(session).plan == steps.publish(session).plan


def test_a_plan_whose_parts_do_not_belong_together_is_not_published_as_a_whole(session: Session) -> None:
    make_all(session)
    steps.publish(session)
    make(session, "forecast")

    with pytest.raises(NothingToPlan, match="adjusted was made from another forecast"):
        steps.publish(session)


def test_a_forecast_alone_takes_its_history_along_and_the_roster_is_shown_as_outdated(session: Session) -> None:
    old = make_all(session)
    steps.publish(session)
    history = make(session, "history")
    newer = make(session, "forecast")
    make(session, "requirements")

    published = steps.publish(session, "forecast")

    assert published.members["history"] == history
    assert published.members["forecast"] == newer
    assert published.members["requirements"] == old["requirements"]
    parts = steps.status(session)["published"]["parts"]
    assert parts["requirements"]["outdated"] == "the requirements was made from another forecast"
    assert parts["forecast"]["outdated"] is None


def test_a_roster_takes_everything_along_that_it_was_made_from(session: Session) -> None:
    make_all(session)
    steps.publish(session)
    new = make_all(session)

    published = steps.publish(session, "roster")

    assert published.members == new
    assert outdated(session.store, published.members) == {}


def test_publishing_from_a_revision_that_is_gone_is_refused(session: Session) -> None:
    make_all(session)
    steps.publish(session)
    make_all(session)
    steps.publish(session, seen_revision=1)
    make_all(session)

    with pytest.raises(StaleRevision):
        steps.publish(session, seen_revision=1)


@pytest.mark.parametrize("kind", ["roster", "plan", "certificate"])
def test_nothing_can_be_published_before_it_is_made(session: Session, kind: str) -> None:
    with pytest.raises(NothingToPlan):
        steps.publish(session, kind)


def test_an_unknown_part_is_refused(session: Session) -> None:
    make_all(session)

    with pytest.raises(BadValue, match="one of plan, history"):
        steps.publish(session, "horoscope")


def test_a_revert_goes_back_by_whole_plans_and_a_second_one_further(session: Session) -> None:
    plans = []
    for _ in range(3):
        make_all(session)
        plans.append(dict(steps.publish(session).members))

    assert steps.revert(session).members == plans[1]
    assert steps.revert(session).members == plans[0]
    with pytest.raises(NothingToPlan, match="earlier published plan"):
        steps.revert(session)
    assert session.published is not None
    assert session.published.members == plans[0]


def test_work_goes_on_from_the_plan_that_was_reverted_to(session: Session) -> None:
    first = make_all(session)
    steps.publish(session)
    make_all(session)
    steps.publish(session)

    steps.revert(session)

    assert session.member("roster") == first["roster"]


def test_a_revert_of_a_part_finds_the_last_plan_in_which_it_was_another(session: Session) -> None:
    first = make_all(session)
    steps.publish(session)
    for kind in ("certificate", "coverage"):
        make(session, kind)
        steps.publish(session)

    assert steps.revert(session, "certificate").members == first


def test_a_revert_to_a_version_finds_the_plan_that_held_it(session: Session) -> None:
    first = make_all(session)
    steps.publish(session)
    for _ in range(2):
        make_all(session)
        steps.publish(session)

    assert steps.revert(session, "roster", first["roster"]).members == first
    with pytest.raises(NothingToPlan, match="no-such-version"):
        steps.revert(session, "roster", "no-such-version")


def test_a_difference_counts_rows_and_totals(session: Session) -> None:
    make(session, "history")
    make(session, "forecast", forecast(10, 20, 30))
    steps.publish(session, "forecast")
    make(session, "forecast", forecast(10, 25, 30, 5))

    found = steps.diff(session, "forecast", "published", "draft")

    assert (found["added"], found["removed"], found["changed"]) == (1, 0, 1)
    assert found["totals"] == {"offered": [60.0, 70.0]}
    row = found["changed_rows"].iloc[0]
    assert (row["offered_old"], row["offered_new"]) == (20.0, 25.0)
    assert row["start"] == START + pd.Timedelta(minutes=30)


def test_equal_versions_do_not_differ(session: Session) -> None:
    make(session, "history")
    make(session, "forecast", forecast(10, 20))
    steps.publish(session, "forecast")

    found = steps.diff(session, "forecast", "published", "draft")

    assert (found["added"], found["removed"], found["changed"]) == (0, 0, 0)


def test_verify_names_the_body_that_was_changed(session: Session) -> None:
    members = make_all(session)
    steps.publish(session)
    assert steps.verify(session, remake=False)["faults"] == []
    path = session.store.bodies.path("roster", members["roster"])
    path.write_bytes(path.read_bytes() + b"!")

    faults = steps.verify(session, remake=False)["faults"]

    assert len(faults) == 1
    assert faults[0].startswith(f"roster/{members['roster']}: ")


def test_status_shows_the_draft_only_where_it_differs(session: Session) -> None:
    make_all(session)
    steps.publish(session)
    assert steps.status(session)["draft"] is None

    make(session, "audit")

    assert steps.status(session)["draft"]["parts"]["audit"]["rows"] == 1


def test_reading_an_unknown_kind_or_a_part_that_is_not_there_is_a_named_error(session: Session) -> None:
    with pytest.raises(BadValue, match="one of tickets"):
        steps.read(session, "horoscope")
    with pytest.raises(NothingToPlan, match="smena roster"):
        steps.read(session, "roster")
