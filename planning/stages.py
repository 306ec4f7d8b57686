"""The stages on plain files, without a store: files in, one pure call, files out. `-` is standard input or output."""

from __future__ import annotations

import atexit
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

import pandas as pd
from pyarrow import parquet

import forecast as forecasting
from connectors import lines_of_toml, read_roster, read_table, read_tickets, read_toml
from domain import IntervalGrid, OpeningHours, RuleBook, SegmentRules, Targets
from domain.errors import BadValue, InputError
from domain.tables import (
    BACKLOG,
    FORECAST,
    LEDGER,
    OUTBOUND,
    PEOPLE,
    REQUIREMENTS,
    Column,
    Table,
)
from planning.execute import Executor
from planning.people_files import people_of, time_off_of
from planning.progress import Progress
from planning.sample_paths import draw_by_paths
from planning.site import holidays_of
from planning.site_checks import check_rule_names, live_by_the_day, unknown_queues
from planning.site_rosters import Watch, roster_all

DAYS_MOST = 3660
_DAYS = f"days or weeks such as 28d or 4w, from 1 to {DAYS_MOST} days"
CASES = Table(
    "CASES",
    "Cases of the bulk calculator.",
    ("case",),
    (
        Column("case", "text", "", "name of the case"),
        Column("model", "text", "", "formula", True, False, None, None, ("erlang_b", "erlang_c", "erlang_a")),
        *(
            Column(name, "number", unit, meaning, False, True, 0)
            for name, unit, meaning in (
                ("offered", "contacts", "contacts that arrive in the interval"),
                ("interval_seconds", "seconds", "length of the interval"),
                ("aht_seconds", "seconds", "average handle time"),
                ("load_erlangs", "Erlangs", "instead of offered, interval_seconds and aht_seconds"),
                ("answer_within_seconds", "seconds", "threshold of the service level"),
                ("patience_seconds", "seconds", "mean patience"),
                ("agents", "people", "to evaluate; empty = to be found"),
                ("target_service_level", "share", "to be reached"),
                ("target_asa_seconds", "seconds", "not to be exceeded"),
                ("max_occupancy", "share", "not to be exceeded"),
                ("max_abandon_share", "share", "not to be exceeded"),
            )
        ),
        Column("service_level_definition", "text", "", "offered, virtual, answered …", False, True),
    ),
)


OF_NO_FILE = ("horizon_days", "interval_minutes", "model", "percentile", "calendar", "gaps", "now", "like")  # options


@contextmanager
def of_file(path: str | Path, others: Mapping[str, Path | None] | None = None) -> Iterator[None]:
    """What the core, which knows no files, refuses inside is said of this one, or of that of `others` by column."""
    try:
        yield
    except InputError as fault:
        column = fault.column or ""
        if fault.file is not None or column in OF_NO_FILE or column.startswith("--"):
            raise
        file = Path((others or {}).get(column) or path).name
        raise fault.in_file("standard input" if file == "-" else file) from fault


