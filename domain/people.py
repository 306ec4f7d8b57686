"""Work agreements and the rule book (`rules.toml`): what may be planned for whom, and what it costs.

Every number a roster rule uses comes from here, none from code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from domain.calendar import parse_clock
from domain.errors import BadValue, ContradictoryRules, key_fault
from domain.intervals import check_timezone
from domain.law import LawPack, Pause, known_packs, law_pack
from domain.shifts import ShiftTemplate
from domain.work_calendar import work_calendar

Strictness = Literal["forbid", "pay", "warn", "ignore"]
AccountingPeriod = Literal["plan", "month", "quarter", "year"]
LeastProficiency = Annotated[float, Field(ge=0, le=2)]


class OvertimeTier(BaseModel):
    """Hours above a figure are paid at a multiple of the hour's price. The highest tier reached counts for an hour."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    per: Literal["day", "week"] = Field("week", description="whose paid hours are counted: a day's or an ISO week's")
    over_hours: float = Field(ge=0, le=168, description="paid hours above this are overtime")
    factor: float = Field(gt=1, le=10, description="what such an hour costs, in hours of ordinary pay")


class WorkAgreement(BaseModel):
    """What was agreed with a group of people. None switches a rule off for them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, description="unique name, referred to by people")
    shifts: tuple[str, ...] = Field(description="names of the shift templates they may work")
    hours_per_week_min: float = Field(0.0, ge=0, le=168, description="least paid hours a week")
    hours_per_week_max: float = Field(40.0, gt=0, le=168, description="most paid hours a week")
    hours_per_day_max: float | None = Field(None, gt=0, le=24, description="most paid hours a day")
    shifts_per_day_max: int = Field(1, ge=1, le=2, description="most shifts that start on one local day")
    rest_hours_min: float | None = Field(11.0, ge=0, le=48, description="least hours between two shifts")
    weekly_rest_hours_min: float | None = Field(None, ge=0, le=96, description="least unbroken rest every week, hours")
    consecutive_days_max: int | None = Field(None, ge=1, le=31, description="most working days in a row")
    consecutive_days_min: int | None = Field(None, ge=1, le=14, description="least working days in a row")
    days_off_min: int | None = Field(None, ge=1, le=14, description="least days off in a row")
    weekends_max: int | None = Field(None, ge=0, le=60, description="most weekends worked in a plan")
    consecutive_weekends_max: int | None = Field(None, ge=1, le=26, description="most weekends worked in a row")
    complete_weekends: bool = Field(False, description="whether both days of a weekend are worked or none")
    night_from: str = Field("22:00", description="where the night begins, HH:MM local time")
    night_to: str = Field("06:00", description="where the night ends, HH:MM local time")
    night_hours_min: float = Field(3.0, gt=0, le=24, description="a shift with so many hours in the night is a night's")
    consecutive_nights_max: int | None = Field(None, ge=1, le=31, description="most night shifts on days in a row")
    start_after_night: str | None = Field(
        None, description="earliest start on the day on which a night shift has ended, HH:MM local time"
    )
    accounting_period: AccountingPeriod = Field("plan", description="over what hours are summed: plan, month, quarter…")
    hours_per_period_min: float | None = Field(None, ge=0, le=8784, description="least paid hours in that period")
    hours_per_period_max: float | None = Field(None, gt=0, le=8784, description="most paid hours in that period")
    norm_hours_per_week: float | None = Field(
        None, gt=0, le=168, description="weekly hours from which the norm of the period follows"
    )
    norm_share_min: float | None = Field(None, ge=0, le=1, description="least share of the norm that is planned")
    norm_calendar: Literal["", "RU"] = Field("", description="production calendar of the norm; empty: Monday to Friday")
    overtime: tuple[OvertimeTier, ...] = Field((), description="tiers of overtime pay")
    rotation_days: tuple[int, ...] = Field((), description="days on and off in turn, such as [2, 2]")
    rotation_from: date | None = Field(None, description="a first day on of the rotation")
    cost_per_hour: float = Field(1.0, ge=0, description="price of one paid hour, in the plan's currency")

    @field_validator("night_from", "night_to", "start_after_night")
    @classmethod
    def _clock(cls, text: str | None) -> str | None:
        if text is not None:
            parse_clock(text)
        return text

    @model_validator(mode="after")
    def _hours_order(self) -> WorkAgreement:
        if self.hours_per_week_min > self.hours_per_week_max:
            raise ValueError("hours_per_week_min is above hours_per_week_max")
        least, most = self.hours_per_period_min, self.hours_per_period_max
        if least is not None and most is not None and least > most:
            raise ValueError("hours_per_period_min is above hours_per_period_max")
        return self

    @model_validator(mode="after")
    def _days_order(self) -> WorkAgreement:
        least, most = self.consecutive_days_min, self.consecutive_days_max
        if least is not None and most is not None and least > most:
            raise ValueError("consecutive_days_min is above consecutive_days_max")
        return self

    @model_validator(mode="after")
    def _rotation(self) -> WorkAgreement:
        if len(self.rotation_days) % 2 or any(days < 1 for days in self.rotation_days):
            raise ValueError("rotation_days are not pairs of days on and days off, each at least 1")
        if bool(self.rotation_days) != (self.rotation_from is not None):
            raise ValueError("rotation_days and rotation_from belong together")
        return self

    @model_validator(mode="after")
    def _tiers(self) -> WorkAgreement:
        for per in ("day", "week"):
            tiers = [tier for tier in self.overtime if tier.per == per]
            hours, factors = [tier.over_hours for tier in tiers], [tier.factor for tier in tiers]
            if hours != sorted(set(hours)) or factors != sorted(set(factors)):
                raise ValueError(f"the overtime tiers of a {per} do not rise in over_hours and in factor")
        return self

    @model_validator(mode="after")
    def _norm(self) -> WorkAgreement:
        if self.norm_share_min is not None and self.norm_hours_per_week is None:
            raise ValueError("norm_share_min needs norm_hours_per_week")
        return self


class RuleSetting(BaseModel):
    """How strictly one rule is kept. `pay` prices each unit of breach (hours or shifts) instead of forbidding it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    strictness: Strictness = Field("forbid", description="forbid, pay, warn or ignore")
    price: float = Field(0.0, ge=0, description="price of one unit of breach where strictness is pay")
    source: str = Field("", description="where the rule comes from, such as an article of law")


