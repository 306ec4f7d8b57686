"""What is done with a finished roster: exports of every kind, its proof, repair, a week copied, drafts compared."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from icalendar import Calendar
from typer.testing import CliRunner, Result

from domain.day_edits import DayEdit
from domain.errors import BadValue
from planning import roster_stages, steps
from planning.cli import app
from planning.recipe import Recipe
from planning.session import Session
from planning.steps.ledgers import ledger_before
from planning.steps.produce import Materials, Tools, site_inputs
from planning.steps.staffing import roster_maker

UNCOVERED = 3
ZONE = "Europe/Berlin"
NOW = pd.Timestamp("2026-08-31T03:00", tz="UTC")


def smena(*words: object, code: int | tuple[int, ...] = 0) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words])
    codes = code if isinstance(code, tuple) else (code,)
    assert result.exit_code in codes, f"{result.stdout}\n{result.stderr}\n{result.exception}"
    return result


@pytest.fixture
def rosters(planned: Session, tmp_path: Path) -> Path:
    """The plan's roster and its week's requirements as plain files, with the site's people and rules beside them."""
    steps.read(planned, "roster").to_csv(tmp_path / "roster.csv", index=False)
    need = steps.read(planned, "requirements")
    week = need[need["start"] < pd.Timestamp("2026-09-05", tz="UTC")]
    week.to_csv(tmp_path / "need.csv", index=False)
    for name in ("people.csv", "rules.toml", "time_off.csv"):
        (tmp_path / name).write_text(planned.site.contents[name], "utf-8")
    return tmp_path


def options(folder: Path, *names: str) -> list[object]:
    where = {"people": "people.csv", "rules": "rules.toml", "requirements": "need.csv", "time-off": "time_off.csv"}
    return [part for name in names for part in (f"--{name}", folder / where[name])]


def working(roster: pd.DataFrame, day: str) -> set[str]:
    rows = roster[roster["activity"] == "work"]
    return set(rows.loc[rows["start"].dt.tz_convert(ZONE).dt.strftime("%Y-%m-%d") == day, "agent"])


def test_every_format_is_written_from_plain_files(rosters: Path) -> None:
    roster_stages.export_roster_file(
        str(rosters / "roster.csv"), rosters / "out", ("xlsx", "csv", "ics", "pdf", "teams"), rosters / "people.csv",
        rosters / "rules.toml", requirements=rosters / "need.csv", calendar="RU", language="ru", made_at=NOW,
    )  # fmt: skip
    names = {path.name for path in (rosters / "out").iterdir()}
    assert names == {"roster.xlsx", "roster.csv", "roster.pdf", "roster-teams.xlsx", "calendars"}
    sheets = openpyxl.load_workbook(rosters / "out" / "roster.xlsx").sheetnames
    assert sheets == ["График смен", "Покрытие", "Обозначения", "Итоги", "Табель (Т-13)", "Проверка правил"]


def test_what_people_saw_before_is_cancelled_where_it_is_gone(rosters: Path) -> None:
    before = pd.read_csv(rosters / "roster.csv")
    agent, first = before["agent"].iloc[-1], before["start"].iloc[-1][:10]
    after = before[~((before["agent"] == agent) & before["start"].str.startswith(first))]
    after.to_csv(rosters / "after.csv", index=False)
    smena("export", "roster", "--roster", rosters / "after.csv", *options(rosters, "people", "rules"),
          "--previous", rosters / "roster.csv", "--format", "ics", "--out", rosters / "out")  # fmt: skip
    (calendar,) = (rosters / "out" / "calendars").glob(f"{agent}*.ics")
    events = Calendar.from_ical(calendar.read_bytes()).walk("VEVENT")
    gone = [event for event in events if str(event["STATUS"]) == "CANCELLED"]
    assert len(gone) == 1
    assert int(gone[0]["SEQUENCE"]) > 0


