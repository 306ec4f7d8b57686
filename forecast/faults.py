"""What does not look like contacts of one queue: silence, late counts, repeated numbers, odd days, gaps.

Precision goes before recall: a planner who is called three times for nothing does not come a fourth time. A fault is
found only where both sides of it disagree with it, beyond counting noise and beyond the usual spread of days.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from forecast.survey import QueueSurvey, Survey, deviation

CHANCE = 1e-6  # of an innocent stretch to be as silent
REPEAT_CHANCE = 1e-9  # of two days, or neighbouring cells, to be equal by accident
QUIET_SHARE = 0.25  # of the least expected: a silence has no more, in each cell and as a whole
WITHIN_SPREAD = 0.2  # relative standard deviation of a stretch around its day
LEAST_EXPECTED = 14.0  # contacts: below it even an empty stretch is likelier than CHANCE
LONGEST_DAYS = 21  # what lasts longer is a new level, or the end of a queue
SAME_HOURS_DAYS = 3  # silent in the same hours that often within a week or so: the hours have changed
LATE_SHARE = 0.4  # of a silence's deficit that comes back at once: counted late
LATE_AFTER_GAP_SHARE = 0.7  # after a gap, which may be a closed day nobody told of
ODD_DEVIATIONS = 6.0
ODD_AT_END_DEVIATIONS = 7.0  # for days that no week after them confirms
LEVEL_DEVIATIONS = 2.0
LEVEL_DAYS = 19  # from a Monday to a Friday two weeks later
RECURS_DEVIATIONS = 3.0
RECURS_SHARE = 0.5  # of the other years at hand
LEAST_GAP_CONTACTS = 0.5


class Fault(NamedTuple):
    """A stretch of cells (flat positions, both included), what to do with it, and what was found there.

    `quiet`: the last cell of a silence, after which the stretch holds late counts.
    """

    mark: str
    finding: str
    first: int
    last: int
    quiet: int | None = None


@dataclass(frozen=True)
class Line:
    """Cells in order of time (N = D × S) of a queue, or of all queues together.

    `blocked`: cells of holidays and events, where nothing is looked for. `eve`: cells of days next to those, where
    opening late or closing early is no fault.
    """

    slots: int
    contacts: np.ndarray
    usual: np.ndarray
    least: np.ndarray
    spread: np.ndarray
    blocked: np.ndarray
    eve: np.ndarray

    @property
    def known(self) -> np.ndarray:
        """Cells that were counted."""
        return ~np.isnan(self.contacts)


def line_of(queue: QueueSurvey, found: Survey) -> Line:
    """The cells of one queue."""
    slots = found.slots
    by_event = ~queue.plain & ~found.celebrated
    blocked, eve = found.holiday | by_event, found.celebrated & ~found.holiday
    return Line(
        slots, queue.contacts.ravel(), queue.usual.ravel(), queue.least.ravel(),
        np.repeat(queue.spread, slots), np.repeat(blocked, slots), np.repeat(eve, slots),
    )  # fmt: skip


def line_of_all(lines: list[Line]) -> Line:
    """The cells of all queues together: a fault of the whole site shows there though each queue is too small."""
    contacts = np.array([line.contacts for line in lines])
    known = ~np.isnan(contacts)
    heard = known.any(axis=0)
    counted = known | ~heard  # where nobody was counting, all that was due is missing
    return Line(
        slots=lines[0].slots,
        contacts=np.where(heard, np.where(known, contacts, 0.0).sum(axis=0), np.nan),
        usual=np.where(counted, [line.usual for line in lines], 0.0).sum(axis=0),
        least=np.where(counted, [line.least for line in lines], 0.0).sum(axis=0),
        spread=np.min([line.spread for line in lines], axis=0),
        blocked=np.all([line.blocked for line in lines], axis=0),
        eve=lines[0].eve,
    )


def runs(mask: np.ndarray) -> np.ndarray:
    """(R × 2) first and last position of each stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return edges.reshape(-1, 2) - [0, 1]


