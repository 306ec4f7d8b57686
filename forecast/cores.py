"""How the core uses a machine: one core a process; the executor of `planning` spreads queues over processes.

The matrices of one queue are small. A linear algebra library that spreads each of them over all cores spends its time
waiting: two hundred daily queues took 14 s instead of 4 on two cores. Threads of our own wait for one another, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits


@contextmanager
def one_core() -> Iterator[None]:
    """Inside, linear algebra uses the core it is called on and no other."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield
