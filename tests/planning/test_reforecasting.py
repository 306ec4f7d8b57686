"""`smena reforecast`: on files and on the store, where it writes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from domain.errors import BadValue
from domain.tables import FORECAST
from planning import steps
from planning.cli import app
from planning.reforecasting import offset_zone
from planning.session import Session

ZONE = "Europe/Berlin"
TODAY = pd.Timestamp("2026-09-01", tz=ZONE)
LOUD_DAY = np.random.default_rng(5).choice([0.8, 1.2], 100)


def smena(*words: object, code: int = 0) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, f"{result.stdout}\n{result.stderr}"
    return result


def day(back: int, level: float, hours: range = range(9, 17)) -> list[tuple[str, str, float]]:
    date = (TODAY - pd.DateOffset(days=back)).tz_localize(None)
    stamps = [(date + pd.Timedelta(hours=hour)).tz_localize(ZONE) for hour in hours]
    return [("phone/a", stamp.isoformat(), level) for stamp in stamps]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A history of days that are loud or quiet all day long, today loud until 13:00; and today's forecast."""
    columns = ["queue", "start", "offered"]
    rows = [row for back in range(100, 0, -1) for row in day(back, 100 * LOUD_DAY[-back])]
    history, forecast = tmp_path / "history.csv", tmp_path / "forecast.csv"
    pd.DataFrame(rows + day(0, 120.0, range(9, 13)), columns=columns).to_csv(history, index=False)
    pd.DataFrame(day(0, 100.0) + day(-1, 100.0), columns=columns).to_csv(forecast, index=False)
    return history, forecast