class CoverPrices(BaseModel):
    """What a gap and a surplus in cover cost: cover is soft, law is hard."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    under_per_hour: float = Field(50.0, ge=0, description="price of one missing agent-hour")
    over_per_hour: float = Field(2.0, ge=0, description="price of one surplus agent-hour")


class FairnessSetting(BaseModel):
    """What people of one agreement share alike; `[rule.fair_nights]` and its like say what unequal shares cost."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    within: float = Field(0.5, ge=0, le=31, description="how far from one's share is still fair, shifts")
    late_from: str = Field("21:00", description="a shift that ends then or later ends late, HH:MM local time")
    calendar: str = Field("", description="country of the public holidays, such as RU or US-CA; empty = none")

    @field_validator("late_from")
    @classmethod
    def _clock(cls, text: str) -> str:
        parse_clock(text)
        return text

    @field_validator("calendar")
    @classmethod
    def _country(cls, code: str) -> str:
        try:
            work_calendar(code, ())
        except BadValue as fault:
            raise ValueError(fault.expected) from fault
        return code


class SiteSetting(BaseModel):
    """What holds at one site; people name theirs in the column `site` of PEOPLE."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seats: int | None = Field(None, ge=0, description="most people in a shift at once; none = no limit")


class MentoringSetting(BaseModel):
    """What trainees have of their mentors (column `mentor` of PEOPLE)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: float = Field(1.0, ge=0, le=1, description="least share of a trainee's time beside the mentor")


