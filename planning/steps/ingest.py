"""Files into the store: tickets and interval reports (each file once), and the site's own files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from connectors import read_tickets
from domain.errors import EmptyFile
from domain.tables import REJECTS
from planning.session import Progress, Session
from planning.site import read_site_files
from planning.site_checks import check_site
from planning.store import Import, sha256_of


@dataclass(frozen=True)
class ReadFile:
    """One file as it was read, before anything is stored."""

    path: Path
    sha256: str
    kind: str
    rows: pd.DataFrame
    rejects: pd.DataFrame
    report: Mapping[str, Any]
    duplicates: int
    options: Mapping[str, Any]
    replaces: Import | None = None


def ingest(
    session: Session,
    files: Sequence[Path | str],
    *,
    preset: str | None = None,
    timezone: str | None = None,
    mapping: Mapping[str, str] | None = None,
    again: bool = False,
    dry_run: bool = False,
    keep_rejects: Callable[[pd.DataFrame], None] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Read files into the store: all of them or, where one can't be read, none.

    A file whose content was imported before changes nothing, unless it is read with another `preset`, `timezone` or
    `mapping` than then, or `again`: then it takes the place of the earlier import. A ticket that the store already has
    counts as a duplicate; its newest row counts from now on. Naive times are read in `timezone` (default: the site's).

    `keep_rejects` is given the rejected rows of all these files (under REJECTS), in a dry run too. Returns a JSON-able
    report: `files` (one entry a file), `loaded`, `rejected`, `reasons`, `duplicates`, `unchanged`, `replaced`,
    `dry_run`. Raises `InputError`s naming file, line and column, `StaleRevision`.
    """
    if not files:
        raise EmptyFile("at least one file to read", file="ingest")
    paths = _distinct([Path(file) for file in files])
    known = {entry.sha256: entry for entry in session.store.imports.all()}
    seen = stored_ticket_ids(session)
    entries: list[dict[str, Any]] = []
    fresh: list[ReadFile] = []
    ledgers: list[pd.DataFrame] = []
    options = {"preset": preset, "timezone": timezone, "mapping": dict(mapping) if mapping else None}
    for number, (path, digest) in enumerate(paths.items(), start=1):
        earlier = known.get(digest)
        if earlier is not None and not again and _read_so(earlier, options):
            entries.append(_unchanged(path, earlier))
            ledgers.append(session.store.versions.frame("rejects", earlier.version))
        else:
            others = seen if earlier is None else stored_ticket_ids(session, but=digest) | _ids(fresh)
            read = _read(session, path, digest, others, preset=preset, timezone=timezone, mapping=mapping)
            seen |= others
            fresh.append(replace(read, replaces=earlier))
            ledgers.append(read.rejects)
            entries.append(_entry(read))
        if progress is not None:
            progress(path.name, number, len(paths))
    if not dry_run and fresh:
        _store(session, fresh)
    if keep_rejects is not None:
        joined = pd.concat(ledgers, ignore_index=True) if ledgers else REJECTS.empty()
        keep_rejects(REJECTS.check(joined.drop_duplicates(list(REJECTS.key), ignore_index=True)))
    totals = {name: sum(int(e[name]) for e in entries if not e["unchanged"]) for name in ("loaded", "rejected")}
    duplicates = sum(int(e["duplicates"]) for e in entries if not e["unchanged"])
    unchanged = [str(e["file"]) for e in entries if e["unchanged"]]
    return {
        "files": entries,
        **totals,
        "reasons": _reasons([read.rejects for read in fresh]),
        "duplicates": duplicates,
        "unchanged": unchanged,
        "replaced": [read.path.name for read in fresh if read.replaces],
        "dry_run": dry_run,
    }


def _ids(reads: Sequence[ReadFile]) -> set[str]:
    return {number for read in reads if read.kind == "tickets" for number in read.rows["ticket_id"]}


def _read_so(earlier: Import, options: Mapping[str, Any]) -> bool:
    """Whether an import was read as it is asked for now; what is not said now, or was not kept then, agrees."""
    then = earlier.report.get("options", {})
    return all(value is None or then.get(name, value) == value for name, value in options.items())


