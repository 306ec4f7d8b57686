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

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

HUBER_SPREADS = 2.0
FLAT_VARIANCE = 100.0  # of the intercept, which is not shrunk
VARIANCE_RANGE = (1e-7, FLAT_VARIANCE)
FIRST_VARIANCE = 0.01
ROUNDS, STEP = 3, 1  # fixed-point steps after a robust re-weighting: at the first and last moment, between them


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
) -> tuple[np.ndarray, np.ndarray]:
    """(effects (moments × queues × columns), optimism (moments × queues)) of the design on `targets`.

    The optimism is n ÷ (n − Σ γ): what errors on days not seen are larger by than the residuals, on average, for n days
    and Σ γ effective effects (leave-one-out residuals are e ÷ (1 − h), and the mean h is Σ γ ÷ n).

    Args:
        targets: (queues × days), NaN where unknown.
        allowed: (moments × queues × blocks) False holds a block at zero for a queue; leading axes may broadcast.
        ends: rising positions of the first day that a fit does not see; None: one fit, of all days.

    A queue with no known day has effects of zero.
    """
    moments = (targets.shape[1],) if ends is None else tuple(ends)
    blocks = int(design.blocks.max(initial=0)) + 1
    may = np.broadcast_to(allowed, (len(moments), len(targets), blocks))
    effects = np.zeros((len(moments), len(targets), len(design.blocks)))
    optimism = np.ones((len(moments), len(targets)))
    grams: dict[bytes, np.ndarray] = {}
    for queue in range(len(targets)):
        own = design.of(queue)
        shared = {} if design.own.shape[2] else grams
        for number, state in _path(targets[queue], own, design.blocks, may[:, queue], moments, shared):
            effects[number, queue], optimism[number, queue] = state.effects, state.optimism
    return effects, optimism


@dataclass
class _Sums:
    """What a fit needs of the days it saw, by their weights w (days): Σ w x xᵀ, Σ w x z, Σ w z²."""

    weights: np.ndarray
    gram: np.ndarray
    moment: np.ndarray
    square: float

    @staticmethod
    def of(design: np.ndarray, values: np.ndarray, seen: np.ndarray, grams: dict[bytes, np.ndarray]) -> _Sums:
        """The sums of the days `seen`, each of weight one. `grams`: their Σ x xᵀ, which queues of one design share."""
        features, known, days = design[seen], values[seen], seen.tobytes()
        if days not in grams:
            grams[days] = features.T @ features
        return _Sums(seen.astype(float), grams[days].copy(), known @ features, float(known @ known))

    def reweigh(self, design: np.ndarray, values: np.ndarray, weights: np.ndarray) -> None:
        """Give the days new weights; only those whose weight changed cost anything."""
        change = weights - self.weights
        moved = np.flatnonzero(change)
        features = design[moved]
        weighted = features * change[moved, None]
        self.gram += features.T @ weighted
        self.moment += values[moved] @ weighted
        self.square += float(change[moved] @ values[moved] ** 2)
        self.weights = weights


@dataclass
class _State:
    """Effects (columns), noise variance s², prior variances (blocks) and optimism where the search stands."""

    effects: np.ndarray
    noise: float
    variance: np.ndarray
    optimism: float = 1.0


def _path(
    targets: np.ndarray,
    design: np.ndarray,
    blocks: np.ndarray,
    allowed: np.ndarray,
    ends: tuple[int, ...],
    grams: dict[bytes, np.ndarray],
) -> Iterator[tuple[int, _State]]:
    """The state at each moment (its number) of one queue; moments before the first known day are passed over."""
    known = ~np.isnan(targets)
    values = np.where(known, targets, 0.0)
    days, columns = design.shape
    sums: _Sums | None = None
    state: _State | None = None
    for number, end in enumerate(ends):
        seen = known & (np.arange(days) < end)
        if not seen.any():
            continue
        if sums is None or state is None:
            sums = _Sums.of(design, values, seen, grams)
            state = _begin(values[seen], columns, allowed.shape[1])
            state = _fixed_point(sums, blocks, allowed[number], state, ROUNDS)
        sums.reweigh(design, values, _huber(values, seen, design, state))
        state = _fixed_point(sums, blocks, allowed[number], state, STEP if 0 < number < len(ends) - 1 else ROUNDS)
        yield number, state


def _begin(values: np.ndarray, columns: int, blocks: int) -> _State:
    return _State(np.zeros(columns), 0.3 * float(np.var(values)) + 1e-9, np.full(blocks, FIRST_VARIANCE))


def _huber(values: np.ndarray, known: np.ndarray, design: np.ndarray, state: _State) -> np.ndarray:
    missed = np.abs(values - design @ state.effects)
    held: np.ndarray = known * np.minimum(1.0, HUBER_SPREADS * np.sqrt(state.noise) / np.maximum(missed, 1e-9))
    return held


def _fixed_point(sums: _Sums, blocks: np.ndarray, allowed: np.ndarray, state: _State, rounds: int) -> _State:
    """MacKay's fixed point: γ_k = Σ (1 − A⁻¹_ii / v_k), v_k = Σ β² / γ_k, s² = RSS / (n − Σ γ_k).

    Columns that were always zero, or whose block is not allowed, have no effect and are left out.
    """
    used = np.flatnonzero(allowed[blocks] & (np.diag(sums.gram) > 0))
    gram, moment, member = sums.gram.take(used, 0).take(used, 1), sums.moment[used], blocks[used]
    variance, noise, size = state.variance.copy(), state.noise, len(state.variance)
    variance[0] = FLAT_VARIANCE
    days, effects, optimism = float(sums.weights.sum()), np.zeros(len(moment)), 1.0
    for _ in range(rounds):
        ridge = noise / variance[member]
        root = _inverse_root(gram, ridge)
        effects = root.T @ (root @ moment)
        uncertain = np.einsum("ij,ij->j", root, root)  # the diagonal of A⁻¹ ÷ s²
        spent = np.maximum(np.bincount(member, 1.0 - uncertain * ridge, size), 1e-3)
        variance = np.clip(np.bincount(member, effects**2, size) / spent, *VARIANCE_RANGE)
        variance[0] = FLAT_VARIANCE
        rest = sums.square - float(effects @ moment) - float(ridge @ effects**2)  # as gram β = moment − ridge β
        left = max(days - float(spent.sum()), 5.0)
        noise, optimism = max(rest / left, 1e-6), max(days / left, 1.0)
    full = np.zeros(len(blocks))
    full[used] = effects
    seen = np.bincount(member, minlength=size) > 0  # a block that no day spoke of yet starts afresh when one does
    return _State(full, noise, np.where(seen, variance, FIRST_VARIANCE), optimism)


def _inverse_root(matrix: np.ndarray, ridge: np.ndarray) -> np.ndarray:
    """L⁻¹ of the Cholesky factor L of `matrix` + diag(`ridge`), so that the inverse is L⁻ᵀ L⁻¹."""
    own = matrix.copy()
    own.flat[:: len(ridge) + 1] += ridge
    factor, failed = lapack.dpotrf(own.T, lower=1, clean=1, overwrite_a=1)
    if failed:
        raise ArithmeticError("a matrix of sums of squares plus a positive ridge is positive definite")
    root, _ = lapack.dtrtri(factor, lower=1, overwrite_c=1)
    return np.asarray(root)
