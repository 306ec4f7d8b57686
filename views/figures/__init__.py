"""Figures: a table in, a plotly figure out; no streamlit. The only home of plotly."""

from views.figures.canvas import CONFIG
from views.figures.cleaning import cleaning_chart
from views.figures.colours import DARK, LIGHT, Colours, colours_of
from views.figures.cover_heat import cover_heat
from views.figures.coverage import coverage_chart
from views.figures.explain import factor_chart, parts_chart, waterfall_chart
from views.figures.forecast import forecast_chart
from views.figures.gantt import gantt_chart
from views.figures.heat import CLOSED, MISSING, heat_map
from views.figures.staffing import deadline_chart, need_chart, price_chart

__all__ = [
    "CLOSED",
    "CONFIG",
    "DARK",
    "LIGHT",
    "MISSING",
    "Colours",
    "cleaning_chart",
    "colours_of",
    "cover_heat",
    "coverage_chart",
    "deadline_chart",
    "factor_chart",
    "forecast_chart",
    "gantt_chart",
    "heat_map",
    "need_chart",
    "parts_chart",
    "price_chart",
    "waterfall_chart",
]
