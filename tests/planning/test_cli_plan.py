"""The command line on a store that holds a plan, and the staffing stages on plain files."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from planning import steps
from planning.cli import app
from planning.session import Session

UNCOVERED = 3


def smena(*words: object, code: int | tuple[int, ...] = 0) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words])
    codes = code if isinstance(code, tuple) else (code,)
    assert result.exit_code in codes, f"{result.stdout}\n{result.stderr}\n{result.exception}"
    return result


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def files(planned: Session, tmp_path: Path) -> Path:
    """The planned store's forecast and the first week's requirements as plain files."""
    folder = tmp_path / "files"
    folder.mkdir()
    smena("export", "forecast", "--out", folder / "forecast.csv", "--store", planned.store.folder)
    return folder


def test_forecast_to_certificate_on_plain_files(files: Path, site_folder: Path) -> None:
    zone = ("--timezone", "Europe/Berlin")
    people, rules = ("--people", site_folder / "people.csv"), ("--rules", site_folder / "rules.toml")
    wishes, targets = ("--wishes", site_folder / "time_off.csv"), ("--targets", site_folder / "targets.toml")
    requirements, roster, certificate = (files / f"{name}.csv" for name in ("requirements", "roster", "certificate"))

    smena("require", files / "forecast.csv", *targets, *zone, "--out", requirements)
    week = [row for row in rows_of(requirements.read_text()) if row["start"] < "2026-09-05"]
    with requirements.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(week[0]))
        writer.writeheader()
        writer.writerows(week)
    made = smena("roster", requirements, *people, *rules, *wishes, "--out", roster, "--iterations", 2, "--seed", 1,
                 code=(0, UNCOVERED))  # fmt: skip
    audited = smena("audit", roster, *people, *rules, *wishes, "--json")
    smena("certify", roster, "--forecast", files / "forecast.csv", *targets, *zone, "--runs", 2, "--out", certificate)
    of_need = smena("certify", requirements, "--forecast", files / "forecast.csv", *targets, *zone, "--runs", 2)

    summary = json.loads(made.stdout)
    assert {"status", "cost", "bound", "gap", "uncovered_hours"} <= set(summary)
    assert json.loads(audited.stdout)["hard"] == 0
    assert {row["agent"] for row in rows_of(roster.read_text())} <= {f"p{n}" for n in range(6)}
    assert {row["period"] for row in rows_of(certificate.read_text())} == {"interval", "day", "week", "total"}
    assert {row["runs"] for row in rows_of(of_need.stdout)} == {"2"}


def test_an_audit_of_a_broken_roster_is_exit_3_and_says_who_and_why(tmp_path: Path, site_folder: Path) -> None:
    roster = tmp_path / "roster.csv"
    lines = ["agent,start,end,activity,queue,shift,source"]
    for day in range(1, 7):  # six days in a row where five are allowed, on p0's leave of 1 September too
        lines.append(
            f"p0,2026-09-0{day}T09:00:00+02:00,2026-09-0{day}T17:00:00+02:00,work,phone/billing|phone/tech,day,hand"
        )
    roster.write_text("\n".join(lines) + "\n")
    options = ("--people", site_folder / "people.csv", "--rules", site_folder / "rules.toml")

    result = smena("audit", roster, *options, "--wishes", site_folder / "time_off.csv", "--json", code=3)

    found = json.loads(result.stdout)
    assert found["hard"] >= 2
    assert {"consecutive_days", "leave"} <= {breach["rule"] for breach in found["breaches"]}
    assert {breach["agent"] for breach in found["breaches"]} == {"p0"}


@pytest.mark.parametrize(
    ("command", "missing"),
    [("require", "--targets"), ("roster", "--people"), ("audit", "--people"), ("certify", "--forecast")],
)
def test_a_file_without_its_companions_is_wrong_use(command: str, missing: str, tmp_path: Path) -> None:
    assert missing in smena(command, tmp_path / "some.csv", code=2).stderr


def test_the_bulk_calculator_sizes_and_evaluates(tmp_path: Path) -> None:
    cases = tmp_path / "cases.csv"
    cases.write_text(
        "case,model,load_erlangs,aht_seconds,answer_within_seconds,agents,target_service_level\n"
        "evaluate,erlang_c,10,180,20,14,\n"
        "size,erlang_c,10,180,20,,0.8\n"
    )

    rows = {row["case"]: row for row in rows_of(smena("erlang", cases).stdout)}

    # Erlang C with 10 erlangs: 13 agents answer 79.5 % within 20 s, 14 answer 88.8 % (hand calculation by the formula).
    assert float(rows["evaluate"]["service_level"]) == pytest.approx(0.888, abs=0.001)
    assert float(rows["size"]["agents"]) == 14


def test_publish_revert_and_status_on_the_command_line(planned: Session) -> None:
    store = ("--store", planned.store.folder)
    first = dict(planned.published.members)  # type: ignore[union-attr]
    smena("adjust", "add", "--queue", "*", "--from", "2026-08-31", "--to", "2026-09-01", "--kind", "scale",
          "--value", 2, "--reason", "campaign", *store)  # fmt: skip
    smena("require", *store)
    refused = smena("publish", *store, code=2)
    smena("roster", *store, code=(0, UNCOVERED))
    smena("certify", "--runs", 2, *store)
    smena("audit", *store)
    smena("publish", "--seen", 7, *store, code=1)
    published = json.loads(smena("publish", "--seen", 1, "--json", *store).stdout)
    shown = smena("status", *store)
    reverted = json.loads(smena("revert", "--json", *store).stdout)

    assert "was made from another requirements" in refused.stderr
    assert published["members"]["requirements"] != first["requirements"]
    assert f"plan {published['plan']}" in shown.stdout
    assert reverted["members"] == first


def test_diff_shows_what_an_adjustment_changed(planned: Session) -> None:
    store = ("--store", planned.store.folder)
    smena("adjust", "add", "--queue", "phone/tech", "--from", "2026-08-31", "--to", "2026-09-01", "--kind", "add",
          "--value", 7, "--reason", "outage", *store)  # fmt: skip
    smena("require", *store)

    found = json.loads(smena("diff", "adjusted", "published", "draft", "--json", *store).stdout)

    assert found["changed"] == 9  # nine open hours of that Monday
    assert found["totals"]["offered"][1] - found["totals"]["offered"][0] == pytest.approx(63)
    assert {row["queue"] for row in found["changed_rows"]} == {"phone/tech"}


def test_verify_is_silent_about_a_sound_store_and_exit_1_about_a_damaged_one(planned: Session) -> None:
    store = ("--store", planned.store.folder)
    assert json.loads(smena("verify", "--no-remake", "--json", *store).stdout)["faults"] == []
    path = planned.store.bodies.path("roster", planned.published.members["roster"])  # type: ignore[union-attr]
    path.write_bytes(path.read_bytes()[:-1] + b"?")

    assert "roster/" in smena("verify", "--no-remake", *store, code=1).stderr


def test_exports_are_written_where_they_were_asked_for(planned: Session, tmp_path: Path) -> None:
    store = ("--store", planned.store.folder)

    smena("export", "roster", "--format", "csv", "--out", tmp_path / "out", *store)
    smena("export", "roster", "--format", "ics", "--language", "ru", "--out", tmp_path / "out", *store)

    assert (tmp_path / "out" / "roster.csv").is_file()
    assert list((tmp_path / "out" / "calendars").glob("*.ics"))
    assert "xlsx, csv, ics" in smena("export", "roster", "--format", "docx", *store, code=2).stderr
    smena("export", "horoscope", *store, code=2)


def test_a_draft_that_is_exported_is_called_a_draft(planned: Session, tmp_path: Path) -> None:
    store = ("--store", planned.store.folder)
    quiet = smena("export", "forecast", "--out", tmp_path / "a.csv", *store)
    steps.certify(planned, runs=3)

    loud = smena("export", "forecast", "--out", tmp_path / "a.csv", *store)

    assert "this is a draft" not in quiet.stderr
    assert "this is a draft" in loud.stderr


def test_the_demo_of_a_site_ends_with_a_published_roster_and_says_where(tmp_path: Path, site_folder: Path) -> None:
    result = smena("demo", site_folder, "--store", tmp_path / "store")

    assert "phone/billing" in result.stdout
    assert "0 breaches of hard rules" in result.stdout
    assert str(tmp_path / "store" / "exports" / "2026-08-31") in result.stdout
    assert (tmp_path / "store" / "exports" / "2026-08-31" / "roster.xlsx").is_file()


def test_a_night_on_the_command_line_reports_as_json(planned: Session) -> None:
    result = smena("nightly", "--json", "--store", planned.store.folder, code=(0, UNCOVERED))

    report = json.loads(result.stdout)
    assert report["published"]
    assert {step["status"] for step in report["steps"]} == {"unchanged"}