class Silence(NamedTuple):
    """A stretch with (nearly) no contacts where many were due, and the end of the late counts that follow it."""

    first: int
    last: int
    late: int


def silences(line: Line) -> list[Silence]:
    """All silences of a line, in order."""
    known = line.known
    contacts = np.where(known, line.contacts, 0.0)
    least = np.where(known & ~line.blocked, line.least, 0.0)
    quiet = (~known | (contacts <= QUIET_SHARE * line.least)) & ~line.blocked
    found = [span for first, last in runs(quiet) if (span := _trimmed(least, int(first), int(last)))]
    found = [span for span in found if _is_silent(contacts, least, line, span) and not _by_custom(line, least, span)]
    found = _not_new_hours(found, line.slots)
    return [Silence(first, last, late_end(line, first, last, LATE_SHARE)) for first, last in found]


def _trimmed(least: np.ndarray, first: int, last: int) -> tuple[int, int] | None:
    """The stretch without ends where hardly anything was due; None where too little was due in all of it."""
    part = least[first : last + 1]
    if part.sum() < LEAST_EXPECTED:
        return None
    busy = np.flatnonzero(part >= 0.05 * part.max())
    return first + int(busy[0]), first + int(busy[-1])


def _is_silent(contacts: np.ndarray, least: np.ndarray, line: Line, span: tuple[int, int]) -> bool:
    """Whether so few contacts would be a wonder: negative binomial, its variance the noise and the spread."""
    own = slice(span[0], span[1] + 1)
    due, came = float(least[own].sum()), float(contacts[own].sum())
    due *= min(_rest_of_day(contacts, least, line.slots, span), 1.0)  # nothing is missing on a day that is quiet anyway
    if due < LEAST_EXPECTED or came > QUIET_SHARE * due or span[1] - span[0] >= LONGEST_DAYS * line.slots:
        return False
    size = 1.0 / (float(line.spread[own].max()) ** 2 + WITHIN_SPREAD**2)
    from scipy import stats  # slow to import: only where it is used

    return bool(stats.nbinom.cdf(np.floor(came), size, size / (size + due)) < CHANCE)


def _rest_of_day(contacts: np.ndarray, least: np.ndarray, slots: int, span: tuple[int, int]) -> float:
    """How busy the days of a stretch are outside it, relative to what was due; 1 where little was."""
    begin, end = span[0] - span[0] % slots, span[1] - span[1] % slots + slots
    came = contacts[begin:end].sum() - contacts[span[0] : span[1] + 1].sum()
    due = least[begin:end].sum() - least[span[0] : span[1] + 1].sum()
    sure = 1.0 / WITHIN_SPREAD**2
    return float((came + sure) / (due + sure))


def _by_custom(line: Line, least: np.ndarray, span: tuple[int, int]) -> bool:
    """Whether the stretch lies next to a holiday and work did not clearly go on before it and after it that day."""
    first, last = span
    if not line.eve[first : last + 1].any():
        return False
    begin, end = first - first % line.slots, last - last % line.slots + line.slots
    sides = (slice(begin, first), slice(last + 1, end))
    due = [float(least[side].sum()) for side in sides]
    came = [float(np.nansum(line.contacts[side])) for side in sides]
    return min(due) < LEAST_EXPECTED / 2 or any(c < d / 2 for c, d in zip(came, due, strict=True))


