"""Curves as SVG text, by hand: logarithmic axes, a line and a colour a series, its name in a legend."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 440, 70, 220, 40, 55
COLOURS = ("#1f5fa8", "#c4561c", "#2e8b57", "#8a4fa0", "#b8860b", "#5b6770", "#c2185b", "#00838f")
TICKS = [base * 10.0**power for power in range(-2, 5) for base in (1, 2, 5)]


class Curve(NamedTuple):
    """A name and its points, all above zero."""

    name: str
    across: Sequence[float]
    up: Sequence[float]


def curves_svg(title: str, across: str, up: str, curves: Sequence[Curve], points: bool = False) -> str:
    """The curves as an SVG document; with `points` every point is marked."""
    low_x, high_x = _span([x for curve in curves for x in curve.across])
    low_y, high_y = _span([y for curve in curves for y in curve.up])

    def place_x(value: float) -> float:
        return LEFT + _part(value, low_x, high_x) * (WIDTH - RIGHT - LEFT)

    def place_y(value: float) -> float:
        return HEIGHT - BOTTOM - _part(value, low_y, high_y) * (HEIGHT - BOTTOM - TOP)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="22" font-size="14">{escape(title)}</text>',
    ]
    for tick in TICKS:
        if low_x <= tick <= high_x:
            x = place_x(tick)
            parts.append(f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM + 4}" stroke="#e4e4e4"/>')
            parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{tick:g}</text>')
        if low_y <= tick <= high_y:
            y = place_y(tick)
            parts.append(f'<path d="M{LEFT - 4} {y:.1f}H{WIDTH - RIGHT}" stroke="#e4e4e4"/>')
            parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for number, curve in enumerate(curves):
        colour = COLOURS[number % len(COLOURS)]
        placed = [(place_x(x), place_y(y)) for x, y in zip(curve.across, curve.up, strict=True)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        if points:
            parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in placed]
        y = TOP + 12 + 18 * number
        parts.append(f'<path d="M{WIDTH - RIGHT + 12} {y - 4}h18" stroke="{colour}" stroke-width="3"/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 36}" y="{y}">{escape(curve.name)}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 12}" text-anchor="middle">{escape(across)}</text>')
    parts.append(f'<text transform="translate(18 {HEIGHT / 2}) rotate(-90)" text-anchor="middle">{escape(up)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _span(values: Sequence[float]) -> tuple[float, float]:
    """From a little under the least to a little over the greatest."""
    return (min(values) / 1.1, max(values) * 1.1) if values else (0.1, 10.0)


def _part(value: float, low: float, high: float) -> float:
    return float(np.log(value / low) / np.log(high / low))
