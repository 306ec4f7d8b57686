"""Outbound lists, in-tray, seats and default caps, from files and from the store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from domain.targets import Targets
from planning import steps
from planning.cli import app
from planning.session import Session
from planning.site import Site
from planning.site_checks import queue_warnings
from planning.staffing_notes import blending_note, default_caps_note, staffing_notes

HEAD = "name,queue,from,to,contacts,aht_seconds\n"


def require(folder: Path, *options: object, targets: str = "[default]\n", code: int = 0) -> Result:
    starts = pd.date_range("2026-09-01T08:00Z", periods=4, freq="h")
    parts = [
        pd.DataFrame({"queue": queue, "start": starts, "offered": 24.0, "aht_seconds": 300.0, "model": "x"})
        for queue in ("phone/a", "email/a")
    ]
    quantiles = {f"offered_p{name}": 24.0 for name in ("025", "05", "10", "25", "50", "75", "90", "95", "975")}
    pd.concat(parts).assign(**quantiles).to_csv(folder / "f.csv", index=False)
    (folder / "t.toml").write_text(targets + '[queue."email/*"]\nwork = "deferred"\ndeadline_hours = 2\n')
    words = ["require", folder / "f.csv", "--targets", folder / "t.toml", "--out", folder / "r.csv", *options]
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, f"{result.stdout}\n{result.stderr}"
    return result


def agents(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "r.csv").pivot(index="start", columns="queue", values="agents")


def test_an_outbound_file_brings_its_own_hours(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text(HEAD + "Renewals,outbound/r,2026-09-01,2026-09-01,96,150\n")
    require(tmp_path, "--outbound", tmp_path / "o.csv")
    assert agents(tmp_path)["outbound/r"].tolist() == pytest.approx([1.0] * 4)


def test_a_list_cut_by_the_end_of_the_forecast_is_told(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text(HEAD + "Renewals,outbound/r,2026-09-01,2026-09-02,96,150\n")
    said = require(tmp_path, "--outbound", tmp_path / "o.csv").stderr
    assert "outbound/r: 48 of 96 outbound contacts are planned here" in said


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Renewals,phone/a,2026-09-01,2026-09-01,96,150", "o.csv, column 'queue': expected a queue of its own"),
        ("Renewals,outbound/r,2026-09-02,2026-09-01,96,150", "a day on or after 2026-09-02"),
        ("Renewals,outbound/r,2026-09-01,2026-09-01,-1,150", "at least 0"),
    ],
)
def test_a_wrong_list_is_refused_with_its_file(tmp_path: Path, row: str, said: str) -> None:
    (tmp_path / "o.csv").write_text(HEAD + row + "\n")
    result = require(tmp_path, "--outbound", tmp_path / "o.csv", code=2)
    assert said in result.stderr
    assert "o.csv" in result.stderr


def test_an_in_tray_is_worked_from_the_first_interval(tmp_path: Path) -> None:
    """48 e-mails of 5 minutes that are due in an hour: 4 hours of work at once, on top of what comes in."""
    (tmp_path / "b.csv").write_text("queue,age_hours,contacts\nemail/a,1,48\n")
    (tmp_path / "empty.csv").write_text("queue,age_hours,contacts\nemail/a,1,0\n")
    require(tmp_path, "--backlog", tmp_path / "empty.csv")
    without = agents(tmp_path)["email/a"]
    require(tmp_path, "--backlog", tmp_path / "b.csv")
    with_it = agents(tmp_path)["email/a"]
    assert with_it.iloc[0] >= without.iloc[0] + 4.0


def test_an_in_tray_of_calls_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("queue,age_hours,contacts\nemail/a,1,48\nphone/a,1,2\n")
    said = require(tmp_path, "--backlog", tmp_path / "b.csv", code=2).stderr
    assert "b.csv, line 3, column 'queue': expected a queue of deferred work that is forecast" in said


def test_too_few_seats_are_a_warning_with_people_and_level(tmp_path: Path) -> None:
    said = require(tmp_path, targets='[default]\npatience_seconds = 60\n[seats]\n"phone/*" = 2\n"fax" = 1\n').stderr
    assert "warning: seats 'phone/*': needs" in said
    assert "2 seats" in said
    assert "seats 'fax' matches no queue of the forecast" in said
    assert agents(tmp_path)["phone/a"].max() == pytest.approx(2.0)


def test_default_caps_are_told_once_and_only_where_they_apply(tmp_path: Path) -> None:
    said = require(tmp_path, targets="[default]\npatience_seconds = 60\n").stderr
    assert said.count("default caps apply") == 1
    assert "at most 10% hung up (max_abandon_share; phone/a)" in said
    assert "email/a" not in said
    assert "default caps" not in require(tmp_path).stderr
    own = "[default]\npatience_seconds = 60\nmax_abandon_share = 0.2\nmax_occupancy = 1\n"
    assert "default caps" not in require(tmp_path, targets=own).stderr


def test_a_level_of_all_contacts_is_told_to_be_out_of_reach(tmp_path: Path) -> None:
    said = require(tmp_path, targets="[default]\nservice_level = 1\n").stderr
    assert "phone/a: in 4 intervals no number of people reaches the targets" in said
    assert "no number" not in require(tmp_path).stderr


def test_chats_that_slow_a_person_down_are_told() -> None:
    """1 ÷ 480, 2 ÷ 560, 3 ÷ 1200: two chats at once are done the fastest."""
    need = pd.DataFrame({"queue": ["chat/a", "chat/b"], "agents": 1.0})
    chat = {"work": "chat", "concurrency": 3}
    targets = Targets.from_mapping(
        {
            "queue": {
                "chat/a": {**chat, "aht_by_concurrency_seconds": [480, 560, 1200]},
                "chat/b": {**chat, "aht_by_concurrency_seconds": [480, 560, 660]},
            }
        }
    )
    (note,) = staffing_notes(need, targets, timezone="UTC")
    assert note.startswith("chat/a: a person with 3 chats finishes fewer an hour than with 2")


def test_a_roster_s_certificate_leaves_the_people_of_outbound_work_out(tmp_path: Path) -> None:
    """Two people for calls and a list that takes one of them all the time: calls are answered later."""
    (tmp_path / "o.csv").write_text(HEAD + "Renewals,outbound/r,2026-09-01,2026-09-01,96,150\n")
    require(tmp_path, "--outbound", tmp_path / "o.csv")
    row = "{},2026-09-01T08:00Z,2026-09-01T12:00Z,work,{},day,hand\n"
    head, both = "agent,start,end,activity,queue,shift,source\n", "phone/a|outbound/r"
    (tmp_path / "two.csv").write_text(head + row.format("A", "phone/a") + row.format("B", both))

    def level(roster: str, *options: object, code: int = 0) -> float:
        words = ["certify", tmp_path / roster, "--forecast", tmp_path / "f.csv", "--targets", tmp_path / "t.toml",
                 "--runs", 5, "--out", tmp_path / "c.csv", *options]  # fmt: skip
        assert CliRunner().invoke(app, [str(word) for word in words]).exit_code == code
        found = pd.read_csv(tmp_path / "c.csv")
        return float(found.loc[(found["queue"] == "phone/a") & (found["period"] == "total"), "service_level"].iloc[0])

    need = ("--requirements", tmp_path / "r.csv")
    assert level("two.csv") > level("two.csv", *need)
    level("r.csv", *need, code=2)


def test_idle_hours_are_told_as_planned_and_protected(tmp_path: Path) -> None:
    """Two half-hours: 10 people busy 80 % are 2 hours idle, of which mail takes 0.5 people: half an hour."""
    need = pd.DataFrame({
        "queue": ["phone/a"] * 2 + ["email/a"] * 2, "interval_minutes": 30, "agents": [10.0, 10.0, 1.0, 1.0],
        "occupancy": [0.8, 0.8, 1.0, 1.0], "blended_agents": [0.0, 0.0, 0.5, 0.5],
    })  # fmt: skip
    mail = {"work": "deferred", "deadline_hours": 4, "blend_with": ["phone/*"]}
    (note,) = blending_note(need, Targets.from_mapping({"queue": {"email/a": mail}}))
    assert note == "idle time of phone/a: 2.0 agent-hours, 0.5 planned for email/a, 1.5 protected"
    assert blending_note(need, Targets()) == []
    blended = '[queue."email/a"]\nwork = "deferred"\ndeadline_hours = 2\nblend_with = ["phone/*"]\n'
    assert "note: idle time of phone/a:" in require(tmp_path, targets="[default]\n" + blended).stderr


def test_more_than_five_queues_are_counted() -> None:
    need = pd.DataFrame({"queue": [f"phone/{n}" for n in range(7)]})
    (note,) = default_caps_note(need, Targets.from_mapping({"default": {"patience_seconds": 60, "max_occupancy": 1}}))
    assert "phone/4 and 2 more" in note


def test_the_store_plans_its_lists_and_the_roster_sees_them(planned: Session) -> None:
    first = steps.read(planned, "requirements")["start"].min().tz_convert("Europe/Berlin").date()
    row = f"Renewals,outbound/r,{first},{first},30,600\n"
    planned.store.site.save({"outbound.csv": HEAD + row}, author="t", at=planned.clock())
    made = steps.make_requirements(planned)
    rows = steps.read(planned, "requirements", made.version)
    mine = rows[rows["queue"] == "outbound/r"]
    assert mine["agents"].sum() == pytest.approx(5.0)
    assert (mine["scheduled"] > mine["agents"]).all()
    assert steps.make_requirements(planned).unchanged


def test_the_store_takes_an_in_tray_that_is_fresh(planned: Session) -> None:
    """The queue of the small site answers calls: the in-tray is refused, so it was read."""
    planned.store.site.save({"backlog.csv": "queue,age_hours,contacts\nx,1,1\n"}, author="t", at=planned.clock())
    with pytest.raises(Exception, match="a queue of deferred work that is forecast"):
        steps.make_requirements(planned)


def test_an_in_tray_of_last_week_is_left_out_and_told(planned: Session) -> None:
    long_ago = planned.clock() - pd.Timedelta(days=7)
    planned.store.site.save({"backlog.csv": "queue,age_hours,contacts\nx,1,1\n"}, author="t", at=long_ago)
    made = steps.make_requirements(replace(planned))
    assert any("backlog.csv of 2026-08-24 05:00 is too old" in message for message in made.messages)


def test_a_list_that_nobody_can_work_on_is_told() -> None:
    site = Site({"outbound.csv": HEAD + "R,outbound/r,2026-09-01,2026-09-01,1,1\n",
                 "people.csv": "agent,queues,agreement\na,phone/*,full\n"})  # fmt: skip
    assert any("nobody in people.csv has 'outbound/r'" in warning for warning in queue_warnings(site, ["phone/a"]))
    skilled = Site({**site.contents, "people.csv": "agent,queues,agreement\na,outbound/*,full\n"})
    assert queue_warnings(skilled, ["phone/a"]) == []
