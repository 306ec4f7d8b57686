"""Rosters of many sites: which are planned apart, and that nothing is lost or changed by it."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import scheduling as core
from connectors import read_table, write_table
from domain.people import RuleBook
from domain.tables import ROSTER
from planning.site_rosters import roster_all, roster_tasks

MONDAY = pd.Timestamp("2026-03-02", tz="UTC")
BOOK = RuleBook.from_mapping(
    {
        "agreement": {"all": {"shifts": ["day"], "hours_per_week_max": 16}},
        "shift": {"day": {"start_from": "08:00", "start_to": "10:00", "start_step_minutes": 60, "length_minutes": 480}},
    }
)
SITES = (("a1", "calls/a", "A"), ("a2", "calls/a", "A"), ("b1", "calls/b", "B"), ("b2", "calls/b", "B"))


def staff(rows: tuple[tuple[str, str, str], ...] = SITES) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["agent", "queues", "site"]).assign(agreement="all")


def need(days: dict[str, tuple[int, ...]]) -> pd.DataFrame:
    """One person from 8 to 16 o'clock on those days (0: Monday) of each queue."""
    rows = [
        (queue, MONDAY + pd.Timedelta(days=day, hours=hour), 60, 1.0, 1.0, 1.0)
        for queue, own in days.items()
        for day in own
        for hour in range(8, 16)
    ]
    frame = pd.DataFrame(rows, columns=["queue", "start", "interval_minutes", "load_erlangs", "agents", "scheduled"])
    return frame.assign(start=pd.DatetimeIndex(frame["start"]).as_unit("us"))


WEEK = need({"calls/a": (0, 1, 2, 3, 4), "calls/b": (0, 1)})


def split(people: pd.DataFrame, requirements: pd.DataFrame = WEEK, **options: Any) -> list[tuple[str, str, str]]:
    """(sites, agents, queues) of every part."""
    return [
        (task.sites, " ".join(task.people["agent"]), " ".join(sorted(task.requirements["queue"].unique())))
        for task in roster_tasks(requirements, people, BOOK, options)
    ]


def test_sites_that_share_no_queue_are_planned_apart() -> None:
    assert split(staff()) == [("A", "a1 a2", "calls/a"), ("B", "b1 b2", "calls/b")]


@pytest.mark.parametrize("queues", ["calls/a|calls/b", "calls/*", "*"])
def test_a_person_who_serves_two_sites_keeps_them_together(queues: str) -> None:
    people = staff((*SITES, ("c", queues, "A")))
    assert split(people) == [("", "a1 a2 b1 b2 c", "calls/a calls/b")]


def test_sites_are_joined_over_a_third() -> None:
    rows = (("a", "calls/a", "A"), ("b", "calls/b", "B"), ("c", "calls/c", "C"), ("d", "calls/a|calls/b", "D"))
    three = need({"calls/a": (0,), "calls/b": (0,), "calls/c": (0,)})
    assert split(staff(rows), three) == [("A, B, D", "a b d", "calls/a calls/b"), ("C", "c", "calls/c")]


def test_people_of_one_site_stay_together_though_they_share_no_queue() -> None:
    assert len(split(staff().assign(site="A"))) == 1
    assert len(split(staff().drop(columns="site"))) == 1


def test_what_nobody_serves_goes_with_the_first_part() -> None:
    wider = need({"calls/a": (0,), "calls/b": (0,), "mail": (0,)})
    people = staff((*SITES, ("z", "chats", "Z")))
    assert split(people, wider) == [("A, Z", "a1 a2 z", "calls/a mail"), ("B", "b1 b2", "calls/b")]


def test_every_part_spans_all_days_of_the_plan() -> None:
    parts = roster_tasks(WEEK, staff(), BOOK, {})
    assert [set(part.requirements["start"].dt.day) for part in parts] == [{2, 3, 4, 5, 6}, {2, 3, 6}]
    assert parts[1].requirements["scheduled"].sum() == 16  # the row of Friday needs nobody


def test_tables_of_agents_are_cut_to_the_part() -> None:
    away = pd.DataFrame({"agent": ["b1", "a1"], "kind": "leave"})
    parts = roster_tasks(WEEK, staff(), BOOK, {"time_off": away, "previous": None, "seed": 3})
    assert [list(part.options["time_off"]["agent"]) for part in parts] == [["a1"], ["b1"]]
    assert [part.options["seed"] for part in parts] == [3, 3]


