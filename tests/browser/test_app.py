"""The app in a real Chromium: every page, an edit that survives a reload, a download, a walk from nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.app_site import tickets_csv
from tests.browser.driver import Tab
from views import PAGES
from views.locale import LANGUAGES, Words

pytestmark = pytest.mark.browser
EN = Words("en")
Open = Callable[..., Tab]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_drawn_without_exception_or_console_error(
    language: str, planned_server: str, open_tab: Open
) -> None:
    words = Words(language)
    tab = open_tab(planned_server, language)
    for page in PAGES:
        tab.go(f"{planned_server}/{'' if page is PAGES[0] else page.name}")
        assert tab.page.get_by_role("heading", level=1).inner_text() == words(f"{page.name}.title")
        assert tab.exceptions() == []
    assert tab.unexpected_errors == []
    assert tab.foreign == []  # nothing is fetched from elsewhere: the app works without the internet


def test_pages_are_reached_by_their_links(planned_server: str, open_tab: Open) -> None:
    tab = open_tab(planned_server)
    for page in [*PAGES[1:], PAGES[0]]:
        tab.visit(EN(f"{page.name}.title"))
        assert tab.page.get_by_role("heading", level=1).inner_text() == EN(f"{page.name}.title")
    assert tab.exceptions() == []
    assert tab.unexpected_errors == []


def test_the_language_switch_survives_a_page_change_and_a_reload(planned_server: str, open_tab: Open) -> None:
    tab = open_tab(planned_server)
    with tab.rerun():
        tab.page.get_by_test_id("stSidebar").get_by_text("Русский", exact=True).click()
    assert tab.page.get_by_role("heading", level=1).inner_text() == "Данные"
    tab.visit("Потребность")
    tab.reload()
    assert tab.page.get_by_role("heading", level=1).inner_text() == "Потребность"


def test_an_edited_cell_moves_the_headline_numbers_and_survives_a_reload(planned_server: str, open_tab: Open) -> None:
    tab = open_tab(f"{planned_server}/forecast")
    contacts, hours = tab.metric(EN("forecast.contacts")), tab.metric(EN("forecast.agent_hours"))
    tab.page.get_by_label(EN("forecast.reason")).first.fill("newsletter")
    tab.edit_cell(1, 2, "480")
    assert tab.metric(EN("forecast.contacts")).startswith(f"{contacts} → ")
    assert tab.metric(EN("forecast.agent_hours")).startswith(f"{hours} → ")
    assert float(tab.cell(1, 2)) == 480
    assert "newsletter" in tab.cell(0, 3, number=1)
    tab.reload()
    assert tab.metric(EN("forecast.contacts")).startswith(f"{contacts} → ")
    assert float(tab.cell(1, 2)) == 480
    assert tab.exceptions() == []


def test_the_roster_is_downloaded_as_a_workbook_with_every_person(
    planned_server: str, open_tab: Open, tmp_path: Path
) -> None:
    tab = open_tab(f"{planned_server}/roster")
    with tab.page.expect_download() as waiting:
        tab.page.get_by_role("button", name=EN("roster.export_xlsx")).click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    assert path.name == "roster-2026-08-31.xlsx"
    workbook = openpyxl.load_workbook(path)
    texts = {str(cell.value) for sheet in workbook for row in sheet.iter_rows() for cell in row if cell.value}
    for person in ("Anna Weber", "Олег Орлов", "Pia Born"):
        assert any(person in text for text in texts)


def test_a_click_on_the_heat_map_explains_that_cell(planned_server: str, open_tab: Open) -> None:
    tab = open_tab(f"{planned_server}/requirements")
    plot = tab.page.locator(".st-key-need .nsewdrag").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    with tab.rerun():
        tab.page.mouse.click(box["x"] + box["width"] * 0.5 / 12, box["y"] + box["height"] * 1.5 / 10)
    assert tab.page.get_by_role("heading", level=3).inner_text() == EN("drivers.title", moment="Mon 31 Aug 09:00")
    assert tab.exceptions() == []
    assert tab.unexpected_errors == []


def test_the_calculator_answers_without_any_data(empty_server: str, open_tab: Open) -> None:
    tab = open_tab(f"{empty_server}/calculator")
    for label, number in (("contacts", "360"), ("aht", "240"), ("within", "15")):
        field = tab.page.get_by_label(EN(f"calculator.{label}"), exact=True)
        field.fill(number)
        with tab.rerun():
            field.press("Enter")
    assert tab.metric(EN("calculator.needed")) == "55"  # a published example: mitan.co.uk
    people = tab.page.get_by_label(EN("calculator.what_if"), exact=True)
    people.fill("50")
    with tab.rerun():
        people.press("Enter")
    assert tab.page.get_by_text("With 50 people").is_visible()
    assert tab.exceptions() == []
    assert tab.unexpected_errors == []


def test_a_planner_without_data_is_led_from_tickets_to_requirements(empty_server: str, open_tab: Open) -> None:
    tab = open_tab(empty_server)
    assert tab.page.get_by_text(EN("empty.tickets")).is_visible()
    for page in PAGES[1:]:
        tab.visit(EN(f"{page.name}.title"))
        assert tab.page.get_by_text(EN("empty.tickets")).is_visible() is page.needs_store
    tab.press(EN("empty.import"))
    files = [{"name": "mine.csv", "mimeType": "text/csv", "buffer": tickets_csv().encode()}]
    with tab.rerun():
        tab.page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(files)  # type: ignore[arg-type]
    assert tab.metric(EN("column.rejected")) == "0"
    tab.press(EN("import.accept"))
    assert tab.metric(EN("data.queues")) == "3"
    tab.visit(EN("requirements.title"))
    tab.press(EN("empty.make_forecast"))
    tab.press(EN("empty.make_requirements"))
    assert tab.page.get_by_text(EN("requirements.peak"), exact=True).is_visible()
    assert tab.exceptions() == []
    assert tab.unexpected_errors == []
