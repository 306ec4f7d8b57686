"""The compiled half of `roster.tour_graph`: which node of a layer may do all that another one may."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def covering(target: np.ndarray, price: np.ndarray, covers_next: np.ndarray) -> np.ndarray:
    """[a, b]: node a may do all that b may, into nodes that cover b's, at no higher price.

    `target` (−1: forbidden) and `price`: nodes × options; `covers_next`: the same of the next layer's nodes.
    """
    nodes, options = target.shape
    found = np.ones((nodes, nodes), dtype=np.bool_)
    for a in range(nodes):
        for b in range(nodes):
            for o in range(options):
                to = target[b, o]
                if to >= 0:
                    own = target[a, o]
                    if own < 0 or price[a, o] > price[b, o] or not covers_next[own, to]:
                        found[a, b] = False
                        break
    return found


@njit(cache=True)
def followers(codes: np.ndarray, covers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each node the covered node with most equal options (`codes` ≥ 0: nodes × options), and how many those are."""
    nodes, options = codes.shape
    follower = np.zeros(nodes, dtype=np.int64)
    saved = np.zeros(nodes, dtype=np.int64)
    for a in range(nodes):
        for b in range(nodes):
            if a == b or not covers[a, b]:
                continue
            equal = 0
            for o in range(options):
                if codes[a, o] >= 0 and codes[a, o] == codes[b, o]:
                    equal += 1
            if equal > saved[a]:
                saved[a] = equal
                follower[a] = b
    return follower, saved
