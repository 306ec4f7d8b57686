"""The use cases, one function a step on a `Session`. Both doors, the app and the command line, call these."""

from planning.steps.adjusting import (
    IMPORTED_ADJUSTMENTS,
    add_adjustment,
    adjusted,
    import_adjustments,
    list_adjustments,
    set_total,
    switch_adjustment,
)
from planning.steps.cleaning import decide_mark, list_marks, marks_revision
from planning.steps.demand import make_forecast, pinned_models
from planning.steps.editing import edit_roster, preview_edits, shifts_by_day, swaps, take_up
from planning.steps.events import (
    calendar_ahead,
    events_of_file,
    events_text,
    list_events,
    save_events,
    unknown_patterns,
)
from planning.steps.exporting import export_forecast, export_roster
from planning.steps.from_roster import compare_rosters, copy_week, preview_repair, repair_roster, save_absence
from planning.steps.history import make_history
from planning.steps.ingest import ingest, load_site
from planning.steps.outbound import list_outbound, outbound_of_file, outbound_text, save_outbound
from planning.steps.produce import StepResult
from planning.steps.proving import proof, tightest
from planning.steps.publishing import diff, publish, revert, verify
from planning.steps.reading import details, imports, known_queues, queue_warnings, read, run_steps, runs, status
from planning.steps.reforecasting import reforecast
from planning.steps.staffing import audit, certify, first_week, make_requirements, make_roster, measure_coverage
from planning.steps.standing import fair_shares, wish_grants

__all__ = [
    "IMPORTED_ADJUSTMENTS",
    "StepResult",
    "add_adjustment",
    "adjusted",
    "audit",
    "calendar_ahead",
    "certify",
    "compare_rosters",
    "copy_week",
    "decide_mark",
    "details",
    "diff",
    "edit_roster",
    "events_of_file",
    "events_text",
    "export_forecast",
    "export_roster",
    "fair_shares",
    "first_week",
    "import_adjustments",
    "imports",
    "ingest",
    "known_queues",
    "list_adjustments",
    "list_events",
    "list_marks",
    "list_outbound",
    "load_site",
    "make_forecast",
    "make_history",
    "make_requirements",
    "make_roster",
    "marks_revision",
    "measure_coverage",
    "outbound_of_file",
    "outbound_text",
    "pinned_models",
    "preview_edits",
    "preview_repair",
    "proof",
    "publish",
    "queue_warnings",
    "read",
    "reforecast",
    "repair_roster",
    "revert",
    "run_steps",
    "runs",
    "save_absence",
    "save_events",
    "save_outbound",
    "set_total",
    "shifts_by_day",
    "status",
    "swaps",
    "switch_adjustment",
    "take_up",
    "tightest",
    "unknown_patterns",
    "verify",
    "wish_grants",
]