def _not_new_hours(found: list[tuple[int, int]], slots: int) -> list[tuple[int, int]]:
    """Without those parts of a day that are silent again and again in the same hours."""

    def hours(span: tuple[int, int]) -> set[int]:
        return {place % slots for place in range(span[0], span[1] + 1)}

    short = [span for span in found if 2 * (span[1] - span[0] + 1) < slots]
    changed = set()
    for span in short:
        near = [other for other in short if abs(other[0] - span[0]) <= 8 * slots]
        alike = [other for other in near if 2 * len(hours(other) & hours(span)) >= len(hours(span))]
        if len({other[0] // slots for other in alike}) >= SAME_HOURS_DAYS:
            changed.add(span)
    return [span for span in found if span not in changed]


def late_end(line: Line, first: int, last: int, share: float) -> int:
    """The last cell of what was counted late after a stretch; `last` where nothing was.

    The cells after it count as long as they hold clearly more than usual; together they must make up for `share` of
    what is missing, and hardly for more than it.
    """
    known, end = line.known, last + 1
    missing = float((line.usual - np.where(known, line.contacts, 0.0))[first : last + 1].sum())
    while end < len(known) and not known[end] and line.usual[end] > 0 and end - last < line.slots:
        missing += float(line.usual[end])  # not counted at all
        end += 1
    begin, extra = end, 0.0
    while end < len(known) and known[end] and end - begin < max(line.slots // 2, 1):
        over = line.contacts[end] - line.usual[end]
        if over < 2 * np.sqrt(line.usual[end] + (WITHIN_SPREAD * line.usual[end]) ** 2) or extra >= missing:
            break
        extra += float(over)
        end += 1
    return end - 1 if end > begin and share * missing <= extra <= 2 * missing else last


def gaps(line: Line) -> list[Fault]:
    """Cells that nobody counted though contacts were due, and what was counted late after them."""
    due = np.where(~line.known & ~line.blocked, line.usual, 0.0)
    hole = ~line.known & ~line.blocked
    found = []
    for first, last in runs(hole):
        total = float(due[first : last + 1].sum())
        if total < LEAST_GAP_CONTACTS:
            continue
        span = np.flatnonzero(due[first : last + 1] > 0)
        begin, end = int(first + span[0]), int(first + span[-1])
        found.append(Fault("missing", "gap", begin, end))
        late = late_end(line, begin, end, LATE_AFTER_GAP_SHARE) if total >= LEAST_EXPECTED else end
        if late > end and not line.eve[begin]:
            found.append(Fault("outage", "late", end + 1, late))
    return found


def odd_days(queue: QueueSurvey, found: Survey, spoilt: np.ndarray) -> list[Fault]:
    """Days far from the same weekday in the weeks before and in those after; not the days of `spoilt` (D).

    Days that are odd in most other years too are special. What stays for three weeks is a new level. A day next to a
    holiday is odd only where other years show that this is not its custom.
    """
    eve = found.celebrated & ~found.holiday
    total = np.where(spoilt, np.nan, queue.total)
    far = _scaled(deviation(total, queue.centre, queue.spread), found)
    before, after = (_scaled(deviation(total, side, queue.spread), found) for side in (queue.before, queue.after))
    both = np.where(np.sign(before) == np.sign(after), np.fmin(np.abs(before), np.abs(after)), 0.0) * np.sign(before)
    at_end = np.isnan(after)
    odd = np.where(at_end, np.abs(before) >= ODD_AT_END_DEVIATIONS, np.abs(both) >= ODD_DEVIATIONS)
    sign = np.where(at_end, np.sign(before), np.sign(both))
    odd &= (queue.plain | eve) & ~spoilt & ~_new_level(np.where(at_end, before, both))
    faults = []
    for day in np.flatnonzero(odd):
        finding = "high" if sign[day] > 0 else "low"
        alike, years = _other_years(far, int(day), float(sign[day]))
        recurs = years > 0 and alike >= RECURS_SHARE * years
        if eve[day] and (recurs or not years):
            continue
        mark = "special" if recurs else "outlier"
        faults.append(Fault(mark, finding, int(day) * found.slots, (int(day) + 1) * found.slots - 1))
    return faults


def _scaled(far: np.ndarray, found: Survey) -> np.ndarray:
    """Deviations in units of their own robust size by weekday, where that is above one."""
    weekdays = np.asarray(found.layout.days.day_of_week)
    scaled = far.copy()
    for weekday in range(7):
        own = weekdays == weekday
        known = np.abs(far[own & ~np.isnan(far)])
        if known.size >= 10:
            scaled[own] = far[own] / max(float(np.median(known)) / 0.6745, 1.0)
    return scaled


def _new_level(far: np.ndarray) -> np.ndarray:
    """(D) stretches of three working weeks or more in which most days lie far off in one direction."""
    level = np.zeros(len(far), dtype=bool)
    for direction in (-1.0, 1.0):
        days = np.flatnonzero(far * direction >= LEVEL_DEVIATIONS)
        for group in np.split(days, np.flatnonzero(np.diff(days) > 7) + 1):
            span = slice(group[0], group[-1] + 1) if group.size else slice(0, 0)
            known = np.count_nonzero(~np.isnan(far[span]))
            if span.stop - span.start >= LEVEL_DAYS and 2 * group.size >= known:
                level[span] = True
    return level


def _other_years(far: np.ndarray, day: int, sign: float) -> tuple[int, int]:
    """In how many other years the day is odd in the same direction, by its date or by its weekday; of how many."""
    seen = alike = 0
    years = len(far) // 365 + 1
    for year in (year for year in range(-years, years + 1) if year):
        places = [day + shift for shift in (round(365.25 * year), 364 * year + 7 * round(1.25 * year / 7))]
        near = {place + by for place in places for by in (-1, 0, 1) if 0 <= place + by < len(far)}
        values = [far[place] * sign for place in near if not np.isnan(far[place])]
        if values:
            seen += 1
            alike += max(values) >= RECURS_DEVIATIONS
    return alike, seen


def repeats(queue: QueueSurvey, slots: int) -> list[Fault]:
    """Days whose every interval is that of the day or the week before, and stretches of one number."""
    found = [Fault("discard", "repeat", day * slots, (day + 1) * slots - 1) for day in _equal_days(queue)]
    return found + [Fault("discard", "constant", first, last) for first, last in _constant(queue.contacts.ravel())]


def _equal_days(queue: QueueSurvey) -> list[int]:
    contacts = queue.contacts
    if contacts.shape[1] == 1:
        return []
    days: set[int] = set()
    for back in (1, 7):
        same = (contacts[back:] == contacts[:-back]) | (np.isnan(contacts[back:]) & np.isnan(contacts[:-back]))
        whole = np.flatnonzero(same.all(axis=1) & (np.nansum(contacts[back:], axis=1) > 0)) + back
        judged = same[(contacts[back:] > 0) & ~np.isnan(contacts[:-back])]
        usual_share = float(np.mean(judged)) if judged.size else 1.0
        for day in whole:
            values = contacts[day][contacts[day] > 0]
            if np.log(np.maximum(_equal_chance(values), usual_share)).sum() < np.log(REPEAT_CHANCE):
                days.add(int(day))
    return sorted(days)


def _constant(contacts: np.ndarray) -> list[tuple[int, int]]:
    """Stretches of one positive number that chance does not give, by theory and by how often neighbours are equal."""
    same = (contacts[1:] == contacts[:-1]) & (contacts[1:] > 0)
    positive = (contacts[1:] > 0) & (contacts[:-1] > 0)
    if not same.any():
        return []
    usual_share = float(same.sum() / positive.sum())
    found = []
    for first, last in runs(same):
        chance = max(float(_equal_chance(contacts[[first]])[0]), usual_share)
        if (last - first + 1) * np.log(chance) < np.log(REPEAT_CHANCE):
            found.append((int(first), int(last) + 1))
    return found


def _equal_chance(means: np.ndarray) -> np.ndarray:
    """The probability that two Poisson counts of these means are equal: 1 ÷ (2 √(π mean)) for means above one."""
    return np.asarray(np.minimum(1.0, 0.5 / np.sqrt(np.pi * np.maximum(means, 1e-9))))
