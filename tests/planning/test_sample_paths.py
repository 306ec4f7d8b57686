"""The contacts that certificates meet: as the forecast's bands say, from interval to day to week and across queues."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import scheduling
from domain.errors import BadValue
from domain.targets import QueueTargets, Targets
from forecast import apply_adjustments
from forecast.totals import aggregate_forecast, group_variance, path_plan
from planning import stages, steps
from planning.sample_paths import draw_by_paths
from planning.session import Session
from planning.steps.staffing import week_of

RUNS = 2000
ZONE = "Europe/Berlin"


def two_weeks(day_cv: float = 0.15, interval_cv: float = 0.1) -> pd.DataFrame:
    """Two queues, two weeks of six open hours a day: 30 and 12 contacts an hour."""
    days = pd.date_range("2026-03-02", periods=14, freq="D", tz=ZONE)
    starts = pd.DatetimeIndex([day + pd.Timedelta(hours=hour) for day in days for hour in range(9, 15)])
    queues = [
        pd.DataFrame({"queue": name, "start": starts.tz_convert("UTC"), "offered": offered})
        for name, offered in (("phone/a", 30.0), ("phone/b", 12.0))
    ]
    return pd.concat(queues, ignore_index=True).assign(
        aht_seconds=240.0, model="given", day_cv=day_cv, interval_cv=interval_cv
    )


def doubled_on_the_second_monday(forecast: pd.DataFrame) -> pd.DataFrame:
    monday = pd.Timestamp("2026-03-09", tz=ZONE)
    log = pd.DataFrame(
        {
            "adjustment_id": ["1"],
            "queue": ["phone/*"],
            "from_start": [monday],
            "to_start": [monday + pd.Timedelta(days=1)],
            "kind": ["scale"],
            "value": [2.0],
            "reason": ["campaign"],
            "author": ["tester"],
            "made_at": [monday],
            "active": [True],
        }
    )
    return apply_adjustments(forecast, log, at=monday)


def drawn(rows: pd.DataFrame, runs: int = RUNS, seed: int = 1) -> np.ndarray:
    return np.concatenate(list(draw_by_paths(ZONE)(rows, runs, seed)))


def groups(rows: pd.DataFrame, by: str, period: str) -> np.ndarray:
    days = rows["start"].dt.tz_convert(ZONE).dt.tz_localize(None)
    start = {"interval": days, "day": days.dt.normalize(), "week": days.dt.to_period("W").dt.start_time}[period]
    name = rows["queue"] if by == "queue" else pd.Series("total", index=rows.index)
    return np.asarray(pd.MultiIndex.from_arrays([name, start]).factorize(sort=True)[0])


def sums(counts: np.ndarray, group: np.ndarray) -> np.ndarray:
    return np.array([counts[:, group == number].sum(axis=1) for number in range(group.max() + 1)]).T


@pytest.mark.parametrize("adjusted", [False, True])
def test_contacts_of_each_interval_are_on_average_those_of_the_forecast(adjusted: bool) -> None:
    rows = doubled_on_the_second_monday(two_weeks()) if adjusted else two_weeks()
    mean, sd = drawn(rows).mean(axis=0), np.sqrt(rows["offered"] + (0.19 * rows["offered"]) ** 2)
    assert np.abs((mean - rows["offered"]) / sd * np.sqrt(RUNS)).max() < 4.5  # of 168


@pytest.mark.parametrize("period", ["interval", "day", "week"])
@pytest.mark.parametrize("by", ["queue", "total"])
def test_contacts_scatter_as_the_forecast_of_sums_says(by: str, period: str) -> None:
    rows = doubled_on_the_second_monday(two_weeks())
    group = groups(rows, by, period)
    found = sums(drawn(rows), group)

    variance = group_variance(path_plan(rows, ZONE)[0], group)
    assert found.var(axis=0).mean() == pytest.approx(variance.mean(), rel=0.08)
    said = aggregate_forecast(rows, by=by, period=period, timezone=ZONE)
    inside = (found >= said["offered_p10"].to_numpy()) & (found <= said["offered_p90"].to_numpy())
    assert inside.mean() == pytest.approx(0.8, abs=0.04)  # bands are closed: whole numbers on them count


def test_a_week_is_less_sure_than_independent_days_and_queues_would_make_it() -> None:
    rows = two_weeks(day_cv=0.2, interval_cv=0.0)
    week = sums(drawn(rows), groups(rows, "total", "week")).std(axis=0)
    # A day of the queues: 180 and 72 contacts, variance 180 + 36² and 72 + 14.4²; seven independent days.
    independent = np.sqrt(7 * (180 + 36**2 + 72 + 14.4**2))
    assert bool((week > 1.5 * independent).all())


def test_the_same_seed_draws_the_same_contacts_and_more_runs_begin_with_them() -> None:
    rows = two_weeks()
    few, again, more, other = drawn(rows, 60), drawn(rows, 60), drawn(rows, 130), drawn(rows, 60, seed=2)
    assert few.shape == (60, len(rows))
    assert bool((few == again).all())
    assert bool((few == more[:60]).all())
    assert bool((few != other).any())


def test_many_runs_come_in_blocks() -> None:
    blocks = draw_by_paths(ZONE)(two_weeks(), 10**6, 1)
    assert len(next(iter(blocks))) <= 100


def test_a_certificate_is_less_sure_of_its_week_with_paths() -> None:
    # 100 contacts an hour, 20 Erlangs, 21 people: the day's level hangs on its rate. Seven days whose rates correlate
    # by 0.5, 0.30, 0.22, 0.20, 0.18, 0.18 have 1.69 times the sd of independent ones in their mean.
    rows = two_weeks(day_cv=0.2, interval_cv=0.0)
    rows = rows[rows["queue"] == "phone/a"].iloc[: 7 * 6].assign(offered=100.0, aht_seconds=720.0)
    band = 1.2816 * np.sqrt(100 + 20**2)
    rows = rows.assign(offered_p10=100 - band, offered_p90=100 + band)
    need = rows[["queue", "start"]].assign(interval_minutes=60, load_erlangs=20.0, agents=21.0, scheduled=21.0)
    targets = Targets(default=QueueTargets(patience_seconds=540, answer_within_seconds=60))
    found = [
        scheduling.certify(rows, targets, requirements=need, runs=60, timezone=ZONE, draw_counts=draw)
        for draw in (None, draw_by_paths(ZONE))
    ]
    before, after = (frame[frame["period"] == "week"] for frame in found)
    assert (after["high"] - after["low"]).mean() > 1.25 * (before["high"] - before["low"]).mean()


def test_the_certificate_of_the_store_meets_the_paths_of_its_adjusted_forecast(planned: Session) -> None:
    result = steps.certify(planned, runs=3)
    versions, parameters = planned.store.versions, planned.store.versions.get("certificate", result.version).parameters
    first, end = week_of(parameters)
    adjusted = versions.frame("adjusted", planned.member("adjusted"))  # type: ignore[arg-type]
    week = adjusted[(adjusted["start"] >= first) & (adjusted["start"] < end)]
    expected = scheduling.certify(
        week,
        planned.site.targets,
        roster=versions.frame("roster", planned.member("roster")),  # type: ignore[arg-type]
        runs=3,
        seed=parameters["seed"],
        timezone=ZONE,
        draw_counts=draw_by_paths(ZONE),
    )
    pd.testing.assert_frame_equal(versions.frame("certificate", result.version), expected)


def test_the_certificate_of_files_meets_paths_as_uncertain_as_the_file_says(tmp_path: Path) -> None:
    (tmp_path / "targets.toml").write_text("[default]\nservice_level = 0.8\nanswer_within_seconds = 20\n")
    widths = []
    for day_cv in (0.0, 0.6):
        rows = two_weeks(day_cv=day_cv, interval_cv=0.0)
        need = rows[["queue", "start"]].assign(interval_minutes=60, load_erlangs=1.0, agents=4.0, scheduled=4.0)
        rows.to_csv(tmp_path / "forecast.csv", index=False)
        need.to_csv(tmp_path / "need.csv", index=False)
        found = stages.certificate_of_file(
            str(tmp_path / "need.csv"), tmp_path / "forecast.csv", tmp_path / "targets.toml", runs=30, seed=1,
            timezone=ZONE,
        )  # fmt: skip
        total = found[(found["period"] == "total") & (found["queue"] == "phone/a")].iloc[0]
        widths.append(total["high"] - total["low"])
    sure, unsure = widths
    assert unsure > 3 * sure


def test_a_backlog_comes_from_a_file_and_its_faults_are_said_of_it(tmp_path: Path) -> None:
    (tmp_path / "targets.toml").write_text('[default]\nwork = "deferred"\ndeadline_hours = 1\nservice_level = 0.8\n')
    rows = two_weeks().assign(offered=0.0)
    need = rows[["queue", "start"]].assign(interval_minutes=60, load_erlangs=1.0, agents=4.0, scheduled=4.0)
    rows.to_csv(tmp_path / "forecast.csv", index=False)
    need.to_csv(tmp_path / "need.csv", index=False)
    backlog = tmp_path / "backlog.csv"

    def total() -> pd.DataFrame:
        found = stages.certificate_of_file(
            str(tmp_path / "need.csv"), tmp_path / "forecast.csv", tmp_path / "targets.toml", runs=2, seed=1,
            timezone=ZONE, backlog=backlog,
        )  # fmt: skip
        return found[found["period"] == "total"].set_index("queue")

    backlog.write_text("queue,age_hours,contacts\nphone/a,0,6\nphone/a,2,2\n")
    assert total().loc["phone/a", "service_level"] == pytest.approx(6 / 8)  # 2 were late when the fortnight began
    backlog.write_text("queue,age_hours,contacts\nphone/z,0,6\n")
    with pytest.raises(BadValue, match=r"backlog\.csv.*phone/z"):
        total()


def test_people_of_a_file_work_as_fast_as_it_says(tmp_path: Path) -> None:
    (tmp_path / "targets.toml").write_text("[default]\nservice_level = 0.8\nanswer_within_seconds = 20\n")
    rows = two_weeks()
    rows.to_csv(tmp_path / "forecast.csv", index=False)
    start = rows["start"].min()
    shift = {"start": [start] * 2, "end": [start + pd.Timedelta(hours=4)] * 2, "activity": "work", "queue": "phone/a"}
    roster = pd.DataFrame({"agent": ["p0", "p1"], **shift, "shift": "day", "source": "hand"})
    roster.to_csv(tmp_path / "roster.csv", index=False)

    def wait(speed: float) -> float:
        people = pd.DataFrame({"agent": ["p0", "p1"], "queues": "*", "agreement": "x", "proficiency": speed})
        people.to_csv(tmp_path / "people.csv", index=False)
        found = stages.certificate_of_file(
            str(tmp_path / "roster.csv"), tmp_path / "forecast.csv", tmp_path / "targets.toml", runs=2, seed=1,
            timezone=ZONE, people=tmp_path / "people.csv",
        )  # fmt: skip
        total = found[(found["period"] == "total") & (found["queue"] == "phone/a")].iloc[0]
        return float(total["asa_seconds"])

    assert wait(2.0) < wait(1.0)
    (tmp_path / "need.csv").write_text(
        "queue,start,interval_minutes,load_erlangs,agents,scheduled\nphone/a,2026-09-07T09:00Z,60,1,1,1\n"
    )
    with pytest.raises(BadValue, match="--people"):
        stages.certificate_of_file(
            str(tmp_path / "need.csv"), tmp_path / "forecast.csv", tmp_path / "targets.toml", runs=2, seed=1,
            timezone=ZONE, people=tmp_path / "people.csv",
        )  # fmt: skip
