"""What all commands share: options, the door that turns errors into exit codes, and how results are shown."""

from __future__ import annotations

import functools
import json
import os
import re
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    import pandas as pd

    from domain.tables import Table
    from planning.session import Progress, Session

DEBUG = "SMENA_DEBUG"
BREACHES = 3
INCOMPLETE = 4  # some queues failed; the others are there


def _store(text: str) -> Path | None:
    """`--store "$UNSET"` is no folder, so the default's; not the folder one is in."""
    return Path(text) if text else None


StoreOption = Annotated[
    Path | None,
    typer.Option(
        "--store", parser=_store, metavar="PATH", help="The store's folder (default: SMENA_STORE or data/store)."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors; no progress bar.")]
OutOption = Annotated[str | None, typer.Option("--out", "-o", help="File to write (.csv, .parquet; - = stdout).")]
ZoneOption = Annotated[str | None, typer.Option("--timezone", help="Zone of times without offset, and of local days.")]
SeedOption = Annotated[int | None, typer.Option("--seed", min=0, help="Seed of everything random.")]


def door[**P, R](command: Callable[P, R]) -> Callable[P, R]:
    """A command whose errors become a message on stderr and the exit code of the contract."""

    @functools.wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except BrokenPipeError:  # the reader of our output has left: nothing to say, nobody to say it to
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(1) from None
        except Exception as fault:
            _refuse(fault)

    return guarded


def _refuse(fault: Exception) -> NoReturn:
    from domain.errors import SmenaError

    if os.environ.get(DEBUG):
        traceback.print_exception(fault)
    if isinstance(fault, SmenaError):
        say(f"smena: {fault}")
        raise typer.Exit(fault.exit_code) from fault
    if isinstance(fault, OSError) and fault.filename is not None:
        say(f"smena: {fault.filename}: {fault.strerror}")
        raise typer.Exit(2) from fault
    with tempfile.NamedTemporaryFile("w", prefix="smena-fault-", suffix=".log", delete=False) as log:
        traceback.print_exception(fault, file=log)
    say(f"smena: unexpected fault: {type(fault).__name__}: {fault} (details in {log.name}; {DEBUG}=1 shows them here)")
    raise typer.Exit(1) from fault


def say(text: str, quiet: bool = False) -> None:
    """A line for people, on stderr."""
    if not quiet:
        typer.echo(text, err=True)


def say_json(document: object) -> None:
    """One JSON document on stdout."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2, default=_jsonable))


def _jsonable(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "item"):
        return value.item()
    return str(value)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as JSON-able mappings; missing values are null."""
    return [
        {str(name): None if value is None or value != value else value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def give(
    frame: pd.DataFrame, out: str | None, table: Table | None, timezone: str | None = None, *, as_json: bool = False
) -> None:
    """A table where it was asked for: a file, standard output as CSV, or (with `--json`, no file) JSON rows."""
    if as_json and out is None:
        say_json(records(frame))
        return
    from connectors import write_table

    sys.stdout.flush()
    write_table(frame, out or "-", table, timezone=timezone)


@contextmanager
def opened(store: Path | None, *, seed: int | None = None, author: str | None = None) -> Iterator[Session]:
    """The session of a command; `seed` overrides that of the site."""
    from dataclasses import replace

    from planning.session import open_session

    with open_session(store, author=author) as session:
        if seed is not None:
            session = replace(session, fixed_settings=session.settings.model_copy(update={"seed": seed}))
        yield session


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Progress | None]:
    """A bar on stderr where a person looks at a terminal, else nothing."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description:24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def move(what: str, done: int, total: int) -> None:
            bar.update(task, description=what[:24], completed=done, total=total)

        yield move


_OFFSET = re.compile(r"T\d\d:\d\d(?::\d\d(?:\.\d+)?)?([+-]\d\d:?\d\d)\b")
_LOOKED_AT_CHARACTERS = 4096


def tell_utc_days(path: str | Path, timezone: str | None, quiet: bool) -> None:
    """Says that days are cut at midnight UTC where a CSV file's stamps show another clock and no zone is given."""
    if timezone is not None or not str(path).endswith(".csv") or not Path(path).is_file():
        return
    with Path(path).open(encoding="utf-8-sig", errors="replace") as file:
        found = _OFFSET.search(file.read(_LOOKED_AT_CHARACTERS))
    if found is not None and found[1].replace(":", "") not in ("+0000", "-0000"):
        say(
            f"warning: stamps of {Path(path).name} are {found[1]}, days are cut at midnight UTC: give --timezone", quiet
        )


@contextmanager
def stoppable(quiet: bool) -> Iterator[Callable[[], bool]]:
    """Whether the user has pressed Ctrl-C: the work then ends with the best there is. A second one ends it at once."""
    asked = Event()
    before = signal.getsignal(signal.SIGINT)
    if before == signal.SIG_IGN:  # a job in the background, which Ctrl-C is not meant for
        yield asked.is_set
        return

    def ask(number: int, frame: FrameType | None) -> None:
        asked.set()
        signal.signal(signal.SIGINT, before)
        say("stopping: the best so far is written; Ctrl-C again leaves at once", quiet)

    signal.signal(signal.SIGINT, ask)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, before)


def only_with_a_file(**options: object) -> None:
    """Options that speak of a file are wrong use where the store is worked on."""
    given = [name for name, value in options.items() if value is not None]
    if given:
        option = given[0].replace("_", "-")
        raise typer.BadParameter(
            f"--{option} goes with an input file; the store takes it from the site's files (smena load-site)"
        )


def mapping_of(pairs: list[str] | None) -> dict[str, str] | None:
    """`--map handle_seconds=Dauer` as a mapping."""
    for pair in pairs or []:
        if "=" not in pair:
            raise typer.BadParameter(f"--map needs canonical=Source, not {pair!r}")
    return dict(pair.split("=", 1) for pair in pairs) if pairs else None
