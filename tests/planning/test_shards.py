"""More queues than are forecast together: the split, and that nothing is lost or changed by it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import forecast as core
from domain import IntervalGrid
from domain.errors import BadValue, UnknownQueue
from domain.likeness import Likeness
from planning import shards
from planning.execute import LocalExecutor
from planning.shards import forecast_all, forecast_tasks

AS_OF = pd.Timestamp("2026-03-30", tz="UTC")
OPTIONS: dict[str, Any] = {"as_of": AS_OF, "grid": IntervalGrid(1440), "horizon_days": 7, "origins": 1}
QUEUES = ("mail/a", "mail/b", "phone/a", "phone/b", "phone/c")


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """At most two queues together: five queues make shards of 2, 2 and 1."""
    monkeypatch.setattr(shards, "SHARD_QUEUES", 2)


def history(queues: tuple[str, ...] = QUEUES, days: int = 84) -> pd.DataFrame:
    """Whole days up to AS_OF; the last queue first, so that rows are not in order."""
    rng = np.random.default_rng(3)
    starts = pd.date_range(AS_OF - pd.Timedelta(days=days), periods=days, freq="D").as_unit("us")
    frames = [
        pd.DataFrame({"queue": queue, "start": starts, "offered": rng.poisson(20.0 * (1 + at), days).astype(float)})
        for at, queue in enumerate(queues)
    ]
    return pd.concat(frames[::-1], ignore_index=True)


def days_of(*queues: str) -> pd.DataFrame:
    return pd.DataFrame(
        [(queue, AS_OF + pd.Timedelta(days=day)) for day in (3, 0, 1) for queue in queues], columns=["queue", "start"]
    )


def members(task: shards.ForecastTask) -> list[str]:
    return sorted(task.history["queue"].unique())


def test_queues_up_to_the_limit_stay_together_and_get_what_the_core_says() -> None:
    two = history(QUEUES[:2])

    assert len(forecast_tasks(two, OPTIONS)) == 1
    pd.testing.assert_frame_equal(forecast_all(two, **OPTIONS).forecast, core.make_forecast(two, **OPTIONS).forecast)


def test_the_split_is_even_by_name_and_keeps_every_row() -> None:
    tasks = forecast_tasks(history(), OPTIONS)

    assert [members(task) for task in tasks] == [["mail/a", "mail/b"], ["phone/a", "phone/b"], ["phone/c"]]
    assert sum(len(task.history) for task in tasks) == 5 * 84


def test_the_order_of_the_rows_does_not_change_the_split() -> None:
    shuffled = history().sample(frac=1.0, random_state=1)

    assert [members(task) for task in forecast_tasks(shuffled, OPTIONS)] == [
        members(task) for task in forecast_tasks(history(), OPTIONS)
    ]


def test_shards_in_two_processes_give_what_each_gives_alone() -> None:
    whole = history()
    names = (QUEUES[:2], QUEUES[2:4], QUEUES[4:])
    alone = [core.make_forecast(whole[whole["queue"].isin(list(own))], **OPTIONS) for own in names]

    heard: list[tuple[str, int, int]] = []
    result = forecast_all(
        whole,
        executor=LocalExecutor(2),
        progress=lambda stage, done, all_: heard.append((stage, done, all_)),
        **OPTIONS,
    )

    pd.testing.assert_frame_equal(result.forecast, pd.concat([one.forecast for one in alone], ignore_index=True))
    pd.testing.assert_frame_equal(result.scores, pd.concat([one.scores for one in alone], ignore_index=True))
    assert result.chosen == {queue: model for one in alone for queue, model in one.chosen.items()}
    assert heard == [("forecast", number, 3) for number in (1, 2, 3)]


def test_queues_without_a_usable_past_do_not_stop_a_shard() -> None:
    later = history(("a/new", "a/newer", "a/newest"), days=3)
    later["start"] += pd.Timedelta(days=30)

    result = forecast_all(pd.concat([history(), later]), **OPTIONS)

    assert sorted(result.chosen) == list(QUEUES)


def test_a_queue_that_borrows_a_past_goes_with_the_one_it_borrows_from() -> None:
    like = {"a/new": Likeness("phone/c", 0.5), "a/newer": Likeness("a/new")}

    tasks = forecast_tasks(history(("a/newer", *QUEUES)), {**OPTIONS, "like": like})

    assert [members(task) for task in tasks] == [["mail/a", "mail/b"], ["phone/a", "phone/b"], ["a/newer", "phone/c"]]
    assert [sorted(task.options["like"]) for task in tasks] == [[], [], ["a/new", "a/newer"]]


def test_a_grid_over_several_shards_comes_back_in_its_order_and_names_strangers_once() -> None:
    wanted = days_of("phone/c", "nobody", "mail/a")

    result = forecast_all(history(), targets_grid=wanted, **OPTIONS)

    known = wanted[wanted["queue"] != "nobody"].reset_index(drop=True)
    assert result.forecast["queue"].tolist() == known["queue"].tolist()
    assert result.forecast["start"].tolist() == known["start"].tolist()
    assert [(fault.queue, fault.reason) for fault in result.failures] == [("nobody", "not in the history")]


def test_a_fault_in_a_grid_is_told_with_its_line_in_the_whole_grid() -> None:
    wanted = days_of("mail/a", "phone/c")
    wanted.loc[3, "start"] += pd.Timedelta(hours=1)  # phone/c, the fifth line with the header

    with pytest.raises(BadValue) as found:
        forecast_all(history(), targets_grid=wanted, **OPTIONS)

    assert (found.value.line, found.value.column) == (5, "start")


def test_a_grid_of_strangers_only_is_refused() -> None:
    with pytest.raises(UnknownQueue, match="nobody"):
        forecast_all(history(), targets_grid=days_of("nobody"), **OPTIONS)
