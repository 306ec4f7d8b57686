"""The command line: data on stdout, words on stderr, exit codes as promised."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from planning.cli import app
from planning.cli_common import stoppable, tell_utc_days
from planning.session import Session

ROOT = Path(__file__).resolve().parents[2]
HEADER = "ticket_id,created_at,channel,type,handle_seconds\n"


def smena(*words: object, code: int = 0) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, f"{result.stdout}\n{result.stderr}"
    return result


def commands() -> list[list[str]]:
    import typer.main

    group = typer.main.get_command(app)
    names = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        names += [[name, inner] for inner in below] if below else [[name]]
    return names


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_explains_itself_with_an_example(command: list[str]) -> None:
    result = smena(*command, "--help")

    assert f"Example: smena {' '.join(command)}" in " ".join(result.stdout.split())


def test_help_and_version_load_none_of_the_heavy_libraries() -> None:
    script = (
        "import sys; sys.argv = ['smena', '--help']\n"
        "from planning.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'pandas', 'sqlalchemy', 'alembic', 'duckdb', 'statsmodels', 'pulp', 'numba', 'scipy', 'openpyxl'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "planning", "--version"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.startswith("smena ")


def test_ingest_reports_as_json_and_a_second_time_says_that_nothing_changed(tmp_path: Path, site_folder: Path) -> None:
    store = tmp_path / "store"
    first = smena("ingest", site_folder / "tickets.csv", "--store", store)
    second = smena("ingest", site_folder / "tickets.csv", "--store", store)

    assert json.loads(first.stdout)["loaded"] > 1000
    assert json.loads(second.stdout)["unchanged"] == ["tickets.csv"]
    assert "nothing changed" in second.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "bad.csv"),
        (HEADER.encode(), "bad.csv"),
        (b"ticket_id,created_at,created_at\n1,2026-07-06T09:00Z,2026-07-06T09:00Z\n", "created_at"),
        (HEADER.encode() + b'1,2026-07-06T09:00Z,"phone,billing,300\n' * 3, "bad.csv"),
    ],
    ids=["empty", "header only", "repeated column", "unterminated quote"],
)
def test_bad_input_is_exit_2_one_message_and_leaves_the_store_as_it_was(
    content: bytes, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)

    result = smena("ingest", path, "--store", tmp_path / "store", code=2)

    assert words in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    status = json.loads(smena("status", "--json", "--store", tmp_path / "store").stdout)
    assert status["imports"] == 0


def test_a_missing_file_and_an_unknown_option_are_wrong_use(tmp_path: Path) -> None:
    assert "nowhere.csv" in smena("ingest", "nowhere.csv", "--store", tmp_path, code=2).stderr
    assert "--colour" in smena("status", "--colour", code=2).stderr


def test_a_step_without_its_input_names_the_step_to_run_first(tmp_path: Path) -> None:
    for command, first in (("history", "smena ingest"), ("forecast", "smena history"), ("require", "smena forecast")):
        result = smena(command, "--store", tmp_path / "store", code=2)
        assert first in result.stderr


def test_an_unexpected_fault_is_exit_1_one_line_and_a_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import planning.steps

    def broken(*_: object) -> None:
        raise ZeroDivisionError("by design")

    monkeypatch.setattr(planning.steps, "status", broken)
    monkeypatch.delenv("SMENA_DEBUG", raising=False)
    result = smena("status", "--store", tmp_path / "store", code=1)

    assert result.stderr.startswith("smena: unexpected fault: ZeroDivisionError: by design (details in ")
    assert len(result.stderr.splitlines()) == 1
    log = Path(result.stderr.partition("details in ")[2].partition(";")[0])
    assert "Traceback" in log.read_text()
    log.unlink()


def test_the_stages_work_on_plain_files_and_in_pipes(tmp_path: Path, site_folder: Path) -> None:
    history, forecast, scores = tmp_path / "history.csv", tmp_path / "forecast.csv", tmp_path / "scores.csv"
    zone = ("--timezone", "Europe/Berlin")
    opening = ("--opening", site_folder / "opening_hours.toml")

    smena("history", site_folder / "tickets.csv", "--interval", 60, *zone, *opening, "--out", history)
    made = smena(
        "forecast", history, "--horizon", "7d", "--as-of", "2026-08-31", *zone, *opening, "--origins", 1,
        "--out", forecast, "--scores", scores,
    )  # fmt: skip
    lines = forecast.read_text().splitlines()
    piped = subprocess.run(
        [sys.executable, "-m", "planning", "forecast", "-", "--horizon", "7d", "--as-of", "2026-08-31T00:00+02:00",
         *zone, *map(str, opening), "--origins", "1", "--quiet"],
        cwd=ROOT, input=history.read_text(), capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert "history in steps of 60 minutes" in made.stderr
    assert lines[0].startswith("queue,start,offered,offered_p025")
    assert len(lines) == 1 + 2 * 5 * 9  # two queues, five open days of nine hours
    assert lines[1].split(",")[1] == "2026-08-31T09:00:00+02:00"
    assert piped.stdout.splitlines() == lines
    assert piped.stderr == ""
    assert scores.read_text().startswith("queue,model,lead,wape")


def test_a_grid_names_exactly_the_rows_that_come_back(tmp_path: Path, site_folder: Path) -> None:
    grid, history = tmp_path / "grid.csv", tmp_path / "history.csv"
    grid.write_text("queue,start\nphone/tech,2026-09-01T10:00:00+02:00\nphone/billing,2026-08-31T09:00:00+02:00\n")
    zone = ("--timezone", "Europe/Berlin")
    smena("history", site_folder / "tickets.csv", "--interval", 60, *zone, "--out", history)

    result = smena("forecast", history, "--grid", grid, "--as-of", "2026-08-31", *zone, "--origins", 0, "--quiet")

    rows = [line.split(",")[:2] for line in result.stdout.splitlines()[1:]]
    assert rows == [["phone/tech", "2026-09-01T10:00:00+02:00"], ["phone/billing", "2026-08-31T09:00:00+02:00"]]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--horizon", "soon"), "28d"),
        (("--as-of", "yesterday"), "2026-09-01"),
        (("--interval", "7"), "divides the hour"),
        (("--timezone", "Mars/Olympus"), "time zone"),
        (("--model", "crystal_ball"), "model"),
        (("--gaps", "unknown"), "zero or missing"),
        (("--calendar", "ATLANTIS"), "country"),
    ],
)
def test_a_wrong_option_is_exit_2_and_says_what_was_expected(
    options: tuple[str, str], words: str, tmp_path: Path
) -> None:
    days = pd.date_range("2026-07-01", "2026-08-30", tz="UTC")
    rows = [f"phone/a,{day.isoformat()},{20 + day.day_of_week}" for day in days]
    history = tmp_path / "history.csv"
    history.write_text("queue,start,offered\n" + "\n".join(rows) + "\n")

    assert words in smena("forecast", history, "--origins", 0, *options, code=2).stderr


def test_options_of_files_are_refused_where_the_store_is_worked_on(tmp_path: Path) -> None:
    result = smena("forecast", "--horizon", "28d", "--store", tmp_path / "store", code=2)

    assert "--horizon goes with an input file" in " ".join(result.stderr.split())


def test_adjustments_are_added_listed_switched_and_carried_over(tmp_path: Path) -> None:
    store, other, file = tmp_path / "a", tmp_path / "b", tmp_path / "adjustments.csv"
    number = smena(
        "adjust", "add", "--queue", "phone/*", "--from", "2026-09-07", "--to", "2026-09-08", "--kind", "scale",
        "--value", 1.2, "--reason", "campaign", "--author", "anna", "--store", store,
    ).stdout.strip()  # fmt: skip
    smena("adjust", "off", number, "--store", store, "--seen", 1)
    smena("adjust", "on", number, "--store", store, "--seen", 1, code=1)
    smena("adjust", "export", file, "--store", store)
    first = json.loads(smena("adjust", "import", file, "--store", other).stdout)
    again = json.loads(smena("adjust", "import", file, "--store", other).stdout)
    listed = json.loads(smena("adjust", "list", "--json", "--store", other).stdout)

    assert (first, again) == ({"added": ["1"], "known": 0}, {"added": [], "known": 1})
    assert (listed[0]["author"], listed[0]["active"], listed[0]["value"]) == ("anna", False, 1.2)


def test_the_store_is_found_by_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMENA_STORE", str(tmp_path / "elsewhere"))

    status = json.loads(smena("status", "--json").stdout)

    assert status["store"] == str(tmp_path / "elsewhere")


@pytest.mark.skipif(os.name != "posix", reason="signals of pipes")
def test_a_reader_that_leaves_early_gets_no_traceback(site_folder: Path) -> None:
    command = f"{sys.executable} -m planning history {site_folder / 'tickets.csv'} --quiet | head -n 1"
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.startswith("queue,start,offered")
    assert "Traceback" not in done.stderr


def test_status_of_an_empty_store_says_what_is_missing(session: Session) -> None:
    result = smena("status", "--store", session.store.folder)

    assert "nothing yet" in result.stdout
    assert "no files: defaults" in result.stdout


def test_ingest_says_how_many_rows_it_rejected_and_why_and_writes_them_where_asked(tmp_path: Path) -> None:
    path, ledger, store = tmp_path / "a.csv", tmp_path / "rejects.csv", tmp_path / "store"
    path.write_text(HEADER + "1,2026-07-06T09:00Z,phone,billing,300\n2,soon,phone,billing,300\n3,late,phone,tech,1\n")

    result = smena("ingest", path, "--dry-run", "--rejects", ledger, "--store", store)

    assert result.stderr.startswith("2 rows rejected: created_at: ")
    assert f"(2); see {ledger}" in result.stderr
    assert pd.read_csv(ledger)["line"].tolist() == [3, 4]
    assert "stdout carries" in smena("ingest", path, "--rejects", "-", "--store", store, code=2).stderr
    assert "--rejects FILE lists them" in smena("ingest", path, "--store", store).stderr
    assert "takes that one's place" in smena("ingest", path, "--again", "--store", store).stderr


def test_a_folder_is_not_a_file_of_tickets(tmp_path: Path) -> None:
    said = " ".join(smena("ingest", tmp_path, "--store", tmp_path / "store", code=2).stderr.split())

    assert "is a folder" in said
    assert "smena nightly" in said


def test_a_store_without_a_name_is_the_default_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SMENA_STORE", "usual")

    smena("status", "--store", "")
    smena("status", "--store", "named")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["named", "usual"]


def test_a_store_that_is_a_file_and_an_inbox_that_is_not_there_are_bad_input(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert "expected a folder for the store" in smena("status", "--store", tmp_path / "file", code=2).stderr
    said = smena("nightly", tmp_path / "nofolder", "--store", tmp_path / "store", code=2).stderr
    assert f"{tmp_path / 'nofolder'}: expected a file or a folder, found 'nothing of that name'" in said


def test_ctrl_c_asks_the_search_to_end_and_a_second_one_ends_the_program() -> None:
    found = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with stoppable(quiet=True) as stopped:
            assert not stopped()
            os.kill(os.getpid(), signal.SIGINT)
            assert stopped()
            with pytest.raises(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, found)


def test_a_job_in_the_background_goes_on_ignoring_ctrl_c() -> None:
    found = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stoppable(quiet=True) as stopped:
            os.kill(os.getpid(), signal.SIGINT)
            assert not stopped()
    finally:
        signal.signal(signal.SIGINT, found)


@pytest.mark.parametrize(
    ("stamp", "timezone", "told"),
    [
        ("2026-09-07T09:00:00+02:00", None, True),
        ("2026-09-07T09:00:00+02:00", "Europe/Berlin", False),
        ("2026-09-07T07:00:00+00:00", None, False),
        ("2026-09-07T07:00:00Z", None, False),
    ],
)
def test_who_names_no_zone_is_told_that_days_are_cut_at_midnight_utc(
    stamp: str, timezone: str | None, told: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "forecast.csv").write_text(f"queue,start,offered\nphone,{stamp},5\n")
    tell_utc_days(tmp_path / "forecast.csv", timezone, quiet=False)
    assert ("stamps of forecast.csv are +02:00" in capsys.readouterr().err) == told
