"""The three functions of probability that every queue here is made of, exact from 1e-6 to 1e9 Erlangs, in logarithms.

- **Poisson weight** pois(x; m) = m^x e^(-m) / Γ(x+1), x real, by the saddle point of Loader (2000), which keeps its
  digits where x and m are both large.
- **Inverse blocking** 1/B(a, x) = a^(-x) e^a Γ(x+1, a), the continuous extension of Erlang B (Jagerman 1984).
- **Waiting sums** of a line that people leave: with t_k = y^k / ((x+1)…(x+k)),
  A = Σ_{k≥0} t_k and S = Σ_{k≥1} k t_k = (y - x) A + x.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaincc, gammaln

Array = NDArray[np.float64]

HALF_LOG_TWO_PI = 0.9189385332046727
DEVIATIONS = 6.0  # standard deviations from the mean beyond which a continued fraction beats the incomplete gamma
LARGE = 16.0  # from here on Stirling's series has all digits
SETTLED = 1e-15  # relative change at which a continued fraction is done


def log_poisson(x: Array, mean: Array) -> Array:
    """log pois(x; mean) for x > -1 and mean > 0, elementwise over equal shapes."""
    out = x * np.log(mean) - mean - gammaln(x + 1.0)
    large = x > LARGE
    if large.any():
        big, m = x[large], mean[large]
        out[large] = -stirling_error(big) - deviance(big, m) - HALF_LOG_TWO_PI - 0.5 * np.log(big)
    return out


def stirling_error(x: Array) -> Array:
    """log Γ(x+1) - (x log x - x + log √(2πx)) for x > 16."""
    w = 1.0 / (x * x)
    return (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w / 1188)))) / x


def deviance(x: Array, mean: Array) -> Array:
    """x log(x/mean) + mean - x without cancellation where x is close to mean."""
    ratio = (x - mean) / (x + mean)
    square = ratio * ratio
    series = np.zeros_like(x)
    for power in range(23, 1, -2):
        series = square * (series + 1.0 / power)
    close = (x - mean) * ratio + 2.0 * x * ratio * series
    return np.where(np.abs(ratio) < 0.1, close, x * np.log(x / mean) + mean - x)


def log_inverse_erlang_b(load: Array, agents: Array) -> Array:
    """log 1/B(load, agents), elementwise over equal shapes; load > 0, agents > -1, both real."""
    out = np.empty_like(load)
    overload = load > agents + DEVIATIONS * np.sqrt(load) + 4.0
    if overload.any():
        out[overload] = np.log(load[overload] * _upper_fraction(agents[overload] + 1.0, load[overload]))
    rest = ~overload
    a, n = load[rest], agents[rest]
    out[rest] = np.log(gammaincc(n + 1.0, a)) - log_poisson(n, a)
    return out


def _upper_fraction(s: Array, a: Array) -> Array:
    """Γ(s, a) e^a a^(-s) for a well above s: Legendre's continued fraction by Lentz's method."""
    b = a + 1.0 - s
    d = 1.0 / b
    c = np.full_like(a, np.inf)
    value = d.copy()
    for k in range(1, 2000):
        factor = -k * (k - s)
        b = b + 2.0
        d = 1.0 / (factor * d + b)
        c = b + factor / c
        change = c * d
        value = value * change
        if np.all(np.abs(change - 1.0) < SETTLED):
            break
    return value


@dataclass(frozen=True)
class WaitingSums:
    """A and S of a waiting line, elementwise. `log_sum` = log A; `beyond` = (A - 1) / A; `mean` = S / (y A).

    `share` is P(x, y), the regularised incomplete gamma function, where A was found through it; NaN elsewhere.
    """

    log_sum: Array
    beyond: Array
    mean: Array
    share: Array


def waiting_sums(x: Array, y: Array) -> WaitingSums:
    """A(x, y) and S(x, y), elementwise over equal shapes; x ≥ 0 (service), y ≥ 0 (arrivals), in units of hang-ups."""
    # a continued fraction where arrivals are well below service, or next to none
    light = (y < x - DEVIATIONS * np.sqrt(x)) | (y < 0.5)
    log_sum, beyond, mean, share = (np.full_like(x, np.nan) for _ in range(4))
    if light.any():
        xs, ys = x[light], y[light]
        tail = _sum_fraction(xs, ys)
        whole = xs + 1.0 + tail
        log_sum[light] = -np.log1p(-ys / whole)
        beyond[light] = ys / whole
        mean[light] = (1.0 + tail) / whole
    heavy = ~light
    if heavy.any():
        xs, ys = x[heavy], y[heavy]
        share[heavy] = gammainc(xs, ys)
        log_sum[heavy] = np.log(share[heavy]) - log_poisson(xs, ys)
        beyond[heavy] = -np.expm1(-log_sum[heavy])
        mean[heavy] = 1.0 - (xs / ys) * beyond[heavy]
    return WaitingSums(log_sum, beyond, mean, share)


def _sum_fraction(x: Array, y: Array) -> Array:
    """r in A = 1 / (1 - y / (x + 1 + r)): Gauss's continued fraction of 1F1(1; x+1; y) by Lentz's method."""
    d = 1.0 / (x + 2.0)
    c = np.full_like(x, np.inf)
    value = y * d
    for k in range(3, 2000):
        half = k // 2
        factor = half * y if k % 2 == 0 else -(x + half) * y
        base = x + k
        d = 1.0 / (base + factor * d)
        c = base + factor / c
        change = c * d
        value = value * change
        if np.all(np.abs(change - 1.0) < SETTLED):
            break
    return value


def exponential_rest(u: Array) -> Array:
    """e^(-u) - 1 + u, exact for small u."""
    out = np.asarray(np.expm1(-u) + u)
    small = np.abs(u) < 0.05
    if small.any():  # the series costs twenty times the function: only where it is needed
        v = u[small]
        series = np.zeros_like(v)
        for power in range(10, 2, -1):
            series = -v / power * (1.0 + series)
        out[small] = v * v / 2.0 * (1.0 + series)
    return out
