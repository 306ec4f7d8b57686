"""The cleaning chart: what was counted, what is put in its place, and the days that bear a mark."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from views.figures.canvas import laid_out
from views.figures.colours import Colours
from views.locale import Words


def cleaning_chart(
    days: pd.DataFrame, marks: pd.DataFrame, words: Words, colours: Colours, *, zone: str, height: int = 340
) -> go.Figure:
    """Contacts by local day: raw, corrected where it differs, and a point for every mark.

    `days`: columns time (local midnight, naive), offered, corrected. `marks`: time, contacts, active, words (what to
    show of it). Three traces or four: raw, corrected, applied marks, proposals.
    """
    figure = go.Figure()
    figure.add_trace(_line(days["time"], days["offered"], words("figure.raw"), colours.history, "solid"))
    figure.add_trace(_line(days["time"], days["corrected"], words("figure.corrected"), colours.adjusted, "dot"))
    for active, name, symbol in ((True, "figure.applied", "circle"), (False, "figure.proposed", "circle-open")):
        part = marks[marks["active"] == active]
        figure.add_trace(
            go.Scatter(
                x=part["time"],
                y=part["contacts"],
                mode="markers",
                name=words(name),
                marker={"color": colours.missing, "size": 10, "symbol": symbol, "line": {"width": 2}},
                text=part["words"],
                hovertemplate="%{text}<extra></extra>",
            )
        )
    laid_out(figure, words, colours, height=height, x=words("figure.local_time", zone=zone), y=words("figure.contacts"))
    figure.update_xaxes(tickformat=words("figure.date_format"), hoverformat=words("figure.hover_format"))
    figure.update_yaxes(rangemode="tozero")
    return figure


def _line(times: pd.Series, values: pd.Series, name: str, colour: str, dash: str) -> go.Scatter:
    return go.Scatter(
        x=times,
        y=values,
        mode="lines",
        name=name,
        line={"color": colour, "width": 2, "dash": dash},
        hovertemplate="%{y:,.0f}",
        connectgaps=False,
    )
