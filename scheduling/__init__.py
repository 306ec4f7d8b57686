"""Floor 1: demand and people in, roster out. No files, no clock, no network."""

from scheduling.requirements import require_staff

__all__ = [
    "require_staff",
]
