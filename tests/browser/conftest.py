"""A real server and a real Chromium for the tests of this folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.app_site import planned_store
from tests.browser.driver import CHROMIUM_FLAGS, Tab, chromium, running_server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a screen. Where there is none these tests skip, except on CI, where that is a failure."""
    path = chromium()
    if path is None:
        message = "no Chromium: install Debian's `chromium` or name one in SMENA_CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS), headless=True)
        yield started
        started.close()


@pytest.fixture(scope="session")
def planned_server(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[str]:
    """The address of a server on a planned store; its tests may add to the store."""
    folder = tmp_path_factory.mktemp("planned")
    store = Path(shutil.copytree(planned_store(), folder / "store", symlinks=True))
    with running_server(store, folder / "server.log") as address:
        yield address


@pytest.fixture(scope="session")
def empty_server(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[str]:
    """The address of a server on an empty store."""
    folder = tmp_path_factory.mktemp("empty")
    with running_server(folder / "store", folder / "server.log") as address:
        yield address


@pytest.fixture
def open_tab(browser: Browser) -> Iterator[Callable[..., Tab]]:
    """Opens a tab at an address, in the language of a browser."""
    contexts = []

    def opened(address: str, language: str = "en") -> Tab:
        context = browser.new_context(
            viewport={"width": 1440, "height": 900},
            locale={"en": "en-US", "ru": "ru-RU"}[language],
            timezone_id="America/New_York",  # not the site's: times must not follow the browser
            accept_downloads=True,
        )
        contexts.append(context)
        tab = Tab(context.new_page())
        tab.go(address)
        return tab

    yield opened
    for context in contexts:
        context.close()
