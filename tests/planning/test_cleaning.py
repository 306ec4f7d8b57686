"""Marks in the store and on plain files: applied, listed, decided on, taken back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from domain.errors import BadValue, StaleRevision
from domain.tables import CLEANING, DECISIONS
from planning import steps
from planning.cleaning import decided_spans, span_texts, special_events, with_decision
from planning.cli import app
from planning.session import Session
from planning.site import Site

ZONE = "Europe/Berlin"
OUTAGE, ODD = pd.Timestamp("2026-04-08"), pd.Timestamp("2026-05-13")


def report() -> str:
    """Twelve weeks of one queue by the hour, three hours of an outage and a day with three times the contacts."""
    rng = np.random.default_rng(5)
    rows = ["queue,start,offered"]
    for day in pd.date_range("2026-03-02", periods=84):
        for hour in range(9, 18) if day.day_of_week < 5 else ():
            number = rng.poisson(40) * (3 if day == ODD else 1)
            number = 0 if day == OUTAGE and 10 <= hour < 13 else number
            rows.append(f"phone/billing,{(day + pd.Timedelta(hours=hour)).tz_localize(ZONE).isoformat()},{number}")
    return "\n".join(rows) + "\n"


@pytest.fixture
def history_file(tmp_path: Path) -> Path:
    path = tmp_path / "report.csv"
    path.write_text(report(), "utf-8")
    return path


@pytest.fixture
def marked_session(session: Session, site_folder: Path, history_file: Path) -> Session:
    """A session whose history has an outage and an odd day."""
    steps.load_site(session, site_folder)
    steps.ingest(session, [history_file])
    steps.make_history(session)
    return session


def decisions(*rows: tuple[str, str, str, str, str]) -> pd.DataFrame:
    return DECISIONS.check(pd.DataFrame(rows, columns=["queue", "from", "to", "mark", "reason"]))


def local(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz=ZONE)


def smena(*words: object, code: int = 0):  # type: ignore[no-untyped-def]
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result


def test_the_history_step_applies_an_outage_and_only_proposes_an_odd_day(marked_session: Session) -> None:
    marks = steps.list_marks(marked_session)
    assert marks["mark"].tolist() == ["outage", "outlier"]
    assert marks["active"].tolist() == [True, False]
    history = steps.read(marked_session, "history")
    outage = history[history["mark"] == "outage"]
    assert outage["start"].dt.tz_convert(ZONE).dt.hour.tolist() == [10, 11, 12]
    assert (outage["offered"] == 0).all()
    assert outage["offered_corrected"].between(30, 55).all()
    rest = history[history["mark"] == ""]
    assert (rest["offered"] == rest["offered_corrected"]).all()


def test_the_step_says_what_it_marked(marked_session: Session) -> None:
    (message,) = steps.make_history(marked_session).messages
    assert message.startswith("1 stretches look like outages or faults")


def test_a_decision_makes_the_history_anew_and_only_once(marked_session: Session) -> None:
    odd = steps.list_marks(marked_session).iloc[1]
    words = {"queue": odd["queue"], "start": odd["start"], "end": odd["end"], "reason": "marathon", "author": "me"}
    made = steps.decide_mark(marked_session, mark="special", **words)
    assert made is not None
    assert not made.unchanged
    assert steps.marks_revision(marked_session) == 1
    assert steps.list_marks(marked_session)["mark"].tolist() == ["outage", "special"]
    assert steps.decide_mark(marked_session, mark="special", **words) is None
    assert steps.marks_revision(marked_session) == 1
    events = special_events(decided_spans(marked_session.site.decisions, ZONE), ZONE)
    assert events[["name", "kind", "queues"]].to_numpy().tolist() == [["marathon", "special", "phone/billing"]]
    assert events["from"].tolist() == [ODD]


def test_keeping_an_outage_as_it_is_gives_back_the_very_history(marked_session: Session) -> None:
    outage = steps.list_marks(marked_session).iloc[0]
    steps.decide_mark(
        marked_session, queue="phone/*", start=outage["start"], end=outage["end"], mark="", reason="a strike",
        author="me",
    )  # fmt: skip
    history = steps.read(marked_session, "history")
    assert set(history["mark"]) == {""}
    assert history["offered"].to_numpy().tobytes() == history["offered_corrected"].to_numpy().tobytes()


def test_of_two_planners_the_one_who_is_behind_stores_nothing(marked_session: Session) -> None:
    odd = steps.list_marks(marked_session).iloc[1]
    words = {"queue": odd["queue"], "start": odd["start"], "end": odd["end"], "author": "me"}
    seen = steps.marks_revision(marked_session)
    steps.decide_mark(marked_session, mark="", reason="first", seen_revision=seen, **words)
    with pytest.raises(StaleRevision):
        steps.decide_mark(marked_session, mark="discard", reason="second", seen_revision=seen, **words)
    assert marked_session.site.decisions["reason"].tolist() == ["first"]


def test_a_forecast_learns_special_days_as_events(marked_session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    import forecast as core

    seen = []
    real = core.make_forecast
    monkeypatch.setattr(core, "make_forecast", lambda *a, **k: (seen.append(k["events"]), real(*a, **k))[1])
    odd = steps.list_marks(marked_session).iloc[1]
    steps.decide_mark(
        marked_session, queue=odd["queue"], start=odd["start"], end=odd["end"], mark="special", reason="marathon",
        author="me",
    )  # fmt: skip
    steps.make_forecast(marked_session, model="seasonal_naive")
    assert seen[0]["name"].tolist() == ["marathon"]


def test_what_a_recipe_of_the_history_says_can_be_made_again(marked_session: Session) -> None:
    from planning.steps.history import history_maker
    from planning.steps.produce import Materials, Tools
    from planning.steps.publishing import _remade

    version = marked_session.member("history")
    assert version is not None
    record = marked_session.store.versions.get("history", version)
    assert _remade(marked_session.store, record) == {"history": "equal", "cleaning": "equal"}
    older = {name: value for name, value in record.parameters.items() if name != "cleaning"}
    recipe = Materials(marked_session.store, type("Recipe", (), {"inputs": record.inputs, "parameters": older})())  # type: ignore[arg-type]
    assert set(history_maker(recipe, Tools()).frames) == {"history"}


def test_days_are_whole_local_days_and_times_end_where_they_say() -> None:
    spans = decided_spans(
        decisions(
            ("a", "2026-03-28", "2026-03-29", "outage", "x"), ("a", "2026-04-08T10:00", "2026-04-08T13:00", "", "x")
        ),
        ZONE,
    )
    assert spans["end"].iloc[0] - spans["start"].iloc[0] == pd.Timedelta(hours=47)  # the clocks go forward
    assert spans["start"].iloc[1] == pd.Timestamp("2026-04-08T08:00Z")
    assert spans["end"].iloc[1] == pd.Timestamp("2026-04-08T11:00Z")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (("a", "soon", "2026-04-08", "outage", "x"), "from"),
        (("a", "2026-04-08", "2026-04-31", "outage", "x"), "to"),
        (("a", "2026-04-08", "2026-04-07", "outage", "x"), "to"),
        (("a", "2026-03-29T02:30", "2026-03-30", "outage", "x"), "from"),
        (("a", "2026-04-08", "2026-04-08", "special", " "), "reason"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused_with_its_line(
    row: tuple[str, str, str, str, str], column: str
) -> None:
    good = ("a", "2026-04-01", "2026-04-01", "outage", "x")
    with pytest.raises(BadValue) as refused:
        decided_spans(decisions(good, row), ZONE)
    assert (refused.value.file, refused.value.line, refused.value.column) == ("marks.csv", 3, column)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("phone/*,2026-04-08,2026-04-08,party,why", "column 'mark'"),
        ("phone/*,2026-04-08,2026-04-07,outage,why", "column 'to'"),
    ],
)
def test_a_wrong_file_of_decisions_is_not_taken(line: str, said: str, session: Session, tmp_path: Path) -> None:
    (tmp_path / "marks.csv").write_text(f"queue,from,to,mark,reason\n{line}\n", "utf-8")
    with pytest.raises(BadValue, match=r"marks\.csv, line 2") as refused:
        steps.load_site(session, tmp_path)
    assert said in str(refused.value)
    assert steps.marks_revision(session) == 0


def test_a_span_is_written_as_days_where_it_is_days() -> None:
    assert span_texts(local("2026-03-28"), local("2026-03-30"), ZONE) == ("2026-03-28", "2026-03-29")
    spans = [(local("2026-04-08T10:00"), local("2026-04-08T13:00")), (local("2026-10-24"), local("2026-10-26"))]
    for start, end in spans:
        first, last = span_texts(start, end, ZONE)
        (row,) = decided_spans(decisions(("a", first, last, "outage", "x")), ZONE).to_dict("records")
        assert (row["start"], row["end"]) == (start, end)


def test_special_days_of_one_reason_are_one_event_and_a_later_word_takes_a_day_back() -> None:
    said = decisions(
        ("phone/a", "2026-04-08", "2026-04-09", "special", "fair"),
        ("phone/*", "2026-05-13", "2026-05-13", "special", "fair"),
        ("phone/*", "2026-04-09", "2026-04-09", "", "it was not"),
        ("chat/*", "2026-05-13", "2026-05-13", "discard", "another queue"),
    )
    events = special_events(decided_spans(said, ZONE), ZONE)
    days = [(row["name"], str(row["from"].date()), row["queues"]) for row in events.to_dict("records")]
    assert days == [("fair", "2026-04-08", "phone/a"), ("fair", "2026-05-13", "phone/*")]


def test_a_decision_is_added_at_the_end_and_other_columns_stay() -> None:
    text = "queue,from,to,mark,reason,ticket\na,2026-04-08,2026-04-08,,old,T-1\n"
    row = {"queue": "b", "from": "2026-04-09", "to": "2026-04-09", "mark": "outage", "reason": "new, with a comma"}
    added = with_decision(text, row)
    table = Site({"marks.csv": added}).decisions
    assert table[["queue", "mark", "reason"]].to_numpy().tolist() == [["a", "", "old"], ["b", "outage", row["reason"]]]
    assert table["ticket"].iloc[0] == "T-1"
    assert added.startswith("queue,from,to,mark,reason,ticket")


def test_a_history_file_is_cleaned_on_the_command_line(history_file: Path, tmp_path: Path) -> None:
    found, cleaned = tmp_path / "found.csv", tmp_path / "cleaned.csv"
    told = smena("clean", history_file, "--timezone", ZONE, "--out", found, "--corrected", cleaned)
    assert told.stderr.strip() == "1 marks are applied (1 outage), 1 are proposals"
    marks = CLEANING.check(pd.read_csv(found, keep_default_na=False, na_values={"raw_contacts": [""]}))
    assert marks["mark"].tolist() == ["outage", "outlier"]
    corrected = pd.read_csv(cleaned, keep_default_na=False)
    assert (corrected["mark"] == "outage").sum() == 3
    decided = tmp_path / "marks.csv"
    decided.write_text(
        "queue,from,to,mark,reason\n*,2026-04-08,2026-04-08,,strike\n*,2026-05-13,2026-05-13,discard,no\n"
    )
    told = smena("clean", history_file, "--timezone", ZONE, "--marks", decided, "--out", found)
    assert told.stderr.strip() == "1 marks are applied (1 discard), 0 are proposals"
    decided.write_text("queue,from,to,mark,reason\n*,2026-05-13,2026-05-13,special,Match day\n")
    told = smena("clean", history_file, "--timezone", ZONE, "--marks", decided, "--out", found)
    assert "smena forecast --events, as rows of kind special" in told.stderr  # a mark alone does not tell its name
    decided.write_text("queue,from,to,mark,reason\n*,2026-04-08,2026-04-07,,strike\n")
    told = smena("clean", history_file, "--timezone", ZONE, "--marks", decided, code=2)
    assert "marks.csv, line 2, column 'to'" in told.stderr


def test_the_marks_of_the_store_are_listed_on_the_command_line(marked_session: Session) -> None:
    told = smena("clean", "--store", marked_session.store.folder, "--json", "--quiet")
    assert '"mark": "outage"' in told.stdout
    assert smena("clean", "--calendar", "DE", "--store", marked_session.store.folder, code=2)
