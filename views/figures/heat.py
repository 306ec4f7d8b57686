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
    chosen: tuple[pd.Timestamp, str] | None = None,
) -> go.Figure:
    """A heat map of `values` (index: time of day as text, columns: local days) in `unit`.

    `states` has the same shape: 0 counted, 1 closed (drawn grey), 2 open but nobody counted (drawn in the missing
    colour). Returns three heat-map traces: values, closed, missing; `zone` stands on the axis. With `chosen` (a day and
    a time of day) that cell has a frame, and a fourth trace of unseen marks lets cells be picked: heat maps report no
    clicks. Its customdata is day (ISO), time and the day's name.
    """
    days = [words.day(pd.Timestamp(day).date(), year=True) for day in values.columns]
    x = [pd.Timestamp(day) for day in values.columns]
    times = [str(time) for time in values.index]
    named = np.tile(np.asarray(days, dtype=object), (len(times), 1))
    shown = values.to_numpy(dtype=float)
    marks = states.to_numpy(dtype=int)
    counted = np.where(marks == 0, shown, np.nan)
    most = float(np.nanmax(counted, initial=0.0)) or 1.0  # the scale begins at 0 only where its end is given too
    figure = go.Figure()
    figure.add_trace(
        go.Heatmap(
            x=x,
            y=times,
            z=counted,
            customdata=named,
            colorscale=colours.colorscale,
            colorbar={"title": {"text": unit, "side": "right"}, "thickness": 12, "outlinewidth": 0},
            hovertemplate=f"%{{customdata}} %{{y}}<br><b>%{{z:,.{digits}f}}</b> {unit}<extra></extra>",
            hoverongaps=False,
            name=unit,
            zmin=0,
            zmax=most,
            xgap=1 if len(x) <= 62 else 0,
            ygap=1 if len(x) <= 62 else 0,
        )
    )
    for mark, name, colour in (
        (CLOSED, words("figure.closed"), colours.closed),
        (MISSING, words("figure.missing"), colours.missing),
    ):
        figure.add_trace(_state(x, times, marks == mark, named, name, colour))
    if chosen is not None:
        figure.add_trace(_marks(x, times, days, counted, f":,.{digits}f", unit))
        figure.add_shape(_frame(x, times, chosen, colours))
    laid_out(figure, words, colours, height=height, y=words("figure.local_time", zone=zone))
    figure.update_yaxes(autorange="reversed", showgrid=False, type="category", nticks=14)
    if chosen is not None:  # marks would push the edges out
        half = pd.Timedelta(hours=12)
        figure.update_yaxes(autorange=False, range=[len(times) - 0.5, -0.5])
        figure.update_xaxes(range=[x[0] - half, x[-1] + half])
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


def _marks(
    x: list[pd.Timestamp], times: list[str], days: list[str], shown: np.ndarray, number: str, unit: str
) -> go.Scatter:
    rows, columns = np.nonzero(~np.isnan(shown))
    return go.Scatter(
        x=[x[column] for column in columns],
        y=[times[row] for row in rows],
        mode="markers",
        marker={"size": 16, "symbol": "square", "opacity": 0},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        customdata=[
            [x[column].date().isoformat(), times[row], days[column], float(shown[row, column])]
            for row, column in zip(rows, columns, strict=True)
        ],
        hovertemplate=f"%{{customdata[2]}} %{{y}}<br><b>%{{customdata[3]{number}}}</b> {unit}<extra></extra>",
        name=unit,
        showlegend=False,
    )


def _frame(
    x: list[pd.Timestamp], times: list[str], chosen: tuple[pd.Timestamp, str], colours: Colours
) -> go.layout.Shape:
    day, time = chosen
    half = pd.Timedelta(hours=12)
    row = times.index(time) if time in times else -1
    return go.layout.Shape(
        type="rect",
        x0=day - half,
        x1=day + half,
        y0=row - 0.5,
        y1=row + 0.5,
        line={"color": colours.missing, "width": 2},
        visible=row >= 0 and day in x,
    )
