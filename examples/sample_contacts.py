"""Draws the contacts of the sample centre: how many a day, when in the day, how long, how they end."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sample_queues import (
    BILLING_DAYS,
    BURST_FACTOR,
    BURST_TO_MINUTE,
    CAMPAIGNS,
    CLOSURE_DAY,
    ELSEWHERE_FACTOR,
    FIRST_DAY,
    LAST_DAY,
    LOST_DAY,
    OUTAGE_DAY,
    OUTAGE_FROM_MINUTE,
    OUTAGE_TO_MINUTE,
    QUEUES,
    TIMEZONE,
    QueueTraits,
)

from domain.calendar import OpeningHours, public_holidays

SLOT_MINUTES = 30
SLOTS = np.arange(0, 1440, SLOT_MINUTES)


def draw_contacts(opening: OpeningHours, rng: np.random.Generator) -> pd.DataFrame:
    """All contacts of the history, ordered by arrival: a frame under TICKETS without `subject` and `site`."""
    days = pd.date_range(FIRST_DAY, LAST_DAY, freq="D")
    holidays = pd.DatetimeIndex(pd.to_datetime(list(public_holidays("DE-BE", range(2024, 2027)))))
    shared = _day_noise(len(days), 0.045, rng)
    parts = [_contacts_of(traits, days, holidays, opening, shared, rng) for traits in QUEUES]
    tickets = pd.concat(parts, ignore_index=True).sort_values(["created_at", "channel", "type"], ignore_index=True)
    tickets.insert(0, "ticket_id", pd.Series(np.arange(1, len(tickets) + 1).astype("str"), dtype="str").str.zfill(6))
    return tickets


def _contacts_of(
    traits: QueueTraits,
    days: pd.DatetimeIndex,
    holidays: pd.DatetimeIndex,
    opening: OpeningHours,
    shared: np.ndarray,
    rng: np.random.Generator,
) -> pd.DataFrame:
    slots = _slot_weights(traits, days, holidays, opening)
    usual = slots.sum(axis=1)
    slots = slots * _outage(traits, days)
    means = _day_means(traits, days, holidays) * shared * _day_noise(len(days), 0.04, rng)
    means = np.where(usual > 0, means * slots.sum(axis=1) / np.where(usual > 0, usual, 1), 0.0)
    counts = rng.poisson(means)
    day = np.repeat(np.arange(len(days)), counts)
    slot = _drawn_slots(slots, day, rng)
    busy = (means / np.median(means[means > 0]))[day] * slots[day, slot] / slots.mean(where=slots > 0)
    contacts = pd.DataFrame({"created_at": _stamps(days, day, slot, rng)})
    contacts["channel"], contacts["type"] = traits.name.split("/")
    return _with_outcome(contacts, traits, busy, rng)


def _day_means(traits: QueueTraits, days: pd.DatetimeIndex, holidays: pd.DatetimeIndex) -> np.ndarray:
    """Mean contacts of each day: level × trend × weekday × season × billing days × holidays × campaigns."""
    years = (days - days[-1]).days.to_numpy() / 365.25
    mean = traits.contacts * (1 + traits.growth_per_year) ** years
    mean = mean * np.asarray(traits.weekdays)[days.weekday]
    turn = 2 * np.pi * (days.dayofyear.to_numpy() - traits.busiest_day_of_year) / 365.25
    mean = mean * (1 + traits.season * np.cos(turn))
    lift = np.asarray([BILLING_DAYS.get(day, 0.0) for day in days.day])
    mean = mean * (1 + traits.billing_lift * lift)
    mean = np.where(days.isin(holidays), mean * 0.6, mean)
    mean = np.where(days.isin(holidays + pd.Timedelta(days=1)) & (days.weekday < 5), mean * 1.2, mean)
    mean = np.where((days.month == 12) & np.isin(days.day, (24, 31)), mean * 0.45, mean)
    campaign = np.zeros(len(days), dtype=bool)
    for first, last in CAMPAIGNS:
        campaign |= (days >= pd.Timestamp(first)) & (days <= pd.Timestamp(last))
    mean = np.where(campaign, mean * traits.campaign_factor, mean)
    mean = np.where(days == pd.Timestamp(LOST_DAY), 0.0, mean)
    closed = (days == pd.Timestamp(CLOSURE_DAY)) & traits.name.startswith("phone/")
    return np.asarray(np.where(closed, 0.0, mean))


def _day_noise(count: int, spread: float, rng: np.random.Generator) -> np.ndarray:
    """Good and bad days with a memory of half a day before: exp of an AR(1), mean about 1."""
    steps = rng.normal(0.0, spread * np.sqrt(1 - 0.5**2), count)
    level = np.zeros(count)
    for number in range(1, count):
        level[number] = 0.5 * level[number - 1] + steps[number]
    return np.asarray(np.exp(level - spread**2 / 2))


def _slot_weights(
    traits: QueueTraits, days: pd.DatetimeIndex, holidays: pd.DatetimeIndex, opening: OpeningHours
) -> np.ndarray:
    """Weight of every half-hour of every day (days × 48); letters also arrive while nobody answers them."""
    hours, weights = zip(*traits.hours, strict=True)
    profile = np.interp((SLOTS + SLOT_MINUTES / 2) / 60, hours, weights)
    if traits.name.startswith("email/"):
        return np.tile(profile, (len(days), 1))
    week = opening.of(traits.name)
    masks = np.zeros((8, len(SLOTS)))
    for kind, spans in enumerate((*week.days, week.holidays or ())):
        for begin, end in spans:
            masks[kind] += (begin <= SLOTS) & (end > SLOTS)
    kinds = np.asarray(days.weekday)
    if week.holidays is not None:
        kinds = np.where(days.isin(holidays), 7, kinds)
    return np.asarray(profile * masks[kinds])


def _outage(traits: QueueTraits, days: pd.DatetimeIndex) -> np.ndarray:
    factor = np.ones((len(days), len(SLOTS)))
    row = int(np.flatnonzero(days == pd.Timestamp(OUTAGE_DAY))[0])
    down = (SLOTS >= OUTAGE_FROM_MINUTE) & (SLOTS < OUTAGE_TO_MINUTE)
    burst = (SLOTS >= OUTAGE_TO_MINUTE) & (SLOTS < BURST_TO_MINUTE)
    if traits.name.startswith("phone/"):
        factor[row, down], factor[row, burst] = 0.0, BURST_FACTOR
    elif traits.name in ("chat/support", "social/care"):
        factor[row, down] = ELSEWHERE_FACTOR
    return factor


def _drawn_slots(slots: np.ndarray, day: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A half-hour for each contact by its day's weights: one search in the rows laid end to end."""
    total = slots.sum(axis=1, keepdims=True)
    shares = np.cumsum(slots / np.where(total > 0, total, 1), axis=1)
    shares[:, -1] = 1.0
    ladder = (shares + np.arange(len(slots))[:, None]).ravel()
    place = np.searchsorted(ladder, day + rng.random(len(day)), side="right")
    return np.asarray(place - day * slots.shape[1])


