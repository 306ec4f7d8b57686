"""A picture of growth as SVG text, by hand: logarithmic axes, measured points, the line of linear growth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 400, 70, 20, 40, 55
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def growth_svg(sizes: Sequence[int], seconds: Sequence[float], exponent: float) -> str:
    """CPU seconds (y) by number of queues (x) as an SVG document; a dashed line shows linear growth."""
    across = _Axis(sizes, LEFT, WIDTH - RIGHT)
    up = _Axis([*seconds, seconds[0] * sizes[-1] / sizes[0]], HEIGHT - BOTTOM, TOP)
    points = [(across(size), up(took)) for size, took in zip(sizes, seconds, strict=True)]
    linear = [(across(size), up(seconds[0] * size / sizes[0])) for size in (sizes[0], sizes[-1])]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="22" font-size="14">Forecast with intervals and backtest: CPU seconds grow as '
        f"queues^{exponent:.2f}</text>",
        *(_tick_across(across(size), f"{size:,}") for size in sizes),
        *(_tick_up(up(tick), f"{tick:g}") for tick in TICKS if TOP <= up(tick) <= HEIGHT - BOTTOM),
        f'<polyline points="{_path(linear)}" fill="none" stroke="#999" stroke-dasharray="5 4"/>',
        f'<polyline points="{_path(points)}" fill="none" stroke="#1f5fa8" stroke-width="2"/>',
        *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="#1f5fa8"/>' for x, y in points),
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 12}" text-anchor="middle">daily queues of two years '
        "(dashed: linear growth)</text>",
        f'<text transform="translate(18 {HEIGHT / 2}) rotate(-90)" text-anchor="middle">CPU seconds</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


class _Axis:
    """Maps a value to pixels on a logarithmic axis that spans `values`."""

    def __init__(self, values: Sequence[float], begin: float, end: float) -> None:
        self.low, self.high = np.log(min(values)), np.log(max(values) * 1.1)
        self.begin, self.end = begin, end

    def __call__(self, value: float) -> float:
        return float(self.begin + (np.log(value) - self.low) / (self.high - self.low) * (self.end - self.begin))


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _tick_across(x: float, words: str) -> str:
    y = HEIGHT - BOTTOM
    line = f'<path d="M{x:.1f} {TOP}V{y + 4}" stroke="#e4e4e4"/>'
    return f'{line}<text x="{x:.1f}" y="{y + 18}" text-anchor="middle">{words}</text>'


def _tick_up(y: float, words: str) -> str:
    line = f'<path d="M{LEFT - 4} {y:.1f}H{WIDTH - RIGHT}" stroke="#e4e4e4"/>'
    return f'{line}<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{words}</text>'
