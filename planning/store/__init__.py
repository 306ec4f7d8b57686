"""The store: bodies (immutable Parquet files) and plan state (SQLite or PostgreSQL), one folder."""

from planning.store.bodies import Bodies, BodyFacts, sha256_of
from planning.store.imports import Import
from planning.store.plans import DRAFT, PUBLISHED, NewPlan, Plan, run_pointer
from planning.store.runs import StepRecord
from planning.store.site_files import SiteFile
from planning.store.store import Store, open_store
from planning.store.versions import Version

__all__ = [
    "DRAFT",
    "PUBLISHED",
    "Bodies",
    "BodyFacts",
    "Import",
    "NewPlan",
    "Plan",
    "SiteFile",
    "StepRecord",
    "Store",
    "Version",
    "open_store",
    "run_pointer",
    "sha256_of",
]
