"""A planner's day in a real Chromium: change, roster, publish, go back; files good and bad; two planners at once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.app_site import planned_store
from tests.browser.driver import Tab, running_server
from views.locale import Words

pytestmark = pytest.mark.browser
EN, RU = Words("en"), Words("ru")
Open = Callable[..., Tab]
Site = tuple[str, Path]
PICTURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 8


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Site]:
    """The address of a server and its planned store; the tests of this file leave the forecast as they found it."""
    folder = tmp_path_factory.mktemp("planner")
    store = Path(shutil.copytree(planned_store(), folder / "store", symlinks=True))
    with running_server(store, folder / "server.log") as address:
        yield address, store


def add_change(tab: Tab, words: Words, *, kind: str, value: str, reason: str) -> None:
    """Fill in the form of a change over a range (the first day of the forecast, as it stands there) and store it."""
    tab.page.get_by_role("button", name=words("forecast.new")).click()
    form = tab.page.get_by_test_id("stForm")
    form.get_by_label(words("forecast.kind")).click()
    tab.page.get_by_role("option", name=words(f"kind_help.{kind}"), exact=True).click()
    form.get_by_label(words("forecast.value")).fill(value)
    form.get_by_label(words("forecast.reason")).fill(reason)
    with tab.rerun():
        form.get_by_role("button", name=words("forecast.store")).click()
    tab.page.keyboard.press("Escape")


def toggle_newest(tab: Tab) -> None:
    """Press the switch of the first change in the list, with the keyboard."""
    tab.grid(1).click(position={"x": 5, "y": 52})
    tab.page.keyboard.press("Control+Home")
    with tab.rerun():
        tab.page.keyboard.press("Enter")


def test_a_change_moves_the_numbers_and_switching_it_off_brings_them_back(site: Site, open_tab: Open) -> None:
    tab = open_tab(f"{site[0]}/forecast")
    before = [tab.metric(EN(f"forecast.{name}")) for name in ("contacts", "peak_people", "agent_hours")]
    first_day = tab.cell(0, 2)
    add_change(tab, EN, kind="cap", value="1", reason="a test of the form")
    assert tab.metric(EN("forecast.contacts")).startswith(f"{before[0]} → ")
    assert tab.cell(0, 1, number=1).startswith("≤ 1")
    assert tab.cell(0, 2) != first_day
    toggle_newest(tab)
    assert [tab.metric(EN(f"forecast.{name}")) for name in ("contacts", "peak_people", "agent_hours")] == before
    assert tab.cell(0, 2) == first_day
    assert tab.exceptions() == []
    assert tab.unexpected_errors == []


def test_two_planners_do_not_overwrite_each_other(site: Site, open_tab: Open) -> None:
    one, two = open_tab(f"{site[0]}/forecast"), open_tab(f"{site[0]}/forecast")
    for tab in (one, two):
        with tab.rerun():
            tab.page.get_by_text(EN("forecast.grain_intervals"), exact=True).click()
    one.edit_cell(0, 2, "400")
    assert one.cell(0, 1, number=1) == "= 400.0"
    two.edit_cell(0, 2, "300")  # on a number that is no longer there
    assert EN("app.changed_meanwhile") in two.page.get_by_test_id("stToast").first.inner_text()
    assert float(two.cell(0, 2)) == 400
    toggle_newest(one)  # as it was
    assert one.exceptions() + two.exceptions() == []