class LawSetting(BaseModel):
    """Which body of law the agreements stand under."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pack: str = Field("", description="RU, EU, US-FLSA or US-CA; empty: none")
    laxer: Literal["refuse", "warn"] = Field("refuse", description="what happens where the book is laxer than the law")

    @field_validator("pack")
    @classmethod
    def _known(cls, name: str) -> str:
        if name and name not in known_packs():
            raise ValueError(f"one of the law packs {', '.join(known_packs())}")
        return name


class RuleBook(BaseModel):
    """Agreements, shift templates, rule strictness and prices of one site."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    timezone: str = Field("UTC", description="the site's time zone: shifts and days are local to it")
    agreements: tuple[WorkAgreement, ...] = Field(min_length=1, description="work agreements")
    shifts: tuple[ShiftTemplate, ...] = Field(min_length=1, description="shift templates")
    rules: Mapping[str, RuleSetting] = Field(default_factory=dict, description="strictness by rule name")
    cover: CoverPrices = Field(default_factory=CoverPrices, description="prices of gaps and surplus")
    law: LawSetting = Field(default_factory=LawSetting, description="the law pack that agreements inherit from")
    fairness: FairnessSetting = Field(default_factory=FairnessSetting, description="what is shared alike")
    sites: Mapping[str, SiteSetting] = Field(default_factory=dict, description="seats by site")
    mentoring: MentoringSetting = Field(default_factory=MentoringSetting, description="trainees and mentors")
    proficiency: Mapping[str, LeastProficiency] = Field(default_factory=dict, description="least proficiency by queue")

    @field_validator("timezone")
    @classmethod
    def _zone(cls, name: str) -> str:
        check_timezone(name)
        return name

    @staticmethod
    def from_mapping(mapping: Mapping[str, Any], file: str | None = None) -> RuleBook:
        """From TOML: `timezone`, `[agreement.NAME]`, `[shift.NAME]`, `[[shift.NAME.break]]`, `[rule.NAME]`, `[cover]`,
        `[fairness]`, `[mentoring]`, `[proficiency]`, `[site.NAME]`, `[law]` (`law = "RU"`): its pack fills in the rest.

        Raises `BadValue` naming the table and key, also of what is laxer than the law, and `ContradictoryRules` where
        an agreement excludes all its shifts.
        """
        plain = ("cover", "fairness", "mentoring", "proficiency")
        known = {*plain, "timezone", "agreement", "shift", "rule", "law", "site"}
        unknown = sorted(set(mapping) - known)
        if unknown:
            raise BadValue(f"only the tables {', '.join(sorted(known))}", file=file, found=unknown)
        law = mapping.get("law", {})
        law = {"pack": law} if isinstance(law, str) else dict(law)
        content = {
            "law": law,
            "timezone": mapping.get("timezone", "UTC"),
            "agreements": [
                {"name": name, **_filled(law.get("pack"), table)}
                for name, table in mapping.get("agreement", {}).items()
            ],
            "shifts": [{"name": name, **dict(table)} for name, table in mapping.get("shift", {}).items()],
            "rules": {name: dict(table) for name, table in mapping.get("rule", {}).items()},
            **{name: mapping.get(name, {}) for name in plain},
            "sites": {name: dict(table) for name, table in mapping.get("site", {}).items()},
        }
        for table in ("agreement", "shift"):
            if not mapping.get(table):
                raise BadValue(f"at least one [{table}.NAME] table", file=file, column=table)
        try:
            book = RuleBook.model_validate(content)
        except (ValidationError, BadValue) as fault:
            raise _named(fault, content, file) from fault
        _check_agreements(book, file)
        if book.law.laxer == "refuse":
            _check_law(book, file)
        return book

    @property
    def law_pack(self) -> LawPack | None:
        """The body of law the agreements stand under."""
        return law_pack(self.law.pack) if self.law.pack else None

    def source_of(self, rule: str) -> str:
        """Where a rule comes from: the book's own words, or the article of the law pack."""
        pack = self.law_pack
        return self.setting(rule).source or ("" if pack is None else pack.source(rule))

    def laxer_than_law(self) -> tuple[tuple[str, str, object], ...]:
        """What the law does not allow: (table and key, what it asks for, what the book says)."""
        pack = self.law_pack
        return () if pack is None else tuple(_lax_terms(self, pack))

    def agreement(self, name: str) -> WorkAgreement:
        """The agreement of that name. Raises `BadValue` where there is none."""
        for agreement in self.agreements:
            if agreement.name == name:
                return agreement
        names = ", ".join(sorted(a.name for a in self.agreements))
        raise BadValue(f"one of the agreements {names}", column="agreement", found=name)

    def shift(self, name: str) -> ShiftTemplate:
        """The shift template of that name. Raises `BadValue` where there is none."""
        for shift in self.shifts:
            if shift.name == name:
                return shift
        names = ", ".join(sorted(s.name for s in self.shifts))
        raise BadValue(f"one of the shifts {names}", column="shift", found=name)

    def setting(self, rule: str) -> RuleSetting:
        """How strictly a rule is kept; rules that the book does not name are forbidden to break."""
        return self.rules.get(rule, RuleSetting(strictness="forbid", price=0.0, source=""))


def _filled(name: object, table: Mapping[str, Any]) -> dict[str, Any]:
    """An agreement's table with the law's figures where it is silent."""
    if not isinstance(name, str) or name not in known_packs():
        return dict(table)
    defaults = {key: field.default for key, field in WorkAgreement.model_fields.items()}
    return law_pack(name).filled(table, defaults)


