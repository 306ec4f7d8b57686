"""The set-up compiles everything that the product compiles on first use."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from numba.core.dispatcher import Dispatcher

from forecast import lane_kernel
from planning.warm import warm
from scheduling.roster.engines import fair_kernel, insertion_kernel, mix_kernel, ruin_kernel, seats_kernel
from scheduling.simulation import kernel as simulation_kernel


@pytest.mark.parametrize(
    "module", [lane_kernel, insertion_kernel, fair_kernel, ruin_kernel, seats_kernel, mix_kernel, simulation_kernel]
)
def test_every_compiled_function_is_compiled_by_the_set_up(module: ModuleType) -> None:
    warm()
    own = module.__name__.rpartition(".")[2]
    functions = {
        name: it
        for name, it in vars(module).items()
        if isinstance(it, Dispatcher) and it.py_func.__module__ == module.__name__
    }
    cold = [
        name for name, it in functions.items() if not list(Path(str(it.stats.cache_path)).glob(f"{own}.{name}-*.nbc"))
    ]
    assert functions
    assert cold == []
