"""How the engine's loops are compiled: cached on disk, and free of the interpreter's lock, so that two of them can run
side by side on arrays of their own."""

from __future__ import annotations

from typing import Any

import numba


def njit(**options: bool | str) -> Any:
    """`numba.njit` without the interpreter's lock."""
    return numba.njit(nogil=True, **options)
