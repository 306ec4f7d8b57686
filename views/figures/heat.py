"""Heat maps of a day grid: time of day down, days across; closed intervals grey, missing ones marked."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from views.figures.canvas import laid_out
from views.figures.colours import Colours
from views.locale import Words

CLOSED, MISSING = 1, 2


def heat_map(
    values: pd.DataFrame,
    states: pd.DataFrame,
    words: Words,
    colours: Colours,
    *,
    unit: str,
    zone: str,
    digits: int = 1,
    height: int = 430,
) -> go.Figure:
    """A heat map of `values` (index: time of day as text, columns: local days) in `unit`.

    `states` has the same shape: 0 counted, 1 closed (drawn grey), 2 open but nobody counted (drawn in the missing
    colour). Returns three heat-map traces: values, closed, missing; `zone` stands on the axis.
    """
    days = [words.day(pd.Timestamp(day).date(), year=True) for day in values.columns]
    x = [pd.Timestamp(day) for day in values.columns]
    times = [str(time) for time in values.index]
    named = np.tile(np.asarray(days, dtype=object), (len(times), 1))
    shown = values.to_numpy(dtype=float)
    marks = states.to_numpy(dtype=int)
    figure = go.Figure()
    figure.add_trace(
        go.Heatmap(
            x=x,
            y=times,
            z=np.where(marks == 0, shown, np.nan),
            customdata=named,
            colorscale=colours.colorscale,
            colorbar={"title": {"text": unit, "side": "right"}, "thickness": 12, "outlinewidth": 0},
            hovertemplate=f"%{{customdata}} %{{y}}<br><b>%{{z:,.{digits}f}}</b> {unit}<extra></extra>",
            hoverongaps=False,
            name=unit,
            zmin=0,
            xgap=1 if len(x) <= 62 else 0,
            ygap=1 if len(x) <= 62 else 0,
        )
    )
    for mark, name, colour in (
        (CLOSED, words("figure.closed"), colours.closed),
        (MISSING, words("figure.missing"), colours.missing),
    ):
        figure.add_trace(_state(x, times, marks == mark, named, name, colour))
    laid_out(figure, words, colours, height=height, y=words("figure.local_time", zone=zone))
    figure.update_yaxes(autorange="reversed", showgrid=False, type="category", nticks=14)
    ticks = range(0, len(x), max(1, len(x) // 14))
    figure.update_xaxes(
        showgrid=False, tickvals=[x[i] for i in ticks], ticktext=[words.day(x[i].date()) for i in ticks], tickangle=-45
    )
    return figure


def _state(
    x: list[pd.Timestamp], times: list[str], where: np.ndarray, named: np.ndarray, name: str, colour: str
) -> go.Heatmap:
    return go.Heatmap(
        x=x,
        y=times,
        z=np.where(where, 1.0, np.nan),
        customdata=named,
        colorscale=[(0, colour), (1, colour)],
        showscale=False,
        showlegend=bool(where.any()),
        name=name,
        hovertemplate=f"%{{customdata}} %{{y}}<br>{name}<extra></extra>",
        hoverongaps=False,
    )
