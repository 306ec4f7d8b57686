"""A small site for the tests of the app: three queues, ten weeks of tickets, eight people; planned once a session."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from planning import nightly, steps
from planning.session import open_session

ZONE = "Europe/Berlin"
FIRST_DAY = pd.Timestamp("2026-06-22")  # a Monday; the history ends on Sunday, 2026-08-30
DAYS = 70
CONTACTS = {("phone", "billing"): 6, ("phone", "tech"): 4, ("chat", "support"): 3}

FILES = {
    "smena.toml": f"""
timezone = "{ZONE}"
interval_minutes = 60
horizon_days = 14
backtest_origins = 1
certificate_runs = 2
roster_iterations = 2
""",
    "targets.toml": """
[default]
service_level = 0.8
answer_within_seconds = 60
shrinkage = 0.1
aht_seconds = 300
""",
    "rules.toml": f"""
timezone = "{ZONE}"
[agreement.full]
shifts = ["day"]
hours_per_week_max = 40
rest_hours_min = 11
consecutive_days_max = 5
[shift.day]
start_from = "08:00"
start_to = "10:00"
start_step_minutes = 60
length_minutes = 480
[[shift.day.break]]
kind = "lunch"
minutes = 60
earliest_minutes = 180
latest_minutes = 300
""",
    "opening_hours.toml": "[default]\n"
    + "".join(f'{day} = ["08:00-18:00"]\n' for day in ("mon", "tue", "wed", "thu", "fri")),
    "people.csv": "agent,queues,agreement,name\n"
    + "".join(
        f"p{number},phone/*|chat/*,full,{name}\n"
        for number, name in enumerate(
            ["Anna Weber", "Олег Орлов", "Jan Maier", "Jan Maier", "Ида Лебедева", "Eva Roth", "Kim Lee", "Pia Born"]
        )
    ),
    "time_off.csv": "agent,from,to,kind,weight\np0,2026-09-01,2026-09-01,leave,\n",
}


def write_site(folder: Path) -> Path:
    """The site's files in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def tickets_csv(days: int = DAYS, seed: int = 1) -> str:
    """Tickets of the site's working hours as a CSV with canonical columns."""
    rng = np.random.default_rng(seed)
    rows = ["ticket_id,created_at,channel,type,handle_seconds"]
    for day in pd.date_range(FIRST_DAY, periods=days):
        for (channel, kind), rate in CONTACTS.items() if day.day_of_week < 5 else ():
            for hour in range(8, 18):
                for minute in rng.integers(0, 60, rng.poisson(rate)):
                    moment = (day + pd.Timedelta(hours=hour, minutes=int(minute))).tz_localize(ZONE)
                    rows.append(f"t{seed}-{len(rows)},{moment.isoformat()},{channel},{kind},{rng.integers(120, 480)}")
    return "\n".join(rows) + "\n"


@lru_cache(maxsize=1)
def planned_store() -> Path:
    """A store in which a night has planned the site; made once, to be copied by tests that change it."""
    folder = Path(tempfile.mkdtemp(prefix="smena-app-"))
    tickets = folder / "tickets.csv"
    tickets.write_text(tickets_csv(), "utf-8")
    with open_session(folder / "store") as session:
        steps.load_site(session, write_site(folder / "site"))
        report = nightly.run_night(session, files=[tickets])
    if not report.published:
        raise AssertionError(f"the small site could not be planned: {report.failures}")
    return folder / "store"
