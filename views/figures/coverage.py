"""Required against present people, gaps in the colour of gaps."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from views.figures.canvas import laid_out
from views.figures.colours import Colours
from views.locale import Words


def coverage_chart(
    cover: pd.DataFrame, words: Words, colours: Colours, *, zone: str, interval_minutes: int, height: int = 300
) -> go.Figure:
    """`cover`: time (local, naive), required, present, gap (people). Traces: present, gap, required."""
    width = interval_minutes * 60_000
    figure = go.Figure()
    for column, colour in (("present", colours.present), ("gap", colours.gap)):
        figure.add_trace(
            go.Bar(
                x=cover["time"],
                y=cover[column],
                width=width,
                offset=0,
                name=words(f"figure.{column}"),
                marker={"color": colour, "line": {"width": 0}},
                hovertemplate="%{y:,.1f}",
            )
        )
    figure.add_trace(
        go.Scatter(
            x=cover["time"],
            y=cover["required"],
            mode="lines",
            name=words("figure.required"),
            line={"color": colours.required, "width": 1.6, "shape": "hv"},
            hovertemplate="%{y:,.1f}",
        )
    )
    laid_out(figure, words, colours, height=height, x=words("figure.local_time", zone=zone), y=words("figure.people"))
    figure.update_layout(barmode="stack", bargap=0, hovermode="x unified")
    figure.update_xaxes(tickformat=words("figure.clock_format"), hoverformat=words("figure.hover_format"))
    return figure
