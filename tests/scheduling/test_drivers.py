"""What drives a requirement, and what a promise costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from domain.targets import Targets
from scheduling.drivers import STEPS, what_drives
from scheduling.price import first_week, price_of_deadline, price_of_level
from scheduling.requirements import require_staff

LIVE = {"service_level": 0.8, "answer_within_seconds": 20, "aht_seconds": 300, "shrinkage": 0.1}
MAIL = {"work": "deferred", "deadline_hours": 4, "service_level": 0.9, "aht_seconds": 600}


def forecast(queue: str = "phone/a", offered: float = 30.0, days: int = 1, hours: int = 12) -> pd.DataFrame:
    """Half hours from 08:00 UTC on, from Tuesday, 1 September 2026 on."""
    starts = [
        day + pd.Timedelta(hours=8, minutes=30 * number)
        for day in pd.date_range("2026-09-01", periods=days, tz="UTC")
        for number in range(2 * hours)
    ]
    return pd.DataFrame({"queue": queue, "start": pd.DatetimeIndex(starts).as_unit("us"), "offered": offered})


def explained(demand: pd.DataFrame, **promise: Any) -> pd.DataFrame:
    targets = Targets.from_mapping({"default": promise})
    requirements = require_staff(demand, targets, interval_minutes=30)
    return what_drives(demand, requirements, targets, interval_minutes=30)


@pytest.mark.parametrize(
    "promise",
    [
        LIVE,
        {**LIVE, "patience_seconds": 120, "max_abandon_share": 0.02, "minimum_agents": 7},
        {**LIVE, "work": "chat", "concurrency": 2, "patience_seconds": 300},
        MAIL,
        {**MAIL, "first_response_hours": 1, "first_response_seconds": 120},
    ],
    ids=["calls", "caps and a floor", "chat", "mail", "first answers"],
)
def test_the_steps_sum_to_the_scheduled_people(promise: dict[str, Any]) -> None:
    found = explained(forecast(), **promise)
    np.testing.assert_allclose(found[list(STEPS)].sum(axis=1), found["scheduled"], atol=1e-9)
    np.testing.assert_allclose(found["offered"], 30.0)
    np.testing.assert_allclose(found["load"], 30 * promise["aht_seconds"] / 1800)


def test_shrinkage_is_the_last_step() -> None:
    found = explained(forecast(), **LIVE).iloc[-1]
    assert found["shrinkage"] == pytest.approx(found["agents"] / 9)  # agents ÷ 0.9 - agents


def test_the_strictest_goal_decides() -> None:
    assert explained(forecast(), **LIVE)["binding"].iloc[-1] == "service_level"
    tight = explained(forecast(), **LIVE, patience_seconds=120, max_abandon_share=0.001).iloc[-1]
    assert tight["binding"] == "abandonment"
    idle = explained(forecast(), **LIVE, max_occupancy=0.4).iloc[-1]
    assert idle["binding"] == "occupancy"
    assert idle["agents"] == pytest.approx(5 / 0.4, rel=1e-3)  # 5 Erlangs at 40 %
    floor = explained(forecast(), **LIVE, minimum_agents=20).iloc[-1]
    assert (floor["binding"], floor["agents"]) == ("minimum", 20)


def test_a_goal_that_does_not_decide_adds_nothing() -> None:
    found = explained(forecast(), **LIVE, max_occupancy=0.99)
    assert found["occupancy"].abs().max() == 0


def test_mail_done_in_the_idle_time_of_calls_takes_its_people_away() -> None:
    calls, mail = forecast(), forecast("mail/a", offered=3.0)
    targets = Targets.from_mapping(
        {
            "default": {**LIVE, "minimum_agents": 12},
            "queue": {"mail/a": {**MAIL, "minimum_agents": 0, "blend_with": ["phone/a"]}},
        }
    )
    demand = pd.concat([calls, mail])
    requirements = require_staff(demand, targets, interval_minutes=30)
    found = what_drives(demand, requirements, targets, interval_minutes=30)
    np.testing.assert_allclose(found[list(STEPS)].sum(axis=1), found["scheduled"], atol=1e-9)
    of_mail = found[found["queue"] == "mail/a"]
    assert of_mail["blended"].min() < -0.1
    assert of_mail["rest"].abs().max() < 0.01
    assert found.loc[found["queue"] == "phone/a", "blended"].abs().max() == 0


def test_no_contacts_need_nobody_and_all_at_once_is_out_of_reach() -> None:
    assert set(explained(forecast(offered=0.0), **LIVE)["binding"]) == {"nobody"}
    never = explained(forecast(), **{**LIVE, "service_level": 1.0})
    assert set(never["binding"]) == {"unattainable"}
    assert never["agents"].isna().all()


def level_prices(demand: pd.DataFrame, **promise: Any) -> pd.DataFrame:
    return price_of_level(demand, Targets.from_mapping({"default": promise}), "phone/a", interval_minutes=30)


def test_the_price_at_the_present_target_is_that_of_the_requirements() -> None:
    demand = forecast(days=14)
    targets = Targets.from_mapping({"default": LIVE})
    prices = price_of_level(demand, targets, "phone/a", interval_minutes=30)
    week = require_staff(demand[(demand["start"] >= "2026-09-07") & (demand["start"] < "2026-09-14")], targets)
    assert prices.loc[prices["chosen"], "service_level"].tolist() == [0.8]
    assert prices.loc[prices["chosen"], "hours_per_week"].item() == pytest.approx(week["scheduled"].sum() / 2)


def test_a_higher_level_never_costs_less_and_alone_it_never_costs_more() -> None:
    prices = level_prices(forecast(days=2), **LIVE, max_occupancy=0.6)
    assert prices["hours_per_week"].is_monotonic_increasing
    assert (prices["alone_hours_per_week"] <= prices["hours_per_week"] + 1e-9).all()
    assert prices["alone_hours_per_week"].iloc[0] < prices["hours_per_week"].iloc[0]


def test_the_present_target_is_added_to_the_curve() -> None:
    prices = level_prices(forecast(), **{**LIVE, "service_level": 0.83})
    assert prices.loc[prices["chosen"], "service_level"].tolist() == [0.83]
    assert len(prices) == 12
    assert not level_prices(forecast(), service_level=None, aht_seconds=300)["chosen"].any()


def test_two_days_are_counted_up_to_a_week() -> None:
    assert level_prices(forecast(days=2), **LIVE)["hours_per_week"].iloc[0] == pytest.approx(
        level_prices(forecast(days=1), **LIVE)["hours_per_week"].iloc[0], rel=1e-6
    )


def test_a_longer_deadline_costs_less_where_mail_comes_in_a_burst() -> None:
    demand = forecast("mail/a", offered=0.0)
    demand.loc[0, "offered"] = 60.0  # 10 agent-hours at 08:00
    targets = Targets.from_mapping({"default": {**MAIL, "service_level": None}})
    prices = price_of_deadline(demand, targets, "mail/a", interval_minutes=30, deadlines_hours=(1.0, 2.0))
    assert prices["deadline_hours"].tolist() == [1, 2, 4]
    assert prices["chosen"].tolist() == [False, False, True]
    assert prices["peak_people"].is_monotonic_decreasing
    assert prices["peak_people"].iloc[0] > 2 * prices["peak_people"].iloc[-1]


def test_the_week_is_the_first_whole_one_or_all_there_is() -> None:
    fortnight = first_week(forecast(days=14), "UTC")["start"]
    assert (fortnight.min(), fortnight.max()) == (
        pd.Timestamp("2026-09-07T08:00Z"),
        pd.Timestamp("2026-09-13T19:30Z"),
    )
    assert len(first_week(forecast(days=8), "UTC")) == 8 * 24


def test_seats_take_away_what_they_take_and_decide() -> None:
    targets = Targets.from_mapping({"default": LIVE, "seats": {"*": 4}})
    demand = forecast()
    need = require_staff(demand, targets, interval_minutes=30)
    found = what_drives(demand, need, targets, interval_minutes=30)
    assert found["seats"].to_numpy() == pytest.approx((4.0 - need["wanted_agents"]).fillna(0.0).to_numpy())
    assert found["agents"].max() == pytest.approx(4.0)
    assert found[list(STEPS)].sum(axis=1).to_numpy() == pytest.approx(need["scheduled"].to_numpy())
    assert set(found["binding"]) == {"seats"}


def test_outbound_work_is_its_own_reason_and_an_in_tray_is_no_rest() -> None:
    targets = Targets.from_mapping({"default": MAIL, "queue": {"outbound/a": {"max_occupancy": 0.8}}})
    lists = pd.DataFrame([
        {"name": "a", "queue": "outbound/a", "from": "2026-09-01", "to": "2026-09-01", "contacts": 60.0,
         "aht_seconds": 600.0}
    ])  # fmt: skip
    held = pd.DataFrame({"queue": ["email/a"], "age_hours": [1.0], "contacts": [12.0]})
    demand = forecast("email/a")
    need = require_staff(demand, targets, interval_minutes=30, outbound=lists, backlog=held)
    found = what_drives(demand, need, targets, interval_minutes=30, backlog=held)
    planned = found["queue"] == "outbound/a"
    assert set(found.loc[planned, "binding"]) == {"outbound"}
    assert found.loc[~planned, "rest"].abs().max() == pytest.approx(0.0, abs=1e-9)
    assert found[list(STEPS)].sum(axis=1).to_numpy() == pytest.approx(need["scheduled"].to_numpy())
