"""What a run gave, counted per forecast row, and many runs summed up with their confidence intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from domain.targets import QueueTargets
from scheduling.simulation.arrivals import ArrivalPlan, Contacts
from scheduling.simulation.outcome import Outcome
from scheduling.simulation.site import Site

MEASURES = ("hits", "counted", "answered", "waited", "abandoned", "offered", "busy", "present")
_TINY = 1e-6  # seconds; a contact answered exactly at the threshold is in time
NEAR_EDGE = 0.05


def measure_run(
    plan: ArrivalPlan, site: Site, contacts: Contacts, outcome: Outcome, horizon_seconds: float, bin_seconds: float
) -> np.ndarray:
    """(measures, rows) of one run: contacts count in the row they arrived in, times in the row they passed in.

    `hits` of `counted` contacts were served as promised (by the queue's definition of service level). A contact whose
    verdict the end of the horizon leaves open is not counted.
    """
    hits, counted = _verdicts(plan, contacts, outcome, horizon_seconds)
    answered = ~np.isnan(outcome.answered_at)
    wait = np.where(answered, outcome.answered_at - contacts.at, 0.0)
    weights = (hits, counted, answered, wait, _hung_up(contacts, outcome, horizon_seconds))
    rows = plan.queue.size
    told = contacts.queue < len(plan.targets)  # a booked contact waits for nobody and is counted nowhere
    row = contacts.row[told]
    per_contact = [np.bincount(row, weights=weight[told].astype(float), minlength=rows) for weight in weights]
    first = np.round(plan.start / bin_seconds).astype(np.int64)
    last = np.round((plan.start + plan.length) / bin_seconds).astype(np.int64)
    serves = np.zeros((site.kind.size, site.group_limit.size))
    for group, members in enumerate(site.queues_of):
        serves[members[members >= 0], group] = 1.0
    times = []
    for seconds in (outcome.busy_seconds, outcome.present_seconds):
        passed = np.zeros((site.kind.size, seconds.shape[1] + 1))
        passed[:, 1:] = np.cumsum(serves @ seconds, axis=1)
        times.append(passed[plan.queue, last] - passed[plan.queue, first])
    return np.array([*per_contact, np.bincount(row, minlength=rows), *times])


def _hung_up(contacts: Contacts, outcome: Outcome, horizon_seconds: float) -> np.ndarray:
    return np.asarray(np.isnan(outcome.answered_at) & (contacts.at + contacts.patience <= horizon_seconds))


def _verdicts(
    plan: ArrivalPlan, contacts: Contacts, outcome: Outcome, horizon_seconds: float
) -> tuple[np.ndarray, np.ndarray]:
    hits, counted = np.zeros(contacts.at.size, dtype=bool), np.zeros(contacts.at.size, dtype=bool)
    for code, target in enumerate(plan.targets):
        mine = np.flatnonzero(contacts.queue == code)
        part = Contacts(*(values[mine] for values in contacts))
        answered, done, reached = outcome.answered_at[mine], outcome.done_at[mine], outcome.reached_at[mine]
        if target.work == "deferred":
            hits[mine] = done <= part.due + _TINY
            counted[mine] = part.due <= horizon_seconds + _TINY
        else:
            hits[mine], counted[mine] = _in_time(target, part, answered, reached, horizon_seconds)
    return hits & counted, counted


def _in_time(
    target: QueueTargets, contacts: Contacts, answered: np.ndarray, reached: np.ndarray, horizon_seconds: float
) -> tuple[np.ndarray, np.ndarray]:
    """(hits, counted) by the definitions of `service_level_definition`."""
    limit = target.answer_within_seconds + _TINY
    served = ~np.isnan(answered)
    in_time = served & (answered - contacts.at <= limit)
    hung_up = ~served & (contacts.at + contacts.patience <= horizon_seconds)
    early = hung_up & (contacts.patience <= limit)
    decided = served | hung_up | (contacts.at + limit <= horizon_seconds)
    match target.service_level_definition:
        case "answered":
            return in_time, served
        case "excluding_short":
            return in_time, decided & ~early
        case "abandons_good":
            return in_time | early, decided
        case "virtual":
            return in_time | (reached - contacts.at <= limit), decided
        case _:
            return in_time, decided


@dataclass(frozen=True)
class Tally:
    """Sums over runs, one entry a row of the certificate."""

    sums: np.ndarray  # (measures, rows)
    squares: np.ndarray  # (3, rows) Σ hits², Σ hits × counted, Σ counted²
    met: np.ndarray  # (2, rows) runs that met the target, runs with contacts and a target
    runs: int

    @staticmethod
    def zeros(rows: int, runs: int) -> Tally:
        """An empty tally of so many rows."""
        return Tally(np.zeros((len(MEASURES), rows)), np.zeros((3, rows)), np.zeros((2, rows)), runs)

    def add(self, found: np.ndarray, members: np.ndarray, goal: np.ndarray) -> None:
        """Add one run: (measures, forecast rows); `members` says in which rows of the certificate each counts."""
        rows = self.sums.shape[1]
        flat = members.ravel()
        levels = members.shape[0]
        sums = np.array([np.bincount(flat, weights=np.tile(values, levels), minlength=rows) for values in found])
        hits, counted = sums[0], sums[1]
        self.sums[:] += sums
        self.squares[:] += np.array([hits**2, hits * counted, counted**2])
        judged = (counted > 0) & ~np.isnan(goal)
        self.met[0] += judged & (hits >= goal * counted - 1e-9)
        self.met[1] += judged

    def result(self) -> dict[str, np.ndarray]:
        """The columns of the certificate."""
        hits, counted, answered, waited, abandoned, offered, busy, present = self.sums
        share = _ratio(hits, counted)
        low, high = self._interval(share)
        return {
            "service_level": share,
            "low": low,
            "high": high,
            "asa_seconds": _ratio(waited, answered),
            "abandon_share": _ratio(abandoned, offered),
            "occupancy": np.minimum(_ratio(busy, present), 1.0),
            "probability_met": _ratio(self.met[0], self.met[1]),
            "runs": np.full(share.size, self.runs),
        }

    def _interval(self, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """95 % interval of a ratio over independent runs (Cochran 1977, Sampling Techniques, §6.4); Wilson (1927) near
        0 and 1, with the contacts divided by the design effect as sample size."""
        counted = self.sums[1]
        runs = self.runs
        quantile = float(stdtrit(max(runs - 1, 1), 0.975)) if runs > 1 else 1.959963984540054
        residual = self.squares[0] - 2 * share * self.squares[1] + share**2 * self.squares[2]
        variance = np.maximum(residual, 0.0) * runs / max(runs - 1, 1) / np.maximum(counted, 1.0) ** 2
        binomial = share * (1 - share) / np.maximum(counted, 1.0)
        effect = np.maximum(1.0, np.divide(variance, binomial, out=np.ones(share.size), where=binomial > 0))
        half = quantile * np.sqrt(variance)
        low, high = _wilson(share, counted / effect, quantile)
        plain = (runs > 1) & (share > NEAR_EDGE) & (share < 1 - NEAR_EDGE) & (residual > 1e-9)
        low = np.where(plain, np.clip(share - half, 0.0, 1.0), low)
        high = np.where(plain, np.clip(share + half, 0.0, 1.0), high)
        return np.minimum(low, share), np.maximum(high, share)


def _wilson(share: np.ndarray, size: np.ndarray, quantile: float) -> tuple[np.ndarray, np.ndarray]:
    n = np.maximum(size, 1e-9)
    centre = (share + quantile**2 / (2 * n)) / (1 + quantile**2 / n)
    half = quantile / (1 + quantile**2 / n) * np.sqrt(share * (1 - share) / n + quantile**2 / (4 * n**2))
    return np.clip(centre - half, 0.0, 1.0), np.clip(centre + half, 0.0, 1.0)


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.asarray(np.divide(above, below, out=np.full(above.size, np.nan), where=below > 0))
