"""The inner loop of the day moves, compiled: the best shift for one person on one day.

The same arithmetic as `plan.slot_worth` with `legal.LegalTours`, fused into one pass; a test holds them equal.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def best_shift(
    cuts: np.ndarray,
    counted: np.ndarray,
    base: np.ndarray,
    gain: np.ndarray,
    surplus: np.ndarray,
    entry_slot: np.ndarray,
    entry_at: np.ndarray,
    entry_share: np.ndarray,
    is_open: np.ndarray,
    hard: np.ndarray,
    left: np.ndarray,
    slot_costs: np.ndarray,
    priced: np.ndarray,
    used: np.ndarray,
    lows: np.ndarray,
    highs: np.ndarray,
    prices: np.ndarray,
    places: np.ndarray,
) -> tuple[int, float]:
    """(best slot of the day or −1 for none, own cost less worth); `places` is filled with each break's best place.

    `cuts` cuts × intervals of the day; `counted` whether a cut counts the person's group; `base` slots × intervals;
    `entry_*` breaks (entries × places × intervals); `hard`, `priced` rows × slots of the day with what the rest of the
    tour leaves (`left`) or uses (`used`); all as in `LegalTours`.
    """
    many, width = base.shape
    room = np.empty(width)
    for t in range(width):
        free, holding = np.inf, np.inf
        for u in range(cuts.shape[0]):
            if counted[u]:
                holding = min(holding, cuts[u, t])
            else:
                free = min(free, cuts[u, t])
        room[t] = max(free - holding, 0.0)
    value = np.zeros(many)
    for s in range(many):
        for t in range(width):
            if base[s, t] > 0:
                value[s] += min(base[s, t], room[t]) * gain[t] - base[s, t] * surplus[t]
    for e in range(len(entry_slot)):
        least = np.inf
        for p in range(entry_at.shape[1]):
            loss = 0.0
            for w in range(entry_at.shape[2]):
                t, share = entry_at[e, p, w], entry_share[e, p, w]
                loss += (min(1.0, room[t]) - min(1.0 - share, room[t])) * gain[t] - share * surplus[t]
            if loss < least:
                least = loss
                places[e] = p
        value[entry_slot[e]] -= least
    best, lowest = -1, 0.0
    for r in range(len(used)):
        lowest += prices[r] * (max(used[r] - highs[r], 0.0) + max(lows[r] - used[r], 0.0))
    for s in range(many):
        legal = is_open[s]
        for r in range(len(left)):
            if hard[r, s] > left[r] + 1e-6:
                legal = False
                break
        if not legal:
            continue
        cost = slot_costs[s] - value[s]
        for r in range(len(used)):
            total = used[r] + priced[r, s]
            cost += prices[r] * (max(total - highs[r], 0.0) + max(lows[r] - total, 0.0))
        if cost < lowest - 1e-12:
            best, lowest = s, cost
    return best, lowest
