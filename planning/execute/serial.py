"""One task after the other in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence


class SerialExecutor:
    """The default: nothing to set up, nothing to lose."""

    name = "serial"

    def run[Task, Result](
        self,
        function: Callable[[Task], Result],
        tasks: Sequence[Task],
        done: Callable[[int], None] | None = None,
    ) -> list[Result]:
        """`function` of every task, in order."""
        results = []
        for number, task in enumerate(tasks, start=1):
            results.append(function(task))
            if done is not None:
                done(number)
        return results
