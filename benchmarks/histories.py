"""The evaluation histories beside the checkout, cut as in the published tables. Never copied into the project.

The cuts were found by trying: with these the seasonal naive and the averages of 4 and 8 weeks give the published
figures to the last digit at every lead (see `docs/benchmarks.md`), `hboa` apart, whose published cut was not found.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from benchmarks.registry import SHARED

DAY_MINUTES = 1440
RABOBANK_DAYS = ("2013-10-01", "2014-03-28")
MONTCO_DAYS = ("2015-12-11", "2016-08-23")
NYC_DAYS = ("2016-01-01", "2019-12-31")
HEMS_DAYS = ("2011-01-01", "2013-12-31")
BOA_DAYS = ("2019-01-01", "2022-12-31")


@dataclass(frozen=True)
class EvaluationSet:
    """A history and how it is scored.

    Attributes:
        name: as in the tables.
        counts: contacts (every interval of every day × queues) by naive local start; NaN closed or unknown.
        interval_minutes: 1440 for day totals.
        step_days: days between origins.
        calendar: country and subdivision of the public holidays.
    """

    name: str
    counts: pd.DataFrame
    interval_minutes: int
    step_days: int
    calendar: str

    @property
    def grain(self) -> str:
        """Daily or intraday."""
        return "daily" if self.interval_minutes == DAY_MINUTES else "intraday"


def evaluation_sets() -> list[EvaluationSet]:
    """Eight sets of day totals, then five within the day."""
    van = _intervals("van311_daily", "1D")
    nyc = _intervals("nyc_ems_hourly", "60min").drop(columns="nyc_ems_total")
    bank = _intervals("bank_calls_5min", "30min")
    montco = _tickets("montco_911_calls", "category", MONTCO_DAYS)
    boa = _tickets("cfpb_boa_complaints", "channel", BOA_DAYS)[["phone", "web"]]
    incidents = _weekdays(_tickets("rabobank_itsm_incidents", None, RABOBANK_DAYS))
    daily = [
        ("bank", bank, 6, "US"),
        ("van311", van, 20, "CA-BC"),
        ("rabobank", incidents, 6, "NL"),
        ("nycems", nyc[slice(*NYC_DAYS)], 20, "US-NY"),
        ("mont911", montco, 8, "US-PA"),
        ("hvan", van["2011-01-01":"2014-06-30"], 20, "CA-BC"),
        ("hboa", boa, 20, "US"),
        ("hems", nyc[slice(*HEMS_DAYS)], 20, "US-NY"),
    ]
    intraday = [
        ("bank", bank, 30, 6, "US"),
        ("rabobank", incidents.between_time("07:00", "17:30"), 30, 6, "NL"),
        ("nycems", nyc[slice(*NYC_DAYS)], 60, 13, "US-NY"),
        ("mont911", montco, 30, 8, "US-PA"),
        ("hems", nyc[slice(*HEMS_DAYS)], 60, 13, "US-NY"),
    ]
    return [
        *(
            EvaluationSet(name, counts.resample("1D").sum(min_count=1), DAY_MINUTES, step_days, calendar)
            for name, counts, step_days, calendar in daily
        ),
        *(EvaluationSet(*fields) for fields in intraday),
    ]


def _intervals(name: str, step: str) -> pd.DataFrame:
    """Counts of a file of intervals on a regular grid, NaN where the file has nothing."""
    frame = pd.read_parquet(SHARED / "data" / f"{name}.parquet")
    start, volume = frame["ts"].dt.floor(step), frame["volume"].astype("float64")
    counts = volume.groupby([start, frame["series_id"]]).sum(min_count=1).unstack()
    return counts.reindex(whole_days(counts.index[0], counts.index[-1], step))


def _tickets(name: str, by: str | None, days: tuple[str, str]) -> pd.DataFrame:
    """Half-hourly counts of a file of tickets over `days`, 0 where there is none; one queue without `by`."""
    frame = pd.read_parquet(SHARED / "data" / f"{name}.parquet")
    queue = frame[by] if by else pd.Series("all", index=frame.index, name="queue")
    counts = frame.groupby([frame["created_at"].dt.floor("30min"), queue]).size().unstack(fill_value=0)
    return counts.reindex(whole_days(*map(pd.Timestamp, days), "30min"), fill_value=0).astype("float64")


def _weekdays(counts: pd.DataFrame) -> pd.DataFrame:
    return counts.where(pd.Series(counts.index.day_of_week < 5, index=counts.index), axis=0)


def whole_days(first: pd.Timestamp, last: pd.Timestamp, step: str) -> pd.DatetimeIndex:
    """Every start of the days from that of `first` to that of `last`."""
    after = last.normalize() + pd.Timedelta(days=1)
    return pd.date_range(first.normalize(), after, freq=step, inclusive="left", name="start")
