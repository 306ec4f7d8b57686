"""Words of the printed schedules, in English and Russian."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

Language = Literal["en", "ru"]

WORDS: Mapping[str, tuple[str, str]] = {
    "roster": ("Roster", "График смен"),
    "coverage": ("Coverage", "Покрытие"),
    "legend": ("Legend", "Обозначения"),
    "totals": ("Totals", "Итоги"),
    "times_in": ("Times in", "Время:"),
    "no_shifts": ("No shifts in this roster", "В этом графике нет смен"),
    "no_coverage": ("No coverage was measured", "Покрытие не рассчитано"),
    "agent": ("Code", "Код"),
    "name": ("Name", "Имя"),
    "team": ("Team", "Команда"),
    "agreement": ("Agreement", "Договор"),
    "hours": ("Hours", "Часы"),
    "agreed_from": ("Agreed, least", "По договору, от"),
    "agreed_to": ("Agreed, most", "По договору, до"),
    "difference": ("Over (+) or under (−)", "Сверх (+), недобор (−)"),
    "shifts": ("Shifts", "Смены"),
    "on_shift": ("People on shift", "Человек в смене"),
    "day": ("Day", "День"),
    "time": ("Time", "Время"),
    "all_queues": ("All queues", "Все очереди"),
    "required": ("Required", "Нужно"),
    "present": ("Present", "Есть"),
    "gap": ("Gap", "Нехватка"),
    "required_hours": ("Required hours", "Нужно часов"),
    "present_hours": ("Present hours", "Есть часов"),
    "uncovered_hours": ("Uncovered hours", "Не покрыто часов"),
    "covered_share": ("Covered", "Покрыто"),
    "queue": ("Queue", "Очередь"),
    "total": ("Total", "Всего"),
    "paid_hours": ("Paid hours", "Оплачено часов"),
    "people": ("People", "Люди"),
    "days": ("Days", "Дни"),
    "queues": ("Queues", "Очереди"),
    "templates": ("Shift templates", "Шаблоны смен"),
    "letter": ("Letter", "Буква"),
    "starts": ("Starts", "Начало"),
    "length": ("Length", "Длина"),
    "pauses": ("Pauses", "Перерывы"),
    "letters": ("Letters instead of hours", "Буквы вместо часов"),
    "colours": ("Colours of the coverage", "Цвета покрытия"),
    "red": ("one person or more missing", "не хватает одного человека и больше"),
    "amber": ("less than one person missing", "не хватает меньше одного человека"),
    "green": ("covered", "покрыто"),
    "paid": ("paid", "оплачивается"),
    "unpaid": ("unpaid", "не оплачивается"),
    "shift": ("Shift", "Смена"),
    "cancelled": ("Cancelled", "Отменено"),
    "minutes": ("min", "мин"),
    "weekend": ("weekend", "выходной"),
    "late_calendars": (
        "Calendars ask for changes late; do not rely on them for urgent ones.",
        "Календари узнают об изменениях с опозданием; для срочных они не годятся.",
    ),
    "work": ("work", "работа"),
    "break": ("break", "перерыв"),
    "lunch": ("lunch", "обед"),
    "training": ("training", "обучение"),
    "meeting": ("meeting", "совещание"),
    "leave": ("leave", "отпуск"),
    "sick": ("sick", "больничный"),
}
LETTERS: Mapping[str, tuple[str, str]] = {"leave": ("V", "ОТ"), "sick": ("S", "Б"), "training": ("T", "УЧ")}
WEEKDAYS = (
    ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    ("Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс"),
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def word(key: str, language: Language) -> str:
    """One phrase."""
    return WORDS[key][_column(language)]


def letter(kind: str, language: Language) -> str:
    """The letter of an absence on the grid (Russian: time-sheet form T-13; training is no letter of it)."""
    return LETTERS[kind][_column(language)]


def day_text(day: date, language: Language) -> str:
    """`Mon 7 Sep` or `Пн 07.09`."""
    weekday = WEEKDAYS[_column(language)][day.weekday()]
    return f"{weekday} {day:%d.%m}" if language == "ru" else f"{weekday} {day.day} {MONTHS[day.month - 1]}"


def _column(language: Language) -> int:
    return ("en", "ru").index(language)
