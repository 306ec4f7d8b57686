"""One frozen `Settings` from TOML (`smena.toml`), every field described with its unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from domain.errors import BadValue, key_fault
from domain.intervals import IntervalGrid
from domain.likeness import Likeness, likeness_of


class Settings(BaseModel):
    """What a site decides once. Defaults plan half-hours in UTC, four weeks ahead."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    timezone: str = Field("UTC", description="the site's time zone")
    interval_minutes: int = Field(30, description="planning interval, minutes")
    calendar: str = Field("", description="country of the public holidays, such as RU or US-CA; empty = none")
    horizon_days: int = Field(28, ge=1, le=400, description="how far the nightly forecast reaches, days")
    roster_days: int = Field(7, ge=1, le=35, description="length of the roster that the night makes, days")
    roster_lead_days: int = Field(
        0, ge=0, le=60, description="days between the night and the first rostered week's Monday"
    )
    backtest_origins: int = Field(8, ge=0, le=52, description="origins of the backtest that chooses models")
    certificate_runs: int = Field(40, ge=1, le=5000, description="simulated runs of the certificate")
    roster_iterations: int = Field(60, ge=0, description="improvement rounds of the roster solver")
    upload_megabytes_max: int = Field(512, ge=1, description="largest file that is read, megabytes")
    keep_versions: int = Field(14, ge=2, description="versions of each body that are kept")
    language: Literal["en", "ru"] = Field("en", description="language of the interface and the exports")
    seed: int = Field(1, ge=0, description="seed of everything random")
    like: Mapping[str, str] = Field(
        default_factory=dict, description='old queue by new queue that borrows its past: "chat/old*0.5"'
    )

    @field_validator("timezone")
    @classmethod
    def _zone(cls, name: str) -> str:
        IntervalGrid(30, name)
        return name

    @field_validator("interval_minutes")
    @classmethod
    def _step(cls, minutes: int) -> int:
        return IntervalGrid(minutes).interval_minutes

    @field_validator("like")
    @classmethod
    def _like(cls, table: Mapping[str, str]) -> Mapping[str, str]:
        likeness_of(table)
        return table

    @staticmethod
    def from_mapping(mapping: Mapping[str, Any], file: str | None = None) -> Settings:
        """From TOML. Raises `BadValue` naming file and key."""
        try:
            return Settings.model_validate(dict(mapping))
        except ValidationError as fault:
            first = fault.errors()[0]
            key = ".".join(str(part) for part in first["loc"])
            raise BadValue(key_fault(first["msg"]), file=file, column=key, found=first["input"]) from fault
        except BadValue as fault:
            raise BadValue(fault.expected, file=file, column=fault.column, found=fault.found) from fault

    @property
    def likeness(self) -> dict[str, Likeness]:
        """The queues that borrow a past, each after the queue it is like."""
        return likeness_of(self.like)

    @property
    def grid(self) -> IntervalGrid:
        """The planning grid."""
        return IntervalGrid(self.interval_minutes, self.timezone)
