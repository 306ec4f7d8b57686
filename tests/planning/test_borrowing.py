"""A new queue borrows a past on the command line and in a store; a file's future teaches nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from planning import steps
from planning.cli import app
from planning.session import Session

OPTIONS = ("--horizon", "7d", "--origins", "1", "--quiet")


def smena(*words: object, code: int = 0) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, f"{result.stdout}\n{result.stderr}"
    return result


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """Six weeks of 40 contacts a day on chat/old and 20 on phone/tech."""
    days = pd.date_range("2026-06-01", periods=42, freq="D", tz="UTC")
    frames = [
        pd.DataFrame({"queue": queue, "start": days, "offered": number, "aht_seconds": 300.0})
        for queue, number in (("chat/old", 40.0), ("phone/tech", 20.0))
    ]
    path = tmp_path / "history.csv"
    pd.concat(frames).to_csv(path, index=False)
    return path


def test_a_new_queue_is_forecast_as_its_share_of_the_old_one(history: Path, tmp_path: Path) -> None:
    out = tmp_path / "f.csv"
    like = ("--like", "chat/new=chat/old*0.5", "--like", "chat/newer = chat/new * 2")

    said = smena("forecast", history, "--horizon", "7d", "--origins", "1", *like, "--out", out).stderr

    means = pd.read_csv(out).groupby("queue")[["offered", "aht_seconds"]].mean()
    assert means.loc[["chat/new", "chat/newer"], "offered"].tolist() == pytest.approx([20.0, 40.0], rel=0.05)
    assert means["aht_seconds"].tolist() == pytest.approx([300.0] * 4)
    assert "queue 'chat/new': LOW_HISTORY, OPENING_LEARNED, BORROWED" in said


@pytest.mark.parametrize(
    ("like", "message"),
    [
        ("chat/new=chat/odl*0.5", "expected a queue with history to borrow from, found 'chat/odl'"),
        ("chat/new=chat/old*-1", "a factor above 0"),
        ("chat/new", "new queue = old queue"),
        ("chat/new=chat/new", "not like themselves, found 'chat/new like chat/new'"),
    ],
)
def test_what_cannot_be_borrowed_is_said(history: Path, tmp_path: Path, like: str, message: str) -> None:
    said = smena("forecast", history, *OPTIONS, "--like", like, "--out", tmp_path / "f.csv", code=2).stderr
    assert message in said
    assert "'like'" in said


def test_a_queue_without_history_is_told_whose_to_borrow(history: Path, tmp_path: Path) -> None:
    grid = tmp_path / "grid.csv"
    grid.write_text("queue,start\nchat/new,2026-07-14T00:00Z\nphone/tech,2026-07-14T00:00Z\n")

    said = smena("forecast", history, *OPTIONS, "--grid", grid, "--out", tmp_path / "f.csv", code=4).stderr

    assert "queue 'chat/new': not in the history" in said
    assert '--like "chat/new=chat/old"' in said


def test_like_goes_with_a_file() -> None:
    assert "--like goes with an input file" in smena("forecast", "--like", "a=b", code=2).stderr


@pytest.mark.parametrize("with_grid", [False, True])
def test_a_file_s_rows_at_and_after_as_of_change_no_byte_of_the_forecast(
    history: Path, tmp_path: Path, with_grid: bool
) -> None:
    rows = pd.read_csv(history)
    future = (pd.to_datetime(rows["start"]) >= pd.Timestamp("2026-07-01", tz="UTC")).to_numpy()
    other = rows.copy()
    other.loc[future, "offered"] = np.random.default_rng(0).integers(0, 10_000, future.sum()).astype(float)
    other.loc[future, "aht_seconds"] = 1.0
    scrambled = tmp_path / "scrambled.csv"
    other.sample(frac=1.0, random_state=1).to_csv(scrambled, index=False)
    grid = tmp_path / "grid.csv"
    grid.write_text("queue,start\nphone/tech,2026-07-03T00:00Z\nchat/old,2026-07-02T00:00Z\n")
    written = []
    for number, path in enumerate((history, scrambled)):
        out = tmp_path / f"f{number}.csv"
        asked = ("--grid", grid) if with_grid else ()
        smena("forecast", path, *OPTIONS, "--as-of", "2026-07-01T00:00", *asked, "--out", out)
        written.append(out.read_bytes())
    assert written[0] == written[1]


def test_a_store_borrows_what_its_settings_say_and_names_who_has_no_history(
    session: Session, site_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    like = '\n[like]\n"phone/new" = "phone/tech*3"\n"mail/new" = "mail/old"\n'
    (folder / "smena.toml").write_text((site_folder / "smena.toml").read_text("utf-8") + like, "utf-8")
    (folder / "opening_hours.toml").write_text((site_folder / "opening_hours.toml").read_text("utf-8"), "utf-8")
    steps.load_site(session, folder)
    steps.ingest(session, [site_folder / "tickets.csv"])
    steps.make_history(session)

    result = steps.make_forecast(session)

    means = steps.read(session, "forecast").groupby("queue")["offered"].mean()
    assert set(means.index) == {"phone/billing", "phone/tech", "phone/new"}
    assert means["phone/new"] == pytest.approx(3 * means["phone/tech"], rel=0.1)
    assert "BORROWED" in result.details["flags"]["phone/new"]
    assert any("'mail/new' borrows no past" in message and "'mail/old'" in message for message in result.messages)
