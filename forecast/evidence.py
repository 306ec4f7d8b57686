"""Ridge regression of many queues at once, each block of effects shrunk by what its own data say of it.

Model, per queue: z = X β + ε, ε ~ N(0, s²), and every effect of block k has the prior β ~ N(0, v_k). The v_k and s² are
set by the marginal likelihood with MacKay's fixed point (MacKay 1992, "Bayesian interpolation", Neural Computation 4,
eq. 4.8 ff.): a block that explains nothing ends near v_k = 0 and drops out, one that explains much is hardly shrunk.
Outlying days are held down by Huber weights between passes (Huber 1964).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

CHUNK = 24  # queues worked on at once: bounds memory to some tens of megabytes
HUBER_SPREADS = 2.5
FLAT_VARIANCE = 100.0  # of the intercept, which is not shrunk
VARIANCE_RANGE = (1e-7, FLAT_VARIANCE)


@dataclass(frozen=True)
class Design:
    """`common` (days × p) features of all queues, `own` (queues × days × r) of each, and the block of every column.

    `blocks` (p + r) holds block numbers 0 … B−1; block 0 is the intercept alone.
    """

    common: np.ndarray
    own: np.ndarray
    blocks: np.ndarray

    def of(self, queues: slice) -> np.ndarray:
        """The full design (queues × days × columns) of some queues."""
        own = self.own[queues]
        common = np.broadcast_to(self.common, (own.shape[0], *self.common.shape))
        return np.concatenate([common, own], axis=2)


def fit_blocks(
    targets: np.ndarray, design: Design, allowed: np.ndarray, *, passes: int = 2, rounds: int = 5
) -> np.ndarray:
    """Effects (queues × columns) of the design on `targets` (queues × days, NaN unknown).

    Args:
        allowed: (queues × blocks) False holds a block at zero for a queue.
        passes: robust re-weightings; rounds: fixed-point steps in each.

    A queue with no known day has effects of zero.
    """
    effects = np.zeros((len(targets), len(design.blocks)))
    for queues in _chunks(len(targets)):
        effects[queues] = _fit_chunk(targets[queues], design.of(queues), design.blocks, allowed[queues], passes, rounds)
    return effects


def _chunks(count: int) -> Iterator[slice]:
    for first in range(0, count, CHUNK):
        yield slice(first, min(first + CHUNK, count))


def _fit_chunk(
    targets: np.ndarray, design: np.ndarray, blocks: np.ndarray, allowed: np.ndarray, passes: int, rounds: int
) -> np.ndarray:
    known = ~np.isnan(targets)
    values = np.where(known, targets, 0.0)
    weights = known.astype(float)
    days = np.maximum(weights.sum(axis=1), 1.0)
    mean = (weights * values).sum(axis=1) / days
    noise = 0.3 * (weights * (values - mean[:, None]) ** 2).sum(axis=1) / days + 1e-9
    variance = np.where(allowed, 0.01, VARIANCE_RANGE[0])
    variance[:, 0] = FLAT_VARIANCE
    effects = np.zeros((len(targets), len(blocks)))
    for _ in range(passes):
        effects, noise, variance = _evidence(values, weights, design, blocks, allowed, noise, variance, rounds)
        residual = values - np.einsum("qdp,qp->qd", design, effects)
        weights = known * np.minimum(1.0, HUBER_SPREADS * np.sqrt(noise)[:, None] / np.maximum(np.abs(residual), 1e-9))
    return effects


def _evidence(
    values: np.ndarray,
    weights: np.ndarray,
    design: np.ndarray,
    blocks: np.ndarray,
    allowed: np.ndarray,
    noise: np.ndarray,
    variance: np.ndarray,
    rounds: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """MacKay's fixed point: γ_k = Σ (1 − A⁻¹_ii / v_k), v_k = Σ β² / γ_k, s² = RSS / (n − Σ γ_k)."""
    weighted = design.transpose(0, 2, 1) * weights[:, None, :]
    gram = weighted @ design
    moment = np.einsum("qpd,qd->qp", weighted, values)
    square = (weights * values**2).sum(axis=1)
    days = weights.sum(axis=1)
    member = (blocks[:, None] == np.arange(variance.shape[1])).astype(float)
    unit = np.eye(len(blocks))
    effects = np.zeros(moment.shape)
    for _ in range(rounds):
        prior = variance[:, blocks]
        inverse = np.linalg.inv(gram / noise[:, None, None] + unit / prior[:, None, :])
        effects = np.einsum("qij,qj->qi", inverse, moment) / noise[:, None]
        spent = np.maximum((1.0 - np.einsum("qii->qi", inverse) / prior) @ member, 1e-3)
        variance = np.clip(effects**2 @ member / spent, *VARIANCE_RANGE)
        variance = np.where(allowed, variance, VARIANCE_RANGE[0])
        variance[:, 0] = FLAT_VARIANCE
        fitted = np.einsum("qi,qij,qj->q", effects, gram, effects)
        rest = square - 2.0 * (effects * moment).sum(axis=1) + fitted
        noise = np.maximum(rest / np.maximum(days - spent.sum(axis=1), 5.0), 1e-6)
    return effects, noise, variance
