"""Files come into the store once, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from domain.errors import BadValue, EmptyFile, InputError, StaleRevision
from planning import steps
from planning.session import Session

HEADER = "ticket_id,created_at,channel,type,handle_seconds\n"


def ticket_file(folder: Path, name: str, rows: list[str]) -> Path:
    path = folder / name
    path.write_text(HEADER + "\n".join(rows) + "\n", "utf-8")
    return path


def test_a_file_is_loaded_once_and_says_so_the_second_time(session: Session, tmp_path: Path) -> None:
    path = ticket_file(tmp_path, "a.csv", ["1,2026-07-06T09:00+02:00,phone,billing,300"])

    first = steps.ingest(session, [path])
    second = steps.ingest(session, [path])

    assert (first["loaded"], first["unchanged"]) == (1, [])
    assert (second["loaded"], second["unchanged"]) == (0, ["a.csv"])
    assert len(steps.imports(session)) == 1
    assert steps.read(session, "tickets")["ticket_id"].tolist() == ["1"]


def test_the_same_content_under_another_name_is_the_same_file(session: Session, tmp_path: Path) -> None:
    row = ["1,2026-07-06T09:00+02:00,phone,billing,300"]
    report = steps.ingest(session, [ticket_file(tmp_path, "a.csv", row), ticket_file(tmp_path, "b.csv", row)])

    assert report["loaded"] == 1
    assert len(steps.imports(session)) == 1


def test_a_ticket_that_comes_again_counts_as_a_duplicate_and_its_newest_row_counts(
    session: Session, tmp_path: Path
) -> None:
    old = ticket_file(
        tmp_path, "a.csv", ["1,2026-07-06T09:00+02:00,phone,billing,300", "2,2026-07-06T10:00+02:00,phone,tech,100"]
    )
    new = ticket_file(
        tmp_path, "b.csv", ["1,2026-07-06T09:00+02:00,phone,billing,999", "3,2026-07-07T10:00+02:00,phone,tech,100"]
    )

    steps.ingest(session, [old])
    report = steps.ingest(session, [new])

    assert report["duplicates"] == 1
    tickets = steps.read(session, "tickets").set_index("ticket_id")
    assert sorted(tickets.index) == ["1", "2", "3"]
    assert tickets.loc["1", "handle_seconds"] == 999


def test_a_dry_run_reports_the_same_and_stores_nothing(session: Session, tmp_path: Path) -> None:
    path = ticket_file(tmp_path, "a.csv", ["1,2026-07-06T09:00+02:00,phone,billing,300"])

    dry = steps.ingest(session, [path], dry_run=True)
    assert steps.imports(session).empty

    wet = steps.ingest(session, [path])
    assert {**dry, "dry_run": False} == wet


def test_one_unreadable_file_keeps_all_out(session: Session, tmp_path: Path) -> None:
    good = ticket_file(tmp_path, "a.csv", ["1,2026-07-06T09:00+02:00,phone,billing,300"])
    bad = tmp_path / "b.csv"
    bad.write_bytes(b"")

    with pytest.raises(EmptyFile):
        steps.ingest(session, [good, bad])

    assert steps.imports(session).empty
    assert session.store.versions.known() == {}


def test_rejected_rows_are_in_the_ledger_with_file_and_line(session: Session, tmp_path: Path) -> None:
    path = ticket_file(
        tmp_path, "a.csv", ["1,2026-07-06T09:00+02:00,phone,billing,300", "2,2026-07-06T09:00+02:00,phone,billing,-5"]
    )

    report = steps.ingest(session, [path])

    ledger = steps.read(session, "rejects")
    assert (report["loaded"], report["rejected"]) == (1, 1)
    assert (ledger["file"].iloc[0], ledger["line"].iloc[0]) == ("a.csv", 3)


def test_a_file_that_does_not_exist_is_named(session: Session) -> None:
    with pytest.raises(InputError, match=r"nowhere\.csv"):
        steps.ingest(session, ["nowhere.csv"])


def test_a_site_is_loaded_whole_and_only_what_changed_is_new(session: Session, site_folder: Path) -> None:
    first = steps.load_site(session, site_folder)

    assert sorted(first) == [
        "opening_hours.toml", "people.csv", "rules.toml", "smena.toml", "targets.toml", "time_off.csv",
    ]  # fmt: skip
    assert steps.load_site(session, site_folder) == []
    assert len(session.site.people) == 6
    assert session.settings.interval_minutes == 60
    assert session.site.time_off["kind"].tolist() == ["leave"]


def test_a_broken_rule_book_leaves_the_site_as_it_was(session: Session, site_folder: Path, tmp_path: Path) -> None:
    steps.load_site(session, site_folder)
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "people.csv").write_text("agent,queues,agreement\nnew,phone/*,full\n")
    (folder / "rules.toml").write_text((site_folder / "rules.toml").read_text().replace("40", "4"))

    with pytest.raises(InputError, match=r"rules\.toml"):
        steps.load_site(session, folder)

    assert len(session.site.people) == 6


def test_a_folder_without_site_files_is_refused(session: Session, tmp_path: Path) -> None:
    with pytest.raises(EmptyFile, match=r"people\.csv"):
        steps.load_site(session, tmp_path)


def test_a_list_of_absences_may_be_empty_but_a_setting_may_not_be_wrong(session: Session, tmp_path: Path) -> None:
    (tmp_path / "time_off.csv").write_text("agent,from,to,kind,weight\n")
    assert steps.load_site(session, tmp_path) == ["time_off.csv"]
    assert session.site.time_off.empty

    (tmp_path / "smena.toml").write_text('timezone = "Mars/Olympus"\n')
    with pytest.raises(BadValue, match="time zone"):
        steps.load_site(session, tmp_path)


def test_a_site_without_files_has_defaults(session: Session) -> None:
    site = session.site

    assert site.people.empty
    assert site.settings.interval_minutes == 30
    assert site.targets.of("phone/a").service_level == pd.Series([0.8]).iloc[0]
    assert site.opening is None


def test_of_two_people_who_edit_a_site_file_one_is_told(session: Session, site_folder: Path, tmp_path: Path) -> None:
    steps.load_site(session, site_folder)
    for name, agent in (("first", "anna"), ("second", "boris")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "people.csv").write_text(f"agent,queues,agreement\n{agent},phone/*,full\n")
    steps.load_site(session, tmp_path / "first", seen={"people.csv": 1})

    with pytest.raises(StaleRevision, match=r"people\.csv"):
        steps.load_site(session, tmp_path / "second", seen={"people.csv": 1})

    assert session.site.people["agent"].tolist() == ["anna"]


INTERVALS = "queue,start,offered,handled,abandoned,aht_seconds\n"


def interval_file(folder: Path, name: str, minutes: int, offered: int) -> Path:
    starts = pd.date_range("2026-07-06T09:00", periods=4, freq=f"{minutes}min", tz="Europe/Berlin")
    rows = [f"phone/billing,{start.isoformat()},{offered},{offered},0,240" for start in starts]
    path = folder / name
    path.write_text(INTERVALS + "\n".join(rows) + "\n")
    return path


def test_interval_reports_alone_are_a_history_on_the_sites_grid(
    session: Session, site_folder: Path, tmp_path: Path
) -> None:
    steps.load_site(session, site_folder)  # plans in hours
    steps.ingest(session, [interval_file(tmp_path, "switch.csv", 30, 10)])

    steps.make_history(session)

    history = steps.read(session, "history")
    assert history["offered"].tolist() == [20.0, 20.0]
    assert history["start"].iloc[0] == pd.Timestamp("2026-07-06T07:00Z")
    assert history["open"].all()


def test_where_tickets_and_the_switch_both_speak_the_switch_counts(
    session: Session, site_folder: Path, tmp_path: Path
) -> None:
    steps.load_site(session, site_folder)
    ticket = ticket_file(tmp_path, "a.csv", [
        "1,2026-07-06T09:10+02:00,phone,billing,300", "2,2026-07-06T15:10+02:00,phone,billing,300",
    ])  # fmt: skip
    steps.ingest(session, [ticket, interval_file(tmp_path, "switch.csv", 60, 10)])

    steps.make_history(session)

    hours = steps.read(session, "history").set_index("start")["offered"]
    assert hours[pd.Timestamp("2026-07-06T07:00Z")] == 10  # the switch, not the one ticket
    assert hours[pd.Timestamp("2026-07-06T13:00Z")] == 1  # only tickets speak of the afternoon


def test_reports_coarser_than_the_sites_grid_are_refused_with_a_remedy(
    session: Session, site_folder: Path, tmp_path: Path
) -> None:
    steps.load_site(session, site_folder)
    steps.ingest(session, [interval_file(tmp_path, "switch.csv", 120, 10)])

    with pytest.raises(BadValue, match="interval_minutes = 120"):
        steps.make_history(session)


NAIVE = "1,2026-07-06T09:00,phone,billing,300"


def test_a_file_read_with_another_zone_takes_the_place_of_its_first_reading(session: Session, tmp_path: Path) -> None:
    path = ticket_file(tmp_path, "a.csv", [NAIVE])
    steps.ingest(session, [path], timezone="UTC")

    report = steps.ingest(session, [path], timezone="Europe/Berlin")

    assert (report["loaded"], report["duplicates"], report["replaced"]) == (1, 0, ["a.csv"])
    assert len(steps.imports(session)) == 1
    assert steps.read(session, "tickets")["created_at"].tolist() == [pd.Timestamp("2026-07-06T07:00Z")]
    assert steps.ingest(session, [path], timezone="Europe/Berlin")["unchanged"] == ["a.csv"]
    assert steps.ingest(session, [path])["unchanged"] == ["a.csv"]


def test_a_file_read_again_keeps_its_place_before_later_files(session: Session, tmp_path: Path) -> None:
    old = ticket_file(tmp_path, "a.csv", [NAIVE])
    new = ticket_file(tmp_path, "b.csv", ["1,2026-07-06T09:00,phone,billing,999"])
    steps.ingest(session, [old])
    steps.ingest(session, [new])

    report = steps.ingest(session, [old], again=True)

    assert report["replaced"] == ["a.csv"]
    assert steps.imports(session)["file"].tolist() == ["a.csv", "b.csv"]
    assert steps.read(session, "tickets")["handle_seconds"].tolist() == [999]


def test_the_bodies_of_a_replaced_reading_stay_for_the_plans_made_from_them(session: Session, tmp_path: Path) -> None:
    path = ticket_file(tmp_path, "a.csv", [NAIVE])
    steps.ingest(session, [path], timezone="UTC")
    first = session.store.imports.all()[0]

    steps.ingest(session, [path], again=True)

    assert session.store.imports.all()[0].version != first.version
    assert len(session.store.versions.frame("tickets", first.version)) == 1


def test_rejected_rows_are_given_out_in_a_dry_run_too(session: Session, tmp_path: Path) -> None:
    path = ticket_file(tmp_path, "a.csv", [NAIVE, "2,2026-07-06T09:00,phone,billing,-5", "3,soon,phone,billing,5"])
    kept: list[pd.DataFrame] = []

    report = steps.ingest(session, [path], dry_run=True, keep_rejects=kept.append)

    assert kept[0]["line"].tolist() == [3, 4]
    assert sum(report["reasons"].values()) == 2
    assert steps.imports(session).empty


def test_a_file_that_tells_who_hung_up_joins_one_that_does_not(session: Session, tmp_path: Path) -> None:
    plain = ticket_file(tmp_path, "a.csv", ["1,2026-07-06T09:00+02:00,phone,billing,300"])
    told = tmp_path / "b.csv"
    told.write_text(
        HEADER.replace("type,", "type,abandoned,") + "2,2026-07-06T09:10+02:00,phone,billing,true,\n", "utf-8"
    )

    steps.ingest(session, [plain])
    steps.ingest(session, [told])

    tickets = steps.read(session, "tickets").set_index("ticket_id")
    assert tickets["abandoned"].to_dict() == {"1": False, "2": True}
