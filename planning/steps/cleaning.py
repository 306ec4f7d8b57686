"""The marks of the history: listed, and decided by planners."""

from __future__ import annotations

import pandas as pd

from domain.errors import BadValue
from domain.tables import CLEANING, DECISIONS
from planning.cleaning import MARKS_FILE, decided_spans, span_texts, with_decision
from planning.session import Session
from planning.site import Site
from planning.steps.history import make_history
from planning.steps.produce import StepResult


def list_marks(session: Session) -> pd.DataFrame:
    """The marks of the plan's history under CLEANING, by queue and time; none before the first history."""
    version = session.member("cleaning")
    return CLEANING.empty() if version is None else CLEANING.check(session.store.versions.frame("cleaning", version))


def marks_revision(session: Session) -> int:
    """The revision of marks.csv; 0 where nobody has decided anything yet."""
    stored = session.store.site.current().get(MARKS_FILE)
    return 0 if stored is None else stored.revision


def decide_mark(
    session: Session,
    *,
    queue: str,
    start: pd.Timestamp,
    end: pd.Timestamp,
    mark: str,
    reason: str,
    author: str,
    seen_revision: int | None = None,
) -> StepResult | None:
    """Add a planner's word on a stretch of history to marks.csv, and make the history anew.

    `start`, `end`: tz-aware, the end excluded. `mark`: outage, outlier, special (named by `reason`) or discard; ""
    keeps the stretch as it is. `seen_revision`: the revision of marks.csv that the decision was made on.

    Returns what the history step did; None, and nothing is stored, where the last word on the stretch is this very one.
    Raises `BadValue`, `StaleRevision`.
    """
    settings, stored = session.settings, session.store.site.current().get(MARKS_FILE)
    first, last = span_texts(start, end, settings.timezone)
    row = {
        "queue": queue.strip(),
        "from": first,
        "to": last,
        "mark": mark,
        "reason": reason.strip(),
        "author": author,
        "made_at": session.clock().tz_convert("UTC").isoformat(),
    }
    said = ("queue", "from", "to", "mark", "reason")
    before = Site({} if stored is None else {MARKS_FILE: stored.content}).decisions
    same = before[(before["queue"] == row["queue"]) & (before["from"] == first) & (before["to"] == last)]
    if len(same) and all(same.iloc[-1][name] == row[name] for name in said):
        return None
    for name in ("queue", "reason"):
        if not row[name]:
            raise BadValue("a text", column=name, found="")
    text = with_decision(None if stored is None else stored.content, row)
    decided_spans(DECISIONS.check(Site({MARKS_FILE: text}).decisions), settings.timezone)
    seen = {MARKS_FILE: (stored.revision if stored else 0) if seen_revision is None else seen_revision}
    session.store.site.save({MARKS_FILE: text}, author=author, at=session.clock(), seen=seen)
    return make_history(session)
