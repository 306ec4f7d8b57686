"""Mean wait of those who are served in an Erlang A line, by quadrature: it has no closed form.

V, the wait of a contact that never hangs up, has a density proportional to e^(g(t)) given V > 0, with
g(t) = y (1 - e^(-θt)) - n t. So  E[V; stays | V > 0] = ∫ t e^(g(t) - θt) dt ÷ ∫ e^(g(t)) dt.  The divisor is
A(x, y) / n; the dividend is log-concave with one peak, which one Gauss–Legendre panel on either side of it integrates
to 1e-13. Both are taken relative to e^(g) at the peak of g, so that nothing overflows and no digits cancel.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammainc

from scheduling.queueing.special import (
    HALF_LOG_TWO_PI,
    LARGE,
    Array,
    deviance,
    exponential_rest,
    stirling_error,
    waiting_sums,
)

NODES, WEIGHTS = np.polynomial.legendre.leggauss(36)
DROP = 40.0  # e^-40 of the peak is where the tails are cut
CHUNK = 4096  # rows at a time: the panels of a chunk stay in the processor's cache


def mean_wait_of_served(load: Array, rate: Array, patience: Array) -> Array:
    """E[V; V ≤ patience | V > 0] in handle times: the mean over all who must wait, hang-ups counted as 0.

    Equal shapes (1-d); load, rate and patience above 0, in handle times.
    """
    out = np.empty_like(load)
    for begin in range(0, load.size, CHUNK):
        part = slice(begin, begin + CHUNK)
        a, n, theta = load[part], rate[part], 1.0 / patience[part]
        out[part] = _dividend(a, n, theta) * np.exp(-_log_divisor(n * patience[part], a * patience[part], n))
    return out


def _log_divisor(x: Array, y: Array, rate: Array) -> Array:
    """log of ∫ e^(g(t) - g(peak)) dt; in overload g(peak) is the deviance of x from y and cancels."""
    out = np.asarray(waiting_sums(x, y).log_sum - np.log(rate))
    over = y > x
    out[over] -= deviance(x[over], y[over])
    large = over & (x > LARGE)
    out[large] = (
        np.log(gammainc(x[large], y[large]))
        + stirling_error(x[large])
        + HALF_LOG_TWO_PI
        + 0.5 * np.log(x[large])
        - np.log(rate[large])
    )
    return out


def _dividend(load: Array, rate: Array, theta: Array) -> Array:
    """∫ t e^(g(t) - g(peak) - θt) dt."""
    centre = np.maximum(np.log(load / rate), 0.0) / theta
    strength = np.minimum(load, rate)  # arrivals that have not hung up by then

    def log_integrand(t: Array) -> Array:
        over = (-1, *(1,) * (t.ndim - 1))
        a, n, th = strength.reshape(over), rate.reshape(over), theta.reshape(over)
        s = t - centre.reshape(over)
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(t) + (a - n) * s - a / th * exponential_rest(th * s) - th * t)

    top = _peak(load, rate, theta, centre)
    height = log_integrand(top)
    # The curvature only falls to the right, so a Gaussian's reach is enough on the left and a start on the right.
    reach = np.sqrt(2.0 * DROP / (1.0 / top**2 + load * theta * np.exp(-theta * top)))
    left, right = np.maximum(top - reach, 0.0), top + reach
    for _ in range(60):
        short = log_integrand(right) - height > -DROP
        if not short.any():
            break
        right = np.where(short, top + 1.6 * (right - top), right)
    total = np.zeros_like(load)
    for begin, end in ((left, top), (top, right)):
        half = (end - begin) / 2.0
        t = begin[:, None] + half[:, None] * (NODES + 1.0)
        total = total + half * (np.exp(log_integrand(t) - height[:, None]) @ WEIGHTS)
    return np.asarray(total * np.exp(height))


def _peak(load: Array, rate: Array, theta: Array, centre: Array) -> Array:
    """Where 1/t + a e^(-θt) = n + θ: Newton from the left of it, monotone as the left side falls and is convex."""
    t = 1.0 / (rate + theta)
    t = np.where(theta * centre < 1.0, np.maximum(t, centre), t)
    for _ in range(200):
        arrivals = load * np.exp(-theta * t)
        step = (1.0 / t + arrivals - rate - theta) / (1.0 / (t * t) + theta * arrivals)
        t = t + step
        if np.all(np.abs(step) < 1e-3 * t):
            break
    return t
