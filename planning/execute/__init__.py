"""Where work runs: in this process, or in several. One executor a file; all give the same results in the same order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.errors import BadValue
from planning.execute.executor import Executor
from planning.execute.local import LocalExecutor
from planning.execute.serial import SerialExecutor

EXECUTORS: Mapping[str, Any] = {"serial": SerialExecutor, "local": LocalExecutor}

__all__ = ["EXECUTORS", "Executor", "LocalExecutor", "SerialExecutor", "executor_of"]


def executor_of(address: str) -> Executor:
    """`serial`, `local` (one process a core) or `local:4`. Raises `BadValue` for anything else."""
    name, _, number = address.partition(":")
    if name == "serial" and not number:
        return SerialExecutor()
    if name == "local" and (not number or (number.isdigit() and int(number) > 0)):
        return LocalExecutor(int(number) if number else None)
    raise BadValue("an engine: serial, local or local:N", column="engine", found=address)
