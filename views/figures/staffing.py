"""What a requirement is made of, and what a promise costs."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from views.figures.canvas import laid_out
from views.figures.colours import Colours
from views.locale import Words


def need_chart(
    steps: Sequence[tuple[str, float]], totals: Sequence[str], words: Words, colours: Colours, *, height: int = 340
) -> go.Figure:
    """`steps`: name and people, one after the other; the first and those named in `totals` stand on the ground."""
    grounded = {steps[0][0], *totals} if steps else set()
    bars = [f"{value:.2f}" if name in grounded else f"{value:+.2f}" for name, value in steps]
    figure = go.Figure(
        go.Waterfall(
            x=[name for name, _ in steps],
            y=[value for _, value in steps],
            measure=["total" if name in totals else "relative" for name, _ in steps],
            text=[text.replace(".", words.separators[0]).replace("-", "−") for text in bars],
            textposition="outside",
            cliponaxis=False,
            connector={"line": {"color": colours.grid, "width": 1}},
            increasing={"marker": {"color": colours.present}},
            decreasing={"marker": {"color": colours.history}},
            totals={"marker": {"color": colours.adjusted}},
            hovertemplate="%{x}<br><b>%{text}</b><extra></extra>",
        )
    )
    laid_out(figure, words, colours, height=height, y=words("unit.people"))
    figure.update_layout(showlegend=False)
    figure.update_yaxes(rangemode="tozero")
    return figure


def price_chart(prices: pd.DataFrame, words: Words, colours: Colours, *, height: int = 380) -> go.Figure:
    """`prices`: service_level (share), hours_per_week, alone_hours_per_week, chosen; optional money_per_week.

    Traces: all promises, the service level alone, the present target where there is one.
    """
    levels = prices["service_level"] * 100
    figure = go.Figure()
    for column, name, colour, dash in (
        ("hours_per_week", words("price.all"), colours.adjusted, "solid"),
        ("alone_hours_per_week", words("price.alone"), colours.history, "dot"),
    ):
        figure.add_trace(
            go.Scatter(
                x=levels,
                y=prices[column],
                mode="lines+markers",
                name=name,
                line={"color": colour, "width": 2.4, "dash": dash},
                marker={"size": 5},
                hovertemplate=f"%{{x:.1f}}\u00a0%: <b>%{{y:,.1f}}</b> {words('unit.hours')}",
            )
        )
    now = prices[prices["chosen"]]
    if len(now):
        figure.add_trace(
            go.Scatter(
                x=now["service_level"] * 100,
                y=now["hours_per_week"],
                mode="markers",
                name=words("price.present"),
                marker={"size": 14, "symbol": "diamond", "color": colours.missing},
                hoverinfo="skip",
            )
        )
    laid_out(figure, words, colours, height=height, x=words("price.level_axis"), y=words("price.hours_axis"))
    figure.update_xaxes(ticksuffix="\u00a0%")
    return figure


def deadline_chart(prices: pd.DataFrame, words: Words, colours: Colours, *, height: int = 320) -> go.Figure:
    """`prices`: deadline_hours, hours_per_week, chosen. One trace of bars; the present deadline in its own colour."""
    figure = go.Figure(
        go.Bar(
            x=[
                words("price.deadline", hours=words.number(hours, 1 if hours % 1 else 0))
                for hours in prices["deadline_hours"]
            ],
            y=prices["hours_per_week"],
            marker={"color": [colours.missing if now else colours.adjusted for now in prices["chosen"]]},
            text=[words.number(hours, 1) for hours in prices["hours_per_week"]],
            textposition="outside",
            cliponaxis=False,
            hovertemplate=f"%{{x}}: <b>%{{y:,.1f}}</b> {words('unit.hours')}<extra></extra>",
        )
    )
    laid_out(figure, words, colours, height=height, x=words("price.deadline_axis"), y=words("price.hours_axis"))
    return figure
