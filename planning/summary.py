"""A plan in a few numbers, for people."""

from __future__ import annotations

import pandas as pd

from planning import steps
from planning.session import Session


def week_by_queue(session: Session) -> pd.DataFrame:
    """One row per queue of the plan's roster week: queue, contacts, required_hours, present_hours, service_level.

    `service_level` is the certificate's over the week (missing where it was not simulated).
    """
    coverage = steps.read(session, "coverage")
    minutes = steps.read(session, "requirements")[["queue", "start", "interval_minutes"]]
    demand = steps.read(session, "adjusted", "draft")[["queue", "start", "offered"]]
    rows = coverage.merge(minutes, on=["queue", "start"]).merge(demand, on=["queue", "start"], how="left")
    hours = rows["interval_minutes"] / 60
    rows = rows.assign(required_hours=rows["required"] * hours, present_hours=rows["present"] * hours)
    totals = rows.groupby("queue", as_index=False)[["offered", "required_hours", "present_hours"]].sum()
    certificate = steps.read(session, "certificate")
    total = certificate.loc[certificate["period"] == "total", ["queue", "service_level"]]
    joined = totals.rename(columns={"offered": "contacts"}).merge(total, on="queue", how="left")
    return joined