def test_files_of_a_roster_file_belong_to_it(planned: Session, rosters: Path) -> None:
    smena("export", "roster", "--roster", rosters / "roster.csv", code=2)
    smena("export", "roster", "--previous", rosters / "roster.csv", "--store", planned.store.folder, code=2)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_audit_proves_what_it_says(rosters: Path, ending: str) -> None:
    target = rosters / f"proof.{ending}"
    smena("audit", rosters / "roster.csv", *options(rosters, "people", "rules"), "--proof", target, code=(0, 3))
    if ending == "xlsx":
        rows = list(openpyxl.load_workbook(target).active.iter_rows(values_only=True, min_row=4))
        assert {row[0] for row in rows} >= {"rest", "hours_per_week"}
        return
    rows = [row for row in csv.DictReader(io.StringIO(target.read_text())) if row["rule"] == "hours_per_week"]
    assert all(float(row["margin"]) == 40 - float(row["found"]) for row in rows)
    assert len(rows) > 2


def test_a_repair_of_files_names_each_change_and_its_gain(rosters: Path) -> None:
    day = "2026-09-02"
    before = pd.read_csv(rosters / "roster.csv", parse_dates=["start"])
    absent = sorted(working(before, day))[0]
    with (rosters / "time_off.csv").open("a") as file:
        file.write(f"{absent},{day},{day},sick,\n")
    told = smena("repair", rosters / "roster.csv", *options(rosters, "people", "rules", "requirements", "time-off"),
                 "--changes-most", 2, "--out", rosters / "new.csv", "--changes", rosters / "changes.csv",
                 code=(0, UNCOVERED))  # fmt: skip
    account = json.loads(told.stdout)
    assert account["forced_days"] == 1
    assert account["changed_days"] <= 2
    assert (account["changes"][0]["agent"], account["changes"][0]["kind"]) == (absent, "absent")
    assert account["after"]["cost"] <= account["broken"]["cost"]
    after = pd.read_csv(rosters / "new.csv", parse_dates=["start"])
    assert absent not in working(after, day)
    assert len(pd.read_csv(rosters / "changes.csv")) == account["forced_days"] + account["changed_days"]


def test_a_repaired_roster_is_a_draft_that_can_be_made_again(planned: Session) -> None:
    shown = planned.member("roster")
    steps.publish(planned, "roster")
    absent = sorted(working(steps.read(planned, "roster"), "2026-09-02"))[0]
    seen = steps.preview_repair(planned, absent, date(2026, 9, 2), date(2026, 9, 2))
    assert planned.member("roster") == shown
    assert steps.save_absence(planned, absent, date(2026, 9, 2), date(2026, 9, 2))
    result = steps.repair_roster(planned)
    assert [row["agent"] for row in result.details["changes"]] == list(seen.changes["agent"])
    assert absent not in working(steps.read(planned, "roster"), "2026-09-02")
    assert planned.published is not None
    assert planned.published.members["roster"] == shown
    steps.measure_coverage(planned)
    assert steps.audit(planned).details["hard"] == 0
    record = planned.store.versions.get("roster", result.version)
    again = roster_maker(Materials(planned.store, Recipe("roster", record.inputs, record.parameters)), Tools())
    pd.testing.assert_frame_equal(again.frames["roster"], steps.read(planned, "roster"))


def test_an_edited_roster_is_a_draft_that_can_be_made_again(planned: Session) -> None:
    steps.publish(planned, "roster")
    worker = sorted(working(steps.read(planned, "roster"), "2026-09-02"))[0]
    edits = [DayEdit(worker, date(2026, 9, 2))]
    seen = steps.preview_edits(planned, edits)
    shown = planned.member("roster")
    result = steps.edit_roster(planned, edits)
    assert [row["agent"] for row in result.details["changes"]] == list(seen.changes["agent"]) == [worker]
    assert worker not in working(steps.read(planned, "roster"), "2026-09-02")
    assert planned.published is not None
    assert planned.published.members["roster"] == shown
    base = planned.store.versions.get("roster", shown or "").details["summary"]
    told = result.details["summary"]
    assert told["bound"] == base["bound"]  # same need, people and rules
    assert told["gap"] == pytest.approx((told["cost"] - told["bound"]) / told["bound"], abs=1e-5)
    record = planned.store.versions.get("roster", result.version)
    again = roster_maker(Materials(planned.store, Recipe("roster", record.inputs, record.parameters)), Tools())
    pd.testing.assert_frame_equal(again.frames["roster"], steps.read(planned, "roster"))


