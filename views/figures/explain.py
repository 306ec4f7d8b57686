"""What a forecast is made of: a waterfall for one day, stacked parts for the horizon, factors of a season."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from views.figures.canvas import laid_out
from views.figures.colours import Colours
from views.locale import Words

TYPICAL = "level"


def waterfall_chart(parts: pd.DataFrame, total: str, words: Words, colours: Colours, *, height: int = 380) -> go.Figure:
    """From the typical day to the number of a day.

    `parts`: label, contacts, text, in order, the first of them the typical day. `total` names the last bar, their sum.
    """
    number = float(parts["contacts"].sum())
    figure = go.Figure(
        go.Waterfall(
            x=[*parts["label"], total],
            y=[*parts["contacts"], number],
            measure=["absolute", *["relative"] * (len(parts) - 1), "total"],
            text=[*parts["text"], words.number(number, 1)],
            textposition="outside",
            hovertemplate="%{x}<br>%{text}<extra></extra>",
            increasing={"marker": {"color": colours.adjusted}},
            decreasing={"marker": {"color": colours.gap}},
            totals={"marker": {"color": colours.history}},
            connector={"line": {"color": colours.grid, "width": 1}},
            cliponaxis=False,
        )
    )
    laid_out(figure, words, colours, height=height, y=words("figure.contacts"))
    figure.update_layout(showlegend=False)
    steps = parts["contacts"].cumsum()
    low, high = float(steps.min()), float(steps.max())
    room = max(high - low, 0.05 * abs(high))
    if low > 0:  # the steps are small beside the typical day: look at where they happen
        figure.update_yaxes(range=[max(0.0, low - 2.5 * room), high + room])
    return figure


def parts_chart(
    parts: pd.DataFrame, days: pd.DataFrame, words: Words, colours: Colours, *, height: int = 320
) -> go.Figure:
    """The parts of each day, stacked from zero (what takes away hangs below), and the line of the days' numbers.

    `parts`: part, label, day, contacts; one trace a part, in their order. `days`: time, offered.
    """
    figure = go.Figure()
    for (part, label), rows in parts.groupby(["part", "label"], sort=False):
        figure.add_trace(
            go.Bar(
                x=rows["day"],
                y=rows["contacts"],
                name=str(label),
                marker_color=colours.parts.get(str(part), colours.grid),
                hovertemplate="%{y:+,.1f}",
            )
        )
    line = {"color": colours.adjusted, "width": 2}
    figure.add_trace(
        go.Scatter(
            x=days["time"], y=days["offered"], mode="lines", name=words("figure.adjusted"), line=line,
            hovertemplate="%{y:,.1f}",
        )
    )  # fmt: skip
    laid_out(figure, words, colours, height=height, y=words("figure.contacts"))
    figure.update_layout(barmode="relative", hovermode="x unified", bargap=0.15)
    figure.update_xaxes(tickformat=words("figure.date_format"), hoverformat=words("figure.date_format"))
    return figure


def factor_chart(
    labels: Sequence[object], factors: Sequence[float], words: Words, colours: Colours, *, colour: str,
    as_share: bool = False, height: int = 190,
) -> go.Figure:  # fmt: skip
    """Factors as bars that begin at 1 (`as_share`: shares of a day, as bars from 0)."""
    base = 0.0 if as_share else 1.0
    figure = go.Figure(
        go.Bar(
            x=list(labels),
            y=[factor - base for factor in factors],
            base=base,
            marker_color=colours.parts.get(colour, colours.history),
            customdata=list(factors),
            hovertemplate="%{x}: %{customdata:.1%}<extra></extra>"
            if as_share
            else "%{x}: × %{customdata:.3f}<extra></extra>",
        )
    )
    laid_out(figure, words, colours, height=height)
    figure.update_layout(margin={"l": 4, "r": 4, "t": 4, "b": 4}, bargap=0.2)
    figure.update_yaxes(tickformat=".1%" if as_share else ".2f")
    return figure
