"""The sixty people of the sample centre: names, teams, skills, agreements, leave and wishes."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

NAMES = (
    "Anna Weber", "Лев Орлов", "Jonas Becker", "Мария Соколова", "Sofia Rossi", "Илья Ковалёв", "Emma Fischer",
    "Ольга Лебедева", "Lukas Wagner", "Пётр Новиков", "Mia Hoffmann", "Анастасия Белова", "Noah Schulz",
    "Дмитрий Волков", "Lena Koch", "Екатерина Зайцева", "Tom O'Brien", "Наталья Ершова", "Clara Nowak",
    "Сергей Фёдоров", "Elif Yılmaz", "Юлия Гусева", "Paul Richter", "Андрей Щербаков", "Ida Lindqvist",
    "Татьяна Мельник", "Max Neumann", "Виктор Жуков", "Zoë Dubois", "Алёна Крылова", "Felix Braun",
    "Григорий Тихонов", "Marta Kowalska", "Вера Полякова", "Ben Hartmann", "Денис Кузнецов", "Nora Svensson",
    "Ирина Ёлкина", "Leon Krüger", "Роман Васильев", "Jana Dvořáková", "Светлана Цветкова", "Oskar Vogel",
    "Алексей Быков", "Carla Moreno", "Надежда Панова", "Finn Peters", "Артём Яковлев", "Greta Sommer",
    "Михаил Царёв", "Amira Haddad", "Полина Громова", "David Klein", "Константин Юдин", "Laura Bianchi",
    "Ксения Ильина", "Erik Johansson", "Галина Фомина", "Hanna Wolf", "Тимур Асланов",
)  # fmt: skip

# Team: how many people, and the skills they take in turn.
TEAMS: dict[str, tuple[int, tuple[str, ...]]] = {
    "Billing": (
        15,
        ("phone/billing|email/billing", "phone/billing|phone/sales|email/billing", "phone/billing|email/*"),
    ),
    "Tech": (
        16,
        ("phone/tech|email/tech", "phone/tech|email/tech|chat/support", "phone/tech|phone/billing|email/tech"),
    ),
    "Sales": (9, ("phone/sales|phone/billing", "phone/sales|chat/support", "phone/sales")),
    "Digital": (
        14,
        ("chat/*|messenger/*|social/*", "chat/*|messenger/*|email/billing", "chat/*|messenger/*|social/*|email/tech"),
    ),
    "Floaters": (6, ("*", "phone/*|email/*")),
}
AGREEMENTS = ("full-time",) * 7 + ("part-time-30", "part-time-25", "evening")  # taken in turn; see _agreement
STUDENTS = (29, 47, 52, 59)  # numbers of people, from 0
JOINS_LATER, LEAVES_SOON, MORNINGS_ONLY = 38, 13, 7


def people() -> pd.DataFrame:
    """A frame under PEOPLE with 60 rows."""
    rows: list[dict[str, str]] = []
    for team, (count, skills) in TEAMS.items():
        for place in range(count):
            number = len(rows)
            rows.append(
                {
                    "agent": f"A{number + 1:02d}",
                    "queues": skills[place % len(skills)],
                    "agreement": _agreement(number),
                    "available_from": "",
                    "available_to": "",
                    "name": NAMES[number],
                    "team": team,
                }
            )
    rows[JOINS_LATER]["available_from"] = "2026-09-14"
    rows[LEAVES_SOON]["available_to"] = "2026-09-30"
    rows[MORNINGS_ONLY].update(agreement="part-time-25", available_from="08:00", available_to="14:00")
    for number in STUDENTS:
        rows[number].update(agreement="student", available_from="12:00", available_to="22:00")
    return pd.DataFrame(rows)


def _agreement(number: int) -> str:
    return AGREEMENTS[(number * 7 + number // 10) % len(AGREEMENTS)]


def time_off(agents: list[str], rng: np.random.Generator) -> pd.DataFrame:
    """A frame under TIME_OFF: summer and autumn leave, training, a sick note, and wishes for the rostered week."""
    rows: list[tuple[str, date, date, str, float | None]] = []
    shuffled = [str(agent) for agent in rng.permutation(agents)]
    for place, agent in enumerate(shuffled[:24]):
        monday = date(2026, 8, 10) + timedelta(weeks=place // 4)
        rows.append((agent, monday, monday + timedelta(days=13 if place % 3 == 0 else 6), "leave", None))
    rows.append((shuffled[24], date(2026, 8, 27), date(2026, 9, 9), "sick", None))
    for agent in shuffled[25:29]:
        rows.append((agent, date(2026, 9, 10), date(2026, 9, 10), "training", None))
    for agent in shuffled[29:39]:
        day = date(2026, 9, 7) + timedelta(days=int(rng.integers(0, 7)))
        rows.append((agent, day, day, "wish_off", float(rng.integers(1, 4))))
    for agent in shuffled[39:43]:
        day = date(2026, 9, 12) + timedelta(days=int(rng.integers(0, 2)))
        rows.append((agent, day, day, "wish_work", 1.0))
    frame = pd.DataFrame(rows, columns=["agent", "from", "to", "kind", "weight"])
    return frame.sort_values(["from", "agent"], ignore_index=True)
