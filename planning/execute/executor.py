"""What every executor offers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol


class Executor(Protocol):
    """Runs independent tasks. Tasks are pure: running one twice does no harm."""

    @property
    def name(self) -> str:
        """How it is asked for on the command line."""

    def run[Task, Result](
        self,
        function: Callable[[Task], Result],
        tasks: Sequence[Task],
        done: Callable[[int], None] | None = None,
    ) -> list[Result]:
        """`function` of every task, in the order of the tasks; `done` hears how many are finished.

        An error that a task raises comes out of here; a task whose failure is to be survived returns it as a value.
        """
