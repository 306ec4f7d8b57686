"""The floors of the house: a package imports only from floors below it, and one library has one home."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

MAY_IMPORT = {
    "domain": set(),
    "forecast": {"domain"},
    "scheduling": {"domain"},
    "connectors": {"domain"},
    "planning": {"connectors", "forecast", "scheduling", "domain"},
    "views": {"planning", "domain"},
    "app": {"views", "planning", "domain"},
}

HOMES = {
    "pulp": ["scheduling/lp"],
    "highspy": ["scheduling/lp"],
    "statsmodels": ["forecast"],
    "numba": ["forecast/lane_kernel", "scheduling/simulation", "scheduling/roster/engines"],
    "duckdb": ["connectors", "planning/store"],
    "openpyxl": ["connectors"],
    "xlsxwriter": ["connectors"],
    "python_calamine": ["connectors"],
    "icalendar": ["connectors"],
    "reportlab": ["connectors"],
    "sqlalchemy": ["planning/store"],
    "alembic": ["planning/store"],
    "psycopg": ["planning/store"],
    "typer": ["planning/cli"],
    "rich": ["planning/cli"],
    "structlog": ["planning"],
    "distributed": ["planning/execute"],
    "streamlit": ["app.py", "views"],
    "plotly": ["views/figures"],
    "pandera": ["domain"],
    "holidays": ["domain"],
}

CORES = ("forecast", "scheduling")
IMPURE = {"open", "read_csv", "read_parquet", "read_excel", "urlopen"}


def sources(package: str) -> list[Path]:
    return [ROOT / "app.py"] if package == "app" else sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_a_package_imports_only_from_floors_below_it(package: str) -> None:
    allowed = MAY_IMPORT[package] | {package}
    upward = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(package)
        for name in imports(path)
        if name.split(".")[0] in MAY_IMPORT and name.split(".")[0] not in allowed
    ]
    assert upward == []


@pytest.mark.parametrize("library", sorted(HOMES))
def test_one_library_has_one_home(library: str) -> None:
    strays = [
        f"{path.relative_to(ROOT)} imports {name}"
        for package in MAY_IMPORT
        for path in sources(package)
        for name in imports(path)
        if name.split(".")[0] == library
        and not any(str(path.relative_to(ROOT)).startswith(home) for home in HOMES[library])
    ]
    assert strays == []


def test_streamlit_is_no_business_of_the_figures() -> None:
    strays = [
        str(p.relative_to(ROOT)) for p in sources("views") if "figures" in p.parts and "streamlit" in set(imports(p))
    ]
    assert strays == []


@pytest.mark.parametrize("package", CORES)
def test_a_core_reaches_for_no_file_clock_or_network(package: str) -> None:
    found = []
    for path in sources(package):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
            clock = name in {"now", "today", "utcnow"} or (owner == "time" and name == "time")
            if name in IMPURE or clock:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} calls {ast.unparse(node.func)}")
    assert found == []


def test_no_test_folder_is_a_package_that_would_shadow_the_house() -> None:
    assert [str(p.relative_to(ROOT)) for p in (ROOT / "tests").rglob("__init__.py")] == []


def test_no_module_outgrows_a_reader() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for package in MAY_IMPORT
        for path in sources(package)
        if (lines := len(path.read_text("utf-8").splitlines())) > 400 and path.name != "tables.py"
    }
    assert long == {}
