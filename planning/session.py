"""A session: one store, one clock, one person. Every step takes it; nothing else reaches for the time or the folder."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

import pandas as pd

from domain import Settings
from domain.errors import BadValue
from planning.progress import Progress as Progress  # steps find it here
from planning.site import Site
from planning.store import DRAFT, PUBLISHED, Plan, Store, open_store, run_pointer

STORE_FOLDER = "SMENA_STORE"
DATABASE_URL = "SMENA_DATABASE_URL"
DEFAULT_FOLDER = Path("data") / "store"
Clock = Callable[[], pd.Timestamp]


@dataclass(frozen=True)
class Session:
    """`pointer` is the plan the session works on: the shared draft, or the private one of a night."""

    store: Store
    clock: Clock
    author: str
    pointer: str = DRAFT
    run: str | None = None
    fixed_settings: Settings | None = None

    @property
    def site(self) -> Site:
        """The site as its newest files say."""
        return Site({name: file.content for name, file in self.store.site.current().items()})

    @property
    def settings(self) -> Settings:
        """Those the session was opened with, else the site's."""
        return self.fixed_settings or self.site.settings

    @property
    def plan(self) -> Plan | None:
        """The plan the session works on; the published one where nobody has begun a draft."""
        return self.store.plans.at(self.pointer) or self.published

    @property
    def published(self) -> Plan | None:
        """The plan that readers see."""
        return self.store.plans.at(PUBLISHED)

    def member(self, kind: str) -> str | None:
        """The version of a kind in the plan the session works on."""
        plan = self.plan
        return plan.members.get(kind) if plan else None

    def for_run(self, run: str) -> Session:
        """The same store seen through the private draft of a night."""
        return replace(self, pointer=run_pointer(run), run=run)

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_session(
    store: Path | None = None,
    settings: Settings | None = None,
    *,
    clock: Clock | None = None,
    author: str | None = None,
) -> Session:
    """Open the store in a folder (SMENA_STORE, else data/store) with SQLite, or PostgreSQL by SMENA_DATABASE_URL.

    `settings` overrides the site's smena.toml; `clock` tells the time (tz-aware); `author` signs what is done.
    Raises `StoreError`, `BadValue` for a name that is a file's.
    """
    folder = store or Path(os.environ.get(STORE_FOLDER) or DEFAULT_FOLDER)
    if folder.exists() and not folder.is_dir():
        raise BadValue("a folder for the store", column="--store", found=str(folder))
    return Session(
        store=open_store(folder, os.environ.get(DATABASE_URL) or None),
        clock=clock or _now,
        author=author or _user(),
        fixed_settings=settings,
    )


def _now() -> pd.Timestamp:
    return pd.Timestamp.now(tz="UTC")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a user name
        return "unknown"
