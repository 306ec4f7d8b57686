"""The planner's outbound lists (outbound.csv): read, checked, stored without overwriting others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from connectors import read_table
from domain.errors import EmptyFile
from domain.tables import OUTBOUND
from planning.session import Session
from planning.site import Site

OUTBOUND_FILE = "outbound.csv"


@dataclass(frozen=True)
class StoredLists:
    """The lists of the store under OUTBOUND with every optional column, and the revision of the file (0: none yet)."""

    lists: pd.DataFrame
    revision: int


def list_outbound(session: Session) -> StoredLists:
    """What the store has. Raises `TableError` where the stored file breaks its contract."""
    stored = session.store.site.current().get(OUTBOUND_FILE)
    if stored is None:
        return StoredLists(OUTBOUND.empty(), 0)
    return StoredLists(_complete(Site({OUTBOUND_FILE: stored.content}).outbound), stored.revision)


def outbound_text(lists: pd.DataFrame) -> str:
    """Lists under OUTBOUND as the text of outbound.csv."""
    return str(_complete(lists).to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d"))


def save_outbound(session: Session, lists: pd.DataFrame, *, author: str, seen_revision: int) -> bool:
    """Store `lists` as the whole of outbound.csv; they count with the next requirements.

    `seen_revision`: the revision that the edit was made on. Returns whether the content is new.
    Raises `TableError` for lists outside OUTBOUND, `StaleRevision`.
    """
    text = outbound_text(OUTBOUND.check(lists, OUTBOUND_FILE))
    changed = session.store.site.save(
        {OUTBOUND_FILE: text}, author=author, at=session.clock(), seen={OUTBOUND_FILE: seen_revision}
    )
    return bool(changed)


def outbound_of_file(name: str, content: bytes) -> pd.DataFrame:
    """The lists of an uploaded CSV file under OUTBOUND; one with nothing but a header has none.

    Raises `InputError`s naming the file, line and column.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(content)
        try:
            return _complete(read_table(path, OUTBOUND))
        except EmptyFile:
            if not content.strip():
                raise
            return OUTBOUND.empty()


def _complete(lists: pd.DataFrame) -> pd.DataFrame:
    """OUTBOUND with its optional columns, empty where they were absent, and no others."""
    empty = OUTBOUND.empty()
    missing = [name for name in OUTBOUND.column_names if name not in lists]
    absent = {name: pd.Series(index=lists.index, dtype=empty[name].dtype) for name in missing}
    return lists.assign(**absent)[list(OUTBOUND.column_names)]
