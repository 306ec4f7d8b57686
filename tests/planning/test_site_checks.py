"""Site files that do not fit together are refused where they are loaded, not by the night; unknown queues are named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from domain import Targets
from domain.errors import BadValue
from planning import steps
from planning.cli import app
from planning.session import Session
from planning.site_checks import live_by_the_day

PEOPLE = "agent,queues,agreement,available_from,available_to\n"


def smena(*words: object, code: int = 0) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, f"{result.stdout}\n{result.stderr}"
    return result


def changed(site_folder: Path, tmp_path: Path, name: str, content: str) -> Path:
    folder = tmp_path / "site"
    shutil.copytree(site_folder, folder, dirs_exist_ok=True)
    (folder / name).write_text(content, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (
            "people.csv",
            PEOPLE + "p0,phone/*,full,,\np1,phone/*,ful,,\n",
            r"people\.csv, line 3, column 'agreement': expected one of the agreements full, found 'ful'",
        ),
        (
            "people.csv",
            PEOPLE + "p0,phone/*,full,2026-13-01,\n",
            r"people\.csv, line 2, column 'available_from': expected a date .* for p0, found '2026-13-01'",
        ),
        (
            "people.csv",
            PEOPLE + "p0,phone/*,full,2026-09-02,2026-09-01\n",
            r"people\.csv, line 2, column 'available_to': expected a last day on or after the first, 2026-09-02",
        ),
        (
            "time_off.csv",
            "agent,from,to,kind,weight\np0,2026-09-02,2026-09-01,leave,\n",
            r"time_off\.csv, line 2, column 'to': .*2026-09-02, found '2026-09-01'",
        ),
        (
            "time_off.csv",
            "agent,from,to,kind,weight\np0,2026-09-01,2026-09-01,leave,\nnobody,2026-09-01,2026-09-01,leave,\n",
            r"time_off\.csv, line 3, column 'agent': expected a person of people\.csv, found 'nobody'",
        ),
        (
            "time_off.csv",
            "agent,from,to,kind,shift,clock\np0,2026-09-01,2026-09-01,pinned,brunch,\n",
            r"time_off\.csv, line 2, column 'shift': expected one of the shifts .*found 'brunch'",
        ),
        (
            "time_off.csv",
            "agent,from,to,kind,shift,clock\np0,2026-09-01,2026-09-01,pinned,,eight\n",
            r"time_off\.csv, line 2, column 'clock': expected a time of day .*found 'eight'",
        ),
        ("smena.toml", 'calendar = "XX"\n', r"smena\.toml, column 'calendar': expected a country code .*found 'XX'"),
    ],
)
def test_site_files_that_do_not_fit_together_are_refused_and_nothing_is_stored(
    name: str, content: str, words: str, session: Session, site_folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(BadValue, match=words):
        steps.load_site(session, changed(site_folder, tmp_path, name, content))

    assert session.store.site.current() == {}


def test_people_are_checked_against_the_rules_that_the_store_already_has(
    session: Session, site_folder: Path, tmp_path: Path
) -> None:
    steps.load_site(session, site_folder)
    (tmp_path / "people.csv").write_text(PEOPLE + "p0,phone/*,night,,\n")

    with pytest.raises(BadValue, match=r"tables of rules\.toml \(in the store\)"):
        steps.load_site(session, tmp_path)

    assert len(session.site.people) == 6


def test_a_window_of_hours_may_cross_midnight(session: Session, site_folder: Path, tmp_path: Path) -> None:
    folder = changed(site_folder, tmp_path, "people.csv", PEOPLE + "p0,phone/*,full,22:00,06:00\n")

    assert "people.csv" in steps.load_site(session, folder)


def test_a_rule_that_nobody_keeps_is_refused_with_the_names_of_those_that_are_kept(
    session: Session, site_folder: Path, tmp_path: Path
) -> None:
    rules = (site_folder / "rules.toml").read_text("utf-8") + '\n[rule.foo]\nstrictness = "forbid"\n'
    folder = changed(site_folder, tmp_path, "rules.toml", rules)

    with pytest.raises(BadValue, match=r"rules\.toml, line \d+, column 'rule\.foo': .*weekly_rest.*found 'foo'"):
        steps.load_site(session, folder)
    (tmp_path / "r.csv").write_text("queue,start,agents\n")
    audited = smena("audit", tmp_path / "r.csv", "--people", folder / "people.csv", "--rules", folder / "rules.toml",
                    code=2)  # fmt: skip

    assert "found 'foo'" in audited.stderr


# ---- queues nobody knows


def test_queues_that_the_history_lacks_are_named_when_the_site_is_loaded(
    planned: Session, site_folder: Path, tmp_path: Path
) -> None:
    folder = changed(site_folder, tmp_path, "targets.toml", "[default]\n[queue.'fax/x']\nservice_level = 0.5\n")
    (folder / "people.csv").write_text("agent,queues,agreement\np0,phone/*,full\np1,chat/*,full\n")
    (folder / "events.csv").write_text("name,kind,from,to,queues\nSale,campaign,2026-09-01,2026-09-02,phone/tech|web\n")

    rules = folder / "rules.toml"
    rules.write_text(rules.read_text() + "\n[proficiency]\nvip = 0.9\n")

    said = smena("load-site", folder, "--store", planned.store.folder).stderr

    known = "matches no queue of the history: known are phone/billing, phone/tech"
    assert f"warning: targets.toml: queue 'fax/x' {known}" in said
    assert f"warning: events.csv: Sale: 'web' {known}" in said
    assert "warning: people.csv: no queue of p1 matches a queue of the history" in said
    assert f"warning: rules.toml: proficiency 'vip' {known}" in said
    assert len(said.splitlines()) == 5


def test_a_site_whose_queues_are_all_known_warns_of_nothing(planned: Session) -> None:
    assert steps.queue_warnings(planned) == []


def test_an_adjustment_of_an_unknown_queue_is_taken_with_a_warning(planned: Session) -> None:
    options = ("--from", "2026-09-01", "--to", "2026-09-02", "--kind", "add", "--value", "1", "--reason", "fair")

    known = smena("adjust", "add", "--queue", "phone/*", *options, "--store", planned.store.folder)
    unknown = smena("adjust", "add", "--queue", "fax/x", *options, "--store", planned.store.folder)

    assert known.stderr == ""
    assert unknown.stderr.startswith("warning: --queue 'fax/x' matches no queue of the history: known are phone/b")


def test_targets_of_a_queue_that_the_forecast_lacks_are_named_by_require(tmp_path: Path) -> None:
    forecast, targets = tmp_path / "f.csv", tmp_path / "targets.toml"
    forecast.write_text(
        "queue,start,offered,aht_seconds\n"
        "phone/tech,2026-09-01T08:00:00Z,10,300\n"
        "phone/tech,2026-09-01T08:30:00Z,10,300\n"
    )
    targets.write_text("[default]\n[queue.'fax/x']\nservice_level = 0.5\n[queue.'phone/*']\nservice_level = 0.7\n")

    said = smena("require", forecast, "--targets", targets, "--out", tmp_path / "r.csv").stderr

    warning = f"warning: {targets}: queue 'fax/x' matches no queue of the forecast: known are phone/tech"
    assert said.splitlines() == [warning]


# ---- versions nobody knows


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nokind",), "column 'kind': expected one of history, cleaning"),
        (("requirements", "nover", "draft"), "column 'version': expected a version of requirements, published or dr"),
    ],
)
def test_a_comparison_of_what_is_not_there_is_bad_input(words: tuple[str, ...], said: str, planned: Session) -> None:
    assert said in smena("diff", *words, "--store", planned.store.folder, code=2).stderr


def test_people_who_answer_at_once_are_not_planned_from_day_totals_in_silence() -> None:
    targets = Targets.from_mapping({"queue": {"email/a": {"work": "deferred", "deadline_hours": 24}}})
    rows = pd.DataFrame({"queue": ["email/a", "phone/a", "phone/b"], "interval_minutes": [1440, 1440, 30]})
    (sentence,) = live_by_the_day(rows, targets)
    assert sentence.startswith("phone/a: answered at once")
    assert live_by_the_day(rows[rows["queue"] != "phone/a"], targets) == []
