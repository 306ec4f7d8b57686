"""A made-up call centre of any size: people of four agreements and three skills, leave, wishes, and what is needed.

Its book stands under the Russian law pack and prices fair shares and wishes; a week of shifts lies before the plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.week_before import shifts_before
from domain.people import RuleBook

QUEUES = ("calls", "chats", "mails")
SKILLS = {"A": "calls", "AB": "calls|chats", "BC": "chats|mails", "ABC": "calls|chats|mails"}
SKILL_SHARES = (0.35, 0.25, 0.25, 0.15)
AGREEMENT_SHARES = {"full": 0.45, "rota": 0.20, "part": 0.25, "night": 0.10}
PRODUCTIVE = {"full": 7.5 / 8, "rota": 8.5 / 9, "part": 4.75 / 5, "night": 7.5 / 8}
WEEKDAYS = np.array([1.08, 1.0, 0.98, 1.0, 0.97, 0.62, 0.52])
SHARE_PRICE, WISH_PRICE = 40.0, 60.0  # of a shift off the fair share, of a broken wish: see the benchmark `fairness`
FAIR_RULES = ("fair_nights", "fair_weekends", "fair_holidays", "fair_late_ends")
OffRow = tuple[str, pd.Timestamp, pd.Timestamp, str, float, str, str]
FIRST_DAY = pd.Timestamp("2026-03-02")  # a Monday; the clocks change on the last Sunday of March


@dataclass(frozen=True)
class CallCentre:
    """Frames under REQUIREMENTS, PEOPLE, TIME_OFF and ROSTER (the week before), and the rule book."""

    requirements: pd.DataFrame
    people: pd.DataFrame
    time_off: pd.DataFrame
    previous: pd.DataFrame
    book: RuleBook

    @property
    def beside(self) -> dict[str, pd.DataFrame]:
        """The further tables that `make_roster` and `audit` take, by argument."""
        return {"time_off": self.time_off, "previous": self.previous}


def make_call_centre(people: int, weeks: int, *, tight: float = 1.08, seed: int = 1, shares: bool = True) -> CallCentre:
    """`tight`: hours needed over the hours that contracts, leave and breaks leave; `shares`: whether unequal ones cost.

    Quarter-hours, local time UTC.
    """
    random = np.random.default_rng(seed)
    counts = np.round(np.array(list(AGREEMENT_SHARES.values())) * people).astype(int)
    agreements = random.permutation(np.repeat(list(AGREEMENT_SHARES), np.maximum(counts, 0)))[:people]
    agreements = np.concatenate([agreements, np.repeat("full", people - len(agreements))])
    hours = np.select([agreements == "full", agreements == "part"], [40.0, 0.0], 36.0)
    part = agreements == "part"
    hours[part] = random.choice([20.0, 25.0, 30.0], part.sum())
    names = [f"{name}{int(own)}" if name == "part" else str(name) for name, own in zip(agreements, hours, strict=True)]
    skills = _stratified(random, agreements)
    staff = pd.DataFrame(
        {
            "agent": [f"p{number:05d}" for number in range(people)],
            "agreement": names,
            "queues": [SKILLS[skill] for skill in skills],
        }
    )
    days, book = 7 * weeks, _book(SHARE_PRICE if shares else 0.0)
    away, off = _time_off(random, people, days)
    share = 1 - away.sum(axis=1) / days
    productive = hours * weeks * share * np.array([PRODUCTIVE[str(name)] for name in agreements])
    night = agreements == "night"
    need = _need(random, days, tight * productive[~night].sum(), 0.92 * productive[night].sum())
    wished = _shift_wishes(random, book, staff, off, days)
    time_off = pd.concat([off, wished], ignore_index=True)
    return CallCentre(_requirements(need), staff, time_off, shifts_before(staff, book, FIRST_DAY), book)


def _stratified(random: np.random.Generator, agreements: np.ndarray) -> np.ndarray:
    skills = np.empty(len(agreements), dtype=object)
    edges = np.cumsum(SKILL_SHARES)[:-1]
    for name in np.unique(agreements):
        own = np.flatnonzero(agreements == name)
        places = random.permutation((np.arange(len(own)) + 0.5) / len(own))
        skills[own] = np.array(list(SKILLS))[np.searchsorted(edges, places)]
    return skills


def _time_off(random: np.random.Generator, people: int, days: int) -> tuple[np.ndarray, pd.DataFrame]:
    """Leave on 5 % of the days (flags people × days), wishes for a free day on 8 %."""
    away = np.zeros((people, days), dtype=bool)
    rows: list[OffRow] = []
    while away.sum() < 0.05 * people * days:
        person, day = int(random.integers(people)), int(random.integers(days))
        last = min(day + int(random.choice([1, 1, 2, 3, 5])), days) - 1
        if away[person, day : last + 1].any():
            continue
        away[person, day : last + 1] = True
        rows.append(_off(person, day, last, "leave", 1.0))
    wished = (random.random((people, days)) < 0.08) & ~away
    rows += [_off(int(p), int(d), int(d), "wish_off", float(random.integers(1, 4))) for p, d in np.argwhere(wished)]
    return away, _off_frame(rows)


def _shift_wishes(
    random: np.random.Generator, book: RuleBook, staff: pd.DataFrame, off: pd.DataFrame, days: int
) -> pd.DataFrame:
    """Wishes for a shift, or a start where an agreement has one shift, on 3 % of the days that `off` leaves."""
    taken = {
        (str(agent), int(day))
        for agent, first, last in zip(off["agent"], off["from"], off["to"], strict=True)
        for day in range((first - FIRST_DAY).days, (last - FIRST_DAY).days + 1)
    }
    rows: list[OffRow] = []
    for person, day in np.argwhere(random.random((len(staff), days)) < 0.03).tolist():
        agreement = book.agreement(str(staff["agreement"].iloc[person]))
        shift, clock = str(random.choice(agreement.shifts)), ""
        if len(agreement.shifts) == 1:
            minute = int(random.choice(book.shift(shift).start_minutes))
            shift, clock = "", f"{minute // 60:02d}:{minute % 60:02d}"
        if (staff["agent"].iloc[person], day) not in taken:
            rows.append(_off(person, day, day, "wish_work", float(random.integers(1, 4)), shift, clock))
    return _off_frame(rows)


def _off_frame(rows: list[OffRow]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["agent", "from", "to", "kind", "weight", "shift", "clock"])
    return frame.astype({"from": "datetime64[us]", "to": "datetime64[us]"})


def _off(person: int, first: int, last: int, kind: str, weight: float, shift: str = "", clock: str = "") -> OffRow:
    begin, end = FIRST_DAY + pd.Timedelta(days=first), FIRST_DAY + pd.Timedelta(days=last)
    return f"p{person:05d}", begin, end, kind, weight, shift, clock


def _need(random: np.random.Generator, days: int, day_hours: float, night_hours: float) -> np.ndarray:
    """People by queue and quarter-hour: a double-peaked day from 7 to 23, one level at night."""
    clock = np.arange(96) / 4
    curve = 0.35 + 0.65 * np.exp(-(((clock - 10.5) / 2.3) ** 2)) + 0.55 * np.exp(-(((clock - 16.5) / 2.2) ** 2))
    open_ = (clock >= 7) & (clock < 23)
    curve = np.where(open_, curve * np.where(clock > 19.5, np.clip(1 - (clock - 19.5) / 8, 0.4, 1), 1), 0)
    levels = WEEKDAYS[np.arange(days) % 7] * (1 + 0.05 * random.standard_normal(days))
    total = (curve[None, :] * levels[:, None]).ravel() * (1 + 0.03 * random.standard_normal(96 * days))
    total *= day_hours * 4 / total.sum()
    night = np.tile(~open_, days)  # the first one is kept by the roster before
    total = total + np.where(night, night_hours * 4 / max(night[28:].sum(), 1), 0.0)
    drift = 0.03 * np.sin(np.arange(96 * days) / 37)
    shares = np.stack([0.46 + drift, 0.32 - drift, np.full(96 * days, 0.22)])
    return np.floor(total * shares + 0.5)


def _requirements(need: np.ndarray) -> pd.DataFrame:
    stamps = pd.date_range(FIRST_DAY.tz_localize("UTC"), periods=need.shape[1], freq="15min").as_unit("us")
    parts = [
        pd.DataFrame(
            {
                "queue": queue, "start": stamps, "interval_minutes": 15,
                "load_erlangs": own, "agents": own, "scheduled": own,
            }
        )
        for queue, own in zip(QUEUES, need, strict=True)
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _book(share_price: float) -> RuleBook:
    rest = {"rest_hours_min": 11.0, "weekly_rest_hours_min": 42.0}
    short = {"part4": "07:00-18:45", "part5": "07:00-17:30", "part6": "07:00-16:30"}
    agreements: dict[str, dict[str, Any]] = {
        "full": {"shifts": ["day8"], "hours_per_week_max": 40, "hours_per_week_min": 38, "consecutive_days_max": 6},
        "rota": {
            "shifts": ["day9", "day12", "late12"], "hours_per_week_max": 36, "hours_per_week_min": 34,
            "consecutive_days_max": 2,
        },
        "night": {"shifts": ["night8"], "hours_per_week_max": 40, "hours_per_week_min": 32, "consecutive_days_max": 6},
    }  # fmt: skip
    for hours in (20, 25, 30):
        agreements[f"part{hours}"] = {
            "shifts": list(short), "hours_per_week_max": hours, "hours_per_week_min": 0.95 * hours,
            "consecutive_days_max": 5,
        }  # fmt: skip
    shifts = {
        "day8": _shift("07:00", "14:00", 540, (75, 150), (210, 300, 60), (390, 480)),
        "day9": _shift("07:00", "13:00", 600, (90, 165), (240, 330, 60), (420, 525)),
        "day12": _shift("07:00", "10:00", 780, (120, 225), (300, 420, 60), (540, 675)),
        "late12": _shift("19:00", "20:00", 780, (120, 225), (300, 420, 60), (540, 675)),
        "night8": _shift("21:00", "23:30", 510, (90, 165), (210, 300, 30), (360, 435)),
        "part4": _shift("07:00", "18:45", 240, (75, 150)),
        "part5": _shift("07:00", "17:30", 330, (60, 120), (165, 240, 30)),
        "part6": _shift("07:00", "16:30", 390, (75, 135), (210, 285, 30)),
    }
    prices = {**dict.fromkeys(FAIR_RULES, share_price), "wishes": WISH_PRICE}
    return RuleBook.from_mapping(
        {
            "timezone": "UTC",
            "agreement": {name: {**table, **rest} for name, table in agreements.items()},
            "shift": shifts,
            "cover": {"under_per_hour": 50.0, "over_per_hour": 2.0},
            "law": "RU",
            "fairness": {"calendar": "RU"},
            "rule": {name: {"strictness": "pay", "price": price} for name, price in prices.items()},
        }
    )


def _shift(
    first: str, last: str, minutes: int, early: tuple[int, int], lunch: tuple[int, int, int] | None = None,
    late: tuple[int, int] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Starts every half an hour; paid breaks of 15 minutes, an unpaid lunch."""
    pauses: list[dict[str, Any]] = [_pause("break", 15, *early)]
    if lunch:
        pauses.append({**_pause("lunch", lunch[2], lunch[0], lunch[1]), "paid": False})
    if late:
        pauses.append(_pause("break", 15, *late))
    return {"start_from": first, "start_to": last, "length_minutes": minutes, "break": pauses}


def _pause(kind: str, minutes: int, earliest: int, latest: int) -> dict[str, Any]:
    return {"kind": kind, "minutes": minutes, "earliest_minutes": earliest, "latest_minutes": latest}