def test_a_swap_of_the_plan_is_said_and_done(planned: Session) -> None:
    day = date(2026, 9, 2)
    worker = sorted(working(steps.read(planned, "roster"), "2026-09-02"))[0]
    best = steps.swaps(planned, worker, day).iloc[0]
    edits = [DayEdit(worker, day, takes=best["agent"]), DayEdit(best["agent"], day, takes=worker)]
    done = steps.preview_edits(planned, edits).summary
    assert done["before"]["cost"] - done["after"]["cost"] == pytest.approx(best["gain"])
    steps.edit_roster(planned, edits)
    steps.measure_coverage(planned)
    assert bool(best["legal"]) == (steps.audit(planned).details["hard"] == 0)


def test_calendars_follow_a_revert(planned: Session, tmp_path: Path) -> None:
    """A shift that was cancelled stands again after the revert, with a SEQUENCE above that of its cancellation."""

    def event(folder: str) -> tuple[str, int]:
        files = steps.export_roster(planned, tmp_path / folder, formats=("ics",))
        own = next(file for file in files if file.name.startswith(worker))
        events = Calendar.from_ical(own.read_bytes()).walk("VEVENT")
        found = next(event for event in events if event["DTSTART"].dt.astimezone(UTC).date() == day)
        return str(found["STATUS"]), int(found["SEQUENCE"])

    day = date(2026, 9, 2)
    worker = sorted(working(steps.read(planned, "roster"), day.isoformat()))[0]
    later = NOW
    steps.publish(planned, "roster")
    assert event("first") == ("CONFIRMED", 0)
    planned = replace(planned, clock=lambda: later)
    later = NOW + pd.Timedelta(hours=1)
    steps.edit_roster(planned, [DayEdit(worker, day)])
    steps.publish(planned, "roster")
    status, cancelled = event("second")
    assert (status, cancelled > 0) == ("CANCELLED", True)
    later = NOW + pd.Timedelta(hours=2)
    steps.revert(planned, "roster")
    assert event("third") == ("CONFIRMED", cancelled + 60)


def test_what_people_had_is_carried_from_the_published_roster_to_the_next(planned: Session) -> None:
    """The first week has no ledger; the second starts from the days of the first, a second try too."""
    assert "ledger" not in planned.store.versions.get("roster", planned.member("roster") or "").inputs
    steps.publish(planned, "roster")
    first = steps.make_roster(planned, week_start=date(2026, 9, 7), days=5)
    carried = planned.store.versions.get("roster", first.version).inputs["ledger"]
    ledger = planned.store.versions.frame("ledger", carried).set_index("agent")
    assert ledger["days"].max() == 7  # all days of the plan
    assert str(ledger["to"].max())[:10] <= "2026-09-06"
    assert steps.make_roster(planned, week_start=date(2026, 9, 7), days=5).unchanged
    steps.audit(planned)
    steps.measure_coverage(planned)
    steps.publish(planned, "roster")
    again = steps.copy_week(planned, date(2026, 9, 7))
    assert planned.store.versions.get("roster", again.version).inputs["ledger"] == carried
    assert steps.verify(planned)["remade"]["roster"] == "equal"


