"""What the sample support centre is like: its queues, how busy they are and when. Numbers only, no code that draws.

Read by `make_sample.py`. The centre is invented; the sizes are those of a company with sixty people in support.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

SEED = 20260901
FIRST_DAY = date(2024, 9, 1)
LAST_DAY = date(2026, 8, 31)
TIMEZONE = "Europe/Berlin"

OUTAGE_DAY = date(
    2025, 11, 18
)  # the telephone exchange is down from 10:00 to 14:00; those who could not call, call then
OUTAGE_FROM_MINUTE, OUTAGE_TO_MINUTE, BURST_TO_MINUTE = 600, 840, 1020
BURST_FACTOR = 2.4  # calls between 14:00 and 17:00 of that day
ELSEWHERE_FACTOR = 2.6  # chat and social while the phones are dead
LOST_DAY = date(2025, 8, 14)  # no system kept a record of this day: missing, not quiet
CLOSURE_DAY = date(2025, 6, 14)  # phones closed for the move

CAMPAIGNS = ((date(2025, 3, 17), date(2025, 3, 30)), (date(2026, 3, 16), date(2026, 3, 29)))
BILLING_DAYS = {1: 1.0, 2: 0.75, 3: 0.45, 15: 0.5}  # share of a queue's `billing_lift` on that day of the month

# Half-hours of the day, weights between the named hours by straight lines: (hour, weight).
OFFICE = ((0, 0), (8, 0.55), (10.5, 1.15), (12.5, 0.85), (14.5, 1.05), (17, 0.75), (20, 0.3), (24, 0))
EVENING = ((0, 0), (8, 0.4), (11, 0.9), (14, 0.85), (17, 1.0), (19.5, 1.2), (22, 0.5), (24, 0))
LETTERS = ((0, 0.3), (3, 0.22), (6, 0.3), (9, 1.0), (11, 1.2), (13, 0.9), (16, 0.95), (20, 0.55), (24, 0.35))

WORKWEEK = (1.26, 1.08, 1.0, 0.97, 0.90, 0.44, 0.0)
ALL_WEEK = (1.14, 1.04, 1.0, 1.0, 0.97, 0.80, 0.66)
MAIL_WEEK = (1.22, 1.08, 1.0, 0.97, 0.88, 0.42, 0.38)


@dataclass(frozen=True)
class QueueTraits:
    """One queue. `contacts` is an ordinary Wednesday at the end of the history."""

    name: str
    contacts: float
    growth_per_year: float  # 0.1 = ten per cent more contacts every year
    weekdays: tuple[float, ...]  # Monday first
    hours: tuple[tuple[float, float], ...]
    season: float  # half the swing between the busiest and the quietest month
    busiest_day_of_year: int
    handle_seconds: float  # mean
    handle_spread: float  # sigma of the logarithm
    billing_lift: float = 0.0
    campaign_factor: float = 1.0
    wait_seconds: float = 0.0  # mean in an ordinary half-hour; 0 = the wait is not kept
    first_response_hours: float = 0.0  # median; 0 = answered at once
    reopen_share: float = 0.02
    russian_share: float = 0.35


QUEUES = (
    QueueTraits("phone/billing", 190, -0.02, WORKWEEK, OFFICE, 0.08, 15, 370, 0.55, 0.55, 1.0, 16),
    QueueTraits("phone/tech", 165, 0.03, WORKWEEK, OFFICE, 0.12, 335, 470, 0.62, 0.0, 1.0, 22),
    QueueTraits("phone/sales", 92, 0.08, WORKWEEK, OFFICE, 0.10, 320, 410, 0.58, 0.0, 1.55, 14),
    QueueTraits("chat/support", 140, 0.20, ALL_WEEK, EVENING, 0.07, 350, 720, 0.60, 0.18, 1.30, 28),
    QueueTraits("messenger/support", 100, 0.35, ALL_WEEK, EVENING, 0.05, 350, 780, 0.65, 0.12, 1.25, 45),
    QueueTraits("email/billing", 90, -0.06, MAIL_WEEK, LETTERS, 0.08, 20, 540, 0.60, 0.60, 1.0, 0, 5.0, 0.11),
    QueueTraits("email/tech", 80, 0.0, MAIL_WEEK, LETTERS, 0.12, 335, 680, 0.65, 0.0, 1.0, 0, 6.0, 0.14),
    QueueTraits("social/care", 45, 0.12, ALL_WEEK, EVENING, 0.06, 350, 330, 0.55, 0.10, 1.20, 0, 0.7, 0.05),
)
