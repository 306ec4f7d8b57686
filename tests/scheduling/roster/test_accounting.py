"""Accounting periods and their norm, against the published norms of the production calendar."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.people import WorkAgreement
from domain.production_calendar import norm_hours
from scheduling.roster.accounting import Period, least_hours, most_hours, norm_of_day, periods_of
from scheduling.roster.availability import Availability
from scheduling.roster.work import Absence, Worked


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def agreement(**terms: Any) -> WorkAgreement:
    return WorkAgreement(name="a", shifts=("s",), **terms)


def edges(kind: Any, first: str, last: str) -> list[tuple[str, str, str, str]]:
    found = periods_of(kind, day(first), day(last))
    return [tuple(str(date.fromordinal(d)) for d in (p.begin, p.end, p.first, p.last)) for p in found]  # type: ignore[misc]


@pytest.mark.parametrize(("year", "month"), [(2026, month) for month in range(1, 13)] + [(2024, 2), (2025, 11)])
@pytest.mark.parametrize("week", [40.0, 36.0, 24.0])
def test_the_days_of_a_month_have_its_norm(year: int, month: int, week: float) -> None:
    (period,) = periods_of("month", date(year, month, 5).toordinal(), date(year, month, 5).toordinal())
    days = range(period.begin, period.end + 1)
    assert sum(norm_of_day(d, week, "RU") for d in days) == pytest.approx(norm_hours(year, month, week))


def test_a_plan_is_cut_at_the_edges_of_its_periods() -> None:
    assert edges("plan", "2026-03-30", "2026-04-05") == [("2026-03-30", "2026-04-05", "2026-03-30", "2026-04-05")]
    assert edges("month", "2026-12-28", "2027-01-03") == [
        ("2026-12-01", "2026-12-31", "2026-12-28", "2026-12-31"),
        ("2027-01-01", "2027-01-31", "2027-01-01", "2027-01-03"),
    ]
    assert edges("quarter", "2026-06-30", "2026-06-30") == [("2026-04-01", "2026-06-30", "2026-06-30", "2026-06-30")]
    assert edges("year", "2026-06-30", "2026-06-30") == [("2026-01-01", "2026-12-31", "2026-06-30", "2026-06-30")]


def test_absence_lowers_the_norm_and_what_is_owed() -> None:
    terms = agreement(accounting_period="month", norm_hours_per_week=40, norm_calendar="RU", norm_share_min=0.5)
    (period,) = periods_of("month", day("2026-03-02"), day("2026-03-15"))
    leave = (
        Absence(day("2026-03-02"), day("2026-03-08"), "leave"),
        Absence(day("2026-03-10"), day("2026-03-10"), "wish_off"),
    )
    # 21 working days in March, 5 of them on leave; 4 of those not on leave lie in the plan (9 March is a day off)
    assert most_hours(terms, period, (), leave, Availability()) == pytest.approx(16 * 8)
    assert least_hours(terms, period, (), leave, Availability()) == pytest.approx(0.5 * 4 * 8)
    gone = Availability(last_day=day("2026-03-11"))
    assert most_hours(terms, period, (), leave, gone) == pytest.approx(2 * 8)


def test_hours_of_the_roster_before_count_with_the_norm_of_their_days() -> None:
    terms = agreement(accounting_period="month", norm_hours_per_week=40, norm_calendar="RU")
    (period,) = periods_of("month", day("2026-03-16"), day("2026-03-29"))
    before = (Worked(0.0, 480.0, day("2026-03-10"), "s", 8.0, (), previous=True),)
    # from the 16th on 12 working days are left, from the 10th on 16
    assert most_hours(terms, period, (), (), Availability()) == pytest.approx(12 * 8)
    assert most_hours(terms, period, before, (), Availability()) == pytest.approx(16 * 8)
    assert period.hours(before) == 8.0


def test_hours_of_a_period_are_owed_by_the_working_days_that_are_planned() -> None:
    terms = agreement(accounting_period="month", hours_per_period_min=80)
    (period,) = periods_of("month", day("2026-06-01"), day("2026-06-14"))
    # June 2026 has 22 days from Monday to Friday, 10 of them in the plan
    assert least_hours(terms, period, (), (), Availability()) == pytest.approx(80 * 10 / 22)
    assert least_hours(agreement(hours_per_period_min=80), Period(1, 14, 1, 14), (), (), Availability()) == 80


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ({"rotation_days": [2]}, "pairs"),
        ({"rotation_days": [2, 2]}, "belong together"),
        ({"norm_share_min": 0.9}, "norm_hours_per_week"),
        ({"consecutive_days_min": 4, "consecutive_days_max": 3}, "above"),
        ({"hours_per_period_min": 9, "hours_per_period_max": 8}, "above"),
        ({"overtime": [{"over_hours": 40, "factor": 2}, {"over_hours": 48, "factor": 1.5}]}, "do not rise"),
    ],
)
def test_terms_that_do_not_fit_together_are_refused(terms: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        agreement(**terms)
