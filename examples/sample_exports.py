"""Small exports as ticket systems and spreadsheets write them, made from the contacts of the last days."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sample_queues import TIMEZONE

SUBJECTS = {
    ("billing", "en"): ("Charged twice this month", "Invoice is missing", "Wrong amount on my bill", "Refund, please"),
    ("billing", "ru"): ("Двойное списание", "Не пришёл счёт", "Неверная сумма в счёте", "Прошу вернуть деньги"),
    ("tech", "en"): ("No connection since morning", "Can't sign in", "Router keeps restarting", "App shows error 502"),
    ("tech", "ru"): ("Нет связи с утра", "Не могу войти", "Роутер перезагружается", "Приложение пишет «ошибка 502»"),
    ("sales", "en"): ("Which plan fits two flats?", "Upgrade to fibre", "Do you deliver to Potsdam?"),
    ("sales", "ru"): ("Какой тариф выбрать?", "Хочу перейти на оптику", "Доставляете в Потсдам?"),
    ("support", "en"): ("How do I change my address?", "Where is my order", "Cancel my appointment; new date?"),
    ("support", "ru"): ("Как изменить адрес?", "Где мой заказ", "Отменить визит; новая дата?"),
    ("care", "en"): ("Still waiting for an answer!", "Thanks, great service", "Your hotline is always busy"),
    ("care", "ru"): ("До сих пор жду ответа!", "Спасибо, отличный сервис", "На линию не дозвониться"),
}
ZENDESK_VIA = {
    "phone": "Phone call (incoming)", "email": "Mail", "chat": "Chat", "messenger": "Native messaging",
    "social": "Twitter",
}  # fmt: skip
FRESHDESK_SOURCE = {"phone": "Phone", "email": "Email", "chat": "Chat", "messenger": "WhatsApp", "social": "Facebook"}
RUSSIAN_CHANNEL = {
    "phone": "Телефон", "email": "Почта", "chat": "Чат", "messenger": "Мессенджер", "social": "Соцсети",
}  # fmt: skip
RUSSIAN_TYPE = {"billing": "Оплата", "tech": "Техника", "sales": "Продажи", "support": "Поддержка", "care": "Забота"}
MIXED_DATES = ("%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M")  # all days are after the 12th: no doubt


def last_contacts(tickets: pd.DataFrame, count: int, skip: int, rng: np.random.Generator) -> pd.DataFrame:
    """Every tenth or so of the last contacts, with a subject, local times and an agent."""
    pool = tickets.iloc[len(tickets) - skip - count * 10 : len(tickets) - skip]
    rows = pool.iloc[np.sort(rng.choice(len(pool), count, replace=False))].reset_index(drop=True)
    phrases = [SUBJECTS[key] for key in zip(rows["type"], rows["language"], strict=True)]
    rows["subject"] = [phrase[int(rng.integers(0, len(phrase)))] for phrase in phrases]
    rows["priority"] = rng.choice(["low", "normal", "high", "urgent"], count, p=[0.15, 0.6, 0.2, 0.05])
    rows["agent"] = [f"A{number:02d}" for number in rng.integers(1, 61, count)]
    rows["created"] = _local(rows["created_at"])
    answered = rows["created_at"] + pd.to_timedelta(rows["wait_seconds"].fillna(0), unit="s")
    rows["first"] = _local(rows["first_response_at"].fillna(answered)).mask(rows["abandoned"])
    handled = answered + pd.to_timedelta(rows["handle_seconds"].fillna(0), unit="s")
    rows["resolved"] = _local(rows["resolved_at"].fillna(handled)).mask(rows["abandoned"])
    return rows


def zendesk(rows: pd.DataFrame) -> pd.DataFrame:
    """The headers of a Zendesk view export; times are in the account's zone, to the minute."""
    minutes = (rows["first"] - rows["created"]).dt.total_seconds() / 60
    resolution = (rows["resolved"] - rows["created"]).dt.total_seconds() / 60
    return pd.DataFrame(
        {
            "Summation column": 1,
            "Id": 870000 + rows["ticket_id"].astype(int),
            "Requester id": 360000000000 + rows["ticket_id"].astype(int) * 17 % 9973,
            "Assignee": rows["agent"],
            "Group": rows["type"].str.title(),
            "Subject": rows["subject"],
            "Status": np.where(rows["resolved"].isna(), "Open", "Solved"),
            "Priority": rows["priority"].str.title(),
            "Via": rows["channel"].map(ZENDESK_VIA),
            "Ticket type": rows["type"].map({"tech": "Incident", "care": "Problem"}).fillna("Question"),
            "Created at": rows["created"].dt.strftime("%Y-%m-%d %H:%M"),
            "Solved at": rows["resolved"].dt.strftime("%Y-%m-%d %H:%M"),
            "Reopens": rows["reopens"].astype(int),
            "First reply time in minutes": minutes.round().astype("Int64"),
            "Full resolution time in minutes": resolution.round().astype("Int64"),
            "Contact reason [list]": rows["type"],
        }
    )


