"""Each package exports its public names, all of them documented."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("domain", "forecast", "scheduling", "connectors")
PROMISED = {
    "domain": {"IntervalGrid", "OpeningHours", "RuleBook", "Settings", "Targets", "TABLES"},
    "forecast": {"build_history", "make_forecast", "backtest", "apply_adjustments", "FORECASTERS"},
    "scheduling": {"require_staff", "measure_coverage", "make_roster", "audit", "certify", "RULES"},
    "connectors": {"read_table", "write_table", "read_tickets", "read_toml", "presets"},
}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_exports_what_is_promised(package: str) -> None:
    exported = set(importlib.import_module(package).__all__)
    assert exported >= PROMISED[package]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_exported_function_says_what_it_does_and_has_full_types(package: str) -> None:
    module = importlib.import_module(package)
    lacking = []
    for name in module.__all__:
        thing = getattr(module, name)
        if not (inspect.isfunction(thing) or inspect.isclass(thing)):
            continue
        if not inspect.getdoc(thing):
            lacking.append(f"{name} has no docstring")
        if inspect.isfunction(thing) and "return" not in thing.__annotations__:
            lacking.append(f"{name} has no return type")
    assert lacking == []


def test_erlang_is_called_as_the_contract_shows() -> None:
    from scheduling.queueing import erlang_a

    result = erlang_a(48.0, 50, 180.0, 20.0, 120.0)
    assert 0 < float(result.abandon_share) < 0.1
