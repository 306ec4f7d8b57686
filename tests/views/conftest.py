"""Stores for the tests of pages."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.app_site import planned_store

ROOT = Path(__file__).resolve().parents[2]
Open = Callable[[str], AppTest]


@pytest.fixture(scope="session")
def planned() -> Path:
    """A planned store that no test changes."""
    return planned_store()


@pytest.fixture
def planned_copy(planned: Path, tmp_path: Path) -> Path:
    """A planned store to change."""
    return Path(shutil.copytree(planned, tmp_path / "store", symlinks=True))


@pytest.fixture
def open_app(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Opens a page of the app on a store."""

    def opened(store: Path, page: str = "data", language: str = "en") -> AppTest:
        monkeypatch.chdir(ROOT)
        monkeypatch.setenv("SMENA_STORE", str(store))
        st.cache_resource.clear()
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        app.query_params["lang"] = language
        app.run()
        if page != "data":
            app.switch_page(f"views/{page}.py").run()
        return app

    return opened