def freshdesk(rows: pd.DataFrame) -> pd.DataFrame:
    """The headers of a Freshdesk export whose agents use three date formats."""
    return pd.DataFrame(
        {
            "Ticket ID": 50000 + rows["ticket_id"].astype(int),
            "Subject": rows["subject"],
            "Status": np.where(rows["resolved"].isna(), "Open", "Closed"),
            "Priority": rows["priority"].str.title(),
            "Source": rows["channel"].map(FRESHDESK_SOURCE),
            "Type": rows["type"].str.title(),
            "Agent": rows["agent"],
            "Group": rows["type"].str.title() + " team",
            "Created time": _mixed(rows["created"]),
            "Initial response time": _mixed(rows["first"]),
            "Resolved time": _mixed(rows["resolved"]),
            "Last update time": _mixed(rows["resolved"].fillna(rows["created"])),
            "Time tracked": [_hours(seconds) for seconds in rows["handle_seconds"]],
            "First response time (in hrs)": "",
            "Agent interactions": 1 + rows["reopens"].astype(int),
            "Tags": rows["language"],
        }
    )


def russian(rows: pd.DataFrame) -> pd.DataFrame:
    """A spreadsheet as Russian offices keep it: days before months, decimal commas."""
    return pd.DataFrame(
        {
            "Номер": "З-" + rows["ticket_id"],
            "Дата создания": rows["created"].dt.strftime("%d.%m.%Y %H:%M:%S"),
            "Канал": rows["channel"].map(RUSSIAN_CHANNEL),
            "Тема": rows["type"].map(RUSSIAN_TYPE),
            "Приоритет": rows["priority"].map(
                {"low": "Низкий", "normal": "Обычный", "high": "Высокий", "urgent": "Срочный"}
            ),
            "Оператор": rows["agent"],
            "Статус": np.where(rows["resolved"].isna(), "Открыто", "Решено"),
            "Дата решения": rows["resolved"].dt.strftime("%d.%m.%Y %H:%M"),
            "Длительность": [_comma(seconds) for seconds in rows["handle_seconds"]],
            "Комментарий": rows["subject"],
        }
    )


