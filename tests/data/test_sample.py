"""The sample site: made again it is the same, it fits its contracts, and the planted effects are there."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from domain import OpeningHours, RuleBook, SegmentRules, Settings, Targets
from domain.queues import matches, split_list
from domain.tables import EVENTS, PEOPLE, TICKETS, TIME_OFF

ROOT = Path(__file__).resolve().parents[2]
QUEUES = {
    "phone/billing", "phone/tech", "phone/sales", "chat/support", "messenger/support", "email/billing", "email/tech",
    "social/care",
}  # fmt: skip


@pytest.fixture(scope="module")
def remade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    subprocess.run([sys.executable, str(ROOT / "examples" / "make_sample.py"), str(folder)], check=True)
    return folder


@pytest.fixture(scope="module")
def tickets(sample: Path) -> pd.DataFrame:
    return TICKETS.check(pd.read_parquet(sample / "tickets.parquet"))


@pytest.fixture(scope="module")
def local(tickets: pd.DataFrame) -> pd.DataFrame:
    """Queue, local day and hour of every contact."""
    wall = tickets["created_at"].dt.tz_convert("Europe/Berlin").dt.tz_localize(None)
    queue = tickets["channel"] + "/" + tickets["type"]
    return pd.DataFrame({"queue": queue, "day": wall.dt.normalize(), "hour": wall.dt.hour})


@pytest.fixture(scope="module")
def days(local: pd.DataFrame) -> pd.DataFrame:
    """Contacts by local day and queue; a day without contacts is 0."""
    every = pd.date_range("2024-09-01", "2026-08-31", freq="D")
    return local.groupby(["day", "queue"]).size().unstack(fill_value=0).reindex(every, fill_value=0)


def _toml(path: Path) -> dict[str, object]:
    return tomllib.loads(path.read_text("utf-8"))


@pytest.mark.parametrize(
    "name",
    [
        "people.csv",
        "time_off.csv",
        "zendesk_sample.csv",
        "freshdesk_sample.csv",
        "russian_sample.csv",
        "dirty_sample.csv",
    ],
)
def test_a_small_file_made_again_has_the_same_bytes(sample: Path, remade: Path, name: str) -> None:
    assert (remade / name).read_bytes() == (sample / name).read_bytes()


def test_the_contacts_made_again_are_the_same(sample: Path, remade: Path) -> None:
    pd.testing.assert_frame_equal(
        pd.read_parquet(remade / "tickets.parquet"), pd.read_parquet(sample / "tickets.parquet")
    )


def test_the_whole_sample_takes_at_most_five_megabytes(sample: Path) -> None:
    assert sum(path.stat().st_size for path in sample.rglob("*") if path.is_file()) <= 5_000_000


def test_the_history_is_two_whole_local_years_of_eight_queues(local: pd.DataFrame) -> None:
    assert set(local["queue"]) == QUEUES
    assert local["day"].min() == pd.Timestamp("2024-09-01")
    assert local["day"].max() == pd.Timestamp("2026-08-31")


def test_people_leave_and_events_keep_their_contracts(sample: Path) -> None:
    people = PEOPLE.check(pd.read_csv(sample / "people.csv"))
    time_off = TIME_OFF.check(pd.read_csv(sample / "time_off.csv"))
    events = EVENTS.check(pd.read_csv(sample / "events.csv"))
    assert len(people) == 60
    assert set(time_off["agent"]) <= set(people["agent"])
    assert set(time_off["kind"]) == {"leave", "sick", "training", "wish_off", "wish_work"}
    assert {"campaign", "outage", "discard", "closure"} == set(events["kind"])
    assert (time_off["to"] >= time_off["from"]).all()
    assert (events["to"] >= events["from"]).all()


def test_the_words_of_the_site_load_as_what_they_are(sample: Path) -> None:
    targets = Targets.from_mapping(_toml(sample / "targets.toml"))
    SegmentRules.from_mapping(_toml(sample / "segments.toml"))
    OpeningHours.from_mapping(_toml(sample / "opening_hours.toml"))
    settings = Settings.from_mapping(_toml(sample / "smena.toml"))
    rules = RuleBook.from_mapping(_toml(sample / "rules.toml"))
    assert (settings.timezone, settings.interval_minutes, rules.timezone) == ("Europe/Berlin", 30, "Europe/Berlin")
    assert {targets.of(queue).work for queue in QUEUES} == {"live", "chat", "deferred"}
    assert targets.of("email/tech").deadline_hours == 24
    assert targets.of("social/care").deadline_hours == 2


def test_segment_rules_sort_the_contacts_into_the_planned_queues(sample: Path, tickets: pd.DataFrame) -> None:
    rules = SegmentRules.from_mapping(_toml(sample / "segments.toml"))
    one_each = tickets.drop_duplicates(["channel", "type"])
    assert set(rules.assign(one_each)) == QUEUES


def test_everyone_has_an_agreement_and_every_queue_has_people(sample: Path) -> None:
    people = pd.read_csv(sample / "people.csv")
    rules = RuleBook.from_mapping(_toml(sample / "rules.toml"))
    assert set(people["agreement"]) == {agreement.name for agreement in rules.agreements}
    for queue in QUEUES:
        assert sum(matches(queue, split_list(skills)) for skills in people["queues"]) >= 8
    names = "".join(people["name"])
    assert any("А" <= letter <= "я" for letter in names)
    assert any("A" <= letter <= "Z" for letter in names)


def test_shifts_of_the_week_hold_the_hours_that_were_agreed(sample: Path) -> None:
    rules = RuleBook.from_mapping(_toml(sample / "rules.toml"))
    full = rules.agreement("full-time")
    assert {rules.shift(name).paid_minutes for name in full.shifts} == {480}
    assert (full.hours_per_week_max, full.rest_hours_min, full.weekly_rest_hours_min) == (40, 11, 35)
    ends = {start + shift.length_minutes for shift in rules.shifts for start in shift.start_minutes}
    assert max(ends) == 22 * 60  # the last shift ends when chat closes


def test_mondays_are_busier_than_sundays(days: pd.DataFrame) -> None:
    by_weekday = days.groupby(days.index.day_of_week).mean()
    assert (by_weekday.loc[0] > 1.3 * by_weekday.loc[6]).all()
    assert (by_weekday.loc[6, ["phone/billing", "phone/tech", "phone/sales"]] == 0).all()


def test_campaigns_bring_contacts_to_sales_and_chat(days: pd.DataFrame) -> None:
    for first, last in (("2025-03-17", "2025-03-30"), ("2026-03-16", "2026-03-29")):
        before = pd.date_range(end=pd.Timestamp(first) - pd.Timedelta(days=1), periods=14)
        during = days.loc[first:last].sum()
        usual = days.loc[before].sum()
        assert during["phone/sales"] > 1.3 * usual["phone/sales"]
        assert during["chat/support"] > 1.12 * usual["chat/support"]
        assert during["email/tech"] < 1.2 * usual["email/tech"]


def test_billing_days_bring_contacts_to_billing_only(days: pd.DataFrame) -> None:
    tuesdays_to_thursdays = days[days.index.day_of_week.isin([1, 2, 3]) & (days["phone/tech"] > 0)]
    first = tuesdays_to_thursdays[tuesdays_to_thursdays.index.day == 1].mean()
    ordinary = tuesdays_to_thursdays[tuesdays_to_thursdays.index.day.isin([8, 9, 10])].mean()
    assert first["phone/billing"] > 1.25 * ordinary["phone/billing"]
    assert first["email/billing"] > 1.25 * ordinary["email/billing"]
    assert 0.8 < first["phone/tech"] / ordinary["phone/tech"] < 1.2


def test_phones_are_dead_during_the_outage_and_ring_more_after_it(local: pd.DataFrame) -> None:
    phones = local[local["queue"].str.startswith("phone/")]
    outage = phones[phones["day"] == "2025-11-18"].groupby("hour").size().reindex(range(24), fill_value=0)
    week_before = phones[phones["day"] == "2025-11-11"].groupby("hour").size().reindex(range(24), fill_value=0)
    assert outage.loc[10:13].sum() == 0
    assert week_before.loc[10:13].sum() > 100
    assert outage.loc[14:16].sum() > 1.7 * week_before.loc[14:16].sum()


def test_phones_are_closed_on_holidays_and_on_the_day_of_the_move(days: pd.DataFrame) -> None:
    phones = days[["phone/billing", "phone/tech", "phone/sales"]].sum(axis=1)
    for day in ("2024-12-25", "2025-05-01", "2026-04-06", "2025-06-14"):
        assert phones.loc[day] == 0
        assert days.loc[day, "chat/support"] > 20
    assert phones.loc["2026-04-07"] > phones.loc["2026-04-14"]  # after Easter Monday


def test_one_day_was_lost_and_no_other(days: pd.DataFrame) -> None:
    assert list(days.index[days.sum(axis=1) == 0]) == [pd.Timestamp("2025-08-14")]


def test_messenger_grows_and_billing_mail_shrinks(days: pd.DataFrame) -> None:
    first, second = days.loc["2024-09-01":"2025-08-31"].sum(), days.loc["2025-09-01":"2026-08-31"].sum()
    assert second["messenger/support"] > 1.2 * first["messenger/support"]
    assert second["email/billing"] < first["email/billing"]


def test_letters_arrive_at_night_and_calls_do_not(local: pd.DataFrame) -> None:
    night = local[(local["hour"] < 7) | (local["hour"] >= 23)]
    assert {"email/billing", "email/tech"} == set(night["queue"])


def test_the_doubled_hour_holds_contacts_of_both_hours(tickets: pd.DataFrame) -> None:
    utc = tickets["created_at"]
    summer = utc.between("2024-10-27T00:00:00Z", "2024-10-27T00:59:59Z")  # 02:00–02:59, the first time
    winter = utc.between("2024-10-27T01:00:00Z", "2024-10-27T01:59:59Z")  # 02:00–02:59, the second time
    summer |= utc.between("2025-10-26T00:00:00Z", "2025-10-26T00:59:59Z")
    winter |= utc.between("2025-10-26T01:00:00Z", "2025-10-26T01:59:59Z")
    assert summer.sum() > 0
    assert winter.sum() > 0


def test_those_who_hung_up_were_not_handled_and_waited(tickets: pd.DataFrame) -> None:
    left = tickets[tickets["abandoned"]]
    assert set(left["channel"]) == {"phone", "chat", "messenger"}
    assert left["handle_seconds"].isna().all()
    assert (left["wait_seconds"] > 0).all()
    assert 0.02 < len(left) / (tickets["wait_seconds"].notna().sum()) < 0.06
    assert tickets.loc[~tickets["abandoned"], "handle_seconds"].notna().all()


def test_handle_times_differ_by_type_and_have_a_long_tail(tickets: pd.DataFrame) -> None:
    seconds = tickets.groupby(["channel", "type"])["handle_seconds"]
    assert seconds.mean()["phone", "billing"] < seconds.mean()["phone", "tech"] < seconds.mean()["email", "tech"]
    assert (seconds.mean() > 1.1 * seconds.median()).all()
    assert tickets["reopens"].max() >= 2


def test_the_russian_export_is_a_western_spreadsheets_horror(sample: Path) -> None:
    raw = (sample / "russian_sample.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(raw.decode("cp1251")), delimiter=";"))
    assert len(rows) == 200
    assert {"Номер", "Дата создания", "Канал", "Тема", "Длительность"} <= set(rows[0])
    assert any("," in row["Длительность"] for row in rows)
    pd.to_datetime(pd.Series([row["Дата создания"] for row in rows]), format="%d.%m.%Y %H:%M:%S")


def test_exports_carry_the_headers_that_presets_are_told_by(sample: Path) -> None:
    zendesk = pd.read_csv(sample / "zendesk_sample.csv")
    freshdesk = pd.read_csv(sample / "freshdesk_sample.csv")
    assert {"Summation column", "Id", "Created at", "Via", "Reopens"} <= set(zendesk)
    assert {"Ticket ID", "Created time", "Resolved time", "Source"} <= set(freshdesk)
    assert len(zendesk) == len(freshdesk) == 200
    forms = freshdesk["Created time"].str.replace(r"\d", "9", regex=True)
    assert set(forms) == {"9999-99-99 99:99:99", "99.99.9999 99:99", "99/99/9999 99:99"}


def test_the_dirty_file_has_every_planted_fault(sample: Path) -> None:
    text = (sample / "dirty_sample.csv").read_text("utf-8")
    records = list(csv.reader(io.StringIO(text)))
    header, rows = records[0], [row for row in records[1:] if row]
    assert len(rows) == 27  # ten good ones and seventeen faults; the empty line is no record
    assert sorted({len(row) for row in rows} - {len(header)}) == [6, 10]
    identifiers = [row[0] for row in rows]
    assert identifiers.count("D-0001") == 2
    assert "" in identifiers
    handled = [row[5] for row in rows]
    assert {"-45", "312,5", "five minutes"} <= set(handled)


def test_contacts_are_counted_on_the_mean_of_their_own_making(tickets: pd.DataFrame) -> None:
    """Chosen numbers: an ordinary Wednesday of August 2026 brings about 190 calls about bills less summer's trough."""
    wall = tickets["created_at"].dt.tz_convert("Europe/Berlin").dt.tz_localize(None)
    wednesdays = wall.dt.normalize().isin(pd.to_datetime(["2026-08-05", "2026-08-12", "2026-08-19", "2026-08-26"]))
    calls = (wednesdays & (tickets["channel"] == "phone") & (tickets["type"] == "billing")).sum() / 4
    season = 1 + 0.08 * np.cos(2 * np.pi * (230 - 15) / 365.25)
    assert calls == pytest.approx(190 * season, rel=0.12)


def test_the_site_names_no_rule_that_the_planner_does_not_have(sample: Path) -> None:
    from scheduling.roster.rules import RULES

    named = set(RuleBook.from_mapping(_toml(sample / "rules.toml")).rules)
    assert named <= {rule.name for rule in RULES}
    assert {"rest", "weekly_rest", "hours_per_week"} <= named
