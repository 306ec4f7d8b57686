"""How patient customers are, from tickets of a file or of the store, and how to put it into the targets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from connectors import read_tickets, read_toml
from domain import SegmentRules, Targets
from domain.errors import BadValue, NothingToPlan
from planning.session import Session
from planning.steps.history import stored_tickets
from planning.steps.produce import STEP_THAT_MAKES
from scheduling.patience import FEW_HANG_UPS, NO_HANG_UPS, NO_WAITS, patience_by_queue

REMARKS: Mapping[str, str] = {
    NO_WAITS: "no wait is known (wait_seconds, abandoned), so patience can't be told",
    NO_HANG_UPS: "nobody hung up, so patience can't be told; leave patience_seconds out (nobody hangs up, Erlang C)",
    FEW_HANG_UPS: "fewer than five hung up: a rough number",
}


def patience_of_file(
    path: str,
    *,
    timezone: str,
    preset: str | None = None,
    mapping: Mapping[str, str] | None = None,
    segments: Path | None = None,
    targets: Targets | None = None,
) -> pd.DataFrame:
    """PATIENCE of a ticket file. Raises `InputError`s; `BadValue` for an interval report, which has no single waits."""
    found = read_tickets([path], preset=preset, timezone=timezone, mapping=mapping)
    if found.kind == "intervals":
        raise BadValue("tickets, one row a contact with its wait", file=path, found="an interval report")
    rules = SegmentRules.from_mapping(read_toml(segments), str(segments)) if segments else SegmentRules()
    return patience_by_queue(rules.assign(found.frame), found.frame, targets)


def patience_of_store(session: Session) -> pd.DataFrame:
    """PATIENCE of all imported tickets, sorted into queues by the site's rules. Raises `NothingToPlan`."""
    versions = [entry.version for entry in session.store.imports.all() if entry.kind == "tickets"]
    if not versions:
        raise NothingToPlan("ticket history", STEP_THAT_MAKES["tickets"])
    tickets, site = stored_tickets(session.store, versions), session.site
    return patience_by_queue(site.segments.assign(tickets), tickets, site.targets)


def for_targets(patience: pd.DataFrame) -> str:
    """What to write into targets.toml: a table of each queue whose patience is told and sure enough."""
    told = patience[patience["remark"] == ""]
    rows = zip(told["queue"], told["patience_seconds"], strict=True)
    return "\n".join(f'[queue."{queue}"]\npatience_seconds = {seconds:.0f}\n' for queue, seconds in rows)


def remarks(patience: pd.DataFrame) -> list[str]:
    """A sentence for each kind of remark, with its queues."""
    return [
        f"{', '.join(names)}: {words}"
        for key, words in REMARKS.items()
        if (names := patience.loc[patience["remark"] == key, "queue"].tolist())
    ]