def test_a_ledger_counts_the_day_on_which_the_clock_changes(planned: Session) -> None:
    """Nobody works on Sunday 29 March, which has 23 hours: it was a day of the plan all the same."""
    parameters = {"week_start": "2026-03-23", "days": 7, "timezone": ZONE}
    start = pd.DatetimeIndex(["2026-03-23T08:00Z"]).as_unit("us")
    shift = {"activity": "work", "queue": "phone/support", "shift": "day", "source": "hand"}
    agent = planned.site.people["agent"].iloc[0]
    rows = pd.DataFrame({"agent": [agent], "start": start, "end": start + pd.Timedelta(hours=8), **shift})
    recipe = Recipe("roster", site_inputs(planned, ("people.csv", "rules.toml", "time_off.csv")), parameters)
    version = planned.store.versions.write({"roster": rows}, recipe, NOW)
    steps.take_up(planned, version)
    steps.measure_coverage(planned)
    steps.audit(planned)
    steps.publish(planned, "roster")
    (ledger,) = ledger_before(planned, "2026-03-30").values()
    assert planned.store.versions.frame("ledger", ledger)["to"].max() == pd.Timestamp("2026-03-29")


def test_an_absence_of_nobody_is_refused(planned: Session) -> None:
    with pytest.raises(BadValue):
        steps.save_absence(planned, "nobody", date(2026, 9, 2), date(2026, 9, 2))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A07", ("A07", date(2026, 9, 2), date(2026, 9, 2))),  # 23:00 UTC is the next day in Berlin
        ("A07=2026-09-09", ("A07", date(2026, 9, 9), date(2026, 9, 9))),
        ("A07=2026-09-09..2026-09-11", ("A07", date(2026, 9, 9), date(2026, 9, 11))),
    ],
)
def test_an_absence_in_one_word(text: str, expected: tuple[str, date, date]) -> None:
    assert roster_stages.parse_absence(text, pd.Timestamp("2026-09-01T23:00", tz="UTC"), ZONE) == expected


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(BadValue):
        roster_stages.parse_absence("A07=tomorrow", pd.Timestamp("2026-09-01T23:00", tz="UTC"), ZONE)


def test_a_copied_week_is_a_draft_of_the_next_week(planned: Session) -> None:
    before = steps.read(planned, "roster")
    steps.copy_week(planned, date(2026, 9, 7))
    after = steps.read(planned, "roster")
    moved = after.loc[after["activity"] == "work", "start"] - pd.Timedelta(days=7)
    assert set(moved) == set(before.loc[before["activity"] == "work", "start"])
    assert set(after["activity"]) == {"work"}  # p0 is on leave in the first week only


def test_a_copied_week_costs_what_the_comparison_of_drafts_says(planned: Session) -> None:
    """Late ends of the first week count on: a copy of it costs more than its own shares alone."""
    fair = '\n[fairness]\nwithin = 0\nlate_from = "12:00"\n[rule.fair_late_ends]\nstrictness = "pay"\nprice = 9.0\n'
    rules = planned.site.contents["rules.toml"] + fair
    seen = {"rules.toml": planned.store.site.current()["rules.toml"].revision}
    planned.store.site.save({"rules.toml": rules}, author="tester", at=NOW, seen=seen)
    steps.make_roster(planned, week_start=date(2026, 8, 31), days=5)
    steps.measure_coverage(planned)
    steps.audit(planned)
    steps.publish(planned, "roster")
    copied = steps.copy_week(planned, date(2026, 9, 7))
    cost = copied.details["summary"]["cost"]
    assert steps.compare_rosters(planned, ["draft"])["cost"].tolist() == pytest.approx([cost])


def test_drafts_of_the_store_are_compared(planned: Session) -> None:
    steps.publish(planned, "roster")
    rows = list(csv.DictReader(io.StringIO(
        smena("compare", "published", "draft", "--store", planned.store.folder).stdout
    )))  # fmt: skip
    assert [(row["draft"], row["changed_days"]) for row in rows] == [("published", "0"), ("draft", "0")]
    assert rows[0]["cost"] == rows[1]["cost"]


def test_files_are_compared_too(rosters: Path) -> None:
    words = smena("compare", rosters / "roster.csv", *options(rosters, "people", "rules", "requirements"), "--json")
    assert len(json.loads(words.stdout)) == 1
    smena("compare", rosters / "roster.csv", *options(rosters, "people", "rules"), code=2)
