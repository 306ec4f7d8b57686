"""The forecast chart: what came, what the model expects, what the planner made of it, and how sure that is."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from views.figures.canvas import laid_out
from views.figures.colours import Colours
from views.locale import Words

BANDS = (("offered_p025", "offered_p975", "band_95"), ("offered_p10", "offered_p90", "band_80"))


def forecast_chart(
    past: pd.DataFrame,
    ahead: pd.DataFrame,
    words: Words,
    colours: Colours,
    *,
    zone: str,
    within_a_day: bool = False,
    height: int = 400,
) -> go.Figure:
    """Contacts over local time: history, baseline, adjusted and the 80 % and 95 % bands.

    `past`: columns time (local, naive), offered. `ahead`: time, baseline, offered and, where known, offered_p025,
    offered_p10, offered_p90, offered_p975. `within_a_day` puts hours on the axis. One trace a band that is known, then
    history, baseline, adjusted.
    """
    figure = go.Figure()
    for low, high, name in BANDS:
        if low in ahead and high in ahead and ahead[low].notna().any():
            figure.add_trace(_band(ahead, low, high, words(f"figure.{name}"), getattr(colours, name)))
    figure.add_trace(_line(past["time"], past["offered"], words("figure.history"), colours.history, "solid"))
    figure.add_trace(_line(ahead["time"], ahead["baseline"], words("figure.baseline"), colours.baseline, "dot"))
    figure.add_trace(_line(ahead["time"], ahead["offered"], words("figure.adjusted"), colours.adjusted, "solid"))
    laid_out(figure, words, colours, height=height, x=words("figure.local_time", zone=zone), y=words("figure.contacts"))
    figure.update_layout(hovermode="x unified")
    ticks = words("figure.clock_format") if within_a_day else words("figure.date_format")
    figure.update_xaxes(tickformat=ticks, hoverformat=words("figure.hover_format"))
    figure.update_yaxes(rangemode="tozero")
    return figure


def _band(ahead: pd.DataFrame, low: str, high: str, name: str, colour: str) -> go.Scatter:
    back = ahead.iloc[::-1]
    return go.Scatter(
        x=[*ahead["time"], *back["time"]],
        y=[*ahead[high], *back[low]],
        fill="toself",
        fillcolor=colour,
        line={"width": 0, "color": colour},
        mode="lines",
        hoverinfo="skip",
        name=name,
    )


def _line(times: pd.Series, values: pd.Series, name: str, colour: str, dash: str) -> go.Scatter:
    return go.Scatter(
        x=times,
        y=values,
        mode="lines",
        name=name,
        line={"color": colour, "width": 2, "dash": dash},
        hovertemplate="%{y:,.1f}",
        connectgaps=False,
    )
