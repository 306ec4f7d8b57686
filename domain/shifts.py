"""Shift templates and their breaks, as a planner writes them in `rules.toml`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from domain.calendar import parse_clock

BreakKind = Literal["break", "lunch"]


class BreakTemplate(BaseModel):
    """One pause inside a shift. Its start lies in [earliest, latest] minutes after the shift's start."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: BreakKind = Field("break", description="break or lunch")
    minutes: int = Field(gt=0, le=240, description="length, minutes")
    paid: bool = Field(True, description="whether the time is paid")
    earliest_minutes: int = Field(ge=0, description="earliest start, minutes after the shift's start")
    latest_minutes: int = Field(ge=0, description="latest start, minutes after the shift's start")

    @model_validator(mode="after")
    def _window(self) -> BreakTemplate:
        if self.latest_minutes < self.earliest_minutes:
            raise ValueError("latest_minutes lies before earliest_minutes")
        return self


class ShiftTemplate(BaseModel):
    """A shift that may start at any of its start times (local wall clock) and may cross midnight."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: str = Field(min_length=1, description="unique name, shown on the roster")
    start_from: str = Field(description="first start, HH:MM local time")
    start_to: str | None = Field(None, description="last start, HH:MM; the first one where absent")
    start_step_minutes: int = Field(30, gt=0, le=720, description="step between starts, minutes")
    length_minutes: int = Field(gt=0, le=1440, description="presence from start to end, minutes")
    breaks: tuple[BreakTemplate, ...] = Field((), alias="break", description="pauses in order of time")
    letter: str = Field("", description="letter on a time sheet, such as Я or N")

    @field_validator("start_from", "start_to")
    @classmethod
    def _clock(cls, text: str | None) -> str | None:
        if text is not None:
            parse_clock(text)
        return text

    @model_validator(mode="after")
    def _breaks_fit(self) -> ShiftTemplate:
        reached = 0
        for pause in self.breaks:
            if pause.earliest_minutes < reached:
                raise ValueError(f"the window of a {pause.kind} opens before the pause before it must have ended")
            reached = pause.latest_minutes + pause.minutes
        if reached > self.length_minutes:
            raise ValueError("a break may end after the shift does")
        return self

    @property
    def start_minutes(self) -> tuple[int, ...]:
        """Allowed starts, minutes after local midnight."""
        first = parse_clock(self.start_from)
        last = parse_clock(self.start_to) if self.start_to else first
        last += 1440 if last < first else 0
        return tuple(minute % 1440 for minute in range(first, last + 1, self.start_step_minutes))

    @property
    def paid_minutes(self) -> int:
        """Length without unpaid pauses, minutes."""
        return self.length_minutes - sum(pause.minutes for pause in self.breaks if not pause.paid)
