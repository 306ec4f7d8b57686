"""Runs: the night's work, what is published, and what went wrong."""

from __future__ import annotations

from views.parts import site
from views.parts.empty import empty_site
from views.parts.language import words_here
from views.parts.nights import night_panel, run_steps, run_table, version_table
from views.parts.notices import heading, reported, show_notes

words = words_here()

heading("runs", words)
if not site.has("tickets"):
    empty_site(words)
else:
    with reported(words):
        night_panel(words)
        run_table(words)
        run_steps(words)
        version_table(words)
show_notes()
