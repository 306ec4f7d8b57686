"""Counted intervals from foreign files: one row a queue and interval."""

from connectors.intervals.converting import convert_intervals

__all__ = ["convert_intervals"]
