"""Ridge regression of many queues, each block of effects shrunk by what its own data say of it, at several moments.

Model, per queue: z = X β + ε, ε ~ N(0, s²), and every effect of block k has the prior β ~ N(0, v_k). The v_k and s² are
set by the marginal likelihood with MacKay's fixed point (MacKay 1992, "Bayesian interpolation", Neural Computation 4,
eq. 4.8 ff.): a block that explains nothing ends near v_k = 0 and drops out, one that explains much is hardly shrunk.
Outlying days are held down by Huber weights (Huber 1964).

A path of moments (the origins of a backtest, then now) costs little more than one fit: the sums of squares of the days
before are kept, and the variances found so far are where the next search begins. A fit at a moment has seen nothing
after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

HUBER_SPREADS = 2.0
FLAT_VARIANCE = 100.0  # of the intercept, which is not shrunk
VARIANCE_RANGE = (1e-7, FLAT_VARIANCE)
FIRST_VARIANCE = 0.01
PASSES, ROUNDS, MORE_ROUNDS = 2, 3, 2  # robust re-weightings and fixed-point steps of the first fit; steps of the next


@dataclass(frozen=True)
class Design:
    """`common` (days × p) features of all queues, `own` (queues × days × r) of each, and the block of every column.

    `blocks` (p + r) holds block numbers 0 … B−1; block 0 is the intercept alone.
    """

    common: np.ndarray
    own: np.ndarray
    blocks: np.ndarray

    def of(self, queue: int) -> np.ndarray:
        """The full design (days × columns) of one queue."""
        return np.hstack([self.common, self.own[queue]]) if self.own.shape[2] else self.common


def fit_blocks(
    targets: np.ndarray, design: Design, allowed: np.ndarray, ends: Sequence[int] | None = None
) -> np.ndarray:
    """Effects (moments × queues × columns) of the design on `targets` (queues × days, NaN unknown).

    Args:
        allowed: (moments × queues × blocks) False holds a block at zero for a queue; leading axes may broadcast.
        ends: rising positions of the first day that a fit does not see; None: one fit, of all days.

    A queue with no known day has effects of zero.
    """
    moments = (targets.shape[1],) if ends is None else tuple(ends)
    blocks = int(design.blocks.max(initial=0)) + 1
    may = np.broadcast_to(allowed, (len(moments), len(targets), blocks))
    effects = np.zeros((len(moments), len(targets), len(design.blocks)))
    for queue in range(len(targets)):
        effects[:, queue] = _path(targets[queue], design.of(queue), design.blocks, may[:, queue], moments)
    return effects


@dataclass
class _Sums:
    """What a fit needs of the days it saw: Σ w x xᵀ, Σ w x z, Σ w z², Σ w."""

    gram: np.ndarray
    moment: np.ndarray
    square: float
    days: float

    @staticmethod
    def of(design: np.ndarray, values: np.ndarray, weights: np.ndarray) -> _Sums:
        seen = weights > 0
        features, weighted = design[seen], design[seen] * weights[seen, None]
        return _Sums(
            features.T @ weighted,
            values[seen] @ weighted,
            float(weights[seen] @ values[seen] ** 2),
            float(weights.sum()),
        )

    def plus(self, other: _Sums) -> _Sums:
        return _Sums(
            self.gram + other.gram, self.moment + other.moment, self.square + other.square, self.days + other.days
        )


@dataclass
class _State:
    """Effects (columns), noise variance s² and prior variances (blocks) where the search stands."""

    effects: np.ndarray
    noise: float
    variance: np.ndarray


def _path(
    targets: np.ndarray, design: np.ndarray, blocks: np.ndarray, allowed: np.ndarray, ends: tuple[int, ...]
) -> np.ndarray:
    """Effects (moments × columns) of one queue."""
    known = ~np.isnan(targets)
    values = np.where(known, targets, 0.0)
    effects = np.zeros((len(ends), len(blocks)))
    state, sums, done = None, None, 0
    for number, end in enumerate(ends):
        new = slice(done, end)
        if state is None or sums is None:
            if not known[new].any():
                continue
            state, sums = _first(values[new], known[new], design[new], blocks, allowed[number])
        elif known[new].any():
            weights = _huber(values[new], known[new], design[new], state)
            sums = sums.plus(_Sums.of(design[new], values[new], weights))
            state = _fixed_point(sums, blocks, allowed[number], state, MORE_ROUNDS)
        effects[number], done = state.effects, end
    return effects


def _first(
    values: np.ndarray, known: np.ndarray, design: np.ndarray, blocks: np.ndarray, allowed: np.ndarray
) -> tuple[_State, _Sums]:
    spread = float(np.var(values[known]))
    state = _State(np.zeros(len(blocks)), 0.3 * spread + 1e-9, np.full(len(allowed), FIRST_VARIANCE))
    weights = known.astype(float)
    for number in range(PASSES):
        if number:
            weights = _huber(values, known, design, state)
        sums = _Sums.of(design, values, weights)
        state = _fixed_point(sums, blocks, allowed, state, ROUNDS)
    return state, sums


def _huber(values: np.ndarray, known: np.ndarray, design: np.ndarray, state: _State) -> np.ndarray:
    missed = np.abs(values - design @ state.effects)
    held: np.ndarray = known * np.minimum(1.0, HUBER_SPREADS * np.sqrt(state.noise) / np.maximum(missed, 1e-9))
    return held


def _fixed_point(sums: _Sums, blocks: np.ndarray, allowed: np.ndarray, state: _State, rounds: int) -> _State:
    """MacKay's fixed point: γ_k = Σ (1 − A⁻¹_ii / v_k), v_k = Σ β² / γ_k, s² = RSS / (n − Σ γ_k).

    Columns that were always zero, or whose block is not allowed, have no effect and are left out.
    """
    used = allowed[blocks] & (np.diag(sums.gram) > 0)
    gram, moment, member = sums.gram[np.ix_(used, used)], sums.moment[used], blocks[used]
    variance, noise, size = state.variance.copy(), state.noise, len(state.variance)
    variance[0] = FLAT_VARIANCE
    effects = np.zeros(len(moment))
    for _ in range(rounds):
        prior = variance[member]
        root = _inverse_root(gram / noise, 1.0 / prior)
        effects = root.T @ (root @ moment) / noise
        uncertain = np.einsum("ij,ij->j", root, root)  # the diagonal of A⁻¹
        spent = np.maximum(np.bincount(member, 1.0 - uncertain / prior, size), 1e-3)
        variance = np.clip(np.bincount(member, effects**2, size) / spent, *VARIANCE_RANGE)
        variance[0] = FLAT_VARIANCE
        rest = sums.square - 2.0 * float(effects @ moment) + float(effects @ gram @ effects)
        noise = max(rest / max(sums.days - float(spent.sum()), 5.0), 1e-6)
    full = np.zeros(len(blocks))
    full[used] = effects
    return _State(full, noise, np.where(allowed, variance, FIRST_VARIANCE))


def _inverse_root(matrix: np.ndarray, ridge: np.ndarray) -> np.ndarray:
    """L⁻¹ of the Cholesky factor L of `matrix` + diag(`ridge`), so that the inverse is L⁻ᵀ L⁻¹."""
    matrix.flat[:: len(ridge) + 1] += ridge
    factor, failed = lapack.dpotrf(matrix, lower=1, clean=1)
    if failed:
        raise ArithmeticError("a matrix of sums of squares plus a positive ridge is positive definite")
    root, _ = lapack.dtrtri(factor, lower=1, overwrite_c=1)
    return np.asarray(root)