def test_parts_sum_up_to_what_one_plan_of_all_says() -> None:
    """Four people of 16 hours: A misses 40 − 32 = 8 hours, B's 16 are covered."""
    apart, together = roster_all(WEEK, staff(), BOOK), core.make_roster(WEEK, staff(), BOOK)
    for name in ("cost", "bound", "uncovered_hours", "surplus_hours", "required_hours", "paid_hours", "agents"):
        assert apart.summary[name] == pytest.approx(together.summary[name]), name
    assert apart.summary["uncovered_hours"] == 8
    assert [(own["site"], own["uncovered_hours"]) for own in apart.summary["sites"]] == [("A", 8), ("B", 0)]
    assert apart.summary["status"] == "optimal"
    assert {gap["queue"] for gap in apart.summary["gaps"]} == {"calls/a"}
    roster = ROSTER.check(apart.roster)
    assert roster.dtypes.equals(together.roster.dtypes)
    assert roster["agent"].is_monotonic_increasing
    assert len(core.audit(roster, staff(), BOOK)) == 0


def test_people_come_in_the_order_of_their_names_whatever_their_site() -> None:
    mixed = staff((("a", "calls/b", "B"), ("c", "calls/a", "A"), ("b", "calls/b", "B")))
    full = need({"calls/a": (0, 1), "calls/b": (0, 1, 2, 3)})  # two days of work for each of them
    roster = ROSTER.check(roster_all(full, mixed, BOOK).roster)
    assert list(roster["agent"].unique()) == ["a", "b", "c"]
    assert roster.equals(roster.sort_values(["agent", "start"]))


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_roster_of_several_sites_is_read_back_from_a_file(tmp_path: Path, ending: str) -> None:
    roster = roster_all(WEEK, staff(), BOOK).roster
    write_table(roster, tmp_path / f"roster.{ending}", timezone="Europe/Berlin")
    pd.testing.assert_frame_equal(read_table(tmp_path / f"roster.{ending}", ROSTER), ROSTER.check(roster))


def test_a_warning_names_the_site_it_is_about() -> None:
    idle = staff((*SITES, ("b3", "chats", "B")))
    assert roster_all(WEEK, idle, BOOK).summary["warnings"] == ["B: 1 people have no skill that is needed: b3"]


class Travelling:
    """Runs the last task first, on copies such as another process gets; remembers the time limits it saw."""

    name = "travelling"
    processes = 2

    def __init__(self) -> None:
        self.limits: list[float | None] = []

    def run(self, function: Any, tasks: Sequence[Any], done: Any = None) -> list[Any]:
        self.limits = [task.options["time_limit_seconds"] for task in tasks]
        backwards = [pickle.loads(pickle.dumps(function(pickle.loads(pickle.dumps(task))))) for task in tasks[::-1]]
        done(len(tasks))
        return backwards[::-1]


def test_other_processes_and_another_order_change_nothing() -> None:
    told: list[tuple[str, int, int]] = []
    alone = roster_all(WEEK, staff(), BOOK, progress=lambda *words: told.append(words))
    apart = roster_all(WEEK, staff(), BOOK, executor=Travelling())
    pd.testing.assert_frame_equal(alone.roster, apart.roster)
    assert alone.summary == apart.summary
    assert told == [("sites", 1, 2), ("sites", 2, 2)]


def test_a_time_limit_is_that_of_all_sites_together() -> None:
    """Three sites on two processes: one after the other on the busier one."""
    rows = (("a", "calls/a", "A"), ("b", "calls/b", "B"), ("c", "calls/c", "C"))
    executor = Travelling()
    three = need({"calls/a": (0,), "calls/b": (0,), "calls/c": (0,)})
    roster_all(three, staff(rows), BOOK, executor=executor, time_limit_seconds=10.0)
    assert executor.limits == [5.0, 5.0, 5.0]


def test_the_end_of_a_search_is_asked_for_only_where_there_is_a_half_to_keep() -> None:
    entered: list[str] = []

    @contextmanager
    def watch() -> Iterator[Callable[[], bool]]:
        entered.append("watched")
        yield lambda: False

    both = need({"calls/a": (0,), "calls/b": (0,)})
    roster_all(both, staff(), BOOK, iterations=1, watch=watch)  # two parts
    assert entered == []
    roster_all(need({"calls/a": (0,)}), staff(SITES[:2]), BOOK, iterations=1, watch=watch)
    assert entered == ["watched"]
