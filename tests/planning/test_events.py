"""Events of the store: every column, the revision an edit was made on, and the way from a stated effect to the text."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from domain import Settings
from domain.errors import EmptyFile, StaleRevision, TableError
from domain.tables import EVENTS
from planning import steps
from planning.session import open_session

DAY = pd.Timestamp("2026-09-07")
ROW = {"name": "Sale", "kind": "campaign", "from": DAY, "to": DAY, "queues": "phone/*", "ramp_days": 3, "effect": 1.25}


def test_a_store_without_events_has_none_at_revision_zero(tmp_path: Path) -> None:
    with open_session(tmp_path) as session:
        found = steps.list_events(session)
    assert (len(found.events), found.revision) == (0, 0)
    assert list(found.events) == list(EVENTS.column_names)


def test_saved_events_come_back_with_every_column(tmp_path: Path) -> None:
    with open_session(tmp_path) as session:
        assert steps.save_events(session, pd.DataFrame([ROW]), author="me", seen_revision=0)
        found = steps.list_events(session)
        text = session.store.site.current()["events.csv"].content
        assert not steps.save_events(session, found.events, author="me", seen_revision=1)  # nothing new
    assert text == "name,kind,from,to,queues,ramp_days,effect\nSale,campaign,2026-09-07,2026-09-07,phone/*,3,1.25\n"
    assert found.events.iloc[0][["ramp_days", "effect"]].tolist() == [3.0, 1.25]
    assert found.events["decay_days"].isna().all()


def test_an_edit_made_on_an_older_revision_is_refused(tmp_path: Path) -> None:
    with open_session(tmp_path) as session:
        steps.save_events(session, pd.DataFrame([ROW]), author="me", seen_revision=0)
        with pytest.raises(StaleRevision):
            steps.save_events(session, EVENTS.empty(), author="you", seen_revision=0)
        assert len(steps.list_events(session).events) == 1


def test_events_outside_their_contract_are_not_stored(tmp_path: Path) -> None:
    with open_session(tmp_path) as session:
        with pytest.raises(TableError, match="whole number"):
            steps.save_events(session, pd.DataFrame([{**ROW, "ramp_days": 1.5}]), author="me", seen_revision=0)
        assert steps.list_events(session).revision == 0


def test_a_file_with_nothing_but_a_header_has_no_events_and_an_empty_one_is_refused() -> None:
    assert steps.events_of_file("events.csv", b"name,kind,from,to\n").empty
    with pytest.raises(EmptyFile):
        steps.events_of_file("events.csv", b"")


def test_a_horizon_into_a_year_without_a_decree_is_pointed_out(tmp_path: Path) -> None:
    settings = Settings(calendar="RU", horizon_days=60)
    with open_session(tmp_path, settings, clock=lambda: pd.Timestamp("2027-12-01", tz="UTC")) as session:
        said = steps.queue_warnings(session)
    assert said == ["calendar RU: moved days of 2028 are not known yet, only the holidays of the law are"]
    with open_session(tmp_path, settings, clock=lambda: pd.Timestamp("2026-11-01", tz="UTC")) as session:
        assert steps.queue_warnings(session) == []
