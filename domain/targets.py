"""Service targets per queue: what was promised, how patient people are, what share of paid time is away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from domain.errors import BadValue, key_fault
from domain.queues import most_specific
from domain.shrinkage import ShrinkageActivity, read_activities, share_by_minute

Work = Literal["live", "chat", "deferred"]
ArrivalModel = Literal["mol", "sipp", "lagged_sipp"]
SizedFor = Literal["mean_volume", "expected_level"]
Period = Literal["interval", "day"]
# Guards of a line that people leave: without them 2,000 Erlangs keep 80 % in 20 s with 11 % hung up and nobody idle.
# They leave a queue of up to 200 Erlangs with a usual patience alone; 1 in the targets switches one off.
DEFAULT_MAX_ABANDON_SHARE = 0.10
DEFAULT_MAX_OCCUPANCY = 0.98
ServiceLevelDefinition = Literal["offered", "virtual", "answered", "excluding_short", "abandons_good"]


class QueueTargets(BaseModel):
    """The promises of one queue. Shares are 0–1, times in the unit of their name; None switches a target off."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    work: Work = Field("live", description="live (phone), chat (several at once), deferred (e-mail, with a deadline)")
    service_level: float | None = Field(0.80, ge=0, le=1, description="share answered within the threshold")
    answer_within_seconds: float = Field(20.0, ge=0, description="the threshold of live work and chat, seconds")
    service_level_definition: ServiceLevelDefinition = Field("offered", description="what the share counts")
    patience_seconds: float | None = Field(None, gt=0, description="mean patience, seconds; none: nobody hangs up")
    max_abandon_share: float | None = Field(None, gt=0, le=1, description="cap on the share that hangs up")
    max_occupancy: float | None = Field(None, gt=0, le=1, description="cap on load ÷ agents")
    target_asa_seconds: float | None = Field(None, gt=0, description="cap on the average speed of answer, seconds")
    shrinkage: float = Field(0.0, ge=0, lt=1, description="share of paid time away from contacts, by division")
    shrinkage_activities: tuple[ShrinkageActivity, ...] = Field((), description="the same by activity and time of day")
    absence_percentile: float | None = Field(None, gt=0, lt=100, description="need met on so many of 100 days")
    aht_seconds: float | None = Field(None, ge=0, description="handle time where the forecast has none, seconds")
    deadline_hours: float | None = Field(None, gt=0, description="deferred work: hours of opening time to finish in")
    first_response_hours: float | None = Field(
        None, gt=0, description="deferred work: hours of opening time within which the first answer is due"
    )
    first_response_seconds: float | None = Field(
        None, ge=0, description="deferred work: part of the handle time that the first answer takes, seconds"
    )
    blend_with: tuple[str, ...] = Field((), description="deferred work: live queues in whose idle time it is done")
    blend_reserve: float = Field(0.3, ge=0, le=1, description="share of that idle time which stays free")
    blend_interruptible: bool = Field(False, description="whether deferred work is put aside when a contact comes in")
    concurrency: int = Field(1, ge=1, le=20, description="chat: contacts one person holds at once")
    aht_by_concurrency_seconds: tuple[float, ...] | None = Field(
        None, description="chat: handle time with 1, 2, … contacts in parallel, seconds"
    )
    arrival_model: ArrivalModel = Field("mol", description="live work: which load an interval is sized for")
    sized_for: SizedFor = Field("mean_volume", description="live work: the forecast's mean, or its whole distribution")
    period: Period = Field("interval", description="live work: whether each interval keeps the level, or the day")
    floor_service_level: float = Field(0.60, ge=0, lt=1, description="least level of an interval where the day counts")
    wage_per_hour: float | None = Field(None, gt=0, description="live work: staff by worth, not by a service level")
    value_of_contact: float = Field(0.0, ge=0, description="money lost with a contact that hangs up")
    cost_of_waiting_per_hour: float = Field(0.0, ge=0, description="money an hour that a waiting customer costs")
    appointment_share: float = Field(
        0.0, ge=0, le=1, description="desks: share of the contacts that have a time booked"
    )
    minimum_agents: float = Field(0.0, ge=0, description="floor on agents in every open interval")
    redial_share: float = Field(0.0, ge=0, lt=1, description="share of those who hang up that call again at once")
    first_contact_resolution: float = Field(1.0, gt=0, le=1, description="share of answered contacts that are settled")
    repeat_share: float = Field(1.0, ge=0, le=1, description="share of the unsettled that contact again")
    history_abandon_share: float | None = Field(None, ge=0, le=1, description="share that hung up in the history")

    @model_validator(mode="before")
    @classmethod
    def _shrinkage_table(cls, given: Any) -> Any:
        """A table of activities becomes `shrinkage_activities`; `shrinkage` is then its unplanned mean over a week."""
        if not isinstance(given, Mapping) or not isinstance(given.get("shrinkage"), Mapping):
            return given
        parts = read_activities(given["shrinkage"])
        mean = float(share_by_minute(parts, planned=False).mean())
        return {**given, "shrinkage": mean, "shrinkage_activities": parts}

    @model_validator(mode="after")
    def _fits_together(self) -> QueueTargets:
        if self.work == "deferred" and self.deadline_hours is None:
            raise ValueError("deferred work needs deadline_hours")
        if (self.first_response_hours is None) != (self.first_response_seconds is None):
            raise ValueError("first_response_hours and first_response_seconds go together")
        if self.wage_per_hour is not None and not self.value_of_contact and not self.cost_of_waiting_per_hour:
            raise ValueError("wage_per_hour needs value_of_contact or cost_of_waiting_per_hour to weigh it against")
        if self.wage_per_hour is not None and self.patience_seconds is None and not self.cost_of_waiting_per_hour:
            raise ValueError("wage_per_hour needs cost_of_waiting_per_hour where nobody hangs up")
        by_number = self.aht_by_concurrency_seconds
        if by_number is not None and len(by_number) != self.concurrency:
            raise ValueError(f"aht_by_concurrency_seconds needs {self.concurrency} entries, one a parallel contact")
        return self

    @property
    def abandon_cap(self) -> float | None:
        """The cap on hang-ups that applies: that of the targets, else the default of live work with a patience."""
        guarded = self.work == "live" and self.patience_seconds is not None and self.period == "interval"
        return DEFAULT_MAX_ABANDON_SHARE if self.max_abandon_share is None and guarded else self.max_abandon_share

    @property
    def occupancy_cap(self) -> float | None:
        """The cap on occupancy that applies: that of the targets, else the default of live work with a patience."""
        guarded = self.work == "live" and self.patience_seconds is not None and self.period == "interval"
        return DEFAULT_MAX_OCCUPANCY if self.max_occupancy is None and guarded else self.max_occupancy


