"""The next days from singular-value scores, against known days and a slow twin."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.shape_scores import score_means

SHAPE = np.array([0.0, 20.0, 60.0, 40.0, 30.0])


def steady(days: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Days of the same contacts but on Mondays, which bring twice as many; their weekdays and ages."""
    weekdays = np.resize(np.arange(7), days)
    return SHAPE * np.where(weekdays == 0, 2.0, 1.0)[:, None], weekdays, np.arange(days, dtype=float)[::-1]


def test_days_that_repeat_are_said_to_repeat() -> None:
    contacts, weekdays, age = steady(84)
    said = score_means(contacts, weekdays, age, np.array([1, 2]), np.array([0, 1]))
    assert said is not None
    # Mondays are pulled to the mean of all days by half a day in nine; where there is no noise to take out, the root
    # of contacts + ¼ squared back is a quarter of a contact too many
    assert said[0] == pytest.approx(2 * SHAPE, rel=0.05)
    assert said[1] == pytest.approx(SHAPE, rel=0.02, abs=0.5)
    assert said[:, 0].tolist() == [0.0, 0.0]


def test_a_level_that_wanders_is_carried_over_and_fades() -> None:
    rng = np.random.default_rng(7)
    level = np.zeros(182)
    for day in range(1, 182):
        level[day] = 0.9 * level[day - 1] + rng.normal(0, 0.05)
    level[-1] = 0.4  # well above its mean of 0
    weekdays, age = np.resize(np.arange(7), 182), np.arange(182, dtype=float)[::-1]
    contacts = rng.poisson(np.exp(level)[:, None] * 10 * SHAPE).astype(float)
    said = score_means(contacts, weekdays, age, np.array([1, 5, 60]), np.array([0, 0, 0]))
    assert said is not None
    total = said.sum(axis=1) / (10 * SHAPE.sum())
    assert 1.2 < total[0] < np.exp(0.4)  # 1.43 if the slope of 0.9 were known
    assert total[0] > total[1] + 0.05 > total[2] + 0.05
    assert total[2] == pytest.approx(1.0, abs=0.15)


def test_one_wild_day_does_not_carry_far() -> None:
    rng = np.random.default_rng(8)
    contacts = rng.poisson(np.tile(10 * SHAPE, (112, 1))).astype(float)
    weekdays, age = np.resize(np.arange(7), 112), np.arange(112, dtype=float)[::-1]
    usual = score_means(contacts, weekdays, age, np.array([1]), np.array([0]))
    contacts[-1] *= 5
    wild = score_means(contacts, weekdays, age, np.array([1]), np.array([0]))
    assert usual is not None
    assert wild is not None
    assert wild.sum() < 1.25 * usual.sum()


def test_too_few_days_or_contacts_say_nothing() -> None:
    contacts, weekdays, age = steady(84)
    ahead = (np.array([1]), np.array([0]))
    assert score_means(contacts[:41], weekdays[:41], age[-41:], *ahead) is None
    assert score_means(contacts / 100, weekdays, age, *ahead) is None
    assert score_means(contacts * 0, weekdays, age, *ahead) is None
    assert score_means(contacts, weekdays, age + 1000, *ahead) is None


@pytest.mark.parametrize("slots", [3, 30, 288])
def test_scores_follow_the_singular_value_decomposition(slots: int) -> None:
    """A slow twin: numpy's own decomposition and a loop over days and scores."""
    rng = np.random.default_rng(slots)
    days = 70
    weekdays, age = np.resize(np.arange(7), days), np.arange(days, dtype=float)[::-1]
    shape = rng.uniform(5, 50, (7, slots))
    contacts = rng.poisson(shape[weekdays] * rng.uniform(0.8, 1.2, (days, 1))).astype(float)
    roots = np.sqrt(contacts + 0.25)
    shapes = np.linalg.svd(roots, full_matrices=False)[2][:3].T
    scores = roots @ shapes
    expected = np.zeros(slots)
    for number in range(shapes.shape[1]):
        weight = 0.5 ** (age / 60)
        overall = np.average(scores[:, number], weights=weight)
        usual = [
            (weight[weekdays == day] @ scores[weekdays == day, number] + 0.5 * overall)
            / (weight[weekdays == day].sum() + 0.5)
            for day in range(7)
        ]
        left = np.array([scores[day, number] - usual[weekdays[day]] for day in range(days)])
        reach = 5 * 1.4826 * np.median(np.abs(left))
        left = np.clip(left, -reach, reach)
        slope = sum(weight[day] * left[day] * left[day - 1] for day in range(1, days))
        slope /= sum(weight[day] * left[day - 1] ** 2 for day in range(1, days))
        expected += (usual[3] + min(max(slope, 0), 0.98) ** 2 * left[-1]) * shapes[:, number]
    said = score_means(contacts, weekdays, age, np.array([2]), np.array([3]))
    assert said is not None
    assert said[0] == pytest.approx(np.maximum(expected, 0) ** 2, rel=1e-6)