def _lax_terms(book: RuleBook, pack: LawPack) -> Iterator[tuple[str, str, object]]:
    for agreement in book.agreements:
        for limit in pack.limits:
            value = getattr(agreement, limit.key)
            lifted = bool(limit.unless) and getattr(agreement, limit.unless) is not None
            if not lifted and limit.is_lax(value):
                yield f"agreement.{agreement.name}.{limit.key}", limit.wording(), value
        for due in pack.overtime:
            paid = [t for t in agreement.overtime if t.per == due.per and t.over_hours <= due.over_hours]
            if max((tier.factor for tier in paid), default=1.0) < due.factor:
                words = f"{due.factor:g} times the pay above {due.over_hours:g} hours a {due.per} ({due.article})"
                found = [f"{tier.factor:g} above {tier.over_hours:g} a {tier.per}" for tier in agreement.overtime]
                yield f"agreement.{agreement.name}.overtime", words, found
    for shift in book.shifts:
        for pause in pack.pauses:
            if not _holds(shift, pause):
                unpaid = " unpaid" if pause.unpaid else ""
                words = f"{pause.count}{unpaid} pause of at least {pause.minutes_min} minutes ({pause.article})"
                yield f"shift.{shift.name}.break", words, [f"{b.minutes} min" for b in shift.breaks]
    for limit in pack.limits:
        if limit.rule and book.setting(limit.rule).strictness != "forbid":
            yield f"rule.{limit.rule}.strictness", f"forbid ({limit.article})", book.setting(limit.rule).strictness


def _holds(shift: ShiftTemplate, pause: Pause) -> bool:
    """Whether a shift has the pauses that the law asks for; presence without unpaid pauses is working time."""
    right = [
        b for b in shift.breaks
        if pause.minutes_min <= b.minutes <= pause.minutes_max
        and not (pause.unpaid and b.paid) and pause.kind in ("", b.kind)
    ]  # fmt: skip
    return shift.paid_minutes <= 60 * pause.over_hours or len(right) >= pause.count


def _check_law(book: RuleBook, file: str | None) -> None:
    lax = book.laxer_than_law()
    if lax:
        column, expected, found = lax[0]
        more = f" {len(lax) - 1} more are laxer: {', '.join(term[0] for term in lax[1:])}." if len(lax) > 1 else ""
        remedy = f'The law pack is {book.law.pack}; set [law] laxer = "warn" where an exception applies.{more}'
        raise BadValue(expected, file=file, column=column, found=found, remedy=remedy)


def _named(fault: ValidationError | BadValue, content: Mapping[str, Any], file: str | None) -> BadValue:
    if isinstance(fault, BadValue):
        return BadValue(fault.expected, file=file, column=fault.column, found=fault.found)
    first = fault.errors()[0]
    names: list[str] = []
    for position, part in enumerate(first["loc"]):
        inside = position and first["loc"][position - 1] in ("agreements", "shifts")
        names.append(str(content[str(first["loc"][position - 1])][part]["name"]) if inside else str(part))
    if names[0] in ("agreements", "shifts", "rules", "sites"):
        names[0] = names[0].removesuffix("s")  # as the file has it
    found, remedy = None if isinstance(first["input"], dict) else first["input"], "See docs/glossary.md for the keys."
    return BadValue(key_fault(first["msg"]), file=file, column=".".join(names), found=found, remedy=remedy)


def _check_agreements(book: RuleBook, file: str | None) -> None:
    known = {shift.name for shift in book.shifts}
    for agreement in book.agreements:
        where = f"agreement.{agreement.name}"
        missing = sorted(set(agreement.shifts) - known)
        if missing or not agreement.shifts:
            raise BadValue(
                f"shift names out of {', '.join(sorted(known))}", file=file, column=f"{where}.shifts", found=missing
            )
        shortest = min(book.shift(name).paid_minutes for name in agreement.shifts) / 60
        daily = agreement.hours_per_day_max
        if daily is not None and shortest > daily:
            raise ContradictoryRules(
                ("hours_per_day", "shifts"),
                f"at least one shift of at most {daily:g} paid hours",
                file=file,
                column=where,
                found=f"the shortest has {shortest:g}",
                remedy="Raise hours_per_day_max or allow a shorter shift.",
            )
        if shortest > agreement.hours_per_week_max:
            raise ContradictoryRules(
                ("hours_per_week", "shifts"),
                f"at least one shift of at most {agreement.hours_per_week_max:g} paid hours",
                file=file,
                column=where,
                found=f"the shortest has {shortest:g}",
                remedy="Raise hours_per_week_max or allow a shorter shift.",
            )
        longest = max(book.shift(name).paid_minutes for name in agreement.shifts) / 60
        reachable = 7 * min(longest, daily or longest) * agreement.shifts_per_day_max
        if agreement.hours_per_week_min > reachable:
            raise ContradictoryRules(
                ("hours_per_week", "hours_per_day", "shifts"),
                f"hours_per_week_min that seven days can hold (at most {reachable:g})",
                file=file,
                column=where,
                found=f"{agreement.hours_per_week_min:g}",
                remedy="Lower hours_per_week_min or allow longer shifts.",
            )