@dataclass(frozen=True)
class Targets:
    """Targets by queue pattern; the most specific (longest) matching pattern decides, `default` otherwise.

    `seats`: places for people at once, by the pattern of the queues that share them (a site, a room).
    """

    default: QueueTargets = field(default_factory=QueueTargets)
    by_pattern: Mapping[str, QueueTargets] = field(default_factory=dict)
    seats: Mapping[str, float] = field(default_factory=dict)

    @staticmethod
    def from_mapping(mapping: Mapping[str, Any], file: str | None = None) -> Targets:
        """From TOML: `[default]` and `[queue."name"]`; a queue's table overrides the default key by key.

        `[shrinkage]` is the short form of `[default.shrinkage]`, `[seats]` holds numbers of seats by pattern of queues.
        Raises `BadValue` naming file, queue and key.
        """
        unknown = sorted(set(mapping) - {"default", "queue", "shrinkage", "seats"})
        if unknown:
            raise BadValue('only [default], [shrinkage], [seats] and [queue."name"] tables', file=file, found=unknown)
        base = dict(mapping.get("default", {}))
        if "shrinkage" in mapping:
            if "shrinkage" in base:
                raise BadValue("shrinkage once: in [default] or in [shrinkage]", file=file, column="shrinkage")
            base["shrinkage"] = mapping["shrinkage"]
        tables: Mapping[str, Any] = mapping.get("queue", {})
        return Targets(
            default=_parsed(base, "default", file),
            by_pattern={name: _parsed(_merged(base, dict(own)), name, file) for name, own in tables.items()},
            seats=_seats(mapping.get("seats", {}), file),
        )

    def of(self, queue: str) -> QueueTargets:
        """The targets of one queue."""
        decides = most_specific(queue, self.by_pattern)
        return self.default if decides is None else self.by_pattern[decides]

    @property
    def deferred_patterns(self) -> tuple[str, ...]:
        """Names and patterns of the queues whose work may wait for a deadline."""
        named = tuple(name for name, promise in self.by_pattern.items() if promise.work == "deferred")
        return (*named, "*") if self.default.work == "deferred" else named


def _merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    return {**base, **own}


def _seats(table: Any, file: str | None) -> dict[str, float]:
    if not isinstance(table, Mapping):
        raise BadValue('[seats] with a number for each pattern, such as "phone/*" = 40', file=file, column="seats")
    for name, number in table.items():
        if isinstance(number, bool) or not isinstance(number, int | float) or not number >= 0:
            raise BadValue("a number of seats of at least 0", file=file, column=f"seats.{name}", found=number)
    return {str(name): float(number) for name, number in table.items()}


def _parsed(table: dict[str, Any], name: str, file: str | None) -> QueueTargets:
    try:
        return QueueTargets.model_validate(table)
    except ValidationError as fault:
        first = fault.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise BadValue(
            f"targets of {name!r}: {key_fault(first['msg'])}",
            file=file,
            column=key or None,
            found=first["input"] if key else None,
            remedy="See docs/glossary.md for the keys and units.",
        ) from fault
