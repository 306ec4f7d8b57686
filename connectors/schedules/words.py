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
    "timesheet": ("Time sheet (T-13)", "Табель (Т-13)"),
    "days_worked": ("Days worked", "Дней работы"),
    "night_hours": ("Night hours", "Ночных часов"),
    "holiday_hours": ("Holiday hours", "Часов в праздники"),
    "days_away": ("Days away", "Дней отсутствия"),
    "timesheet_note": (
        "Planned hours by calendar day; overtime (С) is known only after the period. Under РВ stand all hours of the "
        "day, under Н those of them by night; elsewhere Я and Н add up.",
        "Плановые часы по календарным дням; сверхурочные (С) известны лишь по окончании периода. Под РВ стоят все часы "
        "дня, под Н — ночные из них; в остальных случаях часы Я и Н складываются.",
    ),
    "letter_Я": ("day hours", "дневные часы"),
    "letter_Н": ("night hours, 22:00–06:00", "ночные часы, 22:00–06:00"),
    "letter_РВ": ("work on a public holiday", "работа в нерабочий праздничный день"),
    "letter_В": ("day off", "выходной день"),
    "letter_ОТ": ("leave", "ежегодный отпуск"),
    "letter_Б": ("sick", "больничный"),
    "letter_ПК": ("training away from work", "повышение квалификации с отрывом от работы"),
    "proof": ("Proof", "Проверка правил"),
    "rule": ("Rule", "Правило"),
    "strictness": ("Strictness", "Строгость"),
    "found": ("Found", "Найдено"),
    "limit": ("Agreed", "Норма правила"),
    "margin": ("Margin", "Запас"),
    "unit": ("Unit", "Единица"),
    "words": ("In words", "Словами"),
    "source": ("Source", "Источник"),
    "norm": ("Norm of the calendar", "Норма по календарю"),
    "against_norm": ("Against the norm", "К норме"),
    "without_team": ("No team", "Без команды"),
    "page": ("page", "стр."),
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