def test_the_rest_of_the_day_comes_as_a_forecast_file(files: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "rest.csv"
    result = smena("reforecast", files[0], "--forecast", files[1], "--now", "2026-09-01T13:00", "--timezone", ZONE,
                   "--out", out)  # fmt: skip

    rest = FORECAST.check(pd.read_csv(out))
    assert [stamp.tz_convert(ZONE).hour for stamp in rest["start"]] == [13, 14, 15, 16]
    assert (rest["offered"] > 110).all()
    assert "480 contacts came, 400 were expected" in result.stderr


def test_json_says_what_became_of_each_queue(files: tuple[Path, Path]) -> None:
    result = smena("reforecast", files[0], "--forecast", files[1], "--now", "2026-09-01T13:00", "--timezone", ZONE,
                   "--json", "--quiet")  # fmt: skip

    document = json.loads(result.stdout)
    assert (document["queues"]["phone/a"]["came"], document["queues"]["phone/a"]["expected"]) == (480.0, 400.0)
    assert len(document["forecast"]) == 4
    assert result.stderr == ""


def test_the_whole_day_can_be_asked_for(files: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "day.csv"
    smena("reforecast", files[0], "--forecast", files[1], "--now", "2026-09-01T13:00", "--timezone", ZONE,
          "--whole-day", "--out", out)  # fmt: skip

    assert list(pd.read_csv(out)["offered"].iloc[:4]) == [100.0] * 4


def test_a_time_outside_the_forecast_is_bad_input_and_blames_no_file(files: tuple[Path, Path]) -> None:
    result = smena("reforecast", files[0], "--forecast", files[1], "--now", "2026-10-01T13:00", "--timezone", ZONE,
                   code=2)  # fmt: skip

    assert "2026-09-01 to 2026-09-02" in result.stderr
    assert "history.csv" not in result.stderr


@pytest.mark.parametrize(
    "words", [("--now", "2026-09-01T13:00"), ("--forecast", "FORECAST"), ("--forecast", "FORECAST", "--now", "noon")]
)
def test_a_history_file_needs_a_forecast_and_a_time(files: tuple[Path, Path], words: tuple[str, ...]) -> None:
    smena("reforecast", files[0], *(str(files[1]) if word == "FORECAST" else word for word in words), code=2)


def test_a_grid_that_is_not_the_forecasts_is_refused(files: tuple[Path, Path]) -> None:
    result = smena("reforecast", files[0], "--forecast", files[1], "--now", "2026-09-01T13:00", "--timezone", ZONE,
                   "--interval", "day", code=2)  # fmt: skip

    assert "the interval of the forecast, 60 minutes" in result.stderr


def test_the_store_gives_the_rest_of_the_plans_day_and_stays_as_it_was(planned: Session) -> None:
    before = steps.status(planned)
    noon = pd.Timestamp("2026-08-31T12:00", tz=ZONE)

    result = steps.reforecast(planned, now=noon)

    assert set(result.updates) == {"phone/billing", "phone/tech"}
    assert {update.reason for update in result.updates.values()} == {"NOTHING_SO_FAR"}  # no ticket of today is in
    today = steps.read(planned, "adjusted").query("'2026-08-31T10:00Z' <= start < '2026-08-31T22:00Z'")
    assert list(result.forecast["offered"]) == list(today["offered"])
    assert list(result.forecast.columns) == [name for name in FORECAST.column_names if name in result.forecast]
    assert steps.status(planned) == before


def test_the_stores_adjustments_are_part_of_what_was_expected(planned: Session) -> None:
    first, end = pd.Timestamp("2026-08-31", tz=ZONE), pd.Timestamp("2026-09-01", tz=ZONE)
    steps.add_adjustment(
        planned, queue="phone/tech", from_start=first, to_start=end, kind="set", value=0.0, reason="closed",
        author="tester",
    )  # fmt: skip

    result = steps.reforecast(planned, now=first + pd.Timedelta(hours=12))

    assert (result.forecast.loc[result.forecast["queue"] == "phone/tech", "offered"] == 0).all()


def test_tickets_of_today_that_are_in_the_store_count(planned: Session, monday: Path) -> None:
    steps.ingest(planned, [monday])
    steps.make_history(planned)

    result = steps.reforecast(planned, now=pd.Timestamp("2026-08-31T12:00", tz=ZONE))

    assert result.updates["phone/billing"].came > 0
    assert result.updates["phone/billing"].expected > 0


def test_a_store_whose_forecast_does_not_reach_today_says_so(planned: Session) -> None:
    with pytest.raises(BadValue, match="one of the days of the forecast"):
        steps.reforecast(planned, now=pd.Timestamp("2027-08-31T12:00", tz=ZONE))


def test_the_command_without_a_file_works_on_the_store(planned: Session) -> None:
    store = planned.store.folder
    planned.close()

    result = smena("reforecast", "--store", store, "--now", "2026-08-31T12:00")

    assert result.stdout.startswith("queue,start,offered")
    assert "nothing is known of it yet today" in result.stderr
    assert "--forecast goes with an input file" in smena("reforecast", "--store", store, "--forecast", "f.csv",
                                                        code=2).stderr  # fmt: skip


def test_without_a_zone_the_day_is_that_of_the_offset_the_forecast_is_written_with(files: tuple[Path, Path]) -> None:
    result = smena("reforecast", files[0], "--forecast", files[1], "--now", "2026-09-01T13:00", "--json")
    assert "480 contacts came, 400 were expected" in result.stderr
    assert "days of Etc/GMT-2" in result.stderr


@pytest.mark.parametrize(("offset", "zone"), [("+03:00", "Etc/GMT-3"), ("-0500", "Etc/GMT+5"), ("+00:00", "UTC")])
def test_an_offset_is_the_zone_that_has_it_all_year(offset: str, zone: str, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text(f"queue,start,offered\nphone,2026-09-01T09:00:00{offset},5\n", "utf-8")
    assert offset_zone(path) == zone


def test_half_an_hours_offset_asks_for_the_zone(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("queue,start,offered\nphone,2026-09-01T09:00+05:30,5\n", "utf-8")
    with pytest.raises(BadValue, match=r"Asia/Kolkata.*05:30"):
        offset_zone(path)


def test_a_history_of_other_queues_and_a_forecast_by_the_day_are_refused(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    other, daily = tmp_path / "other.csv", tmp_path / "daily.csv"
    pd.read_csv(files[0]).assign(queue="mail/b").to_csv(other, index=False)
    rows = [("phone/a", (TODAY + pd.DateOffset(days=ahead)).isoformat(), 900.0) for ahead in range(3)]
    pd.DataFrame(rows, columns=["queue", "start", "offered"]).to_csv(daily, index=False)
    words = ("--now", "2026-09-01T13:00", "--timezone", ZONE)
    assert "phone/a" in smena("reforecast", other, "--forecast", files[1], *words, code=2).stderr
    assert "rest of the day" in smena("reforecast", files[0], "--forecast", daily, *words, code=2).stderr


@pytest.mark.parametrize("mark", [True, False])
def test_a_history_given_as_the_forecast_is_refused(files: tuple[Path, Path], tmp_path: Path, mark: bool) -> None:
    history = tmp_path / "given.csv"
    frame = pd.read_csv(files[0])
    (frame.assign(mark="") if mark else frame).to_csv(history, index=False)

    result = smena("reforecast", files[0], "--forecast", history, "--now", "2026-09-01T13:00", "--timezone", ZONE,
                   code=2)  # fmt: skip

    assert "given.csv" in result.stderr
    assert "expected a forecast, as `smena forecast` writes it" in result.stderr
    assert "this is a history" in result.stderr
    assert "history as the first argument" in result.stderr


def test_holidays_come_from_the_calendar_that_is_named(files: tuple[Path, Path]) -> None:
    words = ("reforecast", files[0], "--forecast", files[1], "--now", "2026-09-01T13:00", "--timezone", ZONE, "--json")

    told = json.loads(smena(*words, "--calendar", "UZ").stdout)  # 1 September is Uzbekistan's Independence Day

    assert told["queues"]["phone/a"]["reason"] == "SPECIAL_DAY"
    assert json.loads(smena(*words, "--calendar", "DE").stdout)["queues"]["phone/a"]["reason"] == ""


def test_an_event_for_a_queue_that_is_not_there_is_told_and_so_are_years_without_a_decree(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    events, out = tmp_path / "events.csv", tmp_path / "f.csv"
    events.write_text("name,kind,from,to,queues\nsale,campaign,2026-09-02,2026-09-03,phnoe/*\n", "utf-8")
    result = smena("forecast", files[0], "--as-of", "2026-09-01", "--horizon", "600d", "--timezone", ZONE, "--interval",
                   "day", "--gaps", "zero", "--calendar", "RU", "--events", events, "--out", out)  # fmt: skip
    assert "events.csv: sale: 'phnoe/*' matches no queue" in result.stderr
    assert "no decree is known for 2028" in result.stderr
