"""What rules, units and degrees of strictness are called in Russian; English sheets keep the names of rules.toml."""

from __future__ import annotations

from collections.abc import Mapping

RULES_RU: Mapping[str, str] = {
    "skills": "Навыки",
    "proficiency": "Наименьшая скорость работы",
    "shifts": "Смены по договору",
    "availability": "Доступность",
    "leave": "Отсутствия",
    "hours_per_day": "Часы в день",
    "shifts_per_day": "Смены в день",
    "hours_per_week": "Часы в неделю, не больше",
    "hours_per_week_min": "Часы по договору",
    "rest": "Отдых между сменами",
    "overlap": "Одна смена за раз",
    "consecutive_days": "Дни подряд",
    "weekly_rest": "Еженедельный отдых",
    "rotation": "Чередование смен",
    "hours_per_period": "Часы за учётный период, не больше",
    "hours_per_period_min": "Часы за учётный период, не меньше",
    "consecutive_days_min": "Рабочие дни подряд, не меньше",
    "days_off": "Выходные подряд",
    "weekends": "Рабочие выходные",
    "consecutive_weekends": "Рабочие выходные подряд",
    "complete_weekends": "Целые выходные",
    "consecutive_nights": "Ночные смены подряд",
    "after_night": "Начало после ночной смены",
    "overtime": "Сверхурочные за неделю",
    "overtime_day": "Сверхурочные за день",
    "pinned": "Закреплённые смены",
    "breaks": "Перерывы",
    "wishes": "Пожелания",
    "fair_nights": "Равная доля ночных смен",
    "fair_weekends": "Равная доля рабочих выходных",
    "fair_holidays": "Равная доля праздников",
    "fair_late_ends": "Равная доля поздних смен",
    "seats": "Рабочие места",
    "mentor": "Стажёры рядом с наставниками",
}
UNITS_RU: Mapping[str, str] = {
    "contacts": "обращений",
    "people": "человек",
    "hours": "ч",
    "days": "дн.",
    "minutes": "мин",
    "shifts": "смен",
    "proficiency": "от полной скорости",
    "breaches": "нарушений",
    "queues": "очередей",
    "weekends": "выходных",
    "money": "в деньгах",
    "nights": "ночей",
    "wishes": "пожеланий",
}
STRICTNESS_RU: Mapping[str, str] = {
    "forbid": "запрещено",
    "pay": "по цене",
    "warn": "предупреждение",
}
