"""The roster as bars: one line a person, one trace an activity."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from views.figures.canvas import laid_out
from views.figures.colours import Colours
from views.locale import Words

ROW_PIXELS = 20
AWAY = ("leave", "sick")  # all day long: they would stretch the axis over the night


def gantt_chart(bars: pd.DataFrame, people: list[str], words: Words, colours: Colours, *, zone: str) -> go.Figure:
    """Bars of `bars` (agent, begin, finish: local naive; activity, shift, queue), people from top to bottom.

    One trace per activity that occurs, in the order of the colour list; a person without bars keeps an empty line.
    """
    figure = go.Figure()
    for activity, colour in colours.activities.items():
        part = bars[bars["activity"] == activity]
        if len(part):
            figure.add_trace(_bars(part, words.either(f"activity.{activity}", activity), colour))
    laid_out(
        figure, words, colours, height=110 + ROW_PIXELS * max(len(people), 4), x=words("figure.local_time", zone=zone)
    )
    figure.update_layout(barmode="overlay", bargap=0.25, hovermode="closest")
    figure.update_yaxes(
        type="category", categoryorder="array", categoryarray=people, range=[len(people) - 0.5, -0.5],
        tickmode="array", tickvals=people, showgrid=False,
    )  # fmt: skip
    at_work = bars[~bars["activity"].isin(AWAY)]
    if len(at_work):
        first, last = at_work["begin"].min().floor("h"), at_work["finish"].max().ceil("h")
        figure.update_xaxes(range=[first, last])
    figure.update_xaxes(type="date", tickformat=words("figure.clock_format"), side="top", showgrid=True)
    figure.update_layout(legend={"y": -0.02, "yanchor": "top"}, margin={"t": 8})
    return figure


def _bars(part: pd.DataFrame, name: str, colour: str) -> go.Bar:
    begin, finish = part["begin"], part["finish"]
    span = begin.dt.strftime("%H:%M") + "–" + finish.dt.strftime("%H:%M")
    return go.Bar(
        orientation="h",
        y=part["agent"],
        base=begin,
        x=(finish - begin).dt.total_seconds() * 1000,
        name=name,
        marker={"color": colour, "line": {"width": 0}},
        customdata=pd.DataFrame({"span": span, "shift": part["shift"].fillna(""), "queue": part["queue"].fillna("")}),
        hovertemplate=(
            f"<b>%{{y}}</b><br>{name} %{{customdata[0]}}<br>%{{customdata[1]}}<br>%{{customdata[2]}}<extra></extra>"
        ),
    )