def history_of_tickets(
    path: str,
    *,
    interval_minutes: int,
    timezone: str,
    preset: str | None,
    mapping: Mapping[str, str] | None,
    segments: Path | None,
    opening: Path | None,
    calendar: str,
    gaps: str,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """HISTORY of a file of tickets (or of an interval report) and the account of reading it."""
    found = read_tickets([path], preset=preset, timezone=timezone, mapping=mapping)
    grid = IntervalGrid(interval_minutes, timezone)
    if found.kind == "intervals":
        with of_file(path):
            return forecasting.regrid_history(found.frame, grid), dict(found.report)
    created = found.frame["created_at"]
    with of_file(path):
        history = forecasting.build_history(
            found.frame,
            grid,
            segments=SegmentRules.from_mapping(read_toml(segments), str(segments)) if segments else SegmentRules(),
            opening=opening_hours(opening) or OpeningHours(),
            holidays=holidays_of(calendar, created.min(), created.max()),
            gaps=gaps_word(gaps),
        )
    return history, dict(found.report)


def opening_hours(path: Path | None) -> OpeningHours | None:
    """Opening hours of a TOML file; None where no file is named."""
    return OpeningHours.from_mapping(read_toml(path), str(path)) if path else None


def gaps_word(gaps: str) -> Any:
    """What an absent interval means, zero or missing. Raises `BadValue` for another word."""
    if gaps not in ("missing", "zero"):
        raise BadValue("zero or missing", column="--gaps", found=gaps)
    return gaps


def parse_time(text: str, timezone: str, option: str | None = None) -> pd.Timestamp:
    """`2026-09-01`, `2026-09-01T08:00` (wall clock of `timezone`) or with an offset, as UTC.

    `option` is what a message names. Raises `BadValue`.
    """
    try:
        stamp = pd.Timestamp(text)
    except ValueError as fault:
        raise BadValue(
            "a time such as 2026-09-01T00:00 or 2026-09-01T00:00:00+02:00", column=option, found=text
        ) from fault
    if pd.isna(stamp):
        raise BadValue("a time such as 2026-09-01T00:00", column=option, found=text)
    local = _localized(stamp, timezone, text, option) if stamp.tzinfo is None else stamp
    return local.tz_convert("UTC").as_unit("us")


def _localized(stamp: pd.Timestamp, timezone: str, text: str, option: str | None) -> pd.Timestamp:
    remedy = f"In {timezone} the clocks change then: give the offset, such as {text}+02:00."
    try:
        return stamp.tz_localize(timezone)
    except ZoneInfoNotFoundError as fault:
        raise BadValue("a time zone such as Europe/Berlin", column="--timezone", found=timezone) from fault
    except ValueError as fault:  # pandas tells both cases by this one class
        after = stamp.tz_localize(timezone, nonexistent="shift_forward", ambiguous=True).tz_localize(None)
        if after == stamp:
            raise BadValue("a time that the clocks show once", column=option, found=text, remedy=remedy) from fault
        first = stamp.tz_localize(timezone, nonexistent="shift_backward").tz_localize(None).ceil("min")
        gap = f"in {timezone} the clocks go from {first:%H:%M} to {after:%H:%M} then"
        raise BadValue(f"a time that the clocks show ({gap})", column=option, found=text) from fault


def parse_days(text: str) -> int:
    """`28d`, `4w` or `28` as days. Raises `BadValue`."""
    number, unit = (text[:-1], text[-1:]) if text[-1:] in "dw" and len(text) > 1 else (text, "d")
    if not number.isdecimal() or len(number) > len(str(DAYS_MOST)):
        raise BadValue(_DAYS, column="--horizon", found=text)
    days = int(number) * (7 if unit == "w" else 1)
    if not 1 <= days <= DAYS_MOST:
        raise BadValue(_DAYS, column="--horizon", found=text)
    return days


def parse_interval(text: str | None) -> int | None:
    """`15`, `30`, `60` … or `day` as minutes; None stays None. Raises `BadValue`."""
    if text is None:
        return None
    if text == "day":
        return 1440
    if not text.isdigit():
        raise BadValue("minutes (15, 30, 60 …) or day", column="--interval", found=text)
    return IntervalGrid(int(text)).interval_minutes


def requirements_of_forecast(
    path: str,
    targets: Path,
    *,
    percentile: float | None,
    interval_minutes: int | None,
    timezone: str,
    expected: bool = False,
    backlog: Path | None = None,
    outbound: Path | None = None,
) -> pd.DataFrame:
    """REQUIREMENTS of a forecast file (FORECAST, or ADJUSTED: further columns are let through)."""
    import scheduling  # slow to import: only where it is used

    demand, promises = read_table(path, FORECAST, timezone=timezone), targets_of(targets)
    held = read_table(backlog, BACKLOG) if backlog else None
    if held is not None:
        with of_file(str(backlog)):
            scheduling.check_backlog(held, demand, promises)
    with of_file(path, {"hours": outbound, "queue": outbound}):
        return scheduling.require_staff(
            demand,
            promises,
            interval_minutes=interval_minutes,
            percentile=percentile,
            timezone=timezone,
            expected=expected,
            backlog=held,
            outbound=read_table(outbound, OUTBOUND) if outbound else None,
        )


def targets_warnings(
    path: Path, requirements: pd.DataFrame, *, timezone: str = "UTC", outbound: Path | None = None
) -> list[str]:
    """A sentence for each [queue."…"] or pattern of [seats] in the targets that the forecast does not have, for live
    work by the day, for seats that are too few, and for outbound lists that are planned in part."""
    from planning.staffing_notes import staffing_notes  # loads the solver

    targets, lists = targets_of(path), read_table(outbound, OUTBOUND) if outbound else None
    named = [(f"{path}: queue", name) for name in targets.by_pattern]
    named += [(f"{path}: seats", name) for name in targets.seats]
    return [
        *unknown_queues(named, requirements["queue"].unique(), "forecast"),
        *live_by_the_day(requirements, targets),
        *staffing_notes(requirements, targets, timezone=timezone, outbound=lists),
    ]


def targets_of(path: Path) -> Targets:
    """Targets of a TOML file."""
    return Targets.from_mapping(read_toml(path), str(path))


def rulebook_of(path: Path) -> RuleBook:
    """The rule book of a TOML file. Raises `BadValue` for a rule that nobody keeps."""
    with lines_of_toml(path):
        book = RuleBook.from_mapping(read_toml(path), str(path))
        check_rule_names(book, str(path))
    return book


def of_people(people: Path, wishes: Path | None) -> dict[str, Path | None]:
    """The columns that only people's files have."""
    return {"agreement": people, "available_from": people, "available_to": people, "to": wishes, "agent": people}


def roster_of_requirements(
    path: str,
    people: Path,
    rules: Path,
    *,
    wishes: Path | None,
    previous: Path | None,
    ledger: Path | None = None,
    seed: int,
    iterations: int,
    time_limit_seconds: float | None,
    progress: Progress | None = None,
    executor: Executor | None = None,
    watch: Watch | None = None,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """A roster over all of a requirements file, and the solver's account; `executor` plans sites (`site_rosters`)."""
    rulebook = rulebook_of(rules)
    with of_file(path, of_people(people, wishes)):
        result = roster_all(
            read_table(path, REQUIREMENTS, timezone=rulebook.timezone),
            people_of(people, rulebook, rules),
            rulebook,
            time_off=time_off_of(wishes),
            previous=read_roster(previous, timezone=rulebook.timezone) if previous else None,
            ledger=read_table(ledger, LEDGER) if ledger else None,
            seed=seed,
            iterations=iterations,
            time_limit_seconds=time_limit_seconds,
            progress=progress,
            executor=executor,
            watch=watch,
        )
    return result.roster, dict(result.summary)


def audit_of_roster(
    path: str, people: Path, rules: Path, *, wishes: Path | None, previous: Path | None,
    ledger: Path | None = None, requirements: Path | None = None,
) -> pd.DataFrame:  # fmt: skip
    """AUDIT of a roster file; the days planned are those of the requirements, where they are given."""
    import scheduling  # slow to import: only where it is used

    rulebook = rulebook_of(rules)
    with of_file(path, of_people(people, wishes)):
        return scheduling.audit(
            read_roster(path, timezone=rulebook.timezone),
            people_of(people, rulebook, rules),
            rulebook,
            time_off=time_off_of(wishes),
            previous=read_roster(previous, timezone=rulebook.timezone) if previous else None,
            ledger=read_table(ledger, LEDGER) if ledger else None,
            days=days_of_requirements(requirements, rulebook.timezone),
        )


def days_of_requirements(path: Path | None, timezone: str) -> tuple[date, date] | None:
    """First and last local day of a requirements file; None where there is no file or nothing in it."""
    if path is None:
        return None
    starts = read_table(path, REQUIREMENTS, timezone=timezone)["start"].dt.tz_convert(timezone)
    return None if starts.empty else (starts.min().date(), starts.max().date())


def certificate_of_file(
    path: str,
    forecast: Path,
    targets: Path,
    *,
    runs: int,
    seed: int,
    timezone: str,
    backlog: Path | None = None,
    requirements: Path | None = None,
    people: Path | None = None,
) -> pd.DataFrame:
    """CERTIFICATE of a roster or a requirements file, told apart by their columns.

    `requirements`: those that a roster was made for: outbound work among them takes its people. `people`: how fast
    those of a roster work. Raises `BadValue` where they are given beside requirements.
    """
    import scheduling  # slow to import: only where it is used

    path = spooled(path)
    is_roster = "agent" in header_of(path)
    staffed = read_roster(path, timezone=timezone) if is_roster else read_table(path, REQUIREMENTS, timezone=timezone)
    if not is_roster and (requirements is not None or people is not None):
        said = "--requirements says who makes outbound contacts" if requirements else "--people says how fast they work"
        raise BadValue(f"a roster, where {said}", file=path, found="requirements")
    demand = read_table(forecast, FORECAST, timezone=timezone)
    with of_file(path, {"queue": backlog}):
        return scheduling.certify(
            demand,
            targets_of(targets),
            roster=staffed if is_roster else None,
            requirements=None if is_roster else staffed,
            runs=runs,
            seed=seed,
            timezone=timezone,
            draw_counts=draw_by_paths(timezone),
            backlog=read_table(backlog, BACKLOG) if backlog else None,
            planned=read_table(requirements, REQUIREMENTS, timezone=timezone) if requirements else None,
            people=read_table(people, PEOPLE) if people else None,
        )


def spooled(path: str) -> str:
    """A name that can be read twice: standard input is copied to a temporary file first."""
    if path != "-":
        return path
    with tempfile.NamedTemporaryFile("wb", suffix=".csv", delete=False) as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    atexit.register(Path(file.name).unlink, missing_ok=True)
    return file.name


def header_of(path: str) -> list[str]:
    """The column names of a CSV or Parquet file; none where there is no such file (its reader says so)."""
    if not Path(path).is_file():
        return []
    if path.endswith(".parquet"):
        return [str(name) for name in parquet.read_schema(path).names]
    with Path(path).open(encoding="utf-8-sig", errors="replace") as file:
        return [name.strip().strip('"') for name in file.readline().split(",")]


def erlang_of_cases(path: str) -> pd.DataFrame:
    """The bulk calculator on a CSV file of cases."""
    import scheduling  # slow to import: only where it is used

    cases = read_table(path, CASES)
    with of_file(path):
        return scheduling.queueing.evaluate_cases(cases)
