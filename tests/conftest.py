"""Fixtures that every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile(
    "house", max_examples=50
)  # a test that needs more, or whose examples are slow, says so itself
settings.load_profile("house")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The evaluation folder beside the checkout; tests that need it skip where it is absent."""
    folder = ROOT.parent / "shared"
    if not (folder / "golden").is_dir():
        pytest.skip("needs the evaluation folder ../shared")
    return folder


@pytest.fixture(scope="session")
def sample() -> Path:
    """The sample site that the project ships."""
    return ROOT / "data" / "sample"
