"""Site files that do not fit together are refused where they are loaded, not by the night; unknown queues are named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from domain.errors import BadValue
from planning import steps
from planning.cli import app
from planning.session import Session

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
