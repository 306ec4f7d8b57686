"""Cover as a heat map: where people are missing and where there are too many."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from views.figures.canvas import laid_out
from views.figures.colours import Colours
from views.locale import Words

LEAST = 1.0  # person: less than that is no strong colour


def cover_heat(
    values: pd.DataFrame, labels: list[str], words: Words, colours: Colours, *, zone: str, height: int = 380
) -> go.Figure:
    """`values`: people present less people required; index: time of day as text, columns: days or queues, called
    `labels`; empty where nothing is required and nobody is there. One trace: grey at zero, each
    side with a scale of its own, so that a small gap shows beside a large surplus."""
    shown = values.to_numpy(dtype=float)
    least, most = (max(float(np.nanmax(sign * shown, initial=0.0)), LEAST) for sign in (-1, 1))
    figure = go.Figure(
        go.Heatmap(
            x=labels,
            y=[str(time) for time in values.index],
            z=shown,
            zmin=-least,
            zmax=most,
            colorscale=[(0, colours.gap), (least / (least + most), colours.closed), (1, colours.adjusted)],
            colorbar={"title": {"text": words("figure.people"), "side": "right"}, "thickness": 12, "outlinewidth": 0},
            hovertemplate="%{x} %{y}<br><b>%{z:+,.1f}</b><extra></extra>",
            hoverongaps=False,
            xgap=1,
            ygap=1,
        )
    )
    laid_out(figure, words, colours, height=height, y=words("figure.local_time", zone=zone))
    figure.update_yaxes(autorange="reversed", showgrid=False, type="category", nticks=14)
    figure.update_xaxes(showgrid=False, type="category")
    return figure
