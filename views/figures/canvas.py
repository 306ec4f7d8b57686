"""What all figures share: margins, legend, gridlines, separators of the language."""

from __future__ import annotations

import plotly.graph_objects as go

from views.figures.colours import Colours
from views.locale import Words

CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["lasso2d", "select2d", "autoScale2d"], "scrollZoom": False}


def laid_out(figure: go.Figure, words: Words, colours: Colours, *, height: int, x: str = "", y: str = "") -> go.Figure:
    """The figure with the house's layout; `height` in pixels, `x` and `y` the axis titles."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 36, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": colours.text},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "xanchor": "left", "x": 0},
        hoverlabel={"namelength": -1},
        separators=words.separators,
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": colours.grid, "activecolor": colours.text},
    )
    figure.update_xaxes(title_text=x, automargin=True, gridcolor=colours.grid, zeroline=False)
    figure.update_yaxes(title_text=y, automargin=True, gridcolor=colours.grid, zeroline=False)
    return figure
