"""Every layout of presets.yaml has an example here; a layout without one fails by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from connectors import presets, read_tickets
from connectors.layouts import NEEDED, UNITS, channel_words, find_layout, load_presets, unit_of
from domain.errors import BadValue, MissingColumn, UnknownFormat
from domain.tables import HISTORY, TICKETS

# A file as the source writes it, and what its first row must become (times in UTC, the zone given is Berlin).
EXAMPLES: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "canonical_tickets": (
        "ticket_id,created_at,channel,category,reopen_count\nT-1,2026-03-02T09:00:00+01:00,Phone,billing,2\n",
        {"ticket_id": "T-1", "created_at": "2026-03-02 08:00", "channel": "phone", "type": "billing", "reopens": 2},
    ),
    "contacts_without_id": (
        "created_at,channel,category,closed_at\n2026-03-02 09:00,phone,fire,2026-03-02 10:00\n",
        {"ticket_id": "export.csv:2", "created_at": "2026-03-02 08:00", "resolved_at": "2026-03-02 09:00"},
    ),
    "canonical_history": (
        "queue,start,offered,handled,abandoned,aht_seconds,mark\nphone/a,2026-03-02T09:00Z,10,9,1,200.5,outlier\n",
        {"queue": "phone/a", "start": "2026-03-02 09:00", "offered": 10, "aht_seconds": 200.5, "mark": "outlier"},
    ),
    "interval_series": (
        "series_id,ts,interval_minutes,volume,channel,handled,abandoned,aht_s\n"
        "main,2026-03-02 09:00,30,10,phone,9,1,240\n",
        {"queue": "phone/main", "start": "2026-03-02 08:00", "offered": 10, "handled": 9, "aht_seconds": 240},
    ),
    "zendesk_csv": (
        "Summation column,Id,Requester,Assignee,Group,Subject,Tags,Status,Priority,Via,Ticket type,Created at,"
        "Updated at,Solved at,Reopens,Replies,First reply time in minutes,"
        "First reply time in minutes within business hours\n"
        '1,35436,"Petrov, A",Ann,Support,Where is it?,a b,Solved,High,Mail,Question,2026-03-02 09:00,2026-03-02 11:00,'
        "2026-03-02 10:00,1,2,12.5,3\n",
        {"ticket_id": "35436", "created_at": "2026-03-02 08:00", "channel": "email", "type": "Question",
         "wait_seconds": 750, "reopens": 1, "resolved_at": "2026-03-02 09:00", "group": "Support"},
    ),
    "freshdesk_csv": (
        "Ticket ID,Subject,Status,Priority,Source,Type,Agent,Group,Created Time,Resolved Time,Initial response time,"
        "Time tracked,First response time (in hrs)\n"
        "12,Hi,Closed,Low,Feedback Widget,Question,Ann,L1,2026-03-02 09:00:00,2026-03-02 10:30:00,2026-03-02 09:10:00,"
        "01:30:00,00:10:00\n",
        {"ticket_id": "12", "channel": "web", "handle_seconds": 5400, "wait_seconds": 600,
         "first_response_at": "2026-03-02 08:10", "resolved_at": "2026-03-02 09:30"},
    ),
    "freshservice_csv": (
        "Ticket Id,Subject,Source,Urgency,Impact,Priority,Created Time,Resolved Time,Time Tracked\n"
        "INC-5,Laptop,Phone,Low,Low,Medium,2026-03-02 09:00:00,2026-03-02 10:00:00,00:45\n",
        {"ticket_id": "INC-5", "channel": "phone", "handle_seconds": 2700, "priority": "Medium"},
    ),
    "jira_service_csv": (
        "Issue key,Issue Type,Summary,Status,Priority,Created,Resolved,Custom field (Request Type),Comment,Comment\n"
        "SD-9,Incident,VPN,Done,High,02/Mar/26 9:00 PM,03/Mar/26 8:15 AM,Access,a,b\n",
        {"ticket_id": "SD-9", "created_at": "2026-03-02 20:00", "resolved_at": "2026-03-03 07:15", "type": "Access",
         "channel": "web"},
    ),
    "hubspot_tickets": (
        "hs_ticket_id,subject,createdate,closed_date,source_type,hs_ticket_category,hs_ticket_priority,"
        "time_to_first_agent_reply\n"
        "77,Hi,2026-03-02T08:00:00.000Z,2026-03-02T09:00:00.000Z,CHAT,BILLING,HIGH,90000\n",
        {"ticket_id": "77", "created_at": "2026-03-02 08:00", "channel": "chat", "wait_seconds": 90},
    ),
    "intercom_export": (
        "conversation_id,conversation_created_at,conversation_first_response_at,conversation_closed_at,message_type\n"
        "5,1772442000,1772442060,1772445600,conversation_message\n5,1772442000,1772442060,1772445600,reply\n",
        {"ticket_id": "5", "created_at": "2026-03-02 09:00", "first_response_at": "2026-03-02 09:01",
         "channel": "chat"},
    ),
    "salesforce_case": (
        "Case Number,Date/Time Opened,Date/Time Closed,Case Origin,Case Reason,Priority\n"
        "00001026,3/2/2026 9:00 AM,3/2/2026 11:00 AM,Web,Installation,High\n",
        {"ticket_id": "00001026", "created_at": "2026-03-02 08:00", "channel": "web", "type": "Installation"},
    ),
    "bitrix24_calls": (
        "ID,CALL_ID,CALL_TYPE,PORTAL_NUMBER,CALL_DURATION,CALL_START_DATE,CALL_FAILED_CODE\n"
        "1,ext.1,2,74950000000,0,2026-03-02T09:00:00+03:00,304\n2,ext.2,1,74950000000,60,2026-03-02T09:05:00+03:00,200\n",
        {"ticket_id": "ext.1", "created_at": "2026-03-02 06:00", "abandoned": True, "handle_seconds": 0},
    ),
    "five9_call_log": (
        "CALL ID,TIMESTAMP,CAMPAIGN,CALL TYPE,QUEUE WAIT TIME,TALK TIME,HOLD TIME,AFTER CALL WORK TIME,ABANDONED\n"
        '300,"Mon, 02 Mar 2026 09:00:00",Care,Inbound,00:00:12,00:03:00,00:00:30,00:01:00,0\n',
        {"ticket_id": "300", "created_at": "2026-03-02 08:00", "type": "Care", "handle_seconds": 270,
         "wait_seconds": 12},
    ),
    "talkdesk_interactions": (
        "Interaction ID,Contact Type,Direction,Started At,Wait Time,Answered At,Finished At,Handle Time,Ring Groups\n"
        "ab12,voice,inbound,2026-03-02 09:00:00,15,2026-03-02 09:00:15,2026-03-02 09:05:15,300,care\n",
        {"ticket_id": "ab12", "channel": "phone", "wait_seconds": 15, "handle_seconds": 300, "type": "care"},
    ),
    "russian_spreadsheet": (
        "№;Дата обращения;Источник;Категория;Длительность, мин;Потерян\n15;02.03.2026 09:00;Звонок;Оплата;4,5;да\n",
        {"ticket_id": "15", "created_at": "2026-03-02 08:00", "channel": "phone", "handle_seconds": 270,
         "abandoned": True},
    ),
    "russian_intervals": (
        "Дата;Интервал;Линия;Поступило;Принято;Потеряно;Среднее время обработки, мин\n"
        "02.03.2026;09:00-09:30;Первая;10;9;1;3,5\n",
        {"queue": "phone/Первая", "start": "2026-03-02 08:00", "offered": 10, "abandoned": 1, "aht_seconds": 210},
    ),
    "genesys_history": (
        "Interval Start UTC Date,Queue,Media Type,Skill Set,Language,Offered,Interactions Handled,"
        "Total Handle Time (Seconds)\n"
        "2026-03-02T09:15:00Z,Billing,VOICE,,en,10,8,1600\n",
        {"queue": "phone/Billing", "start": "2026-03-02 09:15", "offered": 10, "handled": 8, "aht_seconds": 200},
    ),
    "amazon_connect_history": (
        "QueueName,QueueId,ChannelType,TimeStamp,IntervalDuration,IncomingContactVolume,AverageHandleTime,ContactsHandled\n"
        "Basic,q-1,VOICE,2026-03-02T09:15:00Z,15mins,10,200,9\n",
        {"queue": "phone/Basic", "start": "2026-03-02 09:15", "offered": 10, "handled": 9, "aht_seconds": 200},
    ),
}  # fmt: skip


def test_every_preset_has_an_example_and_every_example_a_preset() -> None:
    assert set(EXAMPLES) == set(presets())


@pytest.mark.parametrize("name", presets())
def test_a_layout_is_recognised_by_its_header_and_read(tmp_path: Path, name: str) -> None:
    text, expected = EXAMPLES[name]
    path = tmp_path / "export.csv"
    path.write_text(text, encoding="utf-8")
    found = read_tickets(path, timezone="Europe/Berlin")
    assert found.preset == name
    assert found.report["loaded"] == 1
    row = found.frame.iloc[0]
    for column, value in expected.items():
        got = row[column]
        assert got == (pd.Timestamp(str(value), tz="UTC") if isinstance(got, pd.Timestamp) else value), column


@pytest.mark.parametrize("name", presets())
def test_a_layout_keeps_to_the_rules_of_the_file(name: str) -> None:
    preset = load_presets()[name]
    table = TICKETS if preset.kind == "tickets" else HISTORY
    assert preset.kind in NEEDED
    assert preset.about
    extra = {"group", "channel", "interval_minutes", "handle_seconds_total"}
    assert set(preset.map) | set(preset.constants) <= set(table.column_names) | extra
    assert set(preset.units) <= set(preset.map)
    assert set(preset.units.values()) <= set(UNITS)
    assert set(preset.values) <= set(preset.map)
    assert preset.decimal in (None, ".", ",")
    needed = set(NEEDED[preset.kind]) - ({"ticket_id"} if preset.makes_id else set())
    assert needed <= set(preset.map)


def test_the_header_is_compared_without_case_spaces_and_yo() -> None:
    layout = find_layout(["  НОМЕР ", "Дата  Создания", "Трёхзначный код"], "x.csv")
    assert layout.preset.name == "russian_spreadsheet"
    created = layout.field("created_at")
    assert created is not None
    assert created.sources == ("Дата  Создания",)


def test_the_layout_with_the_most_names_wins() -> None:
    assert find_layout(["ticket_id", "created_at", "channel"], "x.csv").preset.name == "canonical_tickets"
    assert find_layout(["created_at", "channel"], "x.csv").preset.name == "contacts_without_id"


def test_an_unknown_header_is_told_the_nearest_layout_and_what_it_lacks() -> None:
    with pytest.raises(UnknownFormat, match=r"x\.csv, line 1.*'Id, Created at, Status'.*zendesk_csv.*'Via'.*--map"):
        find_layout(["Id", "Created at", "Status"], "x.csv", line=1)


def test_a_named_preset_that_the_file_does_not_fit_tells_the_missing_column() -> None:
    with pytest.raises(MissingColumn, match=r"'Created time' for created_at \(preset freshdesk_csv\)"):
        find_layout(["Ticket ID", "Source"], "x.csv", preset="freshdesk_csv")


def test_an_unknown_preset_and_an_unknown_unit_are_refused() -> None:
    with pytest.raises(BadValue, match=r"preset.*'zendesk'.*zendesk_csv"):
        find_layout(["Id"], "x.csv", preset="zendesk")
    with pytest.raises(BadValue, match="unit: seconds, minutes"):
        find_layout(["ticket_id", "created_at", "d"], "x.csv", mapping={"handle_seconds": "d|fortnights"})


@pytest.mark.parametrize(
    ("source", "unit"),
    [("Ожидание, мин", "minutes"), ("Время обработки (сек)", "seconds"), ("First response time (in hrs)", "hours"),
     ("duration_ms", "milliseconds"), ("handle_seconds", "seconds"), ("Длительность", "seconds"), ("open days", "days"),
     ("Minimum", "seconds")],
)  # fmt: skip
def test_a_column_name_tells_its_unit(source: str, unit: str) -> None:
    assert unit_of(source) == unit


def test_a_channel_word_means_one_channel() -> None:
    words = channel_words()
    assert set(words.values()) == {"email", "phone", "chat", "messenger", "social", "web", "walk-in"}
    assert words["почта"] == "email"
    assert words["voice"] == "phone"


@pytest.mark.parametrize(
    ("name", "preset", "encoding"),
    [
        ("zendesk_sample.csv", "zendesk_csv", "utf-8"),
        ("freshdesk_sample.csv", "freshdesk_csv", "utf-8"),
        ("russian_sample.csv", "russian_spreadsheet", "cp1251"),
    ],
)
def test_the_exports_of_the_sample_site_load_whole(sample: Path, name: str, preset: str, encoding: str) -> None:
    found = read_tickets(sample / name, timezone="Europe/Berlin")
    assert found.preset == preset
    assert found.report["files"][0]["encoding"] == encoding
    assert found.report["rejected"] == 0
    assert found.report["loaded"] == found.report["rows"] > 0
    assert set(found.frame["channel"]) <= {"email", "phone", "chat", "messenger", "social"}
