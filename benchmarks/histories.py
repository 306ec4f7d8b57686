"""The evaluation histories beside the checkout as day totals (days × queues). Never copied into the project."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from benchmarks.registry import SHARED


@dataclass(frozen=True)
class DailySet:
    """`totals`: contacts by naive local day (rows, NaN closed) and queue; `step_days` between origins; its holidays."""

    name: str
    totals: pd.DataFrame
    step_days: int
    calendar: str


def daily_sets() -> list[DailySet]:
    """Every set of the goals table, and the untouched ones."""
    van = _intervals("van311_daily")
    ems = _intervals("nyc_ems_hourly").drop(columns="nyc_ems_total")
    incidents = _tickets("rabobank_itsm_incidents", "channel", "2013-10-01", "2014-03-31").sum(axis=1).to_frame("all")
    return [
        DailySet("bank", _intervals("bank_calls_5min"), 6, "US"),
        DailySet("van311", van, 20, "CA-BC"),
        DailySet("hvan", van["2011-01-01":"2014-06-30"], 20, "CA-BC"),
        DailySet("rabobank", incidents, 6, "NL"),
        DailySet("nycems", ems["2016-01-01":"2019-12-31"], 20, "US-NY"),
        DailySet("hems", ems["2011-01-01":"2013-12-31"], 20, "US-NY"),
        DailySet("mont911", _tickets("montco_911_calls", "category", "2015-12-11", "2016-08-23"), 8, "US-PA"),
        DailySet(
            "hboa", _tickets("cfpb_boa_complaints", "channel", "2019-01-01", "2022-12-31")[["phone", "web"]], 20, "US"
        ),
    ]


def _intervals(name: str) -> pd.DataFrame:
    frame = pd.read_parquet(SHARED / "data" / f"{name}.parquet")
    day, volume = frame["ts"].dt.normalize(), frame["volume"].astype("float64")
    return volume.groupby([day, frame["series_id"]]).sum(min_count=1).unstack().asfreq("D")


def _tickets(name: str, by: str, first: str, last: str) -> pd.DataFrame:
    frame = pd.read_parquet(SHARED / "data" / f"{name}.parquet")
    day = frame["created_at"].dt.normalize()
    kept = frame[(day >= first) & (day <= last)]
    counts = kept.groupby([kept["created_at"].dt.normalize(), by]).size().unstack(fill_value=0)
    return counts.astype("float64").asfreq("D", fill_value=0.0)