def _reasons(ledgers: Sequence[pd.DataFrame]) -> dict[str, int]:
    """How many rejected rows for each column and reason, most frequent first."""
    said = [
        f"{column}: {reason}" if isinstance(column, str) and column else str(reason)
        for ledger in ledgers
        for column, reason in zip(ledger["column"], ledger["reason"], strict=True)
    ]
    return dict(Counter(said).most_common())


def stored_ticket_ids(session: Session, but: str | None = None) -> set[str]:
    """The ticket numbers that the store has, save those of the import with the digest `but`."""
    seen: set[str] = set()
    for entry in session.store.imports.all():
        if entry.kind == "tickets" and entry.sha256 != but:
            seen |= set(session.store.versions.frame("tickets", entry.version, ["ticket_id"])["ticket_id"])
    return seen


def _distinct(paths: Sequence[Path]) -> dict[Path, str]:
    """Files with their digests; of files with the same content only the first."""
    digests: dict[str, Path] = {}
    for path in paths:
        if not path.is_file():
            raise EmptyFile("a file", file=str(path), found="nothing of that name")
        digests.setdefault(sha256_of(path), path)
    return {path: digest for digest, path in digests.items()}


def _read(
    session: Session,
    path: Path,
    digest: str,
    seen: set[str],
    *,
    preset: str | None,
    timezone: str | None,
    mapping: Mapping[str, str] | None,
) -> ReadFile:
    settings = session.settings
    found = read_tickets(
        [path],
        preset=preset,
        timezone=timezone or settings.timezone,
        mapping=mapping,
        megabytes_max=settings.upload_megabytes_max,
    )
    repeated = 0
    if found.kind == "tickets":
        ids = set(found.frame["ticket_id"])
        repeated = len(ids & seen)
        seen |= ids
    options = {
        "preset": found.preset,
        "timezone": timezone or settings.timezone,
        "mapping": dict(mapping) if mapping else None,
    }
    return ReadFile(path, digest, found.kind, found.frame, found.rejects, found.report, repeated, options)


def _store(session: Session, fresh: Sequence[ReadFile]) -> None:
    now = session.clock()
    entries = []
    for read in fresh:
        entry = Import(
            sha256=read.sha256,
            file=read.path.name,
            kind=read.kind,
            version="",
            rows=len(read.rows),
            rejected=len(read.rejects),
            duplicates=read.duplicates,
            made_at=now,
            report={**read.report, "options": dict(read.options)},
        )
        entries.append((entry, read.rows, read.rejects))
    session.store.add_imports(entries, replaced=[read.replaces for read in fresh if read.replaces])


def _entry(read: ReadFile) -> dict[str, Any]:
    inside = _report_of_file(read.report)
    return {
        **inside,
        "file": read.path.name,
        "kind": read.kind,
        "loaded": len(read.rows),
        "rejected": int(inside.get("rejected", len(read.rejects))),
        "duplicates": int(inside.get("duplicates", 0)) + read.duplicates,
        "already_stored": read.duplicates,
        "unchanged": False,
    }


def _report_of_file(report: Mapping[str, Any]) -> dict[str, Any]:
    files = report.get("files")
    if isinstance(files, Mapping) and len(files) == 1:
        return dict(next(iter(files.values())))
    if isinstance(files, list) and len(files) == 1:
        return dict(files[0])
    return {}


def _unchanged(path: Path, entry: Import) -> dict[str, Any]:
    return {
        "file": path.name,
        "kind": entry.kind,
        "loaded": entry.rows,
        "rejected": entry.rejected,
        "duplicates": entry.duplicates,
        "unchanged": True,
        "imported_at": entry.made_at.isoformat(),
    }


def load_site(session: Session, folder: Path | str, *, seen: dict[str, int] | None = None) -> list[str]:
    """Copy a folder's site files (people.csv, rules.toml …) into the store once all are valid.

    `seen`: the revision of each file that an edit was made on. Returns the names of the files whose content is new.
    Raises `InputError`s naming file, line and key; `StaleRevision`.
    """
    contents = read_site_files(Path(folder))
    stored = {name: file.content for name, file in session.store.site.current().items()}
    check_site(contents, stored, lambda name: str(Path(folder) / name), session.clock().year)
    return session.store.site.save(contents, author=session.author, at=session.clock(), seen=seen)