def _stamps(days: pd.DatetimeIndex, day: np.ndarray, slot: np.ndarray, rng: np.random.Generator) -> pd.DatetimeIndex:
    """UTC stamps to the second; the hour that the clock shows twice is drawn from both."""
    seconds = slot * SLOT_MINUTES * 60 + rng.integers(0, SLOT_MINUTES * 60, len(day))
    local = days[day] + pd.to_timedelta(seconds, unit="s")
    summer = rng.random(len(day)) < 0.5
    aware = pd.DatetimeIndex(local).tz_localize(TIMEZONE, ambiguous=summer, nonexistent=pd.Timedelta(hours=1))
    return pd.DatetimeIndex(aware.tz_convert("UTC").as_unit("us"))


def _with_outcome(
    contacts: pd.DataFrame, traits: QueueTraits, busy: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    """Adds language, handle time, wait, hang-ups, first answer and reopenings. `busy` is 1 in an ordinary half-hour."""
    count = len(contacts)
    contacts["language"] = np.where(rng.random(count) < traits.russian_share, "ru", "en")
    mu = np.log(traits.handle_seconds) - traits.handle_spread**2 / 2
    handle = np.clip(np.round(rng.lognormal(mu, traits.handle_spread, count)), 20.0, 7200.0)
    wait = np.full(count, np.nan)
    abandoned = np.zeros(count, dtype=bool)
    if traits.wait_seconds:
        abandoned = rng.random(count) < np.clip(0.03 * busy**1.5, 0.004, 0.40)
        at_once = rng.random(count) < np.clip(0.95 - 0.35 * busy, 0.05, 0.9)
        queued = rng.exponential(traits.wait_seconds * 2.2 * np.clip(busy, 0.3, 6))
        wait = np.round(np.where(at_once, rng.integers(1, 8, count), queued + 3))
        wait = np.where(abandoned, np.round(rng.exponential(75, count) + 5), wait)
    contacts["handle_seconds"] = np.where(abandoned, np.nan, handle)
    contacts["wait_seconds"] = wait
    contacts["abandoned"] = abandoned
    for column in ("first_response_at", "resolved_at"):
        contacts[column] = pd.Series(pd.NaT, index=contacts.index, dtype="datetime64[us, UTC]")
    if traits.first_response_hours:
        first = np.ceil(rng.lognormal(np.log(traits.first_response_hours * 60), 0.8, count))
        contacts["first_response_at"] = contacts["created_at"].dt.floor("min") + pd.to_timedelta(first, unit="min")
        later = np.where(rng.random(count) < 0.6, 0.0, np.ceil(rng.exponential(8.0, count)) * 60)
        contacts["resolved_at"] = contacts["first_response_at"] + pd.to_timedelta(later, unit="min")
    reopens = rng.poisson(traits.reopen_share, count)
    contacts["reopens"] = np.where(abandoned, 0, reopens).astype(float)
    return contacts