# The faults of `dirty_sample.csv`, in the order of its lines after the fifth good one. Those that load say so.
DIRTY_LINES = (
    # 1. no ticket_id
    ",2026-08-31T10:00:00+02:00,phone,billing,en,310,12,false,No number",
    # 2. the number of the first good line again
    "D-0001,2026-08-31T10:01:00+02:00,phone,billing,en,300,8,false,Number used twice",
    # 3. no created_at
    "D-0101,,phone,tech,ru,410,9,false,Нет даты",
    # 4. a day that no calendar has
    "D-0102,2026-02-30T10:00:00+01:00,phone,tech,ru,410,9,false,Тридцатое февраля",
    # 5. a word where a time should be
    "D-0103,yesterday,email,tech,en,500,,false,Yesterday",
    # 6. a wall-clock time that Berlin skipped (clocks went forward at 02:00), without offset
    "D-0104,2026-03-29 02:30:00,email,tech,en,500,,false,In the gap",
    # 7. a wall-clock time that Berlin showed twice (loads; counted as doubled hour), without offset
    "D-0105,2025-10-26 02:30:00,email,billing,en,480,,false,Shown twice",
    # 8. negative handle time
    "D-0106,2026-08-31T10:06:00+02:00,phone,sales,en,-45,6,false,Negative time",
    # 9. handle time with a decimal comma inside quotes (loads as 312.5)
    'D-0107,2026-08-31T10:07:00+02:00,phone,sales,ru,"312,5",6,false,Десятичная запятая',
    # 10. handle time in words
    "D-0108,2026-08-31T10:08:00+02:00,phone,sales,ru,five minutes,6,false,In words",
    # 11. no channel (loads as channel other)
    "D-0109,2026-08-31T10:09:00+02:00,,billing,en,300,6,false,No channel",
    # 12. a flag that is neither true nor false
    "D-0110,2026-08-31T10:10:00+02:00,chat,support,en,600,20,perhaps,Flag in doubt",
    # 13. one field too many
    "D-0111,2026-08-31T10:11:00+02:00,chat,support,en,600,20,false,Comma, not in quotes",
    # 14. three fields too few
    "D-0112,2026-08-31T10:12:00+02:00,chat,support,en,600",
    # 15. a subject that a spreadsheet would run (loads; must stay text)
    'D-0113,2026-08-31T10:13:00+02:00,email,billing,en,520,,false,"=HYPERLINK(""http://example.org"",""win"")"',
    # 16. a line break inside quotes (loads; one record over two lines)
    'D-0114,2026-08-31T10:14:00+02:00,email,tech,ru,640,,false,"Первая строка\nвторая строка"',
    # 17. an empty line
    "",
    # 18. negative wait
    "D-0115,2026-08-31T10:15:00+02:00,phone,tech,en,400,-3,false,Negative wait",
)
DIRTY_HEADER = "ticket_id,created_at,channel,type,language,handle_seconds,wait_seconds,abandoned,subject"


def dirty(rows: pd.DataFrame) -> str:
    """Canonical columns with every fault of `DIRTY_LINES` between ten good lines."""
    good = []
    for number, row in enumerate(rows.head(10).itertuples(), start=1):
        handle = "" if np.isnan(row.handle_seconds) else f"{row.handle_seconds:.0f}"
        wait = "" if np.isnan(row.wait_seconds) else f"{row.wait_seconds:.0f}"
        stamp = row.created_at.tz_convert(TIMEZONE).isoformat()
        words = row.subject.replace('"', '""')
        good.append(
            f"D-{number:04d},{stamp},{row.channel},{row.type},{row.language},{handle},{wait},"
            f'{str(row.abandoned).lower()},"{words}"'
        )
    return "\n".join([DIRTY_HEADER, *good[:5], *DIRTY_LINES, *good[5:]]) + "\n"


def _local(stamps: pd.Series) -> pd.Series:
    return stamps.dt.tz_convert(TIMEZONE).dt.tz_localize(None)


def _mixed(stamps: pd.Series) -> list[str]:
    return [
        "" if pd.isna(stamp) else stamp.strftime(MIXED_DATES[number % len(MIXED_DATES)])
        for number, stamp in enumerate(stamps)
    ]


def _hours(seconds: float) -> str:
    if np.isnan(seconds):
        return ""
    whole = int(seconds)
    return f"{whole // 3600:02d}:{whole % 3600 // 60:02d}:{whole % 60:02d}"


def _comma(seconds: float) -> str:
    return "" if np.isnan(seconds) else f"{seconds:.1f}".replace(".", ",")
