"""Several processes on this machine. A process that dies costs a retry of what it had not finished.

Workers are started fresh (spawn), not forked: a fork would share the night's lock with its children and keep it held
after the night was killed. A worker ends with the process that started it, whatever ended that: else it would wait for
its next task for good.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.process import BaseProcess
from threading import Thread

from domain.errors import SmenaError

ATTEMPTS = 3


def cores() -> int:
    """Cores that this process may use; all of the machine where the system cannot tell."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def end_with_parent() -> None:
    """First work of a worker: a thread that ends it when its parent is gone."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


class LocalExecutor:
    """A pool of `processes` (default: one for each core that this process may use)."""

    def __init__(self, processes: int | None = None) -> None:
        self.processes = processes or cores()

    @property
    def name(self) -> str:
        """`local:N`."""
        return f"local:{self.processes}"

    def run[Task, Result](
        self,
        function: Callable[[Task], Result],
        tasks: Sequence[Task],
        done: Callable[[int], None] | None = None,
    ) -> list[Result]:
        """`function` of every task, in order. Raises `SmenaError` when workers keep dying."""
        results: dict[int, Result] = {}
        for _ in range(ATTEMPTS):
            waiting = [number for number in range(len(tasks)) if number not in results]
            if not waiting:
                break
            self._attempt(function, tasks, waiting, results, done)
        lost = len(tasks) - len(results)
        if lost:
            raise SmenaError(f"{lost} of {len(tasks)} tasks killed their worker {ATTEMPTS} times; is memory short?")
        return [results[number] for number in range(len(tasks))]

    def _attempt[Task, Result](
        self,
        function: Callable[[Task], Result],
        tasks: Sequence[Task],
        waiting: Sequence[int],
        results: dict[int, Result],
        done: Callable[[int], None] | None,
    ) -> None:
        workers = min(self.processes, len(waiting))
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=context, initializer=end_with_parent) as pool:
            numbers: dict[Future[Result], int] = {}
            try:
                for number in waiting:
                    numbers[pool.submit(function, tasks[number])] = number
                for future in as_completed(numbers):
                    results[numbers[future]] = future.result()
                    if done is not None:
                        done(len(results))
            except BrokenProcessPool:
                finished = [f for f in numbers if f.done() and not f.cancelled() and f.exception() is None]
                results.update({numbers[future]: future.result() for future in finished})
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
