"""Numbers in, equal shapes out: what every public function of the folder does with its arguments first."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from domain.errors import BadValue
from scheduling.queueing.special import Array


def broadcast(**named: ArrayLike | None) -> tuple[Array, ...]:
    """The arguments as float arrays of one shape; None reads as "not given" (NaN).

    Raises `BadValue` naming the argument where one is negative.
    """
    arrays = []
    for name, given in named.items():
        values = np.asarray(np.nan if given is None else given, dtype=np.float64)
        if bool(np.any(values < 0)):
            raise BadValue("numbers of at least 0", column=name, found=float(np.nanmin(values)))
        arrays.append(values)
    return tuple(np.array(values) for values in np.broadcast_arrays(*arrays))


def divided(numerator: Array, denominator: Array) -> Array:
    """numerator ÷ denominator, with 0 ÷ 0 = 0 and x ÷ 0 = inf."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(numerator == 0, 0.0, numerator / denominator)
