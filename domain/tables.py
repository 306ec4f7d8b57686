"""The data contracts: every table that passes between floors, its columns, types, units, key and invariants.

A frame crosses a door only under its contract: `HISTORY.check(frame)` returns the frame with the contract's types and
column order, or raises one `TableError` that lists every violation with column, row and value. `data/DICTIONARY.md` is
written from this file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from domain.calendar import parse_span
from domain.errors import BadValue, TableError, Violation
from domain.intervals import UTC_STAMP

QUANTILES: Mapping[str, float] = {
    "offered_p025": 0.025,
    "offered_p05": 0.05,
    "offered_p10": 0.10,
    "offered_p25": 0.25,
    "offered_p50": 0.50,
    "offered_p75": 0.75,
    "offered_p90": 0.90,
    "offered_p95": 0.95,
    "offered_p975": 0.975,
}
MARKS = ("", "missing", "outage", "outlier", "special", "discard")
ACTIVITIES = ("work", "break", "lunch", "training", "meeting", "leave", "sick")
WHOLE_DAYS = ("leave", "sick", "training")  # activities that may be a day of their own, without any shift
EVENT_KINDS = ("campaign", "special", "closure", "outage", "discard")
LEARNED_EVENTS = ("campaign", "special")
ADJUSTMENT_KINDS = ("set", "add", "scale", "floor", "cap")
PERIODS = ("interval", "day", "week", "total")
FINDINGS = ("silence", "site_silence", "late", "gap", "repeat", "constant", "low", "high", "closed", "planner")

Invariant = Callable[[pd.DataFrame], "list[Violation]"]


@dataclass(frozen=True)
class Column:
    """One column. `kind`: text, stamp (tz-aware UTC), date, number, integer, flag. Bounds are inclusive."""

    name: str
    kind: str
    unit: str
    meaning: str
    required: bool = True
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Table:
    """A contract: name, key, columns in order, and invariants over several columns. Further columns are let through."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    invariants: tuple[Invariant, ...] = ()

    @property
    def column_names(self) -> tuple[str, ...]:
        """All columns of the contract, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def required_names(self) -> tuple[str, ...]:
        """Columns that must be there."""
        return tuple(column.name for column in self.columns if column.required)

    def check(self, frame: pd.DataFrame, file: str | None = None) -> pd.DataFrame:
        """The frame under this contract: contract types, contract columns first, key unique, invariants kept.

        Optional columns that are absent stay absent. Raises `TableError` with every violation found.
        """
        missing = [name for name in self.required_names if name not in frame.columns]
        if missing:
            raise TableError(
                self.name, tuple(Violation(name, None, "the column to be there") for name in missing), file
            )
        typed, violations = _typed_columns(self, frame)
        extra = {name: frame[name] for name in frame.columns if name not in typed}
        checked = pd.DataFrame({**typed, **extra}, index=frame.index).reset_index(drop=True)
        if not violations:
            violations = _schema_violations(self, checked)
        if not violations:
            violations = [fault for invariant in self.invariants for fault in invariant(checked)]
        if violations:
            raise TableError(self.name, tuple(violations), file)
        return checked

    def empty(self) -> pd.DataFrame:
        """A frame under this contract with no rows and every column."""
        return pd.DataFrame({column.name: pd.Series([], dtype=_DTYPES[column.kind]) for column in self.columns})


_DTYPES: Mapping[str, Any] = {
    "text": "str",
    "stamp": UTC_STAMP,
    "date": "datetime64[us]",
    "number": "float64",
    "integer": "int64",
    "flag": "bool",
}


_MOST_REPORTED = 20  # of one kind of fault in one column


def _typed_columns(table: Table, frame: pd.DataFrame) -> tuple[dict[str, pd.Series], list[Violation]]:
    """The contract's columns of a frame in the contract's types, and the cells that have no such type."""
    typed: dict[str, pd.Series] = {}
    faults: list[Violation] = []
    for column in table.columns:
        if column.name not in frame.columns:
            continue
        values, bad, expected = _CASTS[column.kind](frame[column.name])
        typed[column.name] = values
        rows = np.flatnonzero(bad)[:_MOST_REPORTED]
        faults += [Violation(column.name, int(row), expected, values.iloc[row]) for row in rows]
    return typed, faults


@cache
def _schema(table: Table) -> Any:
    """The contract as a pandera schema: bounds, choices, gaps and key."""
    import pandera.pandas as pandera  # 0.5 s to import: only when a table breaks its contract

    def checks(column: Column) -> list[Any]:
        found = []
        if column.minimum is not None:
            found.append(pandera.Check.ge(column.minimum, error=f"at least {column.minimum:g}"))
        if column.maximum is not None:
            found.append(pandera.Check.le(column.maximum, error=f"at most {column.maximum:g}"))
        if column.choices is not None:
            found.append(pandera.Check.isin(column.choices, error=f"one of {', '.join(column.choices)}"))
        return found

    return pandera.DataFrameSchema(
        {
            column.name: pandera.Column(nullable=column.nullable, required=column.required, checks=checks(column))
            for column in table.columns
        }
    )


def _schema_violations(table: Table, frame: pd.DataFrame) -> list[Violation]:
    kept = all(_is_kept(column, frame[column.name]) for column in table.columns if column.name in frame)
    return [*([] if kept else _broken_promises(table, frame)), *_repeated_keys(table, frame)]


def _is_kept(column: Column, values: pd.Series) -> bool:
    """Whether a column keeps its gaps, bounds and choices: pandera, which says where not, is loaded only if one is not.

    Loading it takes longer than most commands.
    """
    if values.dtype == np.float64:
        numbers = values.to_numpy()  # NaN is below no bound and above none
        low = column.minimum is not None and bool((numbers < column.minimum).any())
        high = column.maximum is not None and bool((numbers > column.maximum).any())
        gap = not column.nullable and bool(np.isnan(numbers).any())
        if low or high or gap or column.choices is None:
            return not (low or high or gap)
    if not column.nullable and bool(values.isna().any()):
        return False
    if column.minimum is not None and bool((values < column.minimum).any()):
        return False
    if column.maximum is not None and bool((values > column.maximum).any()):
        return False
    return column.choices is None or bool((values.isin(column.choices) | values.isna()).all())


def _broken_promises(table: Table, frame: pd.DataFrame) -> list[Violation]:
    from pandera.errors import SchemaErrors

    faults: list[Violation] = []
    try:
        _schema(table).validate(frame, lazy=True)
    except SchemaErrors as found:
        for (name, expected), cases in found.failure_cases.groupby(["column", "check"], sort=False):
            words = "a value" if expected == "not_nullable" else str(expected)
            faults += [
                Violation(str(name), int(row), words, None if expected == "not_nullable" else value)
                for row, value in zip(cases["index"][:_MOST_REPORTED], cases["failure_case"], strict=False)
            ]
    return faults


def _repeated_keys(table: Table, frame: pd.DataFrame) -> list[Violation]:
    faults: list[Violation] = []
    key = [name for name in table.key if name in frame]  # an optional column of the key may be absent
    if not key:  # rows may say the same
        return faults
    for row in np.flatnonzero(frame.duplicated(subset=key).to_numpy())[:_MOST_REPORTED]:
        faults.append(Violation(", ".join(key), int(row), "each key once", tuple(str(v) for v in frame.loc[row, key])))
    return faults


def _as_text(values: pd.Series) -> tuple[pd.Series, np.ndarray, str]:
    return values.astype("str"), np.zeros(len(values), dtype=bool), "text"


def _as_stamp(values: pd.Series) -> tuple[pd.Series, np.ndarray, str]:
    expected = "a time with a UTC offset, such as 2026-03-02T09:00:00+03:00"
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return values.dt.tz_convert("UTC").dt.as_unit("us"), np.zeros(len(values), dtype=bool), expected
    if pd.api.types.is_datetime64_dtype(values):
        return values, values.notna().to_numpy(), expected
    text = values.astype("str")
    naive = text.notna() & ~text.str.contains(r"(?:[+-]\d{2}:?\d{2}|Z)$", regex=True, na=False)
    stamps = pd.to_datetime(text.mask(naive), utc=True, errors="coerce", format="ISO8601").dt.as_unit("us")
    bad = (values.notna() & stamps.isna()).to_numpy()
    return (values if bad.any() else stamps), bad, expected


def _as_date(values: pd.Series) -> tuple[pd.Series, np.ndarray, str]:
    expected = "a date such as 2026-03-02"
    if pd.api.types.is_datetime64_dtype(values):
        return values.dt.as_unit("us"), np.zeros(len(values), dtype=bool), expected
    dates = pd.to_datetime(values.astype("str"), errors="coerce", format="%Y-%m-%d").astype("datetime64[us]")
    bad = (values.notna() & dates.isna()).to_numpy()
    return (values if bad.any() else dates), bad, expected


def _as_number(values: pd.Series) -> tuple[pd.Series, np.ndarray, str]:
    if values.dtype == np.float64:  # as mostly: nothing to turn, and small tables are checked many times a minute
        return values, np.isinf(values.to_numpy()), "a finite number"
    numbers = pd.to_numeric(values, errors="coerce").astype("float64")
    bad = (values.notna() & numbers.isna()).to_numpy() | np.isinf(numbers.to_numpy())
    return (values if bad.any() else numbers), bad, "a finite number"


def _as_integer(values: pd.Series) -> tuple[pd.Series, np.ndarray, str]:
    numbers, bad, _ = _as_number(values)
    if not bad.any():
        bad = (numbers.isna() | (numbers % 1 != 0)).to_numpy()
    return (values if bad.any() else numbers.astype("int64")), bad, "a whole number"


def _as_flag(values: pd.Series) -> tuple[pd.Series, np.ndarray, str]:
    if values.dtype == bool:
        return values, np.zeros(len(values), dtype=bool), "true or false"
    flags = (
        values.astype("str")
        .str.lower()
        .map({"true": True, "false": False, "1": True, "0": False, "1.0": True, "0.0": False})
    )
    bad = flags.isna().to_numpy()
    return (values if bad.any() else flags.astype("bool")), bad, "true or false"


_CASTS: Mapping[str, Callable[[pd.Series], tuple[pd.Series, np.ndarray, str]]] = {
    "text": _as_text,
    "stamp": _as_stamp,
    "date": _as_date,
    "number": _as_number,
    "integer": _as_integer,
    "flag": _as_flag,
}


def _not_before(first: str, last: str) -> Invariant:
    def check(frame: pd.DataFrame) -> list[Violation]:
        rows = np.flatnonzero((frame[last] < frame[first]).to_numpy())[:20]
        return [
            Violation(
                last, int(row), f"a day on or after {frame[first].iloc[row].date()}", frame[last].iloc[row].date()
            )
            for row in rows
        ]

    return check


def _whole(column: str) -> Invariant:
    def check(frame: pd.DataFrame) -> list[Violation]:
        values = frame[column].fillna(0.0).to_numpy() if column in frame else np.zeros(0)
        return [
            Violation(column, int(row), "a whole number of days", values[row]) for row in np.flatnonzero(values % 1)
        ]

    return check


def _only_of_learned_events(frame: pd.DataFrame) -> list[Violation]:
    """Ramp, decay and effect belong to what is learned: a closure is zero, a discarded day teaches nothing."""
    other = ~frame["kind"].isin(LEARNED_EVENTS).to_numpy()
    faults = []
    for column in ("ramp_days", "decay_days", "effect"):
        values = frame[column].fillna(0.0).to_numpy() if column in frame else np.zeros(len(frame))
        for row in np.flatnonzero(other & (values != 0))[:20]:
            expected = f"nothing here for {frame['kind'].iloc[row]}: only {' and '.join(LEARNED_EVENTS)} have {column}"
            faults.append(Violation(column, int(row), expected, values[row]))
    return faults


def _ends_after(first: str, last: str) -> Invariant:
    def check(frame: pd.DataFrame) -> list[Violation]:
        rows = np.flatnonzero((frame[last] <= frame[first]).to_numpy())[:20]
        return [Violation(last, int(row), f"a time after {first}", frame[last].iloc[row]) for row in rows]

    return check


def _spans_of_the_day(column: str) -> Invariant:
    def check(frame: pd.DataFrame) -> list[Violation]:
        faults = []
        for row, text in enumerate(frame.get(column, ())):
            try:
                _ = parse_span(text) if isinstance(text, str) else None
            except BadValue as fault:
                faults.append(Violation(column, row, fault.expected, text))
        return faults

    return check


def _one_of(first: str, second: str) -> Invariant:
    """Exactly one of two columns is filled, with more than 0."""

    def check(frame: pd.DataFrame) -> list[Violation]:
        given = [frame[name] if name in frame else pd.Series(np.nan, index=frame.index) for name in (first, second)]
        wrong = given[0].notna() == given[1].notna()
        faults = [Violation(first, int(row), f"either {first} or {second}") for row in np.flatnonzero(wrong)[:20]]
        for name, values in zip((first, second), given, strict=True):
            faults += [Violation(name, int(row), "more than 0", 0.0) for row in np.flatnonzero(values == 0)[:20]]
        return faults

    return check


def _quantiles_rise(frame: pd.DataFrame) -> list[Violation]:
    values = frame[[name for name in QUANTILES if name in frame]].to_numpy(dtype=float)
    rows = np.flatnonzero((np.diff(values, axis=1) < -1e-9).any(axis=1))[:20]
    return [Violation("offered_p025 … offered_p975", int(row), "quantiles that rise") for row in rows]


_QUEUE = Column("queue", "text", "", "queue name, `channel/type`")
_START = Column("start", "stamp", "UTC", "beginning of the interval; in files ISO 8601 with offset")
_SPREADS = (
    Column(
        "day_cv", "number", "share", "standard deviation of the error of the day's rate over the rate", False, True, 0
    ),
    Column("interval_cv", "number", "share", "the same of the interval's share of the day", False, True, 0),
    Column(
        "aht_cv", "number", "share", "the same of the day's mean handle time, without the luck of single contacts",
        False, True, 0,
    ),
    Column(
        "queue_correlation", "number", "share", "share of the error of the day's rate that all queues have in common",
        False, True, 0, 1,
    ),
)  # fmt: skip
_WORKED = Column(
    "open",
    "flag",
    "",
    "whether the queue is worked then; deferred work that comes in while it is closed waits for the next open interval",
    False,
)
_AHT = Column("aht_seconds", "number", "seconds", "average handle time: talk + hold + wrap-up", False, True, 0)


def _quantile_columns(required: bool) -> tuple[Column, ...]:
    return tuple(
        Column(name, "number", "contacts", f"{share:.1%} quantile of the contacts that arrive", required, True, 0)
        for name, share in QUANTILES.items()
    )


TICKETS = Table(
    "TICKETS",
    "One row per contact, as the customer made it.",
    ("ticket_id",),
    (
        Column("ticket_id", "text", "", "unique number of the contact in its source"),
        Column("created_at", "stamp", "UTC", "when the contact arrived"),
        Column("channel", "text", "", "phone, email, chat, messenger, social, walk-in …"),
        Column("type", "text", "", "what it is about", False, True),
        Column("priority", "text", "", "priority as the source names it", False, True),
        Column("language", "text", "", "language code, such as en or ru", False, True),
        Column("handle_seconds", "number", "seconds", "time spent on it: talk + hold + wrap-up", False, True, 0),
        Column("wait_seconds", "number", "seconds", "time until answered or abandoned", False, True, 0),
        Column("abandoned", "flag", "", "whether the customer left before an answer", False),
        Column("first_response_at", "stamp", "UTC", "when the first answer was given", False, True),
        Column("resolved_at", "stamp", "UTC", "when it was resolved", False, True),
        Column("reopens", "number", "times", "how often it came back", False, True, 0),
        Column("subject", "text", "", "the customer's words, shortened", False, True),
        Column("site", "text", "", "where it is handled", False, True),
    ),
)

HISTORY = Table(
    "HISTORY",
    "Contacts per queue and interval. An open interval that nobody counted is marked missing, not zero.",
    ("queue", "start"),
    (
        _QUEUE,
        _START,
        Column("offered", "number", "contacts", "contacts that arrived; empty where missing", True, True, 0),
        Column("handled", "number", "contacts", "contacts that were served", False, True, 0),
        Column("abandoned", "number", "contacts", "contacts that left waiting", False, True, 0),
        _AHT,
        Column("open", "flag", "", "whether the queue was open", False),
        Column(
            "mark", "text", "", "empty, missing, outage, outlier, special or discard", False, False, None, None, MARKS
        ),
        Column(
            "offered_corrected",
            "number",
            "contacts",
            "offered, but what was to be expected where a mark says that the count is wrong",
            False,
            True,
            0,
        ),
    ),
)

CLEANING = Table(
    "CLEANING",
    "What does not look like contacts in a history, and what is made of it; a mark that is not active changes nothing.",
    ("queue", "start", "end", "mark", "source"),
    (
        _QUEUE,
        _START,
        Column("end", "stamp", "UTC", "end of the stretch"),
        Column("mark", "text", "", "as in HISTORY; empty = keep as it is", True, False, None, None, MARKS),
        Column("finding", "text", "", f"what was found: {', '.join(FINDINGS)}", True, False, None, None, FINDINGS),
        Column("reason", "text", "", "why, in words and numbers", True, True),
        Column("raw_contacts", "number", "contacts", "counted in the stretch; empty = not counted", True, True, 0),
        Column("expected_contacts", "number", "contacts", "expected by the weeks around it", True, False, 0),
        Column("corrected_contacts", "number", "contacts", "expected by the rest of its day too", True, False, 0),
        Column("source", "text", "", "auto or planner", True, False, None, None, ("auto", "planner")),
        Column("active", "flag", "", "whether the mark is applied"),
    ),
    (_ends_after("start", "end"),),
)

DECISIONS = Table(
    "DECISIONS",
    "What planners say of stretches of history (marks.csv), oldest first; the last word on a stretch counts.",
    (),
    (
        Column("queue", "text", "", "queue name or pattern such as phone/*"),
        Column("from", "text", "", "first local day (2026-03-02), or local time (2026-03-02T09:00)"),
        Column("to", "text", "", "last local day, included; or the local time from which it no longer counts"),
        Column(
            "mark",
            "text",
            "",
            "outage, outlier, special or discard; empty = keep as it is",
            True,
            False,
            None,
            None,
            ("", "outage", "outlier", "special", "discard"),
        ),
        Column("reason", "text", "", "why; special days of one reason share one effect"),
        Column("author", "text", "", "who", False, True),
        Column("made_at", "stamp", "UTC", "when it was said", False, True),
    ),
)

FORECAST = Table(
    "FORECAST",
    "Expected contacts and their quantiles per queue and open interval of the horizon.",
    ("queue", "start"),
    (
        _QUEUE,
        _START,
        Column("offered", "number", "contacts", "mean of the contacts that will arrive", True, False, 0),
        *_quantile_columns(required=False),
        _AHT,
        Column("model", "text", "", "the forecaster that made the number", False, True),
        _WORKED,
        *_SPREADS,
    ),
    (_quantiles_rise,),
)

ADJUSTMENTS = Table(
    "ADJUSTMENTS",
    "A planner's instructions, append-only; folded over each new forecast in the order they were made.",
    ("adjustment_id",),
    (
        Column("adjustment_id", "text", "", "unique number"),
        Column("queue", "text", "", "queue name or pattern such as phone/*"),
        Column("from_start", "stamp", "UTC", "first interval it touches"),
        Column("to_start", "stamp", "UTC", "first interval it no longer touches"),
        Column("kind", "text", "", "set, add, scale, floor or cap", True, False, None, None, ADJUSTMENT_KINDS),
        Column("value", "number", "contacts or factor", "contacts per interval; a factor for scale"),
        Column("reason", "text", "", "why, in the planner's words"),
        Column("author", "text", "", "who"),
        Column("made_at", "stamp", "UTC", "when it was made"),
        Column("expires_at", "stamp", "UTC", "from when it no longer counts; empty = never", False, True),
        Column("active", "flag", "", "switched on"),
    ),
    (_ends_after("from_start", "to_start"),),
)

ADJUSTED = Table(
    "ADJUSTED",
    "The forecast after the adjustments, the baseline beside it.",
    ("queue", "start"),
    (
        _QUEUE,
        _START,
        Column("baseline", "number", "contacts", "the forecast before adjustments", True, False, 0),
        Column("offered", "number", "contacts", "mean after adjustments", True, False, 0),
        *_quantile_columns(required=False),
        _AHT,
        Column("adjustment_ids", "text", "", "the adjustments that touched it, separated by |", True, True),
        Column("model", "text", "", "the forecaster of the baseline", False, True),
        _WORKED,
        *_SPREADS,
    ),
    (_quantiles_rise,),
)

REQUIREMENTS = Table(
    "REQUIREMENTS",
    "People needed per queue and interval, fractional; rounding happens once, on the roster.",
    ("queue", "start"),
    (
        _QUEUE,
        _START,
        Column("interval_minutes", "integer", "minutes", "length of the interval", True, False, 1),
        Column("load_erlangs", "number", "Erlangs", "offered × aht ÷ interval length", True, False, 0),
        Column(
            "agents", "number", "people", "on contact or ready; empty where no number reaches the target", True, True, 0
        ),
        Column("scheduled", "number", "people", "agents ÷ (1 − shrinkage)", True, True, 0),
        Column("service_level", "number", "share", "share answered in time with that many agents", False, True, 0, 1),
        Column("asa_seconds", "number", "seconds", "average speed of answer", False, True, 0),
        Column("abandon_share", "number", "share", "share that hangs up", False, True, 0, 1),
        Column("occupancy", "number", "share", "load ÷ agents, without those who hung up", False, True, 0, 1.0000001),
        Column(
            "sized_load_erlangs",
            "number",
            "Erlangs",
            "the load that agents were found for: live work and chat with "
            "contacts still in service from before, deferred work spread over its deadline",
            False,
            True,
            0,
        ),
        Column("aht_seconds", "number", "seconds", "average handle time that was planned with", False, True, 0),
        Column(
            "driver", "text", "", "what decides how many: service_level, asa, abandonment, occupancy …", False, True
        ),
        Column("expected_service_level", "number", "share", "level to expect as volume varies", False, True, 0, 1),
        Column("probability_met", "number", "share", "how likely the volume allows the level", False, True, 0, 1),
        Column("blended_agents", "number", "people", "idle people of live queues who do it instead", False, True, 0),
        Column(
            "wanted_agents", "number", "people", "agents it would take where there are too few seats", False, True, 0
        ),
        Column("offered", "number", "contacts", "contacts that arrive with that many agents", False, True, 0),
        Column("fresh", "number", "contacts", "of them those of a new matter, no redials or repeats", False, True, 0),
    ),
)

SKILL_BOUNDS = Table(
    "SKILL_BOUNDS",
    "Sets of queues that people serve together: fewer people with any of these skills are certainly too few.",
    ("queues", "start"),
    (
        Column("queues", "text", "", "the queues of the set, separated by |"),
        _START,
        Column("interval_minutes", "integer", "minutes", "length of the interval", True, False, 1),
        Column("agents", "number", "people", "least people on contact or ready, as one team with one line", minimum=0),
        Column("scheduled", "number", "people", "the same before the least shrinkage of these queues", minimum=0),
        Column("apart", "number", "people", "agents of the queues one by one, added up", minimum=0),
    ),
)

BLENDING = Table(
    "BLENDING",
    "Idle time of live queues: what of it deferred work is planned into, and what stays free for contacts.",
    ("queue", "start"),
    (
        _QUEUE,
        _START,
        Column("idle_hours", "number", "agent-hours", "time without a contact, in the mean", True, False, 0),
        Column("planned_hours", "number", "agent-hours", "of it for deferred work", True, False, 0),
        Column("protected_hours", "number", "agent-hours", "of it kept free", True, False, 0),
    ),
)

BACKLOG = Table(
    "BACKLOG",
    "Deferred work in the in-tray when the horizon begins.",
    ("queue", "age_hours"),
    (
        _QUEUE,
        Column("age_hours", "number", "hours", "opening hours it has waited already", True, False, 0),
        Column("contacts", "number", "contacts", "how many have waited that long", True, False, 0),
    ),
)

PATIENCE = Table(
    "PATIENCE",
    "How long customers of each queue wait before they hang up, from the waits of single contacts.",
    ("queue",),
    (
        _QUEUE,
        Column("waits", "integer", "contacts", "contacts whose wait is known", True, False, 0),
        Column("hang_ups", "integer", "contacts", "of them those who hung up", True, False, 0),
        Column("patience_seconds", "number", "seconds", "mean patience; empty = can't be told", True, True, 0),
        Column("low_seconds", "number", "seconds", "lower end of its 95 % interval", True, True, 0),
        Column("high_seconds", "number", "seconds", "upper end; empty = no end", True, True, 0),
        Column("in_targets_seconds", "number", "seconds", "that of the targets; empty = endless", False, True, 0),
        Column(
            "remark", "text", "", "why it can't be told, or is not sure", True, False, None, None,
            ("", "no_waits", "no_hang_ups", "few_hang_ups"),
        ),
    ),
)  # fmt: skip

OUTBOUND = Table(
    "OUTBOUND",
    "Outbound and proactive contacts as planned work: lists of contacts to be made within a span of days.",
    ("name", "queue", "from"),
    (
        Column("name", "text", "", "what the list is called"),
        Column("queue", "text", "", "a queue of its own; who has it as a skill does the work"),
        Column("from", "date", "", "first local day"),
        Column("to", "date", "", "last local day, included; by its end all is done"),
        Column(
            "hours", "text", "", "hours it may be done in (10:00-20:00); empty = while any queue is open", False, True
        ),
        Column("contacts", "number", "contacts", "contacts to be made from the first day to the last", True, False, 0),
        Column("aht_seconds", "number", "seconds", "work a contact takes, or contacts_per_hour", False, True, 0),
        Column(
            "contacts_per_hour", "number", "contacts", "what a person gets done in an hour, all told", False, True, 0
        ),
        Column(
            "beside",
            "text",
            "",
            "done in the quiet hours of these queues or patterns, separated by |; empty = evenly",
            False,
            True,
        ),
    ),
    (_not_before("from", "to"), _spans_of_the_day("hours"), _one_of("aht_seconds", "contacts_per_hour")),
)

PEOPLE = Table(
    "PEOPLE",
    "The people who can be rostered.",
    ("agent",),
    (
        Column("agent", "text", "", "unique code or name"),
        Column("queues", "text", "", "queues or patterns the person can serve, separated by |", True, True),
        Column("agreement", "text", "", "work agreement in rules.toml"),
        Column(
            "available_from", "text", "", "first day (2026-03-02) or earliest hour of each day (09:00)", False, True
        ),
        Column("available_to", "text", "", "last day, or latest hour of each day", False, True),
        Column("name", "text", "", "name to print", False, True),
        Column("team", "text", "", "team to print", False, True),
        Column("site", "text", "", "where the person works; sites that share no queue are planned apart", False, True),
        Column("mentor", "text", "", "agent beside whom a trainee works; empty for all others", False, True),
        Column("proficiency", "number", "", "speed: handle times are divided by it; empty = 1", False, True, 0.2, 2.0),
        Column("email", "text", "", "work e-mail, by which Microsoft Teams knows the person", False, True),
        Column("timezone", "text", "", "zone of the person's calendar; the site's where empty", False, True),
    ),
)

TIME_OFF = Table(
    "TIME_OFF",
    "Leave and other absences (kept), pinned shifts (kept) and wishes (granted where it costs little).",
    ("agent", "from", "kind"),
    (
        Column("agent", "text", "", "who"),
        Column("from", "date", "", "first local day"),
        Column("to", "date", "", "last local day, included"),
        Column(
            "kind", "text", "", "leave, sick, training, pinned (kept); wish_off, wish_work (weighed)",
            True, False, None, None, ("leave", "sick", "training", "wish_off", "wish_work", "pinned"),
        ),
        Column("weight", "number", "", "how much a wish matters; 1 = an ordinary wish", False, True, 0),
        Column("shift", "text", "", "shift template that is pinned or wished; empty = any", False, True),
        Column("clock", "text", "", "start that is pinned or wished, HH:MM local time; empty = any", False, True),
    ),
)  # fmt: skip

EVENTS = Table(
    "EVENTS",
    "Known special days: campaigns, outages, closures.",
    ("name", "from", "queues"),
    (
        Column("name", "text", "", "what it is"),
        Column(
            "kind",
            "text",
            "",
            "what it does",
            True,
            False,
            None,
            None,
            EVENT_KINDS,
        ),
        Column("from", "date", "", "first local day"),
        Column("to", "date", "", "last local day, included"),
        Column("queues", "text", "", "queues or patterns it touches, separated by |; empty = all", False, True),
        Column("ramp_days", "number", "days", "whole days before `from` over which it rises", False, True, 0, 60),
        Column("decay_days", "number", "days", "whole days after `to` over which it fades", False, True, 0, 60),
        Column(
            "effect",
            "number",
            "factor",
            "what the planner expects of it, such as 1.3; counts until its name has happened",
            False,
            True,
            0.05,
            20,
        ),
    ),
    (_not_before("from", "to"), _whole("ramp_days"), _whole("decay_days"), _only_of_learned_events),
)

ROSTER = Table(
    "ROSTER",
    "One row per person and activity; breaks and lunch are rows of their own.",
    ("agent", "start"),
    (
        Column("agent", "text", "", "who"),
        _START,
        Column("end", "stamp", "UTC", "end of the activity"),
        Column("activity", "text", "", "what", True, False, None, None, ACTIVITIES),
        Column("queue", "text", "", "work: the queues answered meanwhile, separated by |", True, True),
        Column("shift", "text", "", "shift template", True, True),
        Column("source", "text", "", "solver or hand", True, True),
    ),
    (_ends_after("start", "end"),),
)

SHIFTS = Table(
    "SHIFTS",
    "Shifts without names that cover a need: how many of which kind, when, with which breaks.",
    ("start", "shift", "breaks"),
    (
        _START,
        Column("end", "stamp", "UTC", "end of the shift"),
        Column("shift", "text", "", "shift template"),
        Column("count", "integer", "people", "how many work it", True, False, 1),
        Column("breaks", "text", "", "breaks in local time: 10:15 break 15 | 12:30 lunch 30; empty: none", True, True),
        Column("paid_hours", "number", "hours", "paid hours of one such shift", True, False, 0),
    ),
    (_ends_after("start", "end"),),
)

COVERAGE = Table(
    "COVERAGE",
    "Required against present people per queue and interval.",
    ("queue", "start"),
    (
        _QUEUE,
        _START,
        Column("required", "number", "people", "scheduled people needed", True, False, 0),
        Column("present", "number", "people", "people at work for the queue; shared people are split", True, False, 0),
        Column("gap", "number", "people", "required − present where positive", True, False, 0),
        Column("expected_service_level", "number", "share", "with the people present", False, True, 0, 1),
    ),
)

CERTIFICATE = Table(
    "CERTIFICATE",
    "What the simulation of the people present gave, with 95 % confidence intervals.",
    ("queue", "period", "start"),
    (
        _QUEUE,
        Column("period", "text", "", "interval, day, week or total", True, False, None, None, PERIODS),
        _START,
        Column("service_level", "number", "share", "share answered (deferred: done) in time", True, True, 0, 1),
        Column("low", "number", "share", "lower end of the 95 % interval", True, True, 0, 1),
        Column("high", "number", "share", "upper end of the 95 % interval", True, True, 0, 1),
        Column("asa_seconds", "number", "seconds", "mean wait of those answered", True, True, 0),
        Column("abandon_share", "number", "share", "share that hung up", True, True, 0, 1),
        Column("occupancy", "number", "share", "busy time ÷ time present", True, True, 0, 1),
        Column("probability_met", "number", "share", "share of runs that met the target", True, True, 0, 1),
        Column("runs", "integer", "runs", "simulated runs", True, False, 1),
    ),
)

SCORES = Table(
    "SCORES",
    "Rolling-origin backtest: errors of each model by queue and lead time.",
    ("queue", "model", "lead"),
    (
        _QUEUE,
        Column("model", "text", "", "forecaster"),
        Column("lead", "text", "days", "lead time: 1d, 1-7d or 1-28d"),
        Column("wape", "number", "share", "Σ|y − ŷ| ÷ Σy", True, True, 0),
        Column("mase", "number", "", "mean |y − ŷ| ÷ mean |weekly naive step| of the history", True, True, 0),
        Column("bias_share", "number", "share", "Σ(ŷ − y) ÷ Σy", True, True),
        Column("pinball", "number", "share", "weighted quantile loss over all quantiles ÷ Σy", True, True, 0),
        Column("coverage_80", "number", "share", "share of days inside the 80 % band", True, True, 0, 1),
        Column("coverage_95", "number", "share", "share of days inside the 95 % band", True, True, 0, 1),
        Column("noise_floor", "number", "share", "WAPE that even a perfect rate forecast must miss", True, True, 0),
        Column("days", "integer", "days", "days scored", True, False, 0),
        Column("origins", "integer", "", "origins scored", True, False, 0),
        Column("chosen", "flag", "", "whether the model was chosen for the queue"),
    ),
)

DECOMPOSITION = Table(
    "DECOMPOSITION",
    "What each day's number of a forecast is made of; the parts of a queue and whole local day sum to its contacts.",
    ("queue", "day", "part"),
    (
        _QUEUE,
        Column("day", "date", "", "local day of the horizon"),
        Column(
            "part",
            "text",
            "",
            "level (the typical day), season, weekday, month_day, holiday, break, event, correction, closed, "
            "reconciled (with the aggregates), stated (effects of new events), last_days (the next two days follow "
            "them)",
        ),
        Column("contacts", "number", "contacts", "what the part adds to the day", True, False),
        Column("factor", "number", "", "what the part alone makes of the typical day; empty for the level", True, True),
    ),
)

AUDIT = Table(
    "AUDIT",
    "Every check of every rule on a roster that did not pass, or passed as a warning.",
    ("rule", "agent", "start"),
    (
        Column("rule", "text", "", "rule name"),
        Column("agent", "text", "", "who"),
        _START,
        Column("strictness", "text", "", "forbid, pay or warn"),
        Column("found", "number", "as the rule", "what the roster has"),
        Column("limit", "number", "as the rule", "what the agreement allows"),
        Column("unit", "text", "", "hours, days or shifts"),
        Column("words", "text", "", "the breach in a sentence"),
    ),
)
PROOF = Table(
    "PROOF",
    "How much room each person has left under each rule of a roster: the tightest place of every rule and person.",
    ("rule", "agent"),
    (
        Column("rule", "text", "", "rule name"),
        Column("agent", "text", "", "who"),
        _START,
        Column("strictness", "text", "", "forbid, pay or warn"),
        Column("found", "number", "as the rule", "what the roster has"),
        Column("limit", "number", "as the rule", "what the agreement asks for or allows"),
        Column("margin", "number", "as the rule", "room left; negative where the rule is broken"),
        Column("unit", "text", "", "hours, days, minutes or shifts; breaches where a rule is only kept or broken"),
        Column("words", "text", "", "found against limit in a sentence, with the source"),
        Column("source", "text", "", "where the rule comes from, such as an article of law"),
    ),
)

REPAIRS = Table(
    "REPAIRS",
    "The agent-days that a repair changes, in order, each with what it gains.",
    ("agent", "date"),
    (
        Column("agent", "text", "", "who"),
        Column("date", "date", "", "local day on which the shift starts"),
        Column("step", "integer", "", "changes with one number belong together: a working day moved", True, False, 0),
        Column(
            "kind", "text", "", "absent (forced by time off), added, removed, changed", True, False, None, None,
            ("absent", "added", "removed", "changed"),
        ),
        Column("before", "text", "", "shift and hours before; empty = free", True, True),
        Column("after", "text", "", "shift and hours after; empty = free", True, True),
        Column("gain", "number", "currency", "cost that the step saves; negative where it is forced"),
        Column("uncovered_hours", "number", "hours", "agent-hours that nobody covers after the step", True, False, 0),
    ),
)  # fmt: skip
COMPARISON = Table(
    "COMPARISON",
    "Drafts of a roster side by side.",
    ("draft",),
    (
        Column("draft", "text", "", "name of the draft"),
        Column("cost", "number", "currency", "pay, priced rules, gaps and surplus"),
        Column("paid_hours", "number", "hours", "paid hours", True, False, 0),
        Column("uncovered_hours", "number", "hours", "needed agent-hours that nobody covers", True, False, 0),
        Column("surplus_hours", "number", "hours", "agent-hours that nobody needs", True, False, 0),
        Column("covered_share", "number", "share", "covered part of the needed agent-hours", True, False, 0, 1.0000001),
        Column("hard_breaches", "integer", "", "breaches of rules that forbid", True, False, 0),
        Column("nights_spread", "number", "shifts", "most less least night shifts among people of one agreement"),
        Column("weekends_spread", "number", "days", "most less least weekend days among people of one agreement"),
        Column(
            "wishes_met_share", "number", "share", "wished days that went as wished; empty = none", True, True, 0, 1
        ),
        Column("changed_days", "integer", "", "agent-days that differ from the first draft", True, False, 0),
    ),
)
LEDGER = Table(
    "LEDGER",
    "What each person has had of nights, weekends, holidays and late ends so far, carried from roster to roster.",
    ("agent",),
    (
        Column("agent", "text", "", "who"),
        Column("from", "date", "", "first local day counted"),
        Column("to", "date", "", "last local day counted"),
        Column(
            "days", "integer", "days", "days on which the person could be planned, absences left out", True, False, 0
        ),
        Column("nights", "integer", "shifts", "night shifts, as the agreement defines them", True, False, 0),
        Column("weekends", "integer", "weekends", "weekends with a shift", True, False, 0),
        Column("holidays", "integer", "shifts", "shifts that start on a public holiday", True, False, 0),
        Column("late_ends", "integer", "shifts", "shifts that end late and are no night shifts", True, False, 0),
    ),
)

SWAPS = Table(
    "SWAPS",
    "The people with whom somebody could swap one day of the roster.",
    ("agent",),
    (
        Column("agent", "text", "", "with whom"),
        Column("shift", "text", "", "their shift and hours on that day; empty = free", True, True),
        Column("legal", "flag", "", "no hard rule is broken more often or further than now"),
        Column("breaks", "text", "", "the hard rules that it would break, separated by |", True, True),
        Column("gain", "number", "currency", "cost that the swap saves"),
        Column("uncovered_hours", "number", "hours", "agent-hours that nobody covers then", True, False, 0),
    ),
)
SHARES = Table(
    "SHARES",
    "What each person has of the shifts nobody likes, against a fair share.",
    ("agent", "count"),
    (
        Column("agent", "text", "", "who"),
        Column(
            "count", "text", "", "what is counted", True, False, None, None,
            ("nights", "weekends", "holidays", "late_ends"),
        ),
        Column("had", "integer", "shifts", "in this roster", True, False, 0),
        Column("share", "number", "shifts", "a fair share of what the people of the agreement have", True, False, 0),
        Column("before", "number", "shifts", "more (or less) than the share so far, from the ledger"),
        Column("off", "number", "shifts", "before + had − share: positive = too many"),
    ),
)  # fmt: skip
GRANTS = Table(
    "GRANTS",
    "Every wished day of a roster and whether it goes as wished.",
    (),
    (
        Column("agent", "text", "", "who"),
        Column("date", "date", "", "wished local day"),
        Column("kind", "text", "", "wish_off or wish_work"),
        Column("what", "text", "", "the shift or start wished for; empty = any", True, True),
        Column("weight", "number", "", "how much it matters; 1 = an ordinary wish", True, False, 0),
        Column("first", "flag", "", "one of the person's weightiest wishes"),
        Column("granted", "flag", "", "the day goes as wished"),
    ),
)
REJECTS = Table(
    "REJECTS",
    "Every row of a file that was not loaded, and why.",
    ("file", "line", "column"),
    (
        Column("file", "text", "", "file name"),
        Column("line", "integer", "", "line in the file, 1 = the header"),
        Column("column", "text", "", "the column at fault; empty = the row", True, True),
        Column("reason", "text", "", "what was expected"),
        Column("raw", "text", "", "the row as it stood, shortened", True, True),
    ),
)

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        TICKETS, HISTORY, CLEANING, DECISIONS, FORECAST, ADJUSTMENTS, ADJUSTED, REQUIREMENTS, BACKLOG, OUTBOUND,
        PATIENCE, BLENDING, PEOPLE, TIME_OFF, EVENTS, ROSTER, SHIFTS, COVERAGE, SKILL_BOUNDS, CERTIFICATE, SCORES,
        DECOMPOSITION, AUDIT, PROOF, REPAIRS, COMPARISON, LEDGER, SWAPS, SHARES, GRANTS, REJECTS,
    )
}  # fmt: skip
