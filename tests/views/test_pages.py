"""Every page of the list, with an empty store and with a planned one, in every language."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from planning import steps
from planning.session import open_session
from tests.app_site import FILES, tickets_csv
from views import PAGES
from views.locale import LANGUAGES, Words
from views.parts.empty import missing_before

ROOT = Path(__file__).resolve().parents[2]
NAMES = [page.name for page in PAGES]
Open = Callable[..., AppTest]


def test_every_file_among_the_views_is_in_the_page_list() -> None:
    files = {path.stem for path in (ROOT / "views").glob("*.py")} - {"__init__"}
    assert files == set(NAMES)


def test_no_folder_of_pages_shadows_the_page_list() -> None:
    assert not (ROOT / "pages").exists()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", [page.name for page in PAGES if page.needs_store])
def test_a_page_with_an_empty_store_names_the_next_step(
    page: str, language: str, open_app: Open, tmp_path: Path
) -> None:
    app = open_app(tmp_path / "store", page, language)
    words = Words(language)
    assert not app.exception
    assert app.title[0].value == words(f"{page}.title")
    assert words("empty.load_sample") in [button.label for button in app.button]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", NAMES)
def test_a_page_with_a_planned_store_shows_its_numbers(page: str, language: str, open_app: Open, planned: Path) -> None:
    app = open_app(planned, page, language)
    assert not app.exception
    assert not app.error
    assert app.title[0].value == Words(language)(f"{page}.title")
    assert len(app.metric) >= 3


@pytest.mark.parametrize(
    ("page", "view"),
    [("data", "volume"), ("data", "files"), ("data", "log"), ("forecast", "why"), ("forecast", "quality")]
    + [("requirements", view) for view in ("price", "table")]
    + [("roster", view) for view in ("coverage", "edit", "standing", "hours", "audit", "proof")],
)
def test_every_view_of_a_page_is_drawn(page: str, view: str, open_app: Open, planned: Path) -> None:
    app = open_app(planned, page)
    app.segmented_control(key=f"{page}_view").set_value(view).run()
    assert not app.exception
    assert not app.error


def test_no_page_loads_the_slow_libraries(planned: Path) -> None:
    code = (
        "import sys; from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file('app.py', default_timeout=60).run()\n"
        f"for name in {NAMES}:\n"
        "    app.switch_page(f'views/{name}.py').run(); assert not app.exception, (name, app.exception)\n"
        "print(sorted({'statsmodels', 'openpyxl', 'holidays'} & set(sys.modules)))"
    )
    environment = {**os.environ, "SMENA_STORE": str(planned)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_an_adjustment_changes_the_headline_numbers_and_the_list(open_app: Open, planned_copy: Path) -> None:
    before = open_app(planned_copy, "forecast")
    contacts = before.metric[0].value
    assert "→" not in contacts
    with open_session(planned_copy) as session:
        days = steps.adjusted(session)["start"]
        steps.add_adjustment(
            session, queue="chat/support", from_start=days.min(), to_start=days.max() + pd.Timedelta(hours=1),
            kind="scale", value=2.0, reason="a campaign", author="Анна",
        )  # fmt: skip
    after = before.run()
    assert after.metric[0].value.startswith(f"{contacts} → ")
    assert "→" in after.metric[2].value
    log = next(editor.value for editor in after.data_editor if "author" in editor.value)
    assert log["author"].tolist() == ["Анна"]
    assert log["what"].tolist() == ["× 2.000"]


def test_requirements_older_than_an_adjustment_say_so(open_app: Open, planned_copy: Path) -> None:
    assert not open_app(planned_copy, "requirements").info
    with open_session(planned_copy) as session:
        start = steps.adjusted(session)["start"].min()
        steps.add_adjustment(
            session, queue="*", from_start=start, to_start=start + pd.Timedelta(hours=1), kind="add", value=5.0,
            reason="a test", author="me",
        )  # fmt: skip
    app = open_app(planned_copy, "requirements")
    assert [hint.value for hint in app.info] == [Words("en")("requirements.stale")]
    next(button for button in app.button if button.label == Words("en")("requirements.make")).click().run()
    assert not app.exception
    assert not app.info


def test_the_switch_changes_the_language(open_app: Open, planned: Path) -> None:
    app = open_app(planned)
    app.segmented_control(key="lang").set_value("ru").run()
    assert app.title[0].value == "Данные"
    assert app.query_params["lang"] == "ru"


def upload(app: AppTest, key: str, files: list[tuple[str, bytes, str]]) -> AppTest:
    widget = next(entry for entry in app.file_uploader if entry.key is not None and entry.key.startswith(key))
    widget.set_value(files)
    return app.run()


def test_tickets_are_looked_at_before_they_are_stored(open_app: Open, tmp_path: Path) -> None:
    store = tmp_path / "store"
    text = tickets_csv(days=5) + "broken,not a time,phone,billing,5\n"
    app = upload(open_app(store), "tickets_", [("mine.csv", text.encode(), "text/csv")])
    assert not app.exception
    counts = {metric.label: metric.value for metric in app.metric}
    rows = text.count("\n") - 1
    assert counts["Rows"] == str(rows)
    assert counts["Loaded"] == str(rows - 1)
    assert counts["Rejected"] == "1"
    with open_session(store) as session:
        assert steps.imports(session).empty
    app.button(key="accept").click().run()
    assert not app.exception
    with open_session(store) as session:
        assert steps.imports(session)["rows"].tolist() == [rows - 1]


def test_a_wrong_site_file_is_refused_with_its_place_and_the_store_stays_as_it_was(
    open_app: Open, tmp_path: Path
) -> None:
    app = open_app(tmp_path / "store")
    app.segmented_control(key="data_view").set_value("files").run()
    wrong = FILES["targets.toml"].replace("0.8", "80")
    upload(app, "site_files_", [("targets.toml", wrong.encode(), "text/plain")])
    app.button(key="store_files").click().run()
    assert not app.exception
    assert "targets.toml" in app.error[0].value
    facts = next(table.value for table in app.dataframe if "remedy" in table.value)
    assert facts["column"].tolist() == ["service_level"]
    with open_session(tmp_path / "store") as session:
        assert session.store.site.current() == {}


def test_the_next_step_is_the_first_that_is_missing() -> None:
    assert missing_before("roster", lambda kind: False) == "tickets"
    assert missing_before("roster", lambda kind: kind == "tickets") == "forecast"
    assert missing_before("roster", lambda kind: kind != "requirements") == "requirements"
    assert missing_before("forecast", lambda kind: kind == "tickets") == "forecast"
    assert missing_before("roster", lambda kind: True) is None
