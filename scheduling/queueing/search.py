"""The least n at which a falling function is no longer positive, for many rows at once.

`excess(rows, n)` says how far row by row the targets are missed with n agents (in logarithms, so that it is nearly
straight); it falls with n. The search brackets its root from a guess in growing steps, then closes in by inverse
quadratic interpolation or halving (Chandrupatla 1997), and works on the rows that are not done only.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from scheduling.queueing.special import Array

Rows = NDArray[np.intp]
Excess = Callable[[Rows, Array], Array]

TIGHT = 1e-9  # a fractional answer may lie this far on the safe side of the target, in the logarithm of what is missed
WIDTH = 1e-13  # relative width of a bracket that is as narrow as the numbers allow
LONGEST = 300


class _Brackets:
    """Per row: the newest point, the end of the bracket on its other side, and the point before, with their excess.

    `low` holds the most agents known to be too few, `high` the least known to be enough; NaN while unknown.
    """

    def __init__(self, rows: int) -> None:
        self.low, self.high, self.f_low, self.f_high = (np.full(rows, np.nan) for _ in range(4))
        self.new, self.f_new, self.old, self.f_old = (np.full(rows, np.nan) for _ in range(4))
        self.tight = np.zeros(rows, dtype=bool)

    def record(self, rows: Rows, n: Array, found: Array) -> None:
        aimed = found + TIGHT / 2
        enough = found <= 0
        good, poor = rows[enough], rows[~enough]
        # the point that the new one pushes out of the bracket serves the interpolation as a third
        self.old[good], self.f_old[good] = self.high[good], self.f_high[good]
        self.old[poor], self.f_old[poor] = self.low[poor], self.f_low[poor]
        self.high[good], self.f_high[good] = n[enough], aimed[enough]
        self.low[poor], self.f_low[poor] = n[~enough], aimed[~enough]
        self.new[rows], self.f_new[rows] = n, aimed
        self.tight[good] = found[enough] >= -TIGHT

    def still_open(self, rows: Rows, lower: Array, whole: bool) -> Rows:
        high, low = self.high[rows], self.low[rows]
        done = (high <= lower[rows]) | (high - low <= (1.0 if whole else WIDTH * high))
        left: Rows = rows[~(done if whole else done | self.tight[rows])]
        return left

    def candidates(self, rows: Rows, lower: Array, step: Array, whole: bool) -> Array:
        low, high = self.low[rows], self.high[rows]
        inside = low + (high - low) * np.clip(self._share(rows), 1e-9, 1.0 - 1e-9)
        if whole:
            inside = np.clip(np.round(inside), low + 1.0, high - 1.0)
        down = np.maximum(high - step, lower)
        return np.where(np.isnan(high), low + step, np.where(np.isnan(low), down, inside))

    def _share(self, rows: Rows) -> Array:
        """Where in (low, high) the root is thought to lie, 0–1."""
        low, high, f_low, f_high = self.low[rows], self.high[rows], self.f_low[rows], self.f_high[rows]
        old, f_old = self.old[rows], self.f_old[rows]
        newest_high = self.new[rows] == high
        x1, f1 = np.where(newest_high, high, low), np.where(newest_high, f_high, f_low)
        x2, f2 = np.where(newest_high, low, high), np.where(newest_high, f_low, f_high)
        with np.errstate(all="ignore"):
            straight = f1 / (f1 - f2)
            xi, phi = (x1 - x2) / (old - x2), (f1 - f2) / (f_old - f2)
            bent = f1 / (f2 - f1) * f_old / (f2 - f_old) + (old - x1) / (x2 - x1) * f1 / (f_old - f1) * f2 / (
                f_old - f2
            )
            trusted = (phi * phi < xi) & ((1.0 - phi) ** 2 < 1.0 - xi)
        share = np.where(np.isnan(old), straight, np.where(trusted, bent, 0.5))
        share = np.where(np.isfinite(share), share, 0.5)  # from the newest point towards the other end
        return np.where(newest_high, 1.0 - share, share)


def least(excess: Excess, lower: Array, guess: Array, step: Array, *, whole: bool) -> Array:
    """The least n ≥ lower with excess ≤ 0: whole numbers, or real ones to within `TIGHT` of the target.

    1-d arrays of one length; `lower` must be whole where `whole`; `guess` and `step` (> 0) only make it fast.
    """
    n, step = np.maximum(guess, lower), step.copy()
    if whole:
        n, step = np.round(n), np.maximum(np.round(step), 1.0)
    state = _Brackets(n.size)
    rows: Rows = np.arange(n.size)
    for _ in range(LONGEST):
        state.record(rows, n[rows], excess(rows, n[rows]))
        rows = state.still_open(rows, lower, whole)
        if not rows.size:
            break
        n[rows] = state.candidates(rows, lower[rows], step[rows], whole)
        step[rows] *= 2.0
    return state.high
